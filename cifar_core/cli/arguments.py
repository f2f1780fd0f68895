"""Arguments that several commands take, and how they are written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote

from pydantic import AfterValidator, Field
from pydantic_settings import CliPositionalArg

from cifar_core.overrides import ConfigError, parse_value
from cifar_core.people import clean_name, default_owner

_SET = "--set"

RunsDir = Annotated[Path | None, Field(description="Where runs are kept (default: $CIFAR_RUNS_DIR or runs)")]
DataDir = Annotated[Path | None, Field(description="Where CIFAR-10 is (default: $CIFAR_DATA_DIR or data)")]
AsJson = Annotated[bool, Field(alias="json", description="Print one last line of JSON")]
Detach = Annotated[bool, Field(description="Do not wait for the end: training goes on by itself")]
Owner = Annotated[str | None, Field(description="Whose runs these are (default: $CIFAR_OWNER, or nobody's)")]
RunId = Annotated[CliPositionalArg[str], Field(description="As `runs` lists it")]
RunIds = Annotated[CliPositionalArg[list[str]], Field(description="As `runs` lists them")]
Mlflow = Annotated[
    str | None,
    Field(
        description="Mirror to MLflow there: settings, curves, results and files. sqlite:///mlflow.db, a folder, or a "
        "server's address"
    ),
]
Split = Annotated[Literal["val", "test"], Field(description="Which images")]
Epoch = Annotated[Literal["best", "last"], Field(description="Which weights: of the best val accuracy, or the last")]
Overrides = Annotated[
    list[str],
    AfterValidator(lambda values: [unquote(value) for value in values]),
    Field(
        alias="set",
        description="Change a setting, e.g. --set optimizer.learning_rate=0.05; may be repeated. Lists as JSON: "
        """--set 'model.blocks=[{"kind":"conv","channels":16}]'""",
    ),
]


def find_owner(given: str | None) -> str:
    """Return whose runs a command starts, in one spelling; empty: nobody's.

    Args:
        given: With --owner; None: nothing.

    Raises:
        PersonError: It is no name.
    """
    return default_owner() if given is None else clean_name(given, "--owner") if given.strip() else ""


def protect_overrides(arguments: Sequence[str]) -> list[str]:
    """Encode what follows --set, whose commas, quotes and brackets a list of arguments would be split at."""
    protected: list[str] = []
    for argument in arguments:
        if protected and protected[-1] == _SET:
            protected.append(quote(argument))
        elif argument.startswith(f"{_SET}="):
            protected += [_SET, quote(argument.removeprefix(f"{_SET}="))]
        else:
            protected.append(argument)
    return protected


def parse_overrides(texts: Sequence[str]) -> dict[str, Any]:
    """Return settings by path, from texts such as "optimizer.learning_rate=0.05".

    Raises:
        ConfigError: A text has no "=", or a list that cannot be read.
    """
    return dict(map(_parse_override, texts))


def _parse_override(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set {text!r} is not allowed; allowed: section.field=value")
    try:
        return path.strip(), parse_value(value.strip())
    except ConfigError as error:
        raise ConfigError(f"--set {path.strip()} = {value.strip()!r} {error}") from error

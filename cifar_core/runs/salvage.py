"""What is whole of a damaged record."""

import json
import math
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cifar_core.failures import explain
from cifar_core.runs.exceptions import RunError

# Beyond, a whole number is none for JavaScript and numpy.
_LARGEST = 2**53

Model = TypeVar("Model", bound=BaseModel)


def unreadable(path: Path, why: str) -> RunError:
    """Return the refusal of one file of a run."""
    return RunError(f"record unreadable: {path.parent.name}/{path.name}: {why}")


def encodable(content: bytes) -> bytes:
    """Return JSON without halves of characters, which can be read but never be written or sent again."""
    if b"\\u" not in content:
        return content
    try:
        return json.dumps(json.loads(content), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError):
        return content


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: There is none, or it is not readable.
    """
    try:
        value = json.loads(encodable(path.read_bytes()))
    except OSError as error:
        raise unreadable(path, explain(error)) from error
    except (ValueError, RecursionError) as error:
        raise unreadable(path, f"no JSON: {explain(error)}") from error
    if not isinstance(value, dict):
        raise unreadable(path, "no JSON object")
    return value


def fit_model(model: type[Model], values: dict[str, Any]) -> tuple[Model, tuple[str, ...]]:
    """Return a model of all values that it takes, and the names of those that it does not, which have their defaults.

    Args:
        model: All of its fields have defaults.
        values: By field; unknown ones are ignored.
    """
    left_out: list[str] = []
    while True:
        try:
            return model.model_validate(values), tuple(left_out)
        except ValidationError as error:
            bad = {str(details["loc"][0]) for details in error.errors()}
            left_out += sorted(bad)
            values = {name: value for name, value in values.items() if name not in bad}


def is_number(value: Any) -> bool:
    """Whether it is a finite number that charts and tables can take."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= _LARGEST


def is_count(value: Any) -> bool:
    """Whether it is a whole number from 0."""
    return isinstance(value, int) and is_number(value) and value >= 0

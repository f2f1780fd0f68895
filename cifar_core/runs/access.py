"""Whether a runs folder can be written, and refusals in words where it cannot."""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from cifar_core.failures import explain
from cifar_core.runs.exceptions import RunError

_ALLOWED = "allowed: a folder that can be written, chosen by $CIFAR_RUNS_DIR or --runs-dir"


class _HasRunsDir(Protocol):
    @property
    def runs_dir(self) -> Path: ...


Owner = TypeVar("Owner", bound=_HasRunsDir)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def default_runs_dir() -> Path:
    """Return $CIFAR_RUNS_DIR, or `runs` in the current directory."""
    return Path(os.environ.get("CIFAR_RUNS_DIR") or "runs")


def check_is_folder(runs_dir: Path) -> None:
    """Raise RunError if the path can be no folder, because it, or one above it, is a file."""
    existing = _find_existing(runs_dir)
    if not existing.is_dir():
        raise RunError(f"runs folder {str(runs_dir)!r} is not allowed: {existing} is a file; {_ALLOWED}")


def why_not_writable(runs_dir: Path) -> str | None:
    """Return in one sentence why nothing can be started or changed in a runs folder; None if it can. Cheap."""
    try:
        check_is_folder(runs_dir)
    except RunError as error:
        return str(error)
    if os.access(_find_existing(runs_dir), os.W_OK | os.X_OK):
        return None
    return f"the runs folder {runs_dir} is read-only: its runs can be looked at, but not started or changed; {_ALLOWED}"


def refuses_in_words(
    method: Callable[Concatenate[Owner, Arguments], Result],
) -> Callable[Concatenate[Owner, Arguments], Result]:
    """Let a method that changes something raise RunError, with a sentence, where the system refuses."""

    @wraps(method)
    def change(self: Owner, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return method(self, *args, **kwargs)
        except OSError as error:
            raise refusal(self.runs_dir, error) from error

    return change


def refusal(runs_dir: Path, error: Exception) -> RunError:
    """Return what to say where a change did not work."""
    if isinstance(error, RunError):
        return error
    sentence = why_not_writable(runs_dir)
    if sentence is None:
        what = Path(str(error.filename)).name if isinstance(error, OSError) and error.filename else "the runs folder"
        sentence = f"{what} in {runs_dir} cannot be written: {explain(error)}"
    return RunError(sentence)


def _find_existing(path: Path) -> Path:
    """Return the path, or the nearest one above it that is there and may be looked at."""
    for candidate in (path, *path.parents):
        with suppress(PermissionError):
            if candidate.exists():
                return candidate
    return Path(path.anchor)

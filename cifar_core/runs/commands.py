"""Messages to a worker: small files in the run's folder of commands, read in their order."""

import json
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from cifar_core.files import write_text_atomically
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.layout import RunFiles

_MESSAGES = "[!.]*.json"

# Of each of these groups the latest message holds on.
_STANDING = ("pause", "resume", "park")
_LASTING = (("stop",), ("discard",), _STANDING)

CommandName = Literal["pause", "resume", "park", "stop", "discard", "learning_rate"]


@dataclass(frozen=True)
class Command:
    """A message: what to do, and with which numbers."""

    name: CommandName
    arguments: dict[str, Any] = field(default_factory=dict)


def send_command(run_dir: Path, command: CommandName, **arguments: Any) -> None:
    """Leave a message; the worker reads it within a quarter of a second.

    Raises:
        RunError: There is no such command.
        OSError: It cannot be written.
    """
    if command not in get_args(CommandName):
        raise RunError(f"command {command!r} is not allowed; allowed: {', '.join(get_args(CommandName))}")
    text = json.dumps({"command": command, **arguments})
    folder = RunFiles(run_dir).commands
    write_text_atomically(folder / f"{_next_number(folder):020d}-{command}.json", text)


def _next_number(folder: Path) -> int:
    """After those that wait, also if the clock was set back meanwhile."""
    numbers = (path.name.partition("-")[0] for path in folder.glob(_MESSAGES))
    return max([time.time_ns(), *(int(number) + 1 for number in numbers if number.isdecimal())])


def clear_commands(run_dir: Path) -> None:
    """Throw away messages that nobody read: what was meant for one attempt is not for the next."""
    take_commands(run_dir)


def take_commands(run_dir: Path) -> list[Command]:
    """Return the messages in the order they were sent, and remove them."""
    return _read_and_remove(_list_messages(run_dir))


def obey_commands(run_dir: Path) -> list[Command]:
    """Return the messages in the order they were sent, and remove all but those that hold on.

    A stop, the end of it all, and the latest word about pausing and parking lie there until the run ends and is taken
    up again: whoever goes on after a worker that was killed has to do what that one was told.
    """
    messages = _list_messages(run_dir)
    kept = {path for names in _LASTING for path in [each for each in messages if _name_of(each) in names][-1:]}
    return _read_and_remove(messages, kept)


def is_discarded(run_dir: Path) -> bool:
    """Whether somebody wants a run ended at once and gone."""
    return any(_name_of(path) == "discard" for path in _list_messages(run_dir))


def pending_end(run_dir: Path) -> Literal["stopped", "parked"] | None:
    """Return as what a run is to end that nobody trains yet; None if it is not told to end."""
    names = [_name_of(path) for path in _list_messages(run_dir)]
    standing = [name for name in names if name in _STANDING]
    if "stop" in names:
        return "stopped"
    return "parked" if standing[-1:] == ["park"] else None


def _list_messages(run_dir: Path) -> list[Path]:
    return sorted(RunFiles(run_dir).commands.glob(_MESSAGES))


def _name_of(path: Path) -> str:
    return path.stem.partition("-")[2]


def _read_and_remove(messages: Sequence[Path], kept: Collection[Path] = ()) -> list[Command]:
    read: list[Command] = []
    for path in messages:
        name, arguments = _name_of(path), _read_arguments(path)
        if path not in kept:
            with suppress(OSError):
                path.unlink()
        if name in get_args(CommandName):
            read.append(Command(name, arguments))  # type: ignore[arg-type]  # just checked
    return read


def _read_arguments(path: Path) -> dict[str, Any]:
    """A message that cannot be read has none: its name is in its file's name."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: value for key, value in content.items() if key != "command"} if isinstance(content, dict) else {}

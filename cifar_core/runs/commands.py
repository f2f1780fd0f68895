"""Messages to a worker: small files in the run's folder of commands, taken in order and removed."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from cifar_core.files import write_text_atomically
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.layout import RunFiles

_MESSAGES = "[!.]*.json"

CommandName = Literal["pause", "resume", "park", "stop", "learning_rate"]


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
    taken: list[Command] = []
    for path in sorted(RunFiles(run_dir).commands.glob(_MESSAGES)):
        name = path.stem.partition("-")[2]
        arguments = _read_arguments(path)
        with suppress(OSError):
            path.unlink()
        if name in get_args(CommandName):
            taken.append(Command(name, arguments))  # type: ignore[arg-type]  # just checked
    return taken


def _read_arguments(path: Path) -> dict[str, Any]:
    """A message that cannot be read has none: its name is in its file's name."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: value for key, value in content.items() if key != "command"} if isinstance(content, dict) else {}

"""Messages to a worker: small files in the run's `commands/`, taken in order and removed."""

import json
import time
from pathlib import Path
from typing import Any, Literal, get_args

from cifar_core.files import write_text_atomically
from cifar_core.runs.status import RunError

CommandName = Literal["pause", "resume", "stop"]


def send_command(run_dir: Path, command: CommandName, **arguments: Any) -> None:
    """Leave a message; the worker reads it within a quarter of a second.

    Raises:
        RunError: There is no such command.
    """
    if command not in get_args(CommandName):
        raise RunError(f"command {command!r} is not allowed; allowed: {', '.join(get_args(CommandName))}")
    text = json.dumps({"command": command, **arguments})
    write_text_atomically(run_dir / "commands" / f"{time.time_ns():020d}-{command}.json", text)


def clear_commands(run_dir: Path) -> None:
    """Throw away messages that nobody read: what was meant for one attempt is not for the next."""
    take_commands(run_dir)


def take_commands(run_dir: Path) -> list[CommandName]:
    """Return the messages in the order they were sent, and remove them."""
    taken: list[CommandName] = []
    for path in sorted((run_dir / "commands").glob("[!.]*.json")):
        name = path.stem.partition("-")[2]
        path.unlink(missing_ok=True)
        if name in get_args(CommandName):
            taken.append(name)  # type: ignore[arg-type]  # just checked
    return taken

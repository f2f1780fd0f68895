"""Processes that outlive whoever started them."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

# Of the package: what is started finds the same one, whichever folder it is started in.
_ROOT = Path(__file__).resolve().parents[1]


def start_detached(
    module: str, arguments: Sequence[str], log: BinaryIO, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `python -m MODULE ARGUMENTS` in a session of its own, and return it.

    It goes on when this process ends. While this one lives, a thread waits for it, or it would stay behind as a zombie
    when it ends.

    Args:
        module: By its full name.
        arguments: Words of the command line.
        log: What it writes goes here.
        environment: All of its variables; this process's own if None. The package's root is put on its path.

    Raises:
        OSError: It cannot be started.
    """
    variables = dict(os.environ if environment is None else environment)
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), variables.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env=variables,
    )
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()
    return process

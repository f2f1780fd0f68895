"""Start the dashboard's server: the core knows where the dashboard lies and how it is run, not what it is."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

_HERE = Path(__file__).resolve().parents[1]
_CAN_BECOME = os.name != "nt"  # on Windows exec starts another process and gives the prompt back at once


def find_app() -> Path:
    """Return the path of the dashboard's `app.py`: beside an installed core in `cifar_lab_app`, else in the checkout.

    Raises:
        ValueError: There is neither.
    """
    for folder in (_HERE / "cifar_lab_app", _HERE):
        if (folder / "streamlit_app.py").exists():
            return folder / "app.py"
    raise ValueError(f"the dashboard is not installed: {_HERE} holds only the core; install it again: pip install .")


def serve(*, port: int | None = None, data_dir: Path | None = None, runs_dir: Path | None = None) -> NoReturn:
    """Become the dashboard's server. Streamlit finds its settings beside the script, wherever this was started.

    Args:
        port: To listen on; without one Streamlit's setting, and the next free one if that is taken.
        data_dir: As for `load_dataset`.
        runs_dir: As for `RunStore`.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(find_app())]
    command += [] if port is None else ["--server.port", str(port)]
    folders = {"CIFAR_DATA_DIR": data_dir, "CIFAR_RUNS_DIR": runs_dir}
    environment = os.environ | {name: str(folder) for name, folder in folders.items() if folder}
    if not _CAN_BECOME:
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606 - one process, so that who stops it stops the server

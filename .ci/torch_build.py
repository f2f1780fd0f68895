"""Which build of torch to install: .ci/torch_build.py auto|cpu|pypi prints "cpu" or "pypi". Knows nothing but Python.

PyPI's torch for Linux brings CUDA along, 4 of the 6 GB that an environment has: without an NVIDIA GPU they lie idle.
torch publishes builds without them at an address of its own.
"""

import os
import shutil
import sys
import urllib.request
from pathlib import Path

CPU_INDEX = os.environ.get("CPU_INDEX", "https://download.pytorch.org/whl/cpu")
_ALLOWED = ("auto", "cpu", "pypi")


def main(arguments: list[str]) -> int:
    """Print the build to install; what people should know of the choice goes to stderr."""
    (asked,) = arguments
    if asked not in _ALLOWED:
        return _refuse(f"TORCH={asked} is no build of torch; allowed: {', '.join(_ALLOWED)}")
    if asked == "pypi" or (asked == "auto" and not is_cuda_idle()):
        print("pypi")
        return 0
    if answers(CPU_INDEX):
        print("cpu")
        return 0
    if asked == "cpu":
        return _refuse(f"TORCH=cpu needs {CPU_INDEX}, which does not answer; TORCH=pypi does without")
    print(
        f"There is no NVIDIA GPU here, but {CPU_INDEX} does not answer: "
        "installing PyPI's torch, with 4 GB for GPUs that stay unused.",
        file=sys.stderr,
    )
    print("pypi")
    return 0


def is_cuda_idle(system: str = sys.platform, driver: Path = Path("/proc/driver/nvidia")) -> bool:
    """Whether PyPI's torch would bring CUDA to a machine without an NVIDIA driver. Only Linux's does."""
    return system == "linux" and not driver.exists() and shutil.which("nvidia-smi") is None


def answers(index: str) -> bool:
    """Whether a package index has torch, and says so within five seconds."""
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=5) as page:  # noqa: S310 - an address of ours
            return bool(page.status == 200)
    except OSError:
        return False


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

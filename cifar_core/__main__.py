"""python -m cifar_core, and the command cifar-lab."""

import os
import sys

from cifar_core.cli import main


def run() -> int:
    """Run the command line's one command and return the exit code."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads along, such as `head`, has what it wanted. What is still buffered goes nowhere, in silence.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(run())

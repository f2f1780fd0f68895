"""python -m cifar_core."""

import os
import sys

from cifar_core.cli import main

try:
    code = main()
    sys.stdout.flush()
except BrokenPipeError:
    # Who reads along, such as `head`, has what it wanted. What is still buffered goes nowhere, in silence.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
sys.exit(code)

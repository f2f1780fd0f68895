"""The command line: cifar-lab, or python -m cifar_core.

Results go to standard output, progress and remarks to standard error. Exit codes: 0 done, 1 the run or download did not
succeed, 2 bad input (one line that names the field, the value and what is allowed), 130 interrupted.
"""

from cifar_core.cli.command_line import main

__all__ = ["main"]

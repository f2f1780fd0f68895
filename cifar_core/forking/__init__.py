"""Processes that begin with their imports done: copies of one that has imported, once, what all of them need.

A training imports torch, and torch's compiler, for seconds before its first step. A fork server has done that; a copy
of it (fork(2)) becomes within milliseconds what `python -m MODULE ARGUMENTS` would be: the same command line,
environment, folder and session. `multiprocessing` has such a server as well, but waits for its children when a program
ends, and serves nobody but the program that started it; these go on, and start others in their turn.

On Linux alone: elsewhere what libraries hold may not be copied. What a copy cannot be given, e.g. a variable that is
read while Python starts, makes it begin anew as that very command (exec(2)).
"""

from cifar_core.forking.client import ForkedProcess, is_ready, keep, start_forked
from cifar_core.forking.order import VARIABLE

__all__ = ["VARIABLE", "ForkedProcess", "is_ready", "keep", "start_forked"]

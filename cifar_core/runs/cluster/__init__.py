"""Runs on several machines: an engine's dispatcher owns the queue, and starts a task a run on whichever node is free.

The dashboard and the command line know the engine by files beside the runs only: what they want lies in the runs'
folders, and the dispatcher's note says what it has and does. Either may end and come back without the other's help.
"""

from cifar_core.runs.cluster.choice import choose_engine

__all__ = ["choose_engine"]

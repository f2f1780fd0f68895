"""What takes a while to compute from the dataset or a run: made once by a process of its own and kept on disk."""

from cifar_core.derived.kinds import KINDS, Arrays, paces_options, trial_options
from cifar_core.derived.store import DerivedStore, Request

__all__ = ["KINDS", "Arrays", "DerivedStore", "Request", "paces_options", "trial_options"]

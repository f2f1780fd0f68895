"""One lock for each model.

Methods hang hooks on a model's layers, and every forward pass fires them, another thread's too: who runs a model that
others may be explaining at the same time takes its lock as well.
"""

from threading import Lock
from weakref import WeakKeyDictionary

from torch import nn

_locks: WeakKeyDictionary[nn.Module, Lock] = WeakKeyDictionary()
_locks_guard = Lock()


def model_lock(model: nn.Module) -> Lock:
    """Return the model's lock, which lives as long as the model. It is not reentrant, and `attribute` takes it."""
    with _locks_guard:
        if model not in _locks:
            _locks[model] = Lock()
        return _locks[model]

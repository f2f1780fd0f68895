"""What pages ask of networks, behind one door: torch is imported when the first of it is asked for.

    from dashboard import engine

    probs = engine.compute_probs(weights.load(), images)

Whatever `dashboard.engine.networks` names is an attribute of this package. No other module of the dashboard imports
torch, or a part of the core that does: a new server draws its first page before torch is loaded.
"""

import importlib
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dashboard.engine.warm import wait_until_warm, warm_up

if TYPE_CHECKING:
    from dashboard.engine.networks import *  # noqa: F403

__all__ = ["warm_up"]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_networks(), name)


@cache
def _networks() -> ModuleType:
    """Import it behind the warm-up: two threads that import the same at once could meet a module half made."""
    wait_until_warm()
    return importlib.import_module("dashboard.engine.networks")

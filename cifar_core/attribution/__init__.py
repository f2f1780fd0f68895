"""Which pixels speak for a class: attribution methods behind one verb.

The table of methods is here and needs no torch. `cifar_core.attribution.attribute` does, and is imported by its own
name.
"""

from cifar_core.attribution.focus import EVEN, Focus, find_focus
from cifar_core.attribution.method import AttributionError, Method, Option
from cifar_core.attribution.methods import METHODS, check_options, quietest

__all__ = [
    "EVEN",
    "METHODS",
    "AttributionError",
    "Focus",
    "Method",
    "Option",
    "check_options",
    "find_focus",
    "quietest",
]

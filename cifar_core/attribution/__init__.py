"""Which pixels speak for a class: attribution methods behind one verb.

The table of methods is here and needs no torch. `cifar_core.attribution.attribute` does, and is imported by its own
name.
"""

from cifar_core.attribution.agreement import MapAgreement, average_maps, compare_maps
from cifar_core.attribution.audited import ALIKE, MEASURES, audit_frame, find_best, judge_methods
from cifar_core.attribution.focus import EVEN, Focus, find_focus
from cifar_core.attribution.method import AttributionError, Method, Option
from cifar_core.attribution.methods import METHODS, check_options, quietest

__all__ = [
    "ALIKE",
    "EVEN",
    "MEASURES",
    "METHODS",
    "AttributionError",
    "Focus",
    "MapAgreement",
    "Method",
    "Option",
    "audit_frame",
    "average_maps",
    "check_options",
    "compare_maps",
    "find_best",
    "find_focus",
    "judge_methods",
    "quietest",
]

"""The number format that a run trains in, in words."""

from collections.abc import Mapping
from typing import Any


def describe_precision(environment: Mapping[str, Any]) -> str:
    """Return e.g. "bfloat16, chosen here: 1.6 times as fast as float32"; empty before the run has said.

    Args:
        environment: As `RunRecord.environment` returns it.
    """
    chosen: str = environment.get("precision", "")
    timing: Mapping[str, float] = environment.get("precision_timing", {})
    others = [precision for precision in timing if precision != chosen]
    if chosen not in timing or len(others) != 1:
        return chosen
    ratio = timing[others[0]] / timing[chosen]
    speed = f"{ratio:.1f} times" if ratio >= 1.05 else "about"  # never "1.0 times"
    return f"{chosen}, chosen here: {speed} as fast as {others[0]}"

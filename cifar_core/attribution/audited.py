"""What an audit of the methods came to: means with their intervals, and no order where these overlap. Free of torch."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.attribution.methods import METHODS
from cifar_core.evaluation.intervals import mean_interval

Verdict = Literal["passes", "fails", "undecided"]

# Rank correlation from which a map says more about the architecture than about what was learned.
ALIKE = 0.5
# Each measure with what it is called, and whether more is better.
MEASURES: dict[str, tuple[str, bool]] = {
    "untrained": ("Likeness to an untrained network's map", False),
    "seeds": ("Likeness to other seeds' maps", True),
    "deletion": ("Deletion better than at random", True),
    "insertion": ("Insertion better than at random", True),
}


def audit_frame(arrays: Mapping[str, NDArray[np.generic]]) -> pd.DataFrame:
    """Return a row for each method and measure: method, measure, num_images, mean, low, high, verdict.

    Low and high are the ends of the 95 % interval over images (Student's t). A method passes by likeness to an
    untrained network's map if its interval lies below ALIKE, and by deletion and insertion if it lies above 0; it fails
    if its interval lies beyond, and is undecided between. Likeness to other seeds has no such bound, and no verdict.

    Args:
        arrays: The fields of `cifar_core.attribution.audit.Audit`.
    """
    rows = []
    for place, name in enumerate(arrays["methods"].tolist()):
        for measure in MEASURES:
            values = np.asarray(arrays[measure][place], np.float64)
            known = values[np.isfinite(values)].tolist()
            low, high = mean_interval(known)
            mean = float(np.mean(known)) if known else np.nan
            rows.append((METHODS[name].title, measure, len(known), mean, low, high, _judge(measure, low, high)))
    return pd.DataFrame(rows, columns=["method", "measure", "num_images", "mean", "low", "high", "verdict"])


def _judge(measure: str, low: float, high: float) -> Verdict | None:
    if measure == "seeds":
        return None
    bound, is_more = (ALIKE, False) if measure == "untrained" else (0.0, True)
    if low > bound:
        return "passes" if is_more else "fails"
    if high < bound:
        return "fails" if is_more else "passes"
    return "undecided"


def judge_methods(frame: pd.DataFrame) -> dict[str, Verdict]:
    """Return for each method whether it passes all its checks, fails one, or neither is certain."""
    found: dict[str, Verdict] = {}
    for method, verdicts in frame.groupby("method", sort=False)["verdict"]:
        known = set(verdicts.dropna())
        found[str(method)] = "fails" if "fails" in known else "passes" if known == {"passes"} else "undecided"
    return found


def find_best(frame: pd.DataFrame, measure: str) -> str | None:
    """Return the method that is best by a measure, its interval apart from every other one; None if none is."""
    part = frame[(frame["measure"] == measure) & frame["low"].notna()]
    if len(part) < 2:
        return None
    is_more = MEASURES[measure][1]
    ordered = part.sort_values("mean", ascending=not is_more)
    best, others = ordered.iloc[0], ordered.iloc[1:]
    is_apart = best["low"] > others["high"].max() if is_more else best["high"] < others["low"].min()
    return str(best["method"]) if is_apart else None

"""Curves of runs that differ in their seed alone, folded into one: their mean, and how far they lie apart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cifar_core.evaluation.intervals import mean_interval


@dataclass(frozen=True)
class Band:
    """One quantity of several runs, epoch by epoch; all lists are as long.

    Attributes:
        num_runs: Of how many.
        epochs: 1-based, those that all of them have.
        means: Over the runs.
        lowest: Of the runs.
        highest: Of the runs.
        lower, upper: Ends of the 95 % interval of the mean (Student's t); NaN for one run. Not cut off: of few runs
            they may lie where no run can.
    """

    num_runs: int
    epochs: list[int]
    means: list[float]
    lowest: list[float]
    highest: list[float]
    lower: list[float]
    upper: list[float]


def fold_curves(rows_by_run: Sequence[Sequence[Mapping[str, Any]]], curve: str) -> Band:
    """Return one band of several runs.

    Args:
        rows_by_run: The rows of epochs of each run, ascending.
        curve: Which of their columns. An epoch that one of the runs has no finite value of is left out.
    """
    runs = [_read(rows, curve) for rows in rows_by_run]
    shared = sorted(set.intersection(*map(set, runs))) if runs else []
    columns = [[run[epoch] for run in runs] for epoch in shared]
    ends = [mean_interval(values) for values in columns]
    return Band(
        num_runs=len(runs),
        epochs=shared,
        means=[sum(values) / len(values) for values in columns],
        lowest=list(map(min, columns)),
        highest=list(map(max, columns)),
        lower=[low for low, _ in ends],
        upper=[high for _, high in ends],
    )


def _read(rows: Sequence[Mapping[str, Any]], curve: str) -> dict[int, float]:
    known = ((row["epoch"], row.get(curve)) for row in rows)
    return {epoch: value for epoch, value in known if value is not None and math.isfinite(value)}


def bands_frame(bands: Mapping[str, Band]) -> pd.DataFrame:
    """Return bands in long form: columns group, epoch, mean, lowest, highest, lower, upper, num_runs."""
    rows = [
        (group, *values, band.num_runs)
        for group, band in bands.items()
        for values in zip(band.epochs, band.means, band.lowest, band.highest, band.lower, band.upper, strict=True)
    ]
    columns = ["group", "epoch", "mean", "lowest", "highest", "lower", "upper", "num_runs"]
    return pd.DataFrame(rows, columns=columns)

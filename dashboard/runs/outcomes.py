"""What several seeds of one setting came to: a dot a run, and the mean with its interval."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np
import pandas as pd

from cifar_core.evaluation.comparison import expected_half_width
from cifar_core.evaluation.intervals import mean_interval
from cifar_core.runs import RunSummary
from dashboard.components import Dot, DotRow
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.colours import VAL, YARDSTICK
from dashboard.drawing.literal import plain
from dashboard.drawing.words import percent
from dashboard.runs.bundles import name_groups

_RUN = ["group", "name", "run_id", "seed", "which", "accuracy"]
_MEAN = ["group", "name", "which", "num_runs", "mean", "low", "high"]
_TITLES = {"best": "best epoch", "last": "last epoch"}


def outcomes_frame(groups: Sequence[Sequence[RunSummary]]) -> pd.DataFrame:
    """Return two rows for each run, of its best and of its last epoch on val; the best groups first.

    Args:
        groups: Runs that differ in their seed alone.

    Returns:
        Columns group (0 for the best mean of best epochs), name, run_id, seed, which ("best", "last"), accuracy in
        [0, 1]. Runs without val accuracy are left out.
    """
    ordered = sorted(groups, key=lambda runs: -_mean_best(runs))
    rows = [
        (place, name, run.run_id, run.config.training.seed, which, accuracy)
        for place, (runs, name) in enumerate(zip(ordered, name_groups(ordered), strict=True))
        for run in runs
        for which, accuracy in (("best", run.status.best_val_accuracy), ("last", run.status.last_val_accuracy))
        if accuracy is not None and run.config is not None
    ]
    return pd.DataFrame(rows, columns=_RUN)


def _mean_best(runs: Sequence[RunSummary]) -> float:
    return fmean([run.status.best_val_accuracy or 0.0 for run in runs])


def means_frame(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each group's best and last epochs: group, name, which, num_runs, mean, low, high.

    Low and high are the ends of the 95 % interval of the mean (Student's t), in [0, 1]; NaN of one run.
    """
    rows = []
    for (group, name, which), part in outcomes.groupby(["group", "name", "which"], sort=False):
        values = part["accuracy"].tolist()
        low, high = mean_interval(values)
        rows.append((group, name, which, len(values), fmean(values), max(low, 0.0), min(high, 1.0)))
    return pd.DataFrame(rows, columns=_MEAN)


def describe_outcomes(outcomes: pd.DataFrame) -> str:
    """Say how far seeds lie apart, and what so many of them can tell."""
    best = outcomes[outcomes["which"] == "best"]
    parts = [part["accuracy"].to_numpy() for _, part in best.groupby("group") if len(part) > 1]
    freedom = sum(len(part) - 1 for part in parts)
    if not freedom:
        return ""
    deviation = float(np.sqrt(sum(((part - part.mean()) ** 2).sum() for part in parts) / freedom))
    fewest = min(map(len, parts))
    tells = [f"{count_seeds(number)} to {_half(deviation, number)}" for number in sorted({fewest, 5, 10})]
    return (
        f"Runs that differ in their seed alone lie {_points(deviation)} apart (standard deviation, best epoch). "
        f"So the mean of {', of '.join(tells)} is known, 19 times in 20: a smaller difference may be luck."
    )


def _half(deviation: float, number: int) -> str:
    return f"±\N{NO-BREAK SPACE}{_points(expected_half_width(deviation, number))}"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def outcome_rows(outcomes: pd.DataFrame, means: pd.DataFrame) -> list[DotRow]:
    """Return two rows of dots for each group, a dot a run: full for its best epoch, hollow for its last.

    Args:
        outcomes: As `outcomes_frame` returns them. A dot's id is its run.
        means: As `means_frame` returns them.
    """
    return [row for _, group in means.groupby("group") for row in _rows_of(outcomes, group)]


def _rows_of(outcomes: pd.DataFrame, means: pd.DataFrame) -> Iterator[DotRow]:
    by_which = {row["which"]: row for row in means.to_dict("records")}
    for which, title in _TITLES.items():
        if (mean := by_which.get(which)) is None:
            continue
        part = outcomes[(outcomes["group"] == mean["group"]) & (outcomes["which"] == which)]
        interval = None if pd.isna(mean["low"]) else (mean["low"], mean["high"])
        is_first = which == next(iter(by_which))
        yield DotRow(
            title,
            [
                Dot(accuracy, f"seed {seed}, {title}: {percent(accuracy)}", id=run_id)
                for run_id, seed, accuracy in part[["run_id", "seed", "accuracy"]].itertuples(index=False)
            ],
            VAL if which == "best" else YARDSTICK,
            "full" if which == "best" else "hollow",
            heading=plain(mean["name"]) if is_first else "",
            note=count_seeds(mean["num_runs"]),
            mean=mean["mean"],
            mean_words=_describe_mean(title, mean["num_runs"], mean["mean"], interval),
            interval=interval,
        )


def _describe_mean(title: str, num_runs: int, mean: float, interval: tuple[float, float] | None) -> str:
    words = f"{title}, mean of {num_runs} {percent(mean)}"
    return words if interval is None else f"{words}, 95 % interval {percent(interval[0])} to {percent(interval[1])}"

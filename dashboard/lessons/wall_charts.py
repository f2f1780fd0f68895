"""The wall of a class, drawn: accuracies of each arm, each learner's effect beside the pooled one, predictions."""

from collections.abc import Iterable, Mapping

import pandas as pd

from cifar_core.experiments.pooling import Calibration, PooledClaim, PooledLesson
from cifar_core.experiments.store import Prediction
from dashboard.components import Balance, Bar, BarRow, Dot, DotRow
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.colours import VAL, YARDSTICK
from dashboard.drawing.literal import plain
from dashboard.drawing.words import percent, signed
from dashboard.lessons.charts import balance_of, describe_interval, describe_larger, reach_beyond

_NAME = 14  # letters of a learner's name before a row
ORDER: tuple[Prediction, ...] = ("contradicted", "no difference", "supported")  # as an effect's axis has them


def arms_frame(lesson: PooledLesson) -> pd.DataFrame:
    """Return a row a run: arm, learner, seed, accuracy in [0, 1]."""
    rows = [
        {"arm": arm, "learner": learner, "seed": seed, "accuracy": value}
        for arm, by_learner in lesson.accuracies.items()
        for learner, by_seed in by_learner.items()
        for seed, value in by_seed.items()
    ]
    return pd.DataFrame(rows, columns=["arm", "learner", "seed", "accuracy"])


def arm_rows(frame: pd.DataFrame) -> list[DotRow]:
    """Return a row of dots for each arm, a dot a run, with a bar at their mean.

    Args:
        frame: As `arms_frame` returns it.
    """
    return [_arm_row(arm, frame[frame["arm"] == arm]) for arm in frame["arm"].unique()]


def _arm_row(arm: str, runs: pd.DataFrame) -> DotRow:
    mean = float(runs["accuracy"].mean())
    dots = [
        Dot(accuracy, f"{plain(learner)}, seed {seed}: {percent(accuracy)}")
        for learner, seed, accuracy in runs[["learner", "seed", "accuracy"]].itertuples(index=False)
    ]
    return DotRow(plain(arm), dots, VAL, "faint", mean=mean, mean_words=f"{plain(arm)}, mean {percent(mean)}")


def wall_rows(pooled: PooledClaim) -> list[DotRow]:
    """Return a row a learner, the smallest mean first, then one for all with the pooled interval.

    A dot is the difference of a seed's two runs, the second arm's less the first's; a bar their mean. A learner's name
    has a sign where a prediction came true, or did not.

    Args:
        pooled: With at least one difference.
    """
    right = {guess.learner: guess.is_right for guess in pooled.guesses}
    in_order = sorted(pooled.by_learner.items(), key=lambda each: _mean(each[1]))
    rows = [_wall_row(learner, by_seed, right.get(learner)) for learner, by_seed in in_order]
    if pooled.effect is not None:
        effect = pooled.effect
        words = f"all together: {describe_interval(effect.size, effect.low, effect.high)}"
        colour = VAL if pooled.verdict not in (None, "undecided") else YARDSTICK
        ends = (effect.low, effect.high)
        rows.append(DotRow("all together", (), colour, mean=effect.size, mean_words=words, interval=ends))
    return rows


def _wall_row(learner: str, by_seed: Mapping[int, float], is_right: bool | None) -> DotRow:
    mean, name = _mean(by_seed), plain(learner)
    sign = {True: " ✓", False: " ✗", None: ""}[is_right]
    return DotRow(
        f"{plain(learner, most=_NAME)}{sign}",
        [Dot(value, f"{name}, seed {seed}: {signed(value)} points") for seed, value in by_seed.items()],
        YARDSTICK,
        "faint",
        mean=mean,
        mean_words=f"{name}: {signed(mean)} points over {count_seeds(len(by_seed))}",
    )


def _mean(by_seed: Mapping[int, float]) -> float:
    return sum(by_seed.values()) / len(by_seed)


def wall_balance(pooled: PooledClaim) -> Balance:
    """Return the axis of a claim's wall."""
    ends = [value for by_seed in pooled.by_learner.values() for value in by_seed.values()]
    ends += [] if pooled.effect is None else [pooled.effect.low, pooled.effect.high]
    return balance_of(pooled.claim, reach_beyond(ends))


def guess_rows(pooled: PooledClaim) -> list[BarRow]:
    """Return a bar for each answer one could expect, in the order of an effect's axis; what turned out so stands out.

    Args:
        pooled: With at least one guess.
    """
    claim = pooled.claim
    names = {
        "contradicted": describe_larger(claim, claim.first),
        "no difference": "no difference",
        "supported": describe_larger(claim, claim.second),
    }
    return [_guess_row(pooled, prediction, names[prediction]) for prediction in ORDER]


def _guess_row(pooled: PooledClaim, prediction: Prediction, name: str) -> BarRow:
    learners = [guess.learner for guess in pooled.guesses if guess.prediction == prediction]
    is_so = prediction == pooled.verdict
    who = plain(", ".join(map(plain, learners)), most=300) or "nobody"
    bar = Bar(len(learners) / len(pooled.guesses), str(len(learners)), who, VAL if is_so else YARDSTICK)
    return BarRow(name, (bar,), ("so it is",) if is_so else ())


def calibration_frame(rows: Iterable[Calibration]) -> pd.DataFrame:
    """Return how often predictions of about one confidence came true, as people read it."""
    return pd.DataFrame(
        [
            {
                "So sure": f"{row.lowest} to {row.highest} %",
                "Came true": f"{row.num_right} of {row.num_guesses}",
                "Share": f"{100 * row.num_right / row.num_guesses:.0f} %",
                "95 % interval": f"{100 * row.low:.0f} to {100 * row.high:.0f} %",
            }
            for row in rows
        ],
        columns=["So sure", "Came true", "Share", "95 % interval"],
    )

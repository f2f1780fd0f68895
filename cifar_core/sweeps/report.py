"""What a sweep found, and how much of it is luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from cifar_core.evaluation.comparison import Effect, compare_seeds
from cifar_core.evaluation.intervals import mean_interval, wilson_interval
from cifar_core.evaluation.scorecard import expected_best, expected_inflation
from cifar_core.sweeps.record import Promotion, Sweep, Trial
from cifar_core.sweeps.steps import is_over


@dataclass(frozen=True)
class Fresh:
    """A configuration trained again with seeds that it was not chosen by.

    Attributes:
        trial: Which.
        scores: Val accuracy in [0, 1] by fresh seed.
        mean: Of them.
        low, high: 95 % interval of the mean (Student's t); None with fewer than two seeds.
        claimed: What the sweep said of it.
    """

    trial: Trial
    scores: dict[int, float]
    mean: float
    low: float | None
    high: float | None
    claimed: float


@dataclass(frozen=True)
class Luck:
    """What the best of several looks better by than it is.

    Attributes:
        num_tried: Configurations that the best was chosen among.
        of_images: At most so much by the choice of val images, if all were equally good; exact. None if their number is
            not known.
        of_seeds: So much by the choice of seeds, likewise; None where nothing was promoted.
        seed_deviation: Of val accuracy between seeds, from the promoted runs.
        seen: What the sweep said of the winner, or of its best, less its mean over fresh seeds; None likewise.
    """

    num_tried: int
    of_images: float | None
    of_seeds: float | None
    seed_deviation: float | None
    seen: float | None


def report_fresh(sweep: Sweep) -> list[Fresh]:
    """Return what was promoted, the highest mean first; those with no result are left out."""
    promotion = sweep.promotion
    if promotion is None:
        return []
    found = [_fresh(sweep.trials[number], promotion) for number in promotion.trials if promotion.scores.get(number)]
    return sorted(found, key=lambda each: -each.mean)


def _fresh(trial: Trial, promotion: Promotion) -> Fresh:
    scores = promotion.scores[trial.number]
    values = list(scores.values())
    low, high = mean_interval(values) if len(values) > 1 else (None, None)
    return Fresh(trial, dict(scores), mean(values), low, high, trial.score or 0.0)


def compare_winner(sweep: Sweep) -> Effect | None:
    """Return how much better the winner is than the runner-up, seed by seed; None with fewer than two seeds of both."""
    fresh = report_fresh(sweep)
    if len(fresh) < 2:
        return None
    seeds = sorted(fresh[0].scores.keys() & fresh[1].scores.keys())
    if len(seeds) < 2:
        return None
    first, second = ([each.scores[seed] for seed in seeds] for each in (fresh[1], fresh[0]))
    return compare_seeds(first, second)


def measure_luck(sweep: Sweep, num_val: int | None) -> Luck | None:
    """Return what chance makes of the best; None where nothing came of the sweep.

    Args:
        sweep: Which.
        num_val: Val images; None if that is not known.
    """
    ranking, fresh = sweep.ranking(), report_fresh(sweep)
    if not ranking:
        return None
    num_tried = sum(bool(trial.scores) for trial in sweep.trials)
    best = ranking[0].score or 0.0
    deviation = _pooled_deviation([list(each.scores.values()) for each in fresh])
    top = next((each for each in fresh if each.trial.number == ranking[0].number), None)
    per_mean = None if deviation is None else deviation / math.sqrt(len(sweep.seeds))
    return Luck(
        num_tried=num_tried,
        of_images=None if num_val is None else expected_inflation(top.mean if top else best, num_val, num_tried),
        of_seeds=None if per_mean is None else expected_best(per_mean, num_tried),
        seed_deviation=deviation,
        seen=None if top is None else top.claimed - top.mean,
    )


def _pooled_deviation(groups: Sequence[Sequence[float]]) -> float | None:
    """Return the deviation within groups, over all of them; None where no group has two values."""
    known = [group for group in groups if len(group) > 1]
    if not known:
        return None
    squares = sum((len(group) - 1) * stdev(group) ** 2 for group in known)
    return math.sqrt(squares / sum(len(group) - 1 for group in known))


def interval_on_test(promotion: Promotion) -> tuple[float, float] | None:
    """Return the 95 % interval of the winner's accuracy on test (Wilson, 1927); None if it was not looked at."""
    if promotion.test_accuracy is None or not promotion.num_test:
        return None
    right = round(promotion.test_accuracy * promotion.num_test)
    low, high = wilson_interval(right, promotion.num_test)
    return float(low), float(high)


def sweep_facts(sweep: Sweep, num_val: int | None) -> dict[str, Any]:
    """Return what scripts are told of a sweep."""
    luck, winner = measure_luck(sweep, num_val), compare_winner(sweep)
    return {
        "sweep": sweep.id,
        "state": "over" if is_over(sweep) else sweep.state,
        "sampler": sweep.plan.sampler,
        "budget": str(sweep.budget),
        "seconds": round(sweep.seconds, 1),
        "trials": [_trial_facts(trial, sweep.rungs) for trial in sweep.trials],
        "best": [trial.number for trial in sweep.ranking()[:5]],
        "luck": luck and {name: getattr(luck, name) for name in luck.__dataclass_fields__},
        "promotion": _promotion_facts(sweep, winner),
    }


def _trial_facts(trial: Trial, rungs: Sequence[int | None]) -> dict[str, Any]:
    scores = {str(rungs[rung] or "end"): score for rung, score in trial.scores.items()}
    facts = {
        "number": trial.number,
        "settings": trial.values,
        "runs": list(trial.runs.values()),
        "val_accuracy": scores,
    }
    return facts | {"refused": trial.refused or None, "seconds": round(trial.seconds, 1)}


def _promotion_facts(sweep: Sweep, winner: Effect | None) -> dict[str, Any] | None:
    promotion = sweep.promotion
    if promotion is None:
        return None
    fresh = [
        {
            "number": each.trial.number,
            "claimed": each.claimed,
            "val_accuracy": each.scores,
            "mean": each.mean,
            "interval": None if each.low is None else [each.low, each.high],
        }
        for each in report_fresh(sweep)
    ]
    return {
        "is_over": promotion.is_over,
        "fresh": fresh,
        "winner": promotion.winner,
        "better_than_next": winner and {"size": winner.size, "interval": [winner.low, winner.high], "p": winner.p},
        "test_run": promotion.test_run,
        "test_accuracy": promotion.test_accuracy,
        "test_interval": interval_on_test(promotion),
    }

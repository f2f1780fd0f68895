"""What runs say of a claim, in numbers and in a sentence that does not claim more."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import variance

from cifar_core.evaluation.comparison import (
    Effect,
    Verdict,
    compare_seeds,
    expected_half_width,
    judge_claim,
    smallest_difference,
)
from cifar_core.experiments.measures import ACCURACY
from cifar_core.experiments.question import Claim, Question

_MORE_SEEDS = 3
# Deviations of the pairs' differences that were measured for small runs: few images, few epochs, over six claims.
USUAL_DEVIATIONS = (0.009, 0.036)


@dataclass(frozen=True)
class Found:
    """What one run came to.

    Attributes:
        accuracy: On val after its last epoch, in [0, 1]; guessing's where the run diverged.
        seconds: It trained.
        measures: What else claims are about, by its name.
    """

    accuracy: float
    seconds: float
    measures: Mapping[str, float] = field(default_factory=dict)

    def value(self, measure: str) -> float | None:
        """Return what a claim is about; None if that was not saved."""
        return self.accuracy if measure == ACCURACY else self.measures.get(measure)


@dataclass(frozen=True)
class Answer:
    """What the runs say of a claim.

    Attributes:
        claim: Which.
        num_pairs: Seeds with which both arms have been trained.
        effect: What is measured, of the second less of the first; None with fewer than two pairs.
        verdict: What that makes of the claim; None likewise.
        sentence: For people.
        seconds_more: About how long three more seeds of both take; None where nothing was trained yet.
        differences: By seed, what is measured of the second less of the first.
    """

    claim: Claim
    num_pairs: int
    effect: Effect | None
    verdict: Verdict | None
    sentence: str
    seconds_more: float | None
    differences: Mapping[int, float]


def answer_all(question: Question, found: Mapping[str, Mapping[int, Found]]) -> list[Answer]:
    """Answer each claim of a question, in its order.

    Args:
        question: Which.
        found: By arm and seed.
    """
    return [answer_claim(claim, found) for claim in question.claims]


def answer_claim(claim: Claim, found: Mapping[str, Mapping[int, Found]]) -> Answer:
    """Compare the two arms of a claim over the seeds that both were trained with.

    Args:
        claim: Which.
        found: By arm and seed.
    """
    first, second = (_values(claim, found.get(arm, {})) for arm in (claim.first, claim.second))
    seeds = sorted(first.keys() & second.keys())
    seconds = [found[claim.first][seed].seconds + found[claim.second][seed].seconds for seed in seeds]
    more = _MORE_SEEDS * sum(seconds) / len(seconds) if seconds else None
    differences = {seed: second[seed] - first[seed] for seed in seeds}
    if len(seeds) < 2:
        return Answer(claim, len(seeds), None, None, _too_few(len(seeds)), more, differences)
    effect = compare_seeds([first[seed] for seed in seeds], [second[seed] for seed in seeds])
    verdict = judge_claim(effect, claim.margin)
    sentence = _describe(claim, effect, verdict, len(seeds), more)
    return Answer(claim, len(seeds), effect, verdict, sentence, more, differences)


def _values(claim: Claim, found: Mapping[int, Found]) -> dict[int, float]:
    values = {seed: each.value(claim.measure) for seed, each in found.items()}
    return {seed: value for seed, value in values.items() if value is not None}


def usual_deviation(answers: Iterable[Answer]) -> float | None:
    """Return how far apart pairs of one claim usually lie, over claims that were answered before; None without any.

    Several experiments are pooled: the variance of each, weighted with its degrees of freedom.
    """
    groups = [list(answer.differences.values()) for answer in answers]
    groups = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return None
    return math.sqrt(sum(variance(group) * (len(group) - 1) for group in groups) / freedom) or None


def describe_power(num_seeds: int, margin: float, deviation: float | None) -> str:
    """Say which differences so many seeds will mostly not decide.

    Args:
        num_seeds: Of each arm.
        margin: Of the claim.
        deviation: As `usual_deviation` has it; None: such as was measured for small runs.
    """
    deviations = USUAL_DEVIATIONS if deviation is None else (deviation,)
    ends = [100 * smallest_difference(each, num_seeds, margin) for each in deviations]
    size = " to ".join(f"{end:.1f}" if deviation is not None and end < 10 else f"{end:.0f}" for end in ends)
    # Where the interval fits between the margins, what is not shown is shown to be small.
    is_wide = expected_half_width(max(deviations), num_seeds) >= margin
    fate = "mostly end as undecided" if is_wide else "mostly not show"
    lie = "those of small runs usually do" if deviation is None else "earlier runs of this lay"
    below = f"differences below about {size} points will {fate}"
    return f"With {num_seeds} seeds, {below}, if seeds lie as far apart as {lie}."


def _too_few(num_pairs: int) -> str:
    have = "No seed has" if num_pairs == 0 else "One seed has"
    return f"Not answered yet: {have} been trained with both, and a comparison takes two or more."


def _describe(claim: Claim, effect: Effect, verdict: Verdict, num_pairs: int, more: float | None) -> str:
    interval = f"95 % interval {_points(effect.low)} to {_points(effect.high)}, {num_pairs} seeds"
    what = "" if claim.measure == ACCURACY else f" in the {claim.measured.words}"
    match verdict:
        case "supported" | "contradicted":
            beside = f"{claim.second} is {_points(effect.size)} points beside {claim.first}{what}"
            return f"{verdict.capitalize()} here: {beside} ({interval})."
        case "no difference":
            return f"No difference larger than {100 * effect.bound:.1f} points{what} here ({interval})."
        case "undecided":
            time = "" if more is None else f" {_MORE_SEEDS} more seeds take about {_duration(more)}."
            return f"Undecided: {_points(effect.size)} points{what}, {_doubt(effect, claim)} ({interval}).{time}"


def _doubt(effect: Effect, claim: Claim) -> str:
    if effect.low <= 0 <= effect.high:
        return "which chance can make"
    return f"which is more than chance makes, but may be less than the {100 * claim.margin:.3g} that matter"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def describe_effect(claim: Claim, effect: Effect | None, verdict: Verdict | None, num_pairs: int) -> str:
    """Return what a claim's effect over so many seeds says, without a word on how long more of them take."""
    if effect is None or verdict is None:
        return _too_few(num_pairs)
    return _describe(claim, effect, verdict, num_pairs, None)

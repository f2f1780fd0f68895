"""What runs say of a claim, in numbers and in a sentence that does not claim more."""

from collections.abc import Mapping
from dataclasses import dataclass

from cifar_core.evaluation.comparison import Effect, Verdict, compare_seeds, judge_claim
from cifar_core.experiments.question import Claim

_MORE_SEEDS = 3


@dataclass(frozen=True)
class Found:
    """What one run came to.

    Attributes:
        accuracy: On val after its last epoch, in [0, 1]; guessing's where the run diverged.
        seconds: It trained.
    """

    accuracy: float
    seconds: float


@dataclass(frozen=True)
class Answer:
    """What the runs say of a claim.

    Attributes:
        claim: Which.
        num_pairs: Seeds with which both arms have been trained.
        effect: Val accuracy of the second less the first's; None with fewer than two pairs.
        verdict: What that makes of the claim; None likewise.
        sentence: For people.
        seconds_more: About how long three more seeds of both take; None where nothing was trained yet.
        differences: By seed, val accuracy of the second less the first's.
    """

    claim: Claim
    num_pairs: int
    effect: Effect | None
    verdict: Verdict | None
    sentence: str
    seconds_more: float | None
    differences: Mapping[int, float]


def answer_claim(claim: Claim, found: Mapping[str, Mapping[int, Found]]) -> Answer:
    """Compare the two arms of a claim over the seeds that both were trained with.

    Args:
        claim: Which.
        found: By arm and seed.
    """
    first, second = found.get(claim.first, {}), found.get(claim.second, {})
    seeds = sorted(first.keys() & second.keys())
    seconds = [first[seed].seconds + second[seed].seconds for seed in seeds]
    more = _MORE_SEEDS * sum(seconds) / len(seconds) if seconds else None
    differences = {seed: second[seed].accuracy - first[seed].accuracy for seed in seeds}
    if len(seeds) < 2:
        return Answer(claim, len(seeds), None, None, _too_few(len(seeds)), more, differences)
    effect = compare_seeds([first[seed].accuracy for seed in seeds], [second[seed].accuracy for seed in seeds])
    verdict = judge_claim(effect, claim.margin)
    sentence = _describe(claim, effect, verdict, len(seeds), more)
    return Answer(claim, len(seeds), effect, verdict, sentence, more, differences)


def _too_few(num_pairs: int) -> str:
    have = "No seed has" if num_pairs == 0 else "One seed has"
    return f"Not answered yet: {have} been trained with both, and a comparison takes two or more."


def _describe(claim: Claim, effect: Effect, verdict: Verdict, num_pairs: int, more: float | None) -> str:
    interval = f"95 % interval {_points(effect.low)} to {_points(effect.high)}, {num_pairs} seeds"
    match verdict:
        case "supported":
            return f"Supported here: {claim.second} is {_points(effect.size)} points beside {claim.first} ({interval})."
        case "contradicted":
            return (
                f"Contradicted here: {claim.second} is {_points(effect.size)} points beside {claim.first} ({interval})."
            )
        case "no difference":
            return f"No difference larger than {100 * effect.bound:.1f} points here ({interval})."
        case "undecided":
            time = "" if more is None else f" {_MORE_SEEDS} more seeds take about {_duration(more)}."
            return f"Undecided: {_points(effect.size)} points, {_doubt(effect, claim)} ({interval}).{time}"


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

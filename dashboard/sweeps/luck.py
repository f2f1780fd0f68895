"""How much of a sweep's best is luck, and which of the promoted is better, in words."""

from cifar_core.evaluation.comparison import judge_claim
from cifar_core.sweeps import Sweep, compare_winner, measure_luck, report_fresh
from dashboard.drawing.words import points, signed

_EVEN = 0.01


def describe_luck(sweep: Sweep, num_val: int | None) -> str:
    """Say how much of the best is luck, as far as that is known; empty where nothing is.

    Args:
        sweep: Which.
        num_val: Val images; None if that is not known.
    """
    luck = measure_luck(sweep, num_val)
    if luck is None or luck.num_tried < 2:
        return ""
    words = []
    if luck.of_images is not None:
        words.append(
            f"Were all {luck.num_tried} equally good, the best would still look up to **{100 * luck.of_images:.1f} "
            "points** better than it is, by which images are in val."
        )
    if luck.of_seeds is not None and luck.seed_deviation is not None:
        words.append(
            f"Seeds move a run by {100 * luck.seed_deviation:.1f} points: the luckiest of {luck.num_tried} looks "
            f"**{100 * luck.of_seeds:.1f} points** better by that."
        )
    if luck.seen is not None:
        words.append(f"With fresh seeds, what the sweep called best changed by **{signed(-luck.seen)} points**.")
    return " ".join(words)


def describe_winner(sweep: Sweep) -> str:
    """Say in a sentence whether the first is better than the second, or only looks so."""
    fresh, effect = report_fresh(sweep), compare_winner(sweep)
    if len(fresh) < 2 or effect is None:
        return "Whether one is better than another needs two of them, with two seeds each."
    first, second = fresh[0].trial.number, fresh[1].trial.number
    ends = f"95 % interval {signed(effect.low)} to {signed(effect.high)} points, seed by seed"
    if judge_claim(effect, 0.0) == "supported":
        return f"**#{first} is better than #{second}** by {points(effect.size)} ({ends})."
    if effect.bound <= _EVEN:
        return f"**#{first} and #{second} are equally good**, to within a point ({ends}); #{first} is taken."
    return (
        f"**Undecided between #{first} and #{second}**: {points(effect.size)} ({ends}). #{first} is taken, as its mean "
        "is the highest; more seeds would tell."
    )

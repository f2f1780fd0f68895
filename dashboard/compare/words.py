"""What a comparison came to, in plain words that claim no more than it shows."""

from collections.abc import Mapping
from typing import Any

from cifar_core.evaluation.comparison import Effect, Verdict
from cifar_core.evaluation.pairs import Pile
from dashboard.drawing.words import percent, signed

PILE_TITLES: dict[Pile, str] = {
    "fixed": "Fixed by B",
    "broken": "Broken by B",
    "wrong_alike": "Both wrong alike",
    "wrong_differently": "Both wrong differently",
    "right": "Both right",
}
PILE_MEANINGS: dict[Pile, str] = {
    "fixed": "A gets these wrong, B right",
    "broken": "A gets these right, B wrong",
    "wrong_alike": "Both name the same wrong class: look here for wrong labels and for what is hard for any network",
    "wrong_differently": "Both are wrong, and each names another class",
    "right": "Both name the true class",
}
NOTHING_SHARED = (
    "**Cannot be told**: no image is held out by both, and the val images of one may be easier than those of the other."
)
_SURE = 0.05
_SEED = "training.seed"


def is_of_seed_alone(differences: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether two runs have the same settings, whatever their seeds."""
    return set(differences) <= {_SEED}


def describe_networks(effect: Effect, accuracies: tuple[float, float], of: str) -> str:
    """Say which of two networks is the more accurate one, if either is.

    Args:
        effect: As `compare_networks` returns it.
        accuracies: The first's and the second's, in [0, 1].
        of: How many images of which split, e.g. "5,000 val images".
    """
    numbers = f"B gets {percent(accuracies[1])} of {of} right, A {percent(accuracies[0])}"
    if not is_certain(effect):
        return f"**Not told apart**: {numbers}, and a difference of {signed(effect.size)} points can well be chance."
    better, worse = ("B", "A") if effect.size > 0 else ("A", "B")
    return f"**{better} is better than {worse}** by {signed(abs(effect.size))[1:]} points: {numbers}."


def is_certain(effect: Effect) -> bool:
    """Whether a difference is more than chance makes of images: no more than one in twenty equal pairs shows it."""
    return effect.p is not None and effect.p < _SURE


def explain_test(effect: Effect, fixed: int, broken: int) -> str:
    """Say what the exact test of McNemar and its interval mean.

    Args:
        effect: As `compare_networks` returns it.
        fixed: Images that only the second gets right.
        broken: Images that only the first gets right.
    """
    if fixed + broken == 0 or effect.p is None:
        return "They get the very same images right."
    return (
        f"B is right on {fixed:,} images that A gets wrong, and wrong on {broken:,} that A gets right. Were both "
        f"equally good, chance would split them at least as unevenly {describe_chance(effect.p)}. 95 % interval of the "
        f"difference: {_interval(effect)} points. This says something about these two networks, nothing about their "
        "settings."
    )


def describe_chance(p: float) -> str:
    """Return a probability as how often: "about once in 40 times"."""
    if p < 0.0001:
        return "less than once in 10,000 times"
    if p < 0.2:
        return f"about once in {round(1 / p):,} times"
    return f"{percent(p, 0)} of the time"


def describe_settings(effect: Effect, verdict: Verdict, num_pairs: int) -> str:
    """Say what the seeds that both have make of the claim that the second's settings are better.

    Args:
        effect: As `compare_seeds` returns it.
        verdict: What `judge_claim` makes of it with its usual margin of a point.
        num_pairs: Seeds.
    """
    numbers = f"B {signed(effect.size)} points, 95 % interval {_interval(effect)}, over {num_pairs} seeds"
    match verdict:
        case "supported":
            return f"**Supported here**: B's settings are better than A's by more than a point ({numbers})."
        case "contradicted":
            return f"**Contradicted here**: B's settings are worse than A's by more than a point ({numbers})."
        case "no difference":
            return f"**No difference larger than {100 * effect.bound:.1f} points** here ({numbers})."
        case "undecided":
            return (
                f"**Undecided**: B {signed(effect.size)} points over {num_pairs} seeds, but anything from "
                f"{_interval(effect)} fits them. More seeds narrow it down."
            )


def describe_spread(accuracies: list[float]) -> str:
    """Say how much runs differ whose settings are the same.

    Args:
        accuracies: On val, one a seed, in [0, 1].
    """
    if len(accuracies) < 2:
        return "**The same settings**: what differs between A and B is chance."
    return (
        f"**The same settings**: over {len(accuracies)} seeds from {percent(min(accuracies))} to "
        f"{percent(max(accuracies))} of val right. So much is chance."
    )


def too_few_seeds(num_pairs: int) -> str:
    """Say why nothing is known of the settings yet."""
    have = "no seed was trained to its end" if num_pairs == 0 else "only one seed was trained"
    return (
        f"**Not known yet**: {have} with both. Another seed would make other networks, perhaps the other way round; "
        "with some more seeds of both you can tell."
    )


def _interval(effect: Effect) -> str:
    return f"{signed(effect.low)} to {signed(effect.high)}"

"""A score card in words, the same on a page and on the command line."""

from cifar_core.evaluation.scorecard import Scorecard, Share

UNKNOWN = "–"
# What it says, its value, and in one plain sentence what that means.
Line = tuple[str, str, str]


def describe_scorecard(card: Scorecard) -> list[Line]:
    """Return the card line by line."""
    return [*_say_val(card), _say_seeds(card), *_say_test(card)]


def _say_val(card: Scorecard) -> list[Line]:
    return [
        (
            "Val, best epoch",
            _say(card.val_best),
            "Held-out images it gets right after the epoch that did best on these very images: a little too good.",
        ),
        (
            "Val, last epoch",
            _say(card.val_last),
            "The same after the last epoch, which nothing chose.",
        ),
        (
            f"Best of {card.num_tried} epochs",
            _say_more(card.expected_inflation),
            "Were all epochs equally good, the best would look so much better than it is. They are alike: it is less.",
        ),
        (
            f"Best of {card.num_runs} {'run' if card.num_runs == 1 else 'runs'}",
            _say_more(card.run_inflation),
            "What keeping the best of all runs that were judged by these val images adds by that choice alone.",
        ),
    ]


def _say_test(card: Scorecard) -> list[Line]:
    return [
        (
            "Test",
            _say(card.test),
            "Images that chose nothing, with the weights of the best val epoch: the figure to report.",
        ),
        (
            "Test less near-duplicates",
            _say(card.test_without_duplicates),
            "Without test images of which train holds nearly the same picture: those it may know by heart.",
        ),
        (
            "Test less disputed labels",
            _say(card.test_without_disputed),
            "Without test images whose label most of five people disagreed with: there, a mistake may be none.",
        ),
        (
            "Test, labels corrected",
            _say(card.test_corrected),
            "And with those of them for which three of five agree on another class, by that class.",
        ),
        (
            "Looks at test",
            f"{card.num_test_readings:,}",
            "Each look that something is chosen by makes test a second val. The end of a run counts as one.",
        ),
    ]


def _say(share: Share | None) -> str:
    if share is None:
        return UNKNOWN
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _say_more(inflation: float) -> str:
    return f"up to {100 * inflation:+.1f} points"


def _say_seeds(card: Scorecard) -> Line:
    seeds = card.seeds
    if seeds is None:
        return (
            "Other seeds",
            UNKNOWN,
            "One training only: how much of its figure is luck, other seeds tell.",
        )
    value = f"{100 * seeds.mean:.1f} % ({100 * max(0.0, seeds.low):.1f} to {100 * min(1.0, seeds.high):.1f})"
    return (
        f"Mean of {seeds.num} seeds",
        value,
        "What to expect of these settings trained anew, by val and its best epochs; the best of so many seeds lies "
        f"{100 * seeds.best_adds:.1f} points above, on average, by luck.",
    )

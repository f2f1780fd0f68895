"""What the Compare page speaks of: the predictions of two runs of the same images."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import Predictions, PredictionsError, compute_accuracy
from cifar_core.evaluation.comparison import Effect, align_predictions, compare_counts
from cifar_core.evaluation.pairs import PILES, Pile, pairs_frame, select_pile
from cifar_core.runs import RunRecord, RunSummary
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import short_name
from dashboard.session import address, state
from dashboard.session.cache import get_predictions, get_store
from dashboard.session.lock import list_splits
from dashboard.session.selection import count_reading


@dataclass(frozen=True, eq=False)
class Answers:
    """What two networks say of the same images. All sessions share it: not to be changed.

    Attributes:
        predictions: Of the images that both are about, in the same order.
        frame: As `pairs_frame` makes it of them.
    """

    predictions: tuple[Predictions, Predictions]
    frame: pd.DataFrame

    @cached_property
    def piles(self) -> dict[Pile, pd.DataFrame]:
        """The images of each pile, as `select_pile` has them."""
        return {pile: select_pile(self.frame, pile) for pile in PILES}

    @cached_property
    def sizes(self) -> dict[Pile, int]:
        """How many images each pile holds."""
        return {pile: len(rows) for pile, rows in self.piles.items()}

    @cached_property
    def effect(self) -> Effect:
        """How much more accurate B is."""
        return compare_counts(self.sizes["fixed"], self.sizes["broken"], len(self.frame))

    @cached_property
    def accuracies(self) -> tuple[float, float]:
        """A's and B's, in [0, 1]."""
        first, second = map(compute_accuracy, self.predictions)
        return first, second


@lru_cache(maxsize=8)  # predictions are read once a server: the same ones are the same object
def hold_together(first: Predictions, second: Predictions) -> Answers:
    """Return what both say of the images that both are about.

    Raises:
        PredictionsError: As `align_predictions`.
    """
    pair = align_predictions(first, second)
    return Answers(pair, pairs_frame(*pair))


@dataclass(frozen=True, eq=False)
class Pair:
    """Two runs' predictions of the same images, each of its best epoch.

    Attributes:
        dataset: All images.
        runs: The two, A and B.
        records: Theirs.
        split: "val" or "test".
        answers: What both say of the images that both are about.
    """

    dataset: Dataset
    runs: tuple[RunSummary, RunSummary]
    records: tuple[RunRecord, RunRecord]
    split: str
    answers: Answers


def choose_split() -> str:
    """Draw which images it is about, which the address holds."""
    st.segmented_control(
        "Images",
        list_splits(),
        required=True,
        help="val chooses between runs as often as you like. test is for a final figure: a look at it is counted.",
        **address.bind(address.COMPARED_SPLIT, state.COMPARE_SPLIT, list_splits()),
    )
    return address.COMPARED_SPLIT.value() or list_splits()[0]


def read_pair(dataset: Dataset, first: RunSummary, second: RunSummary, split: str) -> Pair:
    """Return what both runs saved of a split. Where that is not to be had, or not yet allowed, end the page here.

    Test is read only after somebody has pressed a button that says what that counts as.
    """
    records = get_store().record(first.run_id), get_store().record(second.run_id)
    if split == "test":
        _require_test((first, second), records)
        _ask_before_test((first, second), records)
    try:
        found = [get_predictions(record, split, "best") for record in records]
        for letter, predictions in zip("AB", found, strict=True):
            if predictions is None:
                _say_missing(letter, split)
        answers = hold_together(*(predictions for predictions in found if predictions is not None))
    except PredictionsError as error:
        st.warning(f"These two cannot be compared: {message(error)}.", icon=":material/compare_arrows:")
        st.stop()
    if split == "test":
        for record in records:
            count_reading(record, split, by="Compare page")
        looks = [_times(record.test_readings()) for record in records]
        st.caption(f":material/visibility: Test was looked at, with this time: A {looks[0]}, B {looks[1]}.")
    _say_shared(len(answers.frame), *(predictions.num_images for predictions in found if predictions is not None))
    return Pair(dataset, (first, second), records, split, answers)


def _require_test(runs: tuple[RunSummary, RunSummary], records: tuple[RunRecord, RunRecord]) -> None:
    """End the page here, nothing read and nothing counted, if one of the two has nothing to compare on test."""
    lacking = [
        f"{letter}, **{literal(short_name(run))}**"
        for letter, run, record in zip("AB", runs, records, strict=True)
        if record.predictions_path("test", "best") is None
    ]
    if not lacking:
        return
    has, it = ("has", "it is") if len(lacking) == 1 else ("have", "they are")
    st.info(
        f"There is no comparison on test: {' and '.join(lacking)} {has} read no test image, since {it} not done or "
        "told not to. Compare on val: nothing was counted.",
        icon=":material/visibility_off:",
    )
    st.stop()


def _ask_before_test(runs: tuple[RunSummary, RunSummary], records: tuple[RunRecord, RunRecord]) -> None:
    wish = f"compare test {sorted(run.run_id for run in runs)}"
    if state.is_wanted(wish):
        return
    names = " and ".join(
        f"{letter}, **{literal(short_name(run))}**, {_times(record.test_readings())}"
        for letter, run, record in zip("AB", runs, records, strict=True)
    )
    st.info(
        "Test images are for a last figure: whoever chooses settings by them learns them by heart. Test was looked at "
        f"so far: {names}.",
        icon=":material/visibility_off:",
    )
    label = "Look at test: counts as one look for both runs"
    st.button(label, icon=":material/visibility:", on_click=state.want, args=(wish,))
    st.stop()


def _times(number: int) -> str:
    return "never" if number == 0 else "once" if number == 1 else f"{number} times"


def _say_missing(letter: str, split: str) -> None:
    later = (
        "val is saved after each epoch" if split == "val" else "test is saved when a run ends, unless it is told not to"
    )
    st.info(f"Run {letter} has no {split} predictions: {later}.", icon=":material/hourglass:")
    st.stop()


def _say_shared(shared: int, *numbers: int) -> None:
    if any(number != shared for number in numbers):
        st.caption(
            f":material/info: They hold out other images: only the {shared:,} that both hold out are compared "
            f"({' and '.join(f'{number:,}' for number in numbers)} each)."
        )

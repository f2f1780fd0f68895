"""How good a run is really: its figures with what chance and choice leave open, each with what it means."""

import json
from contextlib import suppress
from dataclasses import asdict
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import DataError
from cifar_core.data.duplicates import USUAL_LIKENESS, NearDuplicates
from cifar_core.derived import Request
from cifar_core.evaluation import Predictions, PredictionsError
from cifar_core.evaluation.scorecard import Scorecard, Share
from cifar_core.evaluation.scorecard_lines import describe_scorecard
from cifar_core.labels.known import KnownVerdicts
from cifar_core.labels.published import is_spoken_of
from cifar_core.runs.account import score
from dashboard.components import dots
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export
from dashboard.drawing.words import percent
from dashboard.errors.charts import share_rows, shares_frame
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.background import find_derived, read_derived
from dashboard.session.cache import get_predictions, list_readable_runs
from dashboard.session.known import find_verdicts
from dashboard.session.links import page_link

_DUPLICATES = "duplicates"
_SEARCH = "search near-duplicates"


def render_scorecard(reading: Reading) -> list[Export]:
    """Draw the card, which hangs on no choice of split and epoch; return it as a file."""
    best, last = (_find(reading, "val", epoch) for epoch in ("best", "last"))
    if best is None or last is None:
        st.info("The card comes with the first val predictions that can be read.", icon=":material/hourglass:")
        return []
    # What nobody has looked at, this page does not look at either.
    test = _find(reading, "test", "best") if reading.record.test_readings() else None
    duplicates, verdicts = _find_duplicates(reading), _find_verdicts(reading)
    card = score(
        reading.run,
        list_readable_runs(),
        (best, last),
        test,
        duplicates=duplicates,
        disputed=None if verdicts is None else verdicts.disputed,
        corrections=None if verdicts is None else verdicts.corrections,
    )
    st.markdown(conclude(card))
    st.caption(
        "Whatever split and epoch are chosen above; in brackets the interval that holds the true value 19 times in 20. "
        "Val at its best epoch was chosen by val itself. Test is there for the end, when nothing more is to be chosen."
    )
    chart, lines = st.columns([2, 3], gap="medium")
    with chart:
        dots(share_rows(shares_frame(card)), "The run's accuracies with their intervals", key="scorecard_shares")
    with lines:
        _render_lines(card)
    _render_ways_on(reading, card, has_duplicates=duplicates is not None, has_disputed=verdicts is not None)
    return [_export(reading, card)]


def conclude(card: Scorecard) -> str:
    """Say which of its figures is the one to report, and what to say with it."""
    if card.test is not None:
        times = "once" if card.num_test_readings == 1 else f"{card.num_test_readings} times"
        return f"**{_say(card.test)} on test** is the figure to report, with the words that test was looked at {times}."
    return f"**{_say(card.val_last)} on val after the last epoch** is the figure that nothing chose: test was not read."


def _say(share: Share) -> str:
    return f"{percent(share.value)} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _render_lines(card: Scorecard) -> None:
    for what, value, meaning in describe_scorecard(card):
        left, right = st.columns([2, 3], gap="small")
        left.markdown(f"{what}  \n**{value}**")
        right.caption(meaning)


def _render_ways_on(reading: Reading, card: Scorecard, *, has_duplicates: bool, has_disputed: bool) -> None:
    """Say how what is missing on the card gets there."""
    if card.test is not None and not has_duplicates:
        _offer_search(reading)
    if card.test is not None and not has_disputed and is_spoken_of(reading.dataset):
        shown = {state.LABELS_VIEW: "Known"}
        page_link("Labels", "Get people's verdicts on test labels", ":material/how_to_vote:", showing=shown)
    if card.seeds is None:
        page_link("Compare", "Train it with other seeds", ":material/compare_arrows:")


def _offer_search(reading: Reading) -> None:
    if state.is_wanted(_SEARCH):
        find_derived(reading.dataset, _DUPLICATES, "Comparing every test image with every other image")
        return
    st.button(
        "Search near-duplicates: some minutes, once",
        icon=":material/content_copy:",
        on_click=state.want,
        args=(_SEARCH,),
        help="Every test image is compared with every other image, behind the page. Explore shows the pairs.",
    )


def _find(reading: Reading, split: str, epoch: str) -> Predictions | None:
    with suppress(PredictionsError):
        return get_predictions(reading.record, split, epoch)
    return None


def _find_duplicates(reading: Reading) -> NDArray[np.int64] | None:
    arrays = read_derived(Request(_DUPLICATES, reading.dataset.fingerprint))
    if arrays is None:
        return None
    pairs = NearDuplicates(**arrays).above(USUAL_LIKENESS)  # type: ignore[arg-type]  # the arrays of its own fields
    return pairs.test_images(reading.dataset.num_train)


def _find_verdicts(reading: Reading) -> KnownVerdicts | None:
    try:
        return find_verdicts(reading.dataset)
    except DataError as error:
        st.warning(f"{message(error)}.", icon=":material/broken_image:")
        return None


def _export(reading: Reading, card: Scorecard) -> Export:
    content = {"run_id": reading.run.run_id} | asdict(card)
    return Export(
        "Score card as JSON",
        f"{reading.run.run_id}-scorecard.json",
        partial(json.dumps, content, indent=1),
        "application/json",
        "The same numbers as `cifar-lab scorecard RUN --json`.",
    )

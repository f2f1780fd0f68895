"""Training labels that the run doubts, ranked, to be judged by hand; and what may be done about them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, default_data_dir
from cifar_core.derived import Arrays, DerivedStore, Request
from cifar_core.derived.heads import head_options
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.labels.suspects import suspects_frame
from cifar_core.labels.verdicts import Verdict
from cifar_core.runs import RunRecord, RunSummary
from dashboard.components import Doubt, Judged, judging
from dashboard.components.judging import has_decided
from dashboard.drawing.choices import choose_one, choose_page
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import Export
from dashboard.drawing.words import percent, short_name
from dashboard.labels.marks import describe_marks, find_marks, keep_marks, marked_frame, read_marks
from dashboard.labels.subject import Subject
from dashboard.session import state
from dashboard.session.aside import kept_here, offer_selection
from dashboard.session.background import find_derived
from dashboard.session.cache import get_splits
from dashboard.session.opening import has_weights
from dashboard.session.saying import fragment
from dashboard.session.without import offer_training

_PER_SHEET = 48
_FIRST = 500
_JUDGING = "labels_judging"
_SHEET, _TURN = "labels_sheet", "labels_turn"
_EVERY, _OPEN = "all", "not judged yet"
_SHOWN = {_EVERY: None, _OPEN: "", "wrong": "wrong", "unsure": "unsure", "right": "right"}


@dataclass(frozen=True, eq=False)
class Doubted:
    """Labels that a run doubts.

    Attributes:
        subject: The images.
        run: Whose doubts.
        suspects: As `suspects_frame` returns them.
        labels: Of all images of the dataset, as the run's training saw them.
        train: (N,) dataset indices of the run's training images.
    """

    subject: Subject
    run: RunSummary
    suspects: pd.DataFrame
    labels: NDArray[np.int64]
    train: NDArray[np.int64]

    @property
    def dataset(self) -> Dataset:
        """All images."""
        return self.subject.dataset


def render_doubted(subject: Subject) -> list[Export]:
    """Draw the doubted labels, one to be judged, and what may be done about those that are wrong."""
    run, record = subject.require(has_weights)
    sentence, name = st.empty(), literal(short_name(run))
    sentence.markdown(f"Every training label is about to be judged by **{name}**, none of them by what itself taught.")
    arrays = find_out_of_fold(subject.dataset, record)
    if arrays is None:
        st.caption(
            "The run's last layer is fitted five times, each time to four fifths of the training images, and asked "
            "about the others: so no label speaks for itself. Then the labels that it finds least likely come first."
        )
        return []
    train, given = arrays["train"].astype(np.int64), arrays["labels"].astype(np.int64)
    suspects = suspects_frame(train, given, arrays["probs"].astype(np.float64))
    labels = subject.dataset.labels.copy()
    labels[train] = given
    doubted = Doubted(subject, run, suspects, labels, train)
    sentence.markdown(
        f"**{len(suspects):,} of {len(train):,} training labels are doubted** by **{name}**, the least likely label "
        "first: look at each, and judge.",
        help=explain("", "out of fold"),
    )
    st.caption(describe_precision(doubted))
    if suspects.empty:
        return []
    _render_sheet(doubted)
    return _list_exports(doubted)


def find_out_of_fold(dataset: Dataset, record: RunRecord) -> Arrays | None:
    """Return what heads say of training images that they were not fitted to; draw how far that is meanwhile."""
    options = head_options(record.checkpoint_path("best"))
    if find_derived(dataset, "head", "Fitting the run's last layer anew", options) is None:
        return None
    head = DerivedStore(default_data_dir()).path(Request("head", dataset.fingerprint, options))
    return find_derived(dataset, "out_of_fold", "Judging every training label", options | {"head": str(head)})


def describe_precision(doubted: Doubted) -> str:
    """Say how often such doubts are right: of this run if it was trained with labels that are known to be wrong."""
    noise = 0.0 if doubted.run.config is None else doubted.run.config.data.label_noise
    first = doubted.suspects["index"].to_numpy()[:_FIRST]
    if noise and len(first):
        is_planted = doubted.labels[first] != doubted.dataset.labels[first]
        found, total = int(is_planted.sum()), len(first)
        low, high = (100 * float(end) for end in wilson_interval(found, total))
        return (
            f"This run trained with {percent(noise, 0)} of its labels replaced, so its doubts can be checked: of the "
            f"first {total}, {found} are replaced ones ({percent(found / total)}, 95 % interval {low:.0f} to "
            f"{high:.0f})."
        )
    return (
        "Measured on CIFAR-10 with one label in twenty replaced: of the first 500, 488 were replaced ones (97.6 %). "
        "Published labels are wrong far more rarely, 54 known of 10,000 in test: far down this list most are the "
        "network's own mistakes, and your marks say how many."
    )


@fragment
def _render_sheet(doubted: Doubted) -> None:
    dataset, suspects = doubted.dataset, doubted.suspects
    marks = read_marks(dataset, doubted.labels)
    if marks is None:
        return
    indices = suspects["index"].to_numpy()
    st.markdown(describe_marks(marks, indices))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        word = choose_one("Show", _SHOWN, state.LABELS_SHOWN, in_address=True)
        sheet = _choose_sheet(doubted, marks, word)
    if not len(sheet):
        st.info("None of the doubted labels is marked so.", icon=":material/filter_alt_off:")
        return
    rows = suspects.set_index("index").loc[sheet]
    names = dataset.class_names
    doubts = [
        _create_doubt(int(index), row, state.widget_value(_SHEET)["marks"])
        for index, row in zip(sheet, rows.to_dict("records"), strict=True)
    ]
    judging(
        dataset.images[sheet],
        doubts,
        names,
        key=_JUDGING,
        on_judge=lambda judged: _keep(doubted, judged),
    )
    st.markdown("**What to do about them**: put them aside, to train without them or with the class that they show.")
    _offer_aside(doubted, marks)


def _create_doubt(index: int, row: Mapping[Any, Any], marks: dict[int, Verdict]) -> Doubt:
    mark = marks.get(index)
    return Doubt(
        index,
        int(row["given_idx"]),
        int(row["suggested_idx"]),
        f"(label wrong: {percent(row['score'], 0)})",
        "" if mark is None else mark.word,
        None if mark is None else mark.label,
    )


def _choose_sheet(doubted: Doubted, marks: dict[int, Verdict], word: str | None) -> NDArray[np.int64]:
    """Return the images of one sheet, and hold all sheets and the marks on this one while somebody judges.

    What was judged would leave "not judged yet" at once. And the browser knows what it decided: to send that back would
    have it decode all pictures again.
    """
    about = [doubted.run.run_id, doubted.run.status.best_epoch, word, state.widget_value(_TURN)]
    held = state.widget_value(_SHEET)
    if held is None or held["about"] != about or not has_decided(_JUDGING):
        held = {"about": about, "indices": _with_word(doubted.suspects, marks, word), "marks": marks, "page": None}
    num_sheets = math.ceil(len(held["indices"]) / _PER_SHEET)
    page = choose_page(num_sheets, state.LABELS_SHEET, listed=held["indices"])
    if held["page"] != page:
        held |= {"page": page, "marks": marks}
    state.set_widget(_SHEET, held)
    return held["indices"][(page - 1) * _PER_SHEET : page * _PER_SHEET]


def _with_word(suspects: pd.DataFrame, marks: dict[int, Verdict], word: str | None) -> NDArray[np.int64]:
    """Return the images with this mark, "" for none; all for None."""
    indices = suspects["index"].to_numpy()
    if word is None:
        return indices
    words = ["" if index not in marks else marks[index].word for index in indices.tolist()]
    return indices[np.array(words) == word]


def _keep(doubted: Doubted, judged: list[Judged]) -> None:
    """Keep what was decided; where that fails, the sheet is drawn anew, as it is on disk. For callbacks."""
    if not keep_marks(doubted.dataset, doubted.labels, judged):
        state.set_widget(_TURN, (state.widget_value(_TURN) or 0) + 1)


def _offer_aside(doubted: Doubted, marks: dict[int, Verdict]) -> None:
    """Offer the training images marked wrong, and the first ones as ranked, each with the class that it shows."""
    splits, name = get_splits(doubted.dataset, doubted.run.config), short_name(doubted.run)
    wrong = [index for index in doubted.train.tolist() if index in marks and marks[index].word == "wrong"]
    shown = [label for index in wrong if (label := marks[index].label) is not None]
    first = doubted.suspects.head(_FIRST)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Marked wrong:", width="content")
        how = f"marked wrong by hand, doubted by {name}"
        labels = shown if len(shown) == len(wrong) else None
        offer_selection(doubted.dataset, splits, np.array(wrong, np.int64), how, key="labels_wrong", labels=labels)
        st.caption(f"The first {len(first)} as ranked:", width="content")
        how = f"first {len(first)} doubted labels, by {name}"
        offer_selection(doubted.dataset, splits, first["index"], how, key="labels_first", labels=first["suggested_idx"])
    for key in ("labels_wrong", "labels_first"):
        if (selection := kept_here(key)) is not None:
            with st.container(horizontal=True):
                offer_training(selection, doubted.dataset, splits, doubted.run, key=f"{key}_train", all_ways=True)


def _list_exports(doubted: Doubted) -> list[Export]:
    return [
        Export("Doubted labels as CSV", "doubted-labels.csv", partial(_write_doubted, doubted)),
        Export("My marks as CSV", "label-marks.csv", partial(_write_marks, doubted)),
    ]


def _write_doubted(doubted: Doubted) -> str:
    names, suspects = np.array(doubted.dataset.class_names), doubted.suspects
    named = suspects.assign(given=names[suspects["given_idx"]], suggested=names[suspects["suggested_idx"]])
    columns = named[["index", "given", "suggested", "score"]]
    return columns.merge(_list_marks(doubted)[["index", "verdict", "shows"]], "left", on="index").to_csv(index=False)


def _write_marks(doubted: Doubted) -> str:
    return _list_marks(doubted).to_csv(index=False)


def _list_marks(doubted: Doubted) -> pd.DataFrame:
    found = find_marks(doubted.dataset, doubted.labels)
    return marked_frame(found, doubted.labels, doubted.dataset.class_names)

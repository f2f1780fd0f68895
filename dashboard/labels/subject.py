"""Whose answers the page speaks of, and what is said where it has none."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation import Predictions, PredictionsError
from cifar_core.labels.people import PeoplesAnswers
from cifar_core.runs import RunRecord, RunSummary
from dashboard.drawing.literal import message
from dashboard.session.cache import get_predictions, get_store
from dashboard.session.lock import list_splits
from dashboard.session.opening import Has, render_ways_to_run
from dashboard.session.selection import count_reading

_BY = "Labels page"


@dataclass(frozen=True, eq=False)
class Subject:
    """What the page speaks of.

    Attributes:
        dataset: All images.
        runs: All, newest first.
        chosen: The run that pages speak of, if there is one.
    """

    dataset: Dataset
    runs: list[RunSummary]
    chosen: RunSummary | None

    @property
    def test_labels(self) -> NDArray[np.int64]:
        """(M,) as published, in the order of the test images."""
        return self.dataset.labels[self.dataset.num_train :]

    def require(self, has: Has) -> tuple[RunSummary, RunRecord]:
        """Return the run and its record; without one, say what to do, and end the page here."""
        if self.chosen is None or not has(self.chosen):
            render_ways_to_run(self.runs, self.chosen, has)
            st.stop()
        return self.chosen, get_store().record(self.chosen.run_id)


@dataclass(frozen=True, eq=False)
class Beside:
    """A run's answers beside people's; all in the order of the test images.

    Attributes:
        subject: The images.
        run: Whose answers.
        predictions: Of test, with its best weights.
        people: What people said.
    """

    subject: Subject
    run: RunSummary
    predictions: Predictions
    people: PeoplesAnswers


def require_val(record: RunRecord) -> Predictions:
    """Return what a run says of val after its best epoch; else say why there is nothing, and end the page here."""
    return _require(record, "val")


def require_test(subject: Subject, record: RunRecord) -> Predictions:
    """Return likewise what it says of test, all of it in its order. It is counted as a look at test."""
    if "test" not in list_splits():
        st.info(
            "The link that led here hides test, and with it what the run says of these images.", icon=":material/lock:"
        )
        st.stop()
    predictions = _require(record, "test")
    count_reading(record, "test", by=_BY)
    order = np.argsort(predictions.indices)
    found = Predictions(predictions.logits[order], predictions.targets[order], predictions.indices[order])
    if found.num_images != subject.dataset.num_test or found.indices[0] != subject.dataset.num_train:
        _end("This run's test predictions are of other images than these: train one on them.", ":material/warning:")
    return found


def _require(record: RunRecord, split: str) -> Predictions:
    try:
        found = get_predictions(record, split, "best")
    except PredictionsError as error:
        st.error(message(error))
        st.stop()
    if found is None:
        _end(f"This run has no {split} predictions yet: they come with its end.", ":material/hourglass:")
    if not found.is_finite:
        _end("The scores of this run are not finite: they say nothing.", ":material/trending_up:")
    return found


def _end(words: str, icon: str) -> NoReturn:
    st.info(words, icon=icon)
    st.stop()

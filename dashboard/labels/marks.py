"""What somebody marked by hand: kept beside the runs, for the label that the image had when it was judged."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.labels.verdicts import Verdict, VerdictError, VerdictStore
from cifar_core.runs import default_runs_dir
from dashboard.components import Judged
from dashboard.drawing.literal import message
from dashboard.drawing.words import percent


def read_marks(dataset: Dataset, labels: NDArray[np.int64]) -> dict[int, Verdict] | None:
    """Return the verdicts on these labels of all images by index; None, and a word on it, if they cannot be read."""
    try:
        return _store(dataset).all(labels)
    except VerdictError as error:
        st.error(message(error), icon=":material/broken_image:")
        return None


def find_marks(dataset: Dataset, labels: NDArray[np.int64]) -> dict[int, Verdict]:
    """Return likewise; none, and no word on it, if they cannot be read: for files, which a page that says so offers."""
    with suppress(VerdictError):
        return _store(dataset).all(labels)
    return {}


def keep_marks(dataset: Dataset, labels: NDArray[np.int64], judged: Sequence[Judged]) -> bool:
    """Keep what was decided, or say why that is not possible. For callbacks.

    Returns:
        Whether it is kept.
    """
    store = _store(dataset)
    try:
        for each in judged:
            given = int(labels[each.index])
            if each.judgement:
                store.decide([each.index], each.judgement, each.shown_idx, given)
            else:
                store.forget([each.index], given)
    except VerdictError as error:
        st.toast(message(error), icon=":material/error:")
        return False
    return True


def marked_frame(marks: Mapping[int, Verdict], labels: NDArray[np.int64], class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each mark: index, given, verdict, shows (a class, or nothing where none is said)."""
    rows = [
        (index, class_names[labels[index]], mark.word, "" if mark.label is None else class_names[mark.label])
        for index, mark in marks.items()
    ]
    return pd.DataFrame(rows, columns=["index", "given", "verdict", "shows"])


def describe_marks(marks: Mapping[int, Verdict], suspects: NDArray[np.int64]) -> str:
    """Say how many of the doubted labels somebody judged, and how many of those are wrong.

    Args:
        marks: By dataset index.
        suspects: Dataset indices of the doubted labels.
    """
    words = [marks[index].word for index in suspects.tolist() if index in marks]
    counts = {word: words.count(word) for word in ("wrong", "right", "unsure")}
    if not words:
        return f"You have judged none of the {len(suspects):,} yet."
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    decided = counts["wrong"] + counts["right"]
    of = f"You have judged {len(words):,} of {len(suspects):,}: {said}."
    if not decided:
        return of
    low, high = (100 * float(end) for end in wilson_interval(counts["wrong"], decided))
    share = percent(counts["wrong"] / decided, 0)
    return f"{of} Of those you decided, {share} are wrong (95 % interval {low:.0f} to {high:.0f})."


def _store(dataset: Dataset) -> VerdictStore:
    return VerdictStore(default_runs_dir(), dataset.fingerprint)

"""What if some training images were not there? The answer of a last layer that is fitted without them, exactly."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Splits
from cifar_core.influence.head import Numbers
from cifar_core.influence.scores import WhatIf, rank
from dashboard.components import bars
from dashboard.drawing.words import percent_pair
from dashboard.explain.charts import before_after_rows
from dashboard.explain.context import Context
from dashboard.explain.verified_view import offer_verification, render_verified
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.heads import Known, leave_out, score

_NONE = 0
_NUMBERS = (_NONE, 10, 25, 50, 100, 200, 500, 1000)
_USUAL = 50
_HONEST = (
    "The last layer is fitted anew without them, exactly; all layers before it stay as they are. A network that is "
    "trained without them learns other features and makes good for much: where it was tried, on a twelfth of CIFAR-10 "
    "without a tenth of that, the direction was right in five of six cases, and what came was about a sixth of it."
)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """What is asked.

    Attributes:
        context: Image and network.
        splits: The run's.
        known: Its fitted last layer.
        inputs: (K + 1,) what that sees of the image.
        ticked: (M,) dataset indices of the training images that somebody ticked.
        class_idx: Of the first gallery, whose strongest images can be left out by their number.
        is_away: Whether these are those that pushed away from it.
        how: What they are, in words.
    """

    context: Context
    splits: Splits
    known: Known
    inputs: Numbers
    ticked: NDArray[np.int64]
    class_idx: int
    is_away: bool
    how: str


def render_left_out(asked: LeftOut) -> None:
    """Draw which images are left out, what the answer is then, and ways to hold that against a real training."""
    with st.container(border=True):
        st.markdown("**What if they were not there?** Tick some above, or leave out the strongest.", help=_HONEST)
        indices, how = _choose_images(asked)
        if not len(indices):
            st.caption("Nothing is left out yet: with *Space* or in its corner you tick an image.")
        else:
            _render_answer(asked, indices, how)
        render_verified(asked.context)


def describe_left_out(context: Context, num_images: int, found: WhatIf) -> str:
    """Say what the layer says of the image with and without so many training images, in Markdown."""
    before, after = int(found.before.argmax()), int(found.after.argmax())
    of = "1 training image" if num_images == 1 else f"{num_images:,} training images"
    was, now = percent_pair(float(found.before[before]), float(found.after[after]))
    if before != after:
        said = f"**{context.name(after)}** {now} instead of **{context.name(before)}** {was}"
    elif was != now:
        said = f"still **{context.name(before)}**, at {now} instead of {was}"
    else:
        said = f"still **{context.name(before)}** {was}, as it did"
    return f"Without {of} it says {said}. Features held fixed."


def _choose_images(asked: LeftOut) -> tuple[NDArray[np.int64], str]:
    """Return which images are left out, and what they are in words: those that are ticked, or the strongest ones."""
    if len(asked.ticked):
        return asked.ticked, f"ticked by hand among: {asked.how}"
    fitted, name = asked.known.fitted, asked.context.name(asked.class_idx)
    most = [number for number in _NUMBERS if number <= len(fitted.train) // 4]
    way = "away from" if asked.is_away else "towards"
    number = st.select_slider(
        f"The strongest that pushed {way} {name}",
        most,
        value=_USUAL if _USUAL in most else _NONE,
        key=state.EXPLAIN_LEFT_OUT,
        bind="query-params",
        persist_state="session",
        width=420,
    )
    scores = score(asked.known, asked.inputs, asked.class_idx, asked.context.subject.index)
    rows = rank(scores, number, helpful=not asked.is_away)
    return np.sort(fitted.train[rows]), f"the {len(rows)} strongest of {asked.how}"


def _render_answer(asked: LeftOut, indices: NDArray[np.int64], how: str) -> None:
    context, fitted = asked.context, asked.known.fitted
    rows = fitted.rows_of(indices)
    if not len(rows):
        st.caption("None of these images trained this run: without them nothing changes.")
        return
    found = leave_out(asked.known, asked.inputs, rows)
    st.markdown(describe_left_out(context, len(rows), found))
    names = list(context.dataset.class_names)
    train = fitted.train[rows]
    # Above the chart: at the foot of the page what they open would have no room.
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_selection(context.dataset, asked.splits, train, how, key="taught_left_out")
        offer_verification(context, train, how, found)
    label = "Probabilities by the fitted layer, with all training images and without some"
    drawn = before_after_rows(found.before, found.after, names)
    bars(drawn, key="taught_before_after", label=label, series=("with all training images", "without these"))

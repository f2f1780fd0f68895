"""Which epoch is spoken of, and whose weights can still say something."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.runs import RunRecord
from dashboard.drawing.words import percent
from dashboard.explain.subject import Subject
from dashboard.session import address, state
from dashboard.session.said import what_run_saved
from dashboard.session.weights import Weights, describe_kept, find_kept_weights


@dataclass(frozen=True, eq=False)
class Spoken:
    """An epoch, and the weights that stand for it.

    Attributes:
        epoch: Whose prediction is shown, 1-based.
        weights: Its own, or the best ones where its own were not kept.
        kept: Which weights there are, in words.
    """

    epoch: int
    weights: Weights
    kept: str

    @property
    def has_weights(self) -> bool:
        """Whether the weights of the very epoch were kept."""
        return self.weights.epoch == self.epoch


def choose_epoch(record: RunRecord) -> Spoken:
    """Draw the epochs that can be spoken of; the run has weights. The address names the epoch, the same on Errors."""
    kept = find_kept_weights(record)
    titles = {epoch: f"{which} ({epoch})" for epoch, which in zip(kept, ("best", "last"), strict=False)}
    wanted = state.read_number(address.EPOCH)
    if wanted is not None and wanted not in titles:
        if wanted in record.prediction_epochs():
            titles[wanted] = f"epoch {wanted}"
        else:
            st.caption(f"Of epoch {wanted} nothing is saved.")
    epoch = wanted if wanted in titles else next(iter(titles))
    address.EPOCH.choose(str(epoch))
    state.set_widget(state.EXPLAIN_EPOCH, epoch)
    st.segmented_control(
        "Epoch",
        list(titles),
        required=True,
        key=state.EXPLAIN_EPOCH,
        format_func=titles.__getitem__,
        on_change=address.follow,
        args=(address.EPOCH, state.EXPLAIN_EPOCH),
        help="Of a run, the weights of the best and the last epoch are kept.",
    )
    return Spoken(epoch, kept.get(epoch) or next(iter(kept.values())), describe_kept(kept))


def describe_missing(spoken: Spoken, record: RunRecord, subject: Subject, names: tuple[str, ...]) -> str:
    """Say what an epoch without weights said of the image, and whose weights speak instead; empty if it has weights."""
    if spoken.has_weights:
        return ""
    saved = None if subject.index is None else what_run_saved(record, spoken.epoch, subject.index)
    if saved is None:
        said = f"Of this image epoch {spoken.epoch} saved no prediction"
    else:
        said = f"After epoch {spoken.epoch} it was taken for {_describe_top(saved, subject, names)}"
    return (
        f"{said}. The weights of epoch {spoken.epoch} were not kept, only {spoken.kept}: all that follows is of epoch "
        f"**{spoken.weights.epoch}**."
    )


def describe_prediction(
    run: str, epoch: int, probs: NDArray[np.float64], subject: Subject, names: tuple[str, ...]
) -> str:
    """Say in one sentence what a run takes an image for.

    Args:
        run: Its name, for Markdown.
        epoch: Of the weights.
        probs: (C,) probabilities.
        subject: The image.
        names: Of the classes.
    """
    if not np.isfinite(probs).all():
        return f"After epoch {epoch} the scores of **{run}** are not finite: it takes this image for nothing."
    top = _describe_top(probs, subject, names)
    if subject.true_idx is None:
        return f"After epoch {epoch} **{run}** takes this picture for {top}."
    if subject.true_idx == int(probs.argmax()):
        return f"After epoch {epoch} **{run}** rightly takes this image of {names[subject.true_idx]} for {top}."
    return f"After epoch {epoch} **{run}** takes this image of **{names[subject.true_idx]}** for {top}."


def _describe_top(probs: NDArray[np.float64], subject: Subject, names: tuple[str, ...]) -> str:
    top = int(probs.argmax())
    words = f"**{names[top]}** ({percent(float(probs[top]))}"
    if subject.true_idx is not None and subject.true_idx != top:
        words += f"; {names[subject.true_idx]} {percent(float(probs[subject.true_idx]))}"
    return f"{words})"

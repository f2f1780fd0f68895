"""What a network says of an image, in words, and whose weights say it."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.runs import RunRecord
from dashboard.drawing.words import percent
from dashboard.explain.subject import Subject
from dashboard.session.epochs import Spoken
from dashboard.session.said import what_run_saved
from dashboard.session.weights import advise_keeping


def describe_missing(spoken: Spoken, record: RunRecord, subject: Subject, names: tuple[str, ...]) -> str:
    """Say what an epoch without weights said of the image, and whose weights speak instead; empty if it has weights."""
    if not spoken.missing:
        return ""
    saved = None if subject.index is None else what_run_saved(record, spoken.epoch, subject.index)
    if saved is None:
        said = f"Of this image epoch {spoken.epoch} saved no prediction"
    else:
        said = f"After epoch {spoken.epoch} it was taken for {_describe_top(saved, subject, names)}"
    missing = f"{spoken.missing[0].upper()}{spoken.missing[1:]}"
    words = f"{said}. {missing}: all that follows is of epoch **{spoken.weights.epoch}**."
    return f"{words} {advise_keeping(record)}".strip()


def describe_prediction(
    run: str, epoch: int | None, probs: NDArray[np.float64], subject: Subject, names: tuple[str, ...]
) -> str:
    """Say in one sentence what a run takes an image for.

    Args:
        run: Its name, for Markdown.
        epoch: Of the weights; None where they were trained elsewhere.
        probs: (C,) probabilities.
        subject: The image.
        names: Of the classes.
    """
    who = f"**{run}**" if epoch is None else f"After epoch {epoch} **{run}**"
    if not np.isfinite(probs).all():
        after = "The" if epoch is None else f"After epoch {epoch} the"
        return f"{after} scores of **{run}** are not finite: it takes this image for nothing."
    top = _describe_top(probs, subject, names)
    if subject.true_idx is None:
        return f"{who} takes this picture for {top}."
    if subject.true_idx == int(probs.argmax()):
        return f"{who} rightly takes this image of {names[subject.true_idx]} for {top}."
    return f"{who} takes this image of **{names[subject.true_idx]}** for {top}."


def _describe_top(probs: NDArray[np.float64], subject: Subject, names: tuple[str, ...]) -> str:
    top = int(probs.argmax())
    words = f"**{names[top]}** ({percent(float(probs[top]))}"
    if subject.true_idx is not None and subject.true_idx != top:
        words += f"; {names[subject.true_idx]} {percent(float(probs[subject.true_idx]))}"
    return f"{words})"

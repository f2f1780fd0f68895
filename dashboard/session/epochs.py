"""The one epoch that pages speak of: the address names it, and every page says what it has of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cifar_core.runs import RunRecord, RunStatus
from dashboard.session import address, state
from dashboard.session.weights import Weights, explain_missing, find_weights, list_kept_epochs

# So many epochs are buttons side by side, more are a slider.
_MOST_BUTTONS = 3


@dataclass(frozen=True, eq=False)
class Spoken:
    """An epoch, and the weights that stand for it.

    Attributes:
        epoch: Whose prediction is shown, 1-based.
        weights: Its own, or the best ones where its own are not there.
        missing: Why they are not, and which are, as the rest of a sentence; empty if they are there.
    """

    epoch: int
    weights: Weights
    missing: str = ""

    @property
    def words(self) -> str:
        """Which epoch's weights speak, and why not its own where they are not there."""
        if self.weights.is_imported:
            return "as imported"
        return f"epoch {self.weights.epoch}{f' ({self.missing})' if self.missing else ''}"


def find_spoken(record: RunRecord) -> Spoken | None:
    """Return the epoch that the address names if the run saved anything of it, else the best; None without weights."""
    best = find_weights(record, "best")
    if best is None:
        return None
    wanted = state.read_number(address.EPOCH)
    own = None if wanted is None else find_weights(record, wanted)
    if own is not None:
        return Spoken(own.epoch, own)
    if wanted is None or wanted not in record.prediction_epochs():
        return Spoken(best.epoch, best)
    return Spoken(wanted, best, explain_missing(record, wanted))


def choose_spoken(record: RunRecord, key: str) -> Spoken:
    """Draw the epochs that can be spoken of, where there are several; the run has weights.

    Args:
        record: The run's.
        key: The widget's.
    """
    spoken = find_spoken(record)
    if spoken is None:
        raise ValueError(f"record: run {record.run_id} has no weights")
    wanted = state.read_number(address.EPOCH)
    if wanted is not None and wanted != spoken.epoch:
        st.caption(f"Of epoch {wanted} nothing is saved.")
    epochs = sorted({*list_kept_epochs(record), spoken.epoch})
    words = "Kept of every epoch; all but the best and the last in float16."
    if not record.stored_config().config.training.save_every_epoch:
        words = "Of this run, the weights of the best and the last epoch are kept. With “save every epoch” all are."
    if len(epochs) > 1 and not spoken.weights.is_imported:
        draw_epochs(epochs, spoken.epoch, record.status(), key, help=words)
    return spoken


def draw_epochs(
    epochs: Sequence[int], epoch: int, status: RunStatus, key: str, *, label: str = "Epoch", help: str = ""
) -> None:
    """Draw epochs to choose from, on which this one is chosen, and let the address follow.

    Args:
        epochs: Ascending, at least two to choose from.
        epoch: One of them.
        status: Of the run: it knows the best and the last one.
        key: The widget's.
        label: Above them.
        help: Behind a question mark.
    """
    address.EPOCH.choose(str(epoch))
    state.set_widget(key, epoch)
    common: dict[str, Any] = {
        "label": label,
        "options": list(epochs),
        "key": key,
        "help": help,
        "on_change": address.follow,
        "args": (address.EPOCH, key),
    }
    if len(epochs) > _MOST_BUTTONS:
        st.select_slider(format_func=_name_epoch(status, "{number} ({marks})", "{number}"), width=360, **common)
    else:
        st.segmented_control(
            format_func=_name_epoch(status, "{marks} ({number})", "epoch {number}"), required=True, **common
        )


def _name_epoch(status: RunStatus, marked: str, plain: str) -> Callable[[int], str]:
    """Return what an epoch is called: one way if it is the best or the last, another way if it is not."""

    def name(epoch: int) -> str:
        marks = [word for word, number in (("best", status.best_epoch), ("last", status.epoch)) if number == epoch]
        return (marked if marks else plain).format(number=epoch, marks=" and ".join(marks))

    return name

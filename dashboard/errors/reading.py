"""What the Errors page speaks of: one run's predictions of one split after one epoch, and what to hold them against."""

from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import Predictions, PredictionsError, compute_accuracy
from cifar_core.runs import RunRecord, RunSummary
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import percent, run_name, short_name, signed, source_title
from dashboard.session import address, state
from dashboard.session.cache import get_predictions, get_store
from dashboard.session.epochs import draw_epochs
from dashboard.session.gone import title_of
from dashboard.session.lock import list_splits
from dashboard.session.selection import count_reading, read_split

_EPOCH_HELP = (
    "Best on val: epoch {best}. Val is saved after every epoch. Test is read when a run ends, for the best and the "
    "last one: whoever chose an epoch by it would have no honest number left."
)


@dataclass(frozen=True)
class Reading:
    """One run's predictions of one split after one epoch.

    Attributes:
        dataset: All images.
        run: The run.
        record: Its record.
        split: "val" or "test".
        epoch: 1-based.
        predictions: What was saved.
        other: Predictions of the same images to hold them against, if some are chosen.
        other_name: What those are of.
    """

    dataset: Dataset
    run: RunSummary
    record: RunRecord
    split: str
    epoch: int
    predictions: Predictions
    other: Predictions | None = None
    other_name: str = ""

    @property
    def val_predictions(self) -> Predictions | None:
        """What the same weights say of val; None if that was not saved, or cannot be read."""
        if self.split == "val":
            return self.predictions
        with suppress(PredictionsError):
            return get_predictions(self.record, "val", self.epoch)
        return None


def choose_reading(dataset: Dataset, runs: list[RunSummary], run: RunSummary) -> Reading:
    """Draw the choice of split, epoch and comparison, which all views share; the address holds it.

    Where nothing is saved, say why and end the page here.
    """
    record = get_store().record(run.run_id)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        split = _choose_split()
        epoch = _choose_epoch(record, run, split)
        chosen = _choose_other(runs, run, record, split, epoch)
    predictions = _find_predictions(record, split, epoch)
    other, other_name = _find_other(runs, record, chosen, split, predictions)
    return Reading(dataset, run, record, split, epoch, predictions, other, other_name)


def _choose_split() -> str:
    st.segmented_control(
        "Split",
        list_splits(),
        required=True,
        help="val chooses between settings as often as you like. A look at test is counted on the run.",
        **address.bind(address.SPLIT, state.ERRORS_SPLIT, list_splits()),
    )
    return read_split()


def render_summary(reading: Reading) -> None:
    """Say which number this is: run, split, epoch, data."""
    status = reading.run.status
    marks = [word for word, epoch in (("best", status.best_epoch), ("last", status.epoch)) if epoch == reading.epoch]
    source = source_title(reading.run.data_source)
    readings = f" Test was looked at {reading.record.test_readings()} times." if reading.split == "test" else ""
    accuracy = compute_accuracy(reading.predictions)
    which = f" ({', '.join(marks)})" if marks else ""
    epoch = "imported" if reading.run.is_imported else f"epoch {reading.epoch}{which}"
    against = ""
    if reading.other is not None:
        change = signed(accuracy - compute_accuracy(reading.other), 2)
        against = f" {change} points against {literal(reading.other_name, most=None)}."
    st.markdown(
        f"**{percent(accuracy)}** of {reading.predictions.num_images:,} {reading.split} images right: "
        f"{literal(short_name(reading.run))}, {epoch}, {source}."
        f"{against}{readings}"
    )


def _list_epochs(record: RunRecord, split: str) -> list[int]:
    """Val is saved after every epoch, test when a run ends, for the best and the last one."""
    return record.prediction_epochs() if split == "val" else record.test_epochs()


def _choose_epoch(record: RunRecord, run: RunSummary, split: str) -> int:
    """Draw the epochs. The best one at first; from then on the address names it, whichever becomes the best."""
    best, epochs = run.status.best_epoch or 0, _list_epochs(record, split)
    chosen = state.read_number(address.EPOCH)
    if not epochs:
        return best
    epoch = chosen if chosen in epochs else best if best in epochs else epochs[-1]
    if chosen not in (None, epoch):
        address.EPOCH.choose(str(epoch))  # other pages go on from what is shown
        if split == "test":
            words = "it is read when a run ends, for its best and its last epoch"
            st.caption(f"Of test there is no epoch {chosen}: {words}.")
    if len(epochs) > 1:
        label = "Epoch" if split == "val" else "Epoch (test: the best and the last alone)"
        draw_epochs(epochs, epoch, run.status, state.ERRORS_EPOCH, label=label, help=_EPOCH_HELP.format(best=best))
    return epoch


def _choose_other(runs: list[RunSummary], run: RunSummary, record: RunRecord, split: str, epoch: int) -> str | None:
    """Draw what to hold the predictions against; return an epoch's number or a run's id, None for nothing."""
    titles = {str(number): f"epoch {number}" for number in _list_epochs(record, split) if number != epoch}
    titles |= {other.run_id: run_name(other) for other in runs if other.run_id != run.run_id and other.status.epoch}
    chosen = address.AGAINST.value()
    if chosen is not None and chosen not in titles:
        what = f"epoch {chosen}" if chosen.isdecimal() else f"run {title_of(chosen)}"
        st.caption(f"There is no {what} to compare with.")
        address.AGAINST.choose(chosen := None)
    state.set_widget(state.ERRORS_OTHER, chosen)
    return st.selectbox(
        "Compare with",
        list(titles),
        index=None,
        key=state.ERRORS_OTHER,
        format_func=titles.__getitem__,
        placeholder="nothing",
        on_change=address.follow,
        args=(address.AGAINST, state.ERRORS_OTHER),
        width=230,
        help="Another epoch of this run, or the best epoch of another run: the matrix shows what changed.",
    )


def _find_predictions(record: RunRecord, split: str, epoch: int) -> Predictions:
    try:
        predictions = get_predictions(record, split, epoch)
    except PredictionsError as error:
        st.error(message(error))
        st.stop()
    if predictions is None:
        later = "val is saved after each epoch, test when the run ends"
        st.info(f"This run has no {split} predictions yet: {later}.", icon=":material/hourglass:")
        st.stop()
    count_reading(record, split, by="Errors page")
    return predictions


def _find_other(
    runs: list[RunSummary], record: RunRecord, chosen: str | None, split: str, predictions: Predictions
) -> tuple[Predictions | None, str]:
    """Return what to hold the predictions against, and its name."""
    if chosen is None:
        return None, ""
    run = next((run for run in runs if run.run_id == chosen), None)
    name = f"epoch {chosen}" if run is None else run_name(run)
    try:
        if run is None:
            found = get_predictions(record, split, int(chosen))
        else:
            other = get_store().record(chosen)
            found = get_predictions(other, split, "best")
            if found is not None:
                count_reading(other, split, by="Errors page")
    except PredictionsError as error:
        st.warning(message(error))
        return None, name
    if found is None:
        st.warning(f"{literal(name, most=None)} has no {split} predictions: there is nothing to compare with.")
    elif found.indices.tolist() != predictions.indices.tolist():
        st.warning(f"{literal(name, most=None)} holds out other images as {split}: a comparison would mix them up.")
        found = None
    return found, name

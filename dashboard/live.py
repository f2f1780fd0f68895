"""One run as it trains, and what became of it, read from its record once a second while there is something to see."""

import time
from collections.abc import Callable

import streamlit as st

from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunRecord, RunStatus, RunStore, RunSummary
from dashboard import state
from dashboard.charts import Quantity, curves_figure, curves_frame, yardsticks
from dashboard.run_table import describe_changes
from dashboard.tables import offer_csv
from dashboard.words import SOURCE_TITLES, STATUS_ICONS, duration, epoch_of, percent

_REFRESH_SECONDS = 1.0
# A worker obeys after its present step; most do within this time, and the click then shows what it did.
_PATIENCE_SECONDS = 1.5
_MEANINGS = {
    "Val accuracy": "Share of the val images it gets right: held out of training, to choose epoch and settings.",
    "Test accuracy": "Share of the test images it gets right. Read once, at the end: choosing by it would flatter it.",
}
_QUANTITIES: tuple[Quantity, Quantity] = ("accuracy", "loss")


def render_run(store: RunStore, run: RunSummary) -> None:
    """Draw a run's progress, controls and curves, and follow it while it is active."""
    record, is_active = store.record(run.run_id), run.status.is_active
    follow = _render_heading(run)

    @st.fragment(run_every=_REFRESH_SECONDS if is_active and follow else None)
    def panel() -> None:
        store.refresh()
        try:
            status = record.status()
        except RunError:
            st.rerun()  # deleted or damaged meanwhile: the page says so
        if is_active and not status.is_active:
            st.rerun()  # without run_every: the polling ends with the run
        if status.is_active:
            _render_progress(store, record, status)
            _render_controls(store, record, status)
        else:
            _render_outcome(record, status)
        _render_numbers(status)
        if not status.is_active and status.best_epoch is not None:
            _render_ways_on(record.run_id)
        _render_curves(record, status)

    panel()


def _render_heading(run: RunSummary) -> bool:
    """Say which run this is, on which data, with which settings. Returns whether the charts shall follow it."""
    words = (run.run_id.split("-", 2)[-1], SOURCE_TITLES.get(run.data_source, run.data_source))
    preset = PRESETS.get(run.preset or "")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{run.name}** :small[:gray[{', '.join(filter(None, words))}]]")
        follow = run.status.is_active and st.toggle(
            "Follow",
            value=True,
            key=state.TRAIN_FOLLOW,
            help="Refresh once a second. Off: the charts hold still, to zoom and read.",
        )
        st.button(
            "Use its settings",
            type="tertiary",
            icon=":material/edit_note:",
            on_click=state.fill_form,
            args=(run.config, preset and preset.name),
            help="Fill the form with the settings of this run, to change one thing and train again.",
        )
    if preset is not None:
        st.caption(f"Against {preset.title}: {describe_changes(run)}.")
    return follow


def _render_progress(store: RunStore, record: RunRecord, status: RunStatus) -> None:
    icon = STATUS_ICONS[status.status]
    if status.status == "queued":
        position = store.queue_position(record.run_id) or 1
        st.info(f"Number {position} in the queue. It starts when its device is free.", icon=icon)
        return
    words = [f"{status.status.capitalize()}, {epoch_of(status)}"]
    if status.status == "running" and not status.step:
        words = ["Starting: loading torch and the images takes some seconds"]
    elif status.status == "running" and status.seconds_left is not None:
        words.append(f"about {duration(status.seconds_left)} left")
    st.progress(status.progress, text=f"{icon} {', '.join(words)}")


def _render_controls(store: RunStore, record: RunRecord, status: RunStatus) -> None:
    """Buttons that act in their callback: the panel then redraws with what they did."""
    run_id = record.run_id
    with st.container(horizontal=True):
        if status.status == "running":
            st.button("Pause", icon=":material/pause:", on_click=_act, args=(store.pause, record))
        if status.status == "paused":
            st.button(
                "Go on", icon=":material/play_arrow:", type="primary", on_click=_act, args=(store.unpause, record)
            )
        label = "Remove from the queue" if status.status == "queued" else "Stop"
        help_text = "Ends after the present step. Finished epochs are kept, and it can be resumed on Runs."
        st.button(
            label,
            icon=":material/stop:",
            on_click=_act,
            args=(store.stop, record),
            help=help_text,
            key=f"stop_{run_id}",
        )


def _act(action: Callable[[str], None], record: RunRecord) -> None:
    """Tell the worker, and give it a moment to obey, so that the redrawn panel shows the effect."""
    before = record.status().status
    try:
        action(record.run_id)
    except RunError as error:
        st.toast(str(error), icon=":material/info:")
        return
    until = time.monotonic() + _PATIENCE_SECONDS
    while record.status().status == before and time.monotonic() < until:
        time.sleep(0.05)
    if record.status().status == before:
        st.toast("Sent. The run obeys after its present step.", icon=":material/hourglass_top:")


def _render_outcome(record: RunRecord, status: RunStatus) -> None:
    icon = STATUS_ICONS[status.status]
    if status.status == "completed":
        st.success(f"{status.message} Training took {duration(status.seconds)}.", icon=icon)
    elif status.status == "stopped":
        st.info(f"{status.message} It can be resumed on Runs, from its last finished epoch.", icon=icon)
    elif status.status == "diverged":
        hint = "Lower the learning rate, or let it climb slowly (schedule cosine or one cycle)."
        st.warning(f"{status.message} {hint}", icon=icon)
    else:
        st.error(status.message or f"The run is {status.status}.", icon=icon)
        tail = record.log_tail()
        if tail:
            with st.expander("Log, last lines", expanded=status.status == "failed", icon=":material/terminal:"):
                st.code(tail, language=None)


def _render_numbers(status: RunStatus) -> None:
    """Every number says its split and its epoch."""
    numbers = [("Val accuracy", percent(status.best_val_accuracy), _epoch("best", status.best_epoch))]
    numbers.append(("Val accuracy", percent(status.last_val_accuracy), _epoch("last", status.epoch or None)))
    if status.test_accuracy_best is not None:
        numbers.append(("Test accuracy", percent(status.test_accuracy_best), _epoch("best on val", status.best_epoch)))
    elif status.status == "running" and status.images_per_second is not None:
        numbers.append(("Speed", f"{status.images_per_second:,.0f}", "images a second"))
    with st.container(horizontal=True):
        for label, value, origin in numbers:
            st.metric(label, value, origin, delta_color="off", delta_arrow="off", help=_MEANINGS.get(label))


def _epoch(which: str, number: int | None) -> str:
    return f"{which} epoch" if number is None else f"epoch {number}, {which}"


def _render_ways_on(run_id: str) -> None:
    with st.container(horizontal=True):
        if st.button("See its errors", type="primary", icon=":material/arrow_forward:"):
            state.choose_run(run_id)
            st.switch_page("pages/Errors.py")
        if st.button("Compare with other runs", icon=":material/table_rows:"):
            st.switch_page("pages/Runs.py")


def _render_curves(record: RunRecord, status: RunStatus) -> None:
    epoch_rows, step_rows = record.epoch_rows(), record.step_rows()
    if not epoch_rows and not step_rows:
        return
    steps_per_epoch = status.num_steps / max(status.num_epochs, 1)
    frame = curves_frame(epoch_rows, step_rows, steps_per_epoch)
    lines = yardsticks(record.environment().get("data_source") == "practice")
    for column, quantity in zip(st.columns(2), _QUANTITIES, strict=True):
        with column:
            figure = curves_figure(frame, quantity, lines if quantity == "accuracy" else ())
            alt = f"{quantity} of train and val over epochs"
            st.plotly_chart(figure, key=f"curves_{quantity}", alt=alt, config={"displayModeBar": False})
    st.caption(
        "Train is measured on the augmented batches while the weights change, val after each epoch without either: "
        "with dropout or augmentation, val can lie above train."
    )
    if not status.is_active:
        offer_csv("Curves as CSV", frame, f"{record.run_id}-curves.csv")

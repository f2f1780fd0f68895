"""One run as it trains, and what became of it, read from its record once a second while there is something to see."""

from collections.abc import Callable

import streamlit as st

from cifar_core.runs import RunError, RunRecord, RunStatus, RunStore
from dashboard import state
from dashboard.charts import Quantity, curves_figure, curves_frame, yardsticks
from dashboard.tables import offer_csv
from dashboard.words import STATUS_ICONS, duration, percent

_REFRESH_SECONDS = 1.0


def render_run(store: RunStore, run_id: str) -> None:
    """Draw a run's progress, controls and curves, and follow it while it is active."""
    record = store.record(run_id)
    is_active = record.status().is_active
    follow = True
    if is_active:
        follow = st.toggle(
            "Follow",
            value=True,
            key=state.TRAIN_FOLLOW,
            help="Refresh once a second. Off: the charts hold still, to zoom and read.",
        )

    @st.fragment(run_every=_REFRESH_SECONDS if is_active and follow else None)
    def panel() -> None:
        store.refresh()
        status = record.status()
        if is_active and not status.is_active:
            st.rerun()  # without run_every: the polling ends with the run
        _render_state(store, record, status)
        _render_controls(store, record, status)
        _render_numbers(status)
        _render_curves(record, status)

    panel()
    if not is_active:
        _render_outcome(record, record.status())


def _render_state(store: RunStore, record: RunRecord, status: RunStatus) -> None:
    title = f"{record.meta().name}: {status.status}"
    if status.status == "queued":
        position = store.queue_position(record.run_id)
        st.info(
            f"{title}. Number {position} in the queue; it starts when its device is free.", icon=":material/schedule:"
        )
        return
    words = f"{title}, epoch {status.epoch} of {status.num_epochs}"
    if status.seconds_left is not None and status.status == "running":
        words += f", about {duration(status.seconds_left)} left"
    if status.status == "running" and not status.step:
        words += ". Starting: loading torch and the images"
    st.progress(status.progress, text=f"{STATUS_ICONS[status.status]} {words}")


def _render_controls(store: RunStore, record: RunRecord, status: RunStatus) -> None:
    """Buttons that act in their callback: the page then redraws with what they did."""
    if not status.is_active:
        return
    run_id = record.run_id
    with st.container(horizontal=True):
        if status.status == "running":
            st.button("Pause", icon=":material/pause:", on_click=_act, args=(store.pause, run_id))
        if status.status == "paused":
            st.button(
                "Go on", icon=":material/play_arrow:", type="primary", on_click=_act, args=(store.unpause, run_id)
            )
        label = "Remove from the queue" if status.status == "queued" else "Stop"
        st.button(
            label,
            icon=":material/stop:",
            on_click=_act,
            args=(store.stop, run_id),
            help="Ends after the present step. Finished epochs are kept, and the run can be resumed.",
        )


def _act(action: Callable[[str], None], run_id: str) -> None:
    try:
        action(run_id)
    except RunError as error:
        st.toast(str(error), icon=":material/info:")


def _render_numbers(status: RunStatus) -> None:
    with st.container(horizontal=True):
        st.metric("Val accuracy, last epoch", percent(status.last_val_accuracy))
        best = f"Val accuracy, best epoch ({status.best_epoch})" if status.best_epoch else "Val accuracy, best epoch"
        st.metric(best, percent(status.best_val_accuracy))
        if status.status == "running":
            speed = status.images_per_second
            st.metric("Images a second", "–" if speed is None else f"{speed:,.0f}")
        else:
            st.metric("Training time", duration(status.seconds))


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


_QUANTITIES: tuple[Quantity, Quantity] = ("accuracy", "loss")


def _render_outcome(record: RunRecord, status: RunStatus) -> None:
    if status.status in ("completed", "stopped"):
        _render_result(status)
        with st.container(horizontal=True):
            st.page_link("pages/Errors.py", label="See its errors", icon=":material/error_outline:")
            st.page_link("pages/Runs.py", label="Compare with other runs", icon=":material/table_rows:")
    elif status.status == "diverged":
        st.warning(f"{status.message} Lower the learning rate, or warm it up (one cycle, cosine).")
    else:
        st.error(status.message or f"The run is {status.status}.")
        tail = record.log_tail()
        if tail:
            with st.expander("Log, last lines", expanded=status.status == "failed"):
                st.code(tail, language=None)
    if status.is_resumable:
        st.caption("Runs offers to resume it from its last finished epoch.")


def _render_result(status: RunStatus) -> None:
    if status.test_accuracy_best is None:
        st.info(status.message)
        return
    st.success(
        f"{status.message} Test accuracy {percent(status.test_accuracy_best, 2)} with the weights of epoch "
        f"{status.best_epoch}, the best on val; {percent(status.test_accuracy_last, 2)} with those of the last."
    )

"""What can be done to a run while it goes on and after it has ended."""

import time
from collections.abc import Callable

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.runs import Fork, RunRecord, RunStatus, RunStore, RunSummary
from cifar_core.training.schedule import compute_learning_rate
from dashboard.components.numbers import WHOLE
from dashboard.drawing.glossary import explain
from dashboard.drawing.words import choice_title
from dashboard.session import draft, form_values, state
from dashboard.session.links import open_page
from dashboard.session.lock import read_lock
from dashboard.session.owning import is_agreed, offer_action
from dashboard.session.saying import act_or_toast, try_or_toast
from dashboard.session.slimness import DROPPED, is_slim
from dashboard.session.taking import offer_taking
from dashboard.train.origins import run_key

# A worker obeys between two steps; most do within this time, and the click then shows what it did.
_PATIENCE_SECONDS = 1.5
_OBEYS = "Sent. The run obeys after its present step, or before its first one."
_FACTORS = (0.1, 0.5, 2.0, 10.0)
# A schedule's shape hangs on shares of a run alone; so many steps an epoch show it.
_STEPS_PER_EPOCH = 50
_SAME = 1.05  # a smaller change within a step is the schedule's own slope


def render_controls(store: RunStore, run: RunSummary, record: RunRecord, status: RunStatus) -> None:
    """Draw the buttons of an active run. They act in their callback; what they did is drawn thereafter."""
    with st.container(horizontal=True):
        if not run.is_read_only:
            _render_brakes(store, record, status, run.owner)
        _offer_its_settings(run)


def _render_brakes(store: RunStore, record: RunRecord, status: RunStatus, owner: str) -> None:
    if status.status == "running":
        key = f"pause_{record.run_id}"
        offer_action("Pause", _act, (store.pause, record), owner=owner, key=key, icon=":material/pause:")
    if status.status == "paused":
        icon = ":material/play_arrow:"
        st.button("Go on", icon=icon, type="primary", on_click=_act, args=(store.unpause, record))
    if status.status == "queued":
        label, help_text = "Remove from the queue", "It can be resumed on Runs; an extended one is as it was."
    else:
        label = "Stop"
        help_text = "Ends after the present step. Finished epochs are kept, and it can be resumed."
    if status.status in ("running", "paused"):
        _render_park(store, record, owner)
    icon, key = ":material/stop:", f"stop_{record.run_id}"
    offer_action(label, _act, (store.stop, record), owner=owner, key=key, icon=icon, help=help_text)
    lock = read_lock()
    if status.status in ("running", "paused") and not lock.holds("optimizer.learning_rate"):
        _render_learning_rate(store, record)
    if lock.hides("delete"):
        return
    with st.popover("Discard", icon=":material/delete:", help="Stop it and keep nothing"):
        st.write("Its settings, curves, weights and predictions will be removed.")
        key = f"discard_{record.run_id}"
        may_go, act = is_agreed(owner, key), (store, record.run_id)
        st.button("Stop and discard it", key=key, type="primary", disabled=not may_go, on_click=_discard, args=act)


def _render_park(store: RunStore, record: RunRecord, owner: str) -> None:
    offer_action(
        "Park",
        _act,
        (store.park, record, "Sent. The run parks after its present epoch."),
        owner=owner,
        icon=":material/local_parking:",
        key=f"park_{record.run_id}",
        help=explain("Ends after the present epoch, without a look at test. It can be resumed.", "park"),
    )


def render_ways_on(store: RunStore, run: RunSummary, status: RunStatus) -> None:
    """Draw what can follow an ended run: look at its errors, train on, start another one from its weights."""
    with st.container(horizontal=True):
        if status.best_epoch is not None and st.button(
            "See its errors", type="primary", icon=":material/arrow_forward:"
        ):
            state.choose_run(run.run_id)
            open_page("Errors")
        if not run.is_imported:
            _offer_its_settings(run)
        if status.is_resumable and not run.is_read_only:
            st.button(
                "Resume",
                icon=":material/restart_alt:",
                on_click=act_or_toast,
                args=(store.resume_run, run.run_id),
                help="Go on from its last finished epoch." if status.epoch else "Start again from the beginning.",
            )
        if status.epoch and status.status in ("completed", "stopped") and _can_go_on(run):
            _render_extension(store, run, status)
        if status.epoch and run.config is not None and _can_go_on(run):
            _render_fork(run)
        if status.epoch and run.config is not None:
            offer_taking([run.run_id])
        if status.best_epoch is not None and st.button("Compare with other runs", icon=":material/table_rows:"):
            open_page("Runs")


def _can_go_on(run: RunSummary) -> bool:
    return not (run.is_read_only or run.is_imported)


def _render_learning_rate(store: RunStore, record: RunRecord) -> None:
    key = f"factor_{record.run_id}"
    # Opened, it is drawn anew; what it says then stays, while the run goes on.
    with st.popover(
        "Learning rate",
        icon=":material/speed:",
        help="Change it from the next step on",
        key=f"rate_{record.run_id}",
        on_change="rerun",
    ):
        rows = record.step_rows(1)
        if rows:
            rate, step = rows[-1]["learning_rate"], rows[-1]["step"]
            st.caption(f"{rate:.3g} at step {step:,}. The schedule goes on, times this factor:")
        with st.container(horizontal=True):
            for factor in _FACTORS:
                st.button(
                    f"x {factor:g}",
                    key=f"factor_{factor:g}_{record.run_id}",
                    on_click=act_or_toast,
                    args=(store.change_learning_rate, record.run_id, factor),
                )
        st.number_input("Another factor", 0.0001, 100.0, 1.0, format="%g", key=key, help="Above 0, up to 100.")
        st.button("Apply", key=f"apply_{key}", on_click=_apply_factor, args=(store, record.run_id, key))


def _render_extension(store: RunStore, run: RunSummary, status: RunStatus) -> None:
    if is_slim(run):
        st.button("Extend", icon=":material/add_circle:", key=f"extend_{run.run_id}", disabled=True, help=DROPPED)
        return
    with st.popover("Extend", icon=":material/add_circle:", help="Train it for more epochs"):
        key = f"extend_{run.run_id}"
        more = st.number_input(
            "Epochs more", 1, 1000 - status.epoch, max(status.num_epochs // 2, 1), key=key, placeholder=WHOLE
        )
        if run.config is not None and run.config.schedule.name != "constant":
            st.caption(describe_extension(run.config, status.epoch, int(more)))
        st.button("Train on", type="primary", key=f"go_{key}", on_click=_extend, args=(store, run.run_id, key))


def describe_extension(config: RunConfig, num_done: int, num_more: int) -> str:
    """Say what the learning rate does when a run of this config goes on for some epochs after those done."""
    peak, total = config.optimizer.learning_rate, num_done + num_more

    def rate(step: int, num_epochs: int) -> float:
        return compute_learning_rate(config.schedule, peak, step, num_epochs * _STEPS_PER_EPOCH)

    before = rate(num_done * _STEPS_PER_EPOCH - 1, max(config.training.num_epochs, num_done))
    after = rate(num_done * _STEPS_PER_EPOCH, total)
    rest = [rate(step, total) for step in range(num_done * _STEPS_PER_EPOCH, total * _STEPS_PER_EPOCH)]
    words = f"goes on at {after:.2g}, as it was"
    if after > _SAME * before:
        words = f"rises again, from {before:.2g} to {after:.2g}"
    elif before > _SAME * after:
        words = f"falls from {before:.2g} to {after:.2g}"
    climb = f", climbs to {max(rest):.2g}" if max(rest) > _SAME * after else ""
    end = f", and ends at {rest[-1]:.2g}" if max(rest) > _SAME * rest[-1] else ""
    title = choice_title(config.schedule.name)
    return f"Its schedule ({title}) is stretched over all {total} epochs: the learning rate {words}{climb}{end}."


def _render_fork(run: RunSummary) -> None:
    with st.popover("Fork", icon=":material/call_split:", help="Start another run from its weights"):
        st.write(
            "The form is filled with its settings. Change what you are curious about and start: the new run begins "
            "with these weights instead of random ones."
        )
        forks = (Fork(run.run_id, "best"), Fork(run.run_id, "last"))
        for fork, epoch in zip(forks, (run.status.best_epoch, run.status.epoch), strict=True):
            st.button(
                f"From its {fork.which} epoch, {epoch}",
                key=f"fork_{fork.which}_{run.run_id}",
                disabled=epoch is None,
                on_click=_set_up_from,
                args=(run, fork),
            )


def _offer_its_settings(run: RunSummary) -> None:
    st.button(
        "New run from its settings",
        icon=":material/edit_note:",
        on_click=_set_up_from,
        args=(run, None),
        help="Fill the form with the settings of this run, to change one thing and train again.",
    )


def _set_up_from(run: RunSummary, fork: Fork | None) -> None:
    if run.config is not None:
        form_values.fill_form(run.config, run_key(run.run_id))
        draft.choose_fork(fork)
        form_values.lead_to_form()


def _extend(store: RunStore, run_id: str, key: str) -> None:
    act_or_toast(store.extend, run_id, int(state.widget_value(key)))


def _apply_factor(store: RunStore, run_id: str, key: str) -> None:
    act_or_toast(store.change_learning_rate, run_id, float(state.widget_value(key) or 0))


def _discard(store: RunStore, run_id: str) -> None:
    if try_or_toast(store.discard, run_id):
        state.choose_run(None)
        st.toast("Discarded.", icon=":material/delete:")


def _act(action: Callable[[str], None], record: RunRecord, else_said: str = _OBEYS) -> None:
    """Tell the worker, and give it a moment to obey, so that the redrawn panel shows the effect."""
    act_or_toast(_tell, action, record, else_said)


def _tell(action: Callable[[str], None], record: RunRecord, else_said: str) -> None:
    before = record.status().status
    action(record.run_id)
    until = time.monotonic() + _PATIENCE_SECONDS
    while record.status().status == before and time.monotonic() < until:
        time.sleep(0.05)
    if record.status().status == before:
        st.toast(else_said, icon=":material/hourglass_top:")

"""The queue: whose run is next and about when, and how to take one out or stop everything."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.experiments import Wait
from cifar_core.runs import RunStore, RunSummary
from cifar_core.runs.fairness import turn_of
from cifar_core.runs.queue import queue_order
from dashboard.drawing.literal import literal
from dashboard.drawing.words import run_name
from dashboard.session.cache import list_readable_runs
from dashboard.session.learner import learner_name
from dashboard.session.owning import is_agreed, is_others
from dashboard.session.saying import act_or_toast, fragment, try_or_toast
from dashboard.session.waiting import describe_wait, find_waits

_QUEUE_SECONDS = 10.0
_MOST = 30  # runs that are listed, and three that are named beside the button
_NAMED = 3


def render_queue(store: RunStore, runs: list[RunSummary]) -> None:
    """Draw the runs that wait, to reorder or remove, and a way to stop everything. Nothing if no run is active."""
    if not any(run.status.is_active for run in runs):
        return

    @fragment(run_every=_QUEUE_SECONDS if queue_order(runs) else None)
    def queue() -> None:
        runs = list_readable_runs()
        waits = find_waits(runs)
        waiting = sorted((run for run in runs if run.run_id in waits), key=lambda run: waits[run.run_id].place)
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover("Queue", icon=":material/schedule:", help="Runs that wait for their device"):
                _render_all(store, waiting, waits)
            with st.popover("Stop all", icon=":material/stop_circle:", help="Stop every run and empty the queue"):
                _render_stop(store, [run for run in runs if run.status.is_active])
            if waiting:
                names = ", ".join(_name(run) for run in waiting[:_NAMED])
                st.caption(f"{len(waiting)} waiting: {names}{', ...' if len(waiting) > _NAMED else ''}")

    queue()


def _render_all(store: RunStore, waiting: Sequence[RunSummary], waits: dict[str, Wait]) -> None:
    if not waiting:
        st.caption("No run waits. Start another one while one trains, and it is put here.")
        return
    if len({turn_of(run) for run in waiting}) > 1:
        st.caption("People take turns: next is a run of whoever was served longest ago.")
    firsts = {turn_of(run): run.run_id for run in reversed(waiting)}
    for run in waiting[:_MOST]:
        _render_waiting(store, run, waits[run.run_id], is_first=firsts[turn_of(run)] == run.run_id)
    if len(waiting) > _MOST:
        st.caption(f"And {len(waiting) - _MOST} more.")


def _render_waiting(store: RunStore, run: RunSummary, wait: Wait, *, is_first: bool) -> None:
    is_foreign = is_others(run.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"**{wait.place}** {_name(run)}  \n:small[:gray[{describe_wait(wait)}]]"
        st.markdown(words, width="stretch")  # so that the buttons of all runs stand below each other
        with st.container(horizontal=True, width="content"):
            _offer("Put first", "vertical_align_top", store.put_first, run, is_off=is_first or is_foreign)
            if not is_foreign:
                _offer("Remove", "close", store.stop, run)
                return
            with st.popover("Remove", icon=":material/close:", type="tertiary", key=f"ask_{run.run_id}"):
                st.write(f"This is the run of **{literal(run.owner)}**.")
                args = (store.stop, run.run_id)
                st.button("Remove it all the same", key=f"queue_close_{run.run_id}", on_click=act_or_toast, args=args)


def _offer(label: str, icon: str, action: object, run: RunSummary, *, is_off: bool = False) -> None:
    st.button(
        label,
        key=f"queue_{icon}_{run.run_id}",
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=is_off,
        on_click=act_or_toast,
        args=(action, run.run_id),
    )


def _render_stop(store: RunStore, active: Sequence[RunSummary]) -> None:
    """With a way to stop one's own alone, and what has to be ticked before those of others are stopped."""
    st.write("Every run stops after its present step, waiting ones do not start. All of them are kept.")
    others = sorted({run.owner for run in active if is_others(run.owner)}, key=str.casefold)
    may_stop = True
    if others:
        own = [run for run in active if not is_others(run.owner)]
        label = f"Stop only {'mine' if learner_name() else 'those of nobody'} ({len(own)})"
        st.button(label, disabled=not own, on_click=_stop, args=(store, False), key="stop_mine")
        may_stop = is_agreed(", ".join(others), "stop_all")
    st.button("Stop everything", type="primary", disabled=not may_stop, on_click=_stop, args=(store, True))


def _stop(store: RunStore, with_others: bool) -> None:
    stopped = [run.run_id for run in store.list_runs() if run.status.is_active and not is_others(run.owner)]
    if try_or_toast(store.stop_all, None if with_others else stopped):
        words = "Every active run is told to stop." if with_others else "They are told to stop."
        st.toast(words, icon=":material/stop_circle:")


def _name(run: RunSummary) -> str:
    whose = f" of {literal(run.owner)}" if run.owner else ""
    return f"{literal(run_name(run), most=None)}{whose}"

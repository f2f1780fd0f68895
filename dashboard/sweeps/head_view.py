"""What stands above a sweep: what it found in a sentence, how far it is, and what can be done with it."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.runs import RunError, RunSummary
from cifar_core.sweeps import Budget, Fresh, Sweep, SweepStore, is_search_over, measure_progress, report_fresh
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import about, count, percent
from dashboard.session import state
from dashboard.session.cache import why_not_startable
from dashboard.session.owning import is_others
from dashboard.session.saying import act_or_toast
from dashboard.sweeps.draft import open_draft, plan_tree
from dashboard.sweeps.fresh_chart import describe_interval
from dashboard.sweeps.starting import why_no_optuna
from dashboard.sweeps.subject import open_sweep
from dashboard.sweeps.words import describe_epochs, rung_title, state_of, write_values

# So long the process behind a sweep may take to begin.
_STARTING_SECONDS = 15.0


def render_head(store: SweepStore, sweep: Sweep, runs: Sequence[RunSummary], now: float) -> None:
    """Draw it.

    Args:
        store: The sweeps.
        sweep: Which.
        runs: All.
        now: Unix time.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All sweeps", icon=":material/arrow_back:", type="tertiary", on_click=open_sweep, args=(None,))
        by = f" by {literal(sweep.owner)}" if sweep.owner else ""
        when = f":small[:gray[{literal(sweep.id[:13])}{by}, {state_of(sweep)}]]"
        st.markdown(f"**{literal(sweep.plan.name)}** {when}", width="content")
    st.markdown(describe_best(sweep))
    if sweep.is_of_newer:
        st.warning("This sweep can only be looked at: a newer release wrote it.", icon=":material/lock:")
        return
    if sweep.message:
        st.warning(message(sweep.message), icon=":material/stop_circle:")
    _render_progress(store, sweep, runs, now)


def describe_best(sweep: Sweep) -> str:
    """Say in a sentence what came of it so far."""
    ranking = sweep.ranking()
    if not ranking:
        return (
            f"**No result yet**: {count(len(sweep.trials), 'configuration')} on the way, of a budget of {sweep.budget}."
        )
    if sweep.promotion is not None and sweep.promotion.winner is not None:
        return _describe_winner(report_fresh(sweep)[0])
    best = ranking[0]
    after = rung_title(sweep.rungs[max(best.scores)]).removeprefix("Val accuracy ")
    tried = sum(bool(trial.scores) for trial in sweep.trials)
    of = "the only one with a result" if tried == 1 else f"the best of {tried}"
    values = literal(write_values(best.values), most=None)
    return f"**{percent(best.score)}** on val {after} with **{values}**, {of}."


def _describe_winner(first: Fresh) -> str:
    interval = describe_interval(first)
    values = literal(write_values(first.trial.values), most=None)
    return (
        f"**{percent(first.mean)}**{interval} on val over {count(len(first.scores), 'fresh seed')} with **{values}**; "
        f"the sweep said {percent(first.claimed)}."
    )


def _render_progress(store: SweepStore, sweep: Sweep, runs: Sequence[RunSummary], now: float) -> None:
    is_over = is_search_over(sweep)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not is_over:
            try:
                progress = measure_progress(sweep, runs)
            except (RunError, ConfigError):
                return  # said where its settings are drawn
            st.progress(progress.share, text=describe_progress(sweep, progress.seconds_left))
        _render_actions(store, sweep, is_over=is_over)
    if sweep.state == "running" and not is_over:
        render_left_alone(store, sweep, now)


def describe_progress(sweep: Sweep, seconds: float | None) -> str:
    """Say how far a search is.

    Args:
        sweep: Which.
        seconds: How long the rest takes; None where nobody knows.
    """
    left = "" if not seconds or sweep.state == "stopped" else f", about {about(seconds)} left"
    if not sweep.trials:
        return "The first configurations are being chosen."
    rung = max(trial.rung for trial in sweep.trials)
    there = [trial for trial in sweep.trials if trial.rung >= rung]
    done = sum(trial.rung in trial.scores for trial in there)
    if sweep.budget.num_runs is None:
        spent = f"{sweep.seconds / 60:.1f} of {sweep.budget} are used"
        return f"{count(done, 'configuration')} trained: {spent}{left}."
    if sweep.plan.halving is None:
        return f"{done} of {count(len(there), 'configuration')} are trained{left}."
    which = f"Round {rung + 1} of {len(sweep.rungs)}, {describe_epochs(sweep.rungs[rung])}"
    return f"{which}: {done} of {count(len(there), 'configuration')} are trained{left}."


def _render_actions(store: SweepStore, sweep: Sweep, *, is_over: bool) -> None:
    if sweep.promotion is None and sweep.state == "stopped":
        render_act("Go on", ":material/play_arrow:", "sweep_go_on", partial(go_on, store, sweep), why_not_driven())
    elif not is_over:
        render_stop(store, sweep)
    if sweep.promotion is None:
        with st.popover("Try more", icon=":material/add:", disabled=why_not_driven() is not None):
            _render_more(store, sweep)
    st.button(
        "Again, with changes",
        icon=":material/content_copy:",
        type="tertiary",
        key="sweep_again",
        on_click=open_draft,
        args=(plan_tree(sweep.plan),),
    )


def render_act(label: str, icon: str, key: str, action: Callable[[], object], why_not: str | None) -> None:
    """Draw a button; disabled, it says why it can do nothing.

    Args:
        label: What it says.
        icon: Before it.
        key: The button's.
        action: What it does; RunError is said in a toast.
        why_not: Why it can do nothing; None if it can.
    """
    help_text = why_not and message(why_not)
    st.button(
        label, icon=icon, key=key, on_click=act_or_toast, args=(action,), disabled=why_not is not None, help=help_text
    )


def render_stop(store: SweepStore, sweep: Sweep) -> None:
    """Draw the button that stops a sweep; of somebody else's it asks once more, saying whose it is."""
    act = partial(render_act, icon=":material/stop:", key="sweep_stop", action=partial(store.stop, sweep.id))
    if not is_others(sweep.owner):
        act("Stop", why_not=why_not_startable())
        return
    with st.popover("Stop", icon=":material/stop:", key="sweep_ask_stop"):
        st.markdown(f"This is the sweep of **{literal(sweep.owner)}**.")
        act("Stop it all the same", why_not=why_not_startable())


def why_not_driven() -> str | None:
    """Return in a sentence why no sweep can go on here; None if one can."""
    return why_not_startable() or why_no_optuna() or None


def _render_more(store: SweepStore, sweep: Sweep) -> None:
    is_runs = sweep.budget.num_runs is not None
    key = f"sweep_more_{sweep.id}"
    if state.widget_value(key) is None:
        state.set_widget(key, sweep.plan.budget.num_runs or 10)
    st.number_input("More runs" if is_runs else "More minutes", 1, 2000, key=key, placeholder=WHOLE)
    if sweep.plan.halving is not None:
        st.caption("They are halved among themselves.")
    render_act("Try them", ":material/play_arrow:", "sweep_extend", partial(_extend, store, sweep, key), None)


def _extend(store: SweepStore, sweep: Sweep, key: str) -> None:
    number = int(state.widget_value(key) or 1)
    more = Budget(num_runs=number) if sweep.budget.num_runs is not None else Budget(minutes=number)
    try:
        store.extend(sweep.id, more, seen=sweep.budget)
    except ConfigError as error:
        raise RunError(str(error)) from error
    store.drive(sweep.id)


def go_on(store: SweepStore, sweep: Sweep) -> None:
    """Let a stopped sweep go on.

    Raises:
        RunError: It cannot.
    """
    store.go_on(sweep.id)
    store.drive(sweep.id)


def render_left_alone(store: SweepStore, sweep: Sweep, now: float) -> None:
    """Draw that the process which lets a sweep go on is gone, and the button that starts another; else nothing."""
    if now - store.changed_at(sweep.id) < _STARTING_SECONDS or store.is_driven(sweep.id):
        return
    said = store.log_tail(sweep.id)
    words = "The process behind this sweep has ended before its time; what is trained is kept."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(f"{words}{f' It said last: {message(said)}' if said else ''}", icon=":material/power_off:")
        action = partial(store.drive, sweep.id)
        render_act("Take it up again", ":material/restart_alt:", "sweep_drive", action, why_not_driven())

"""The list of runs: a sentence on them, what chooses among them, and a line each."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.components.run_table import Actions, Column, RunGroup, run_table
from dashboard.drawing.colours import colour_runs
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent, short_name, source_title
from dashboard.runs.bringing import offer_bringing
from dashboard.runs.controls import baseline_of, describe_baseline, describe_wish, render_controls
from dashboard.runs.facts import FIRST, Fact, list_facts
from dashboard.runs.listing import Wish, count_runs, describe_group, group_runs, next_sort, sort_runs
from dashboard.runs.rows import create_row
from dashboard.runs.table import runs_frame
from dashboard.session import address, state
from dashboard.session.redraw import ask_for_redraw, hand_over_page
from dashboard.session.taking import offer_taking

_MOST = 50  # rows at first: each brings a curve
_MOST_EVER = 500  # what a table can hold and still be scrolled without a jerk
_DRAWN = 5  # the newest ones, until somebody ticks


def render_list(runs: Sequence[RunSummary]) -> dict[str, str]:
    """Draw the list.

    Args:
        runs: All, newest first.

    Returns:
        The colour of each run whose curves are to be drawn, by its id, newest first.
    """
    facts = list_facts(runs)
    sentence = st.empty()
    wish = render_controls(runs, facts)
    listed = [run for run in runs if wish.has(run)]
    sort = address.SORT.value() or ""
    listed = sort_runs(listed, sort, facts)
    sentence.caption(_introduce(runs, listed, wish, facts))
    colours = _colour_drawn(runs, listed)
    if listed:
        _render_table(runs, listed, facts, colours)
    else:
        st.info("No run is like that. Show all lists the others again.", icon=":material/filter_alt:")
    return colours


def _render_table(
    runs: Sequence[RunSummary], listed: list[RunSummary], facts: dict[str, Fact], colours: Mapping[str, str]
) -> None:
    most = min(state.read_number(address.MOST) or _MOST, _MOST_EVER)
    shown, baseline, sort = listed[:most], baseline_of(runs), address.SORT.value() or ""
    further = {key: fact for key, fact in facts.items() if key not in FIRST}

    def group(words: str, of: Sequence[RunSummary]) -> RunGroup:
        rows = [
            create_row(run, further, colour=colours.get(run.run_id, ""), chosen=state.chosen_run(), baseline=baseline)
            for run in of
        ]
        return RunGroup(words, rows)

    fact = facts.get(address.GROUP.value() or "")
    if fact is None:
        groups = [group("", shown)]
    else:
        names = {run.run_id for run in shown}
        groups = [
            group(describe_group(fact.title, _write(fact, value), of), [run for run in of if run.run_id in names])
            for value, of in group_runs(listed, fact)
        ]
    actions = Actions(
        tick=lambda ticked: _tick(ticked, [run.run_id for run in shown], list(colours)),
        choose=_choose,
        look_into=_look_into,
        sort=lambda key: _sort(next_sort(sort, key, facts)),
    )
    run_table(groups, _columns(FIRST), _columns(further), sort, actions)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Tick runs to lay their curves over each other; a name opens its run below.", width="content")
        if len(listed) > most == _MOST_EVER:
            st.caption(f"{most} of {len(listed):,} are on show: sort or filter to see the others.", width="content")
        elif len(listed) > most:
            more = f"Show {min(_MOST, len(listed) - most)} more of {len(listed):,}"
            st.button(more, type="tertiary", on_click=_show_more, args=(most + _MOST,))
        offer_csv("Table as CSV", lambda: runs_frame(listed), "runs.csv")
        drawn = [run.run_id for run in runs if run.run_id in colours and run.status.epoch]
        offer_bringing()
        if len(drawn) > 1:
            offer_taking(drawn, f"Take the {len(drawn)} drawn runs along", kind="tertiary")


def _introduce(runs: Sequence[RunSummary], listed: Sequence[RunSummary], wish: Wish, facts: Mapping[str, Fact]) -> str:
    """Say in a sentence what is listed, and which of it is best on val."""
    sort = address.SORT.value() or ""
    fact = facts.get(sort.removeprefix("-"))
    order = "newest first" if fact is None else f"by {fact.title.lower()}"
    if wish.num_filters:
        words = f"{len(listed):,} of {count_runs(len(runs))}, those with {describe_wish(wish)}, {order}"
    else:
        words = f"{count_runs(len(runs))}, {order}"
    num_active = sum(run.status.is_active for run in listed)
    going = f", {num_active} not yet done" if num_active else ""
    return f"{words}{going}{describe_baseline(baseline_of(runs))}. {_name_best(listed)}"


def _name_best(runs: Sequence[RunSummary]) -> str:
    """Name the best run on the data that the newest run saw; a demo only where there is nothing else."""
    own = [run for run in runs if run.is_own] or list(runs)
    measured = [run for run in own if run.status.best_val_accuracy is not None]
    if not measured:
        return ""
    alike = [run for run in measured if run.data_source == measured[0].data_source]
    best = max(alike, key=lambda run: run.status.best_val_accuracy or 0.0)
    test = f", {percent(best.status.test_accuracy_best)} on test" if best.status.test_accuracy_best is not None else ""
    data = f" of {source_title(best.data_source)}" if len(alike) < len(measured) else ""
    is_alone = len(alike) == 1
    words = "Its best is" if is_alone and len(runs) == 1 else f"The best{data} is **{literal(short_name(best))}** with"
    return f"{words} {percent(best.status.best_val_accuracy)} on val{test}."


def _colour_drawn(runs: Sequence[RunSummary], listed: Sequence[RunSummary]) -> dict[str, str]:
    """Return the runs whose curves are drawn: those ticked, else the newest listed ones; and the baseline."""
    readable = [run.run_id for run in runs if run.config is not None]
    if address.TICKED.value() is not None:
        drawn = address.read_list(address.TICKED, readable)
    else:
        own = [run for run in listed if not run.is_demo] or listed
        newest = sorted(own, key=lambda run: -run.created_at)
        with_curves = [run for run in newest if run.config is not None and run.status.epoch and not run.is_imported]
        drawn = [run.run_id for run in with_curves][:_DRAWN]
    baseline = address.BASELINE.value()
    drawn += [run_id for run_id in readable if run_id == baseline and run_id not in drawn]
    colours = colour_runs([run.run_id for run in reversed(runs)], drawn)
    return {run_id: colours[run_id] for run_id in readable if run_id in colours}


def _columns(facts: Mapping[str, Fact]) -> list[Column]:
    return [Column(key, fact.title, fact.help, fact.is_number) for key, fact in facts.items()]


def _write(fact: Fact, value: object) -> str:
    is_unknown = value is None or (value == "" and not fact.is_setting)  # an empty setting says that there is none
    return "unknown" if is_unknown else plain(fact.write(value))


def _tick(ticked: list[str], shown: list[str], drawn: list[str]) -> None:
    """Those that are not on show stay as they were."""
    kept = [run_id for run_id in drawn if run_id not in shown]
    address.choose_list(address.TICKED, [*ticked, *kept] or [address.NO_RUN])
    address.step_on()


def _choose(run_id: str) -> None:
    state.choose_run(run_id)
    ask_for_redraw()  # the sidebar names the chosen run


def _look_into(page: str, run_id: str) -> None:
    state.choose_run(run_id)
    hand_over_page(page)


def _sort(sort: str) -> None:
    address.SORT.choose(sort)
    address.step_on()


def _show_more(most: int) -> None:
    address.MOST.choose(str(most))
    address.step_on()

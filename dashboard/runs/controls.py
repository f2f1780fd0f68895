"""What decides which runs are listed and what they are held against; all of it lives in the address."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import choice_title, run_title, short_name, source_title
from dashboard.runs.facts import Fact
from dashboard.runs.listing import Wish, network_of
from dashboard.session import address, state
from dashboard.session.address import Parameter
from dashboard.session.folded import bind_folded, set_folded
from dashboard.session.owning import list_whose, wanted_owner
from dashboard.session.picking import list_offered

_FILTERS = (address.FIND, address.STATES, address.NETWORKS, address.SOURCES, address.WHOSE)


def render_controls(runs: Sequence[RunSummary], facts: Mapping[str, Fact]) -> Wish:
    """Draw filters, grouping and baseline in one row, and return which runs are wanted."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        wish = _choose_filters(runs)
        _choose_group(facts)
        _choose_baseline(runs)
        if wish.num_filters:
            st.button("Show all", type="tertiary", icon=":material/filter_alt_off:", on_click=forget_filters)
    return wish


def forget_filters() -> None:
    """List all runs again. For callbacks."""
    for parameter in _FILTERS:
        parameter.choose(None)
    address.step_on()


def baseline_of(runs: Sequence[RunSummary]) -> RunSummary | None:
    """Return the run that the others are held against, None without one."""
    chosen = address.BASELINE.value()
    return next((run for run in runs if run.run_id == chosen), None) if chosen else None


def _choose_filters(runs: Sequence[RunSummary]) -> Wish:
    with st.popover("Filter", icon=":material/filter_list:", help="List some of the runs only", key="runs_filter"):
        key = set_folded(address.FIND.widget, address.FIND.value() or "")
        find = st.text_input(
            "Name or note has",
            key=key,
            max_chars=80,
            on_change=address.follow,
            args=(address.FIND, key),
            help="A part of a run's name, its animal or its note.",
        )
        states = _choose_some("Status", address.STATES, [run.status.status for run in runs], str.capitalize)
        networks = _choose_some("Network", address.NETWORKS, map(network_of, runs), choice_title)
        sources = _choose_some("Data", address.SOURCES, [run.data_source for run in runs], source_title)
        _choose_whose(runs)
    return Wish(find.strip(), states, networks, sources, wanted_owner())


def _choose_whose(runs: Sequence[RunSummary]) -> None:
    options = list_whose(runs)
    if (value := address.WHOSE.value()) and value not in options:
        options[value] = literal(wanted_owner() or "Mine, which nobody has said who that is")
    st.selectbox(
        "Whose",
        list(options),
        format_func=lambda value: options.get(value, value),
        help="Who said so when the run was started: at the top of each page, or with --owner.",
        **bind_folded(address.WHOSE, address.WHOSE.widget, list(options)),
    )


def _choose_some(label: str, parameter: Parameter, values: Iterable[str], write: Callable[[str], str]) -> list[str]:
    """Draw a choice of several of the values that runs have."""
    options = sorted({value for value in values if value})
    key = set_folded(parameter.widget, address.read_list(parameter, options))
    return st.multiselect(
        label,
        options,
        key=key,
        format_func=write,
        placeholder="Any",
        on_change=_follow_list,
        args=(parameter, key),
    )


def _follow_list(parameter: Parameter, key: str) -> None:
    address.choose_list(parameter, state.widget_value(key))
    address.step_on()


def _choose_group(facts: Mapping[str, Fact]) -> None:
    options = {"": "No grouping"} | {key: fact.title for key, fact in facts.items() if fact.is_setting}
    with st.popover(
        "Group", icon=":material/account_tree:", help="By a setting in which the runs differ", key="runs_groups"
    ):
        st.selectbox(
            "Group by",
            list(options),
            format_func=lambda key: options.get(key, key),
            help="Runs with the same value stand together, with their average. Offered is what the runs differ in.",
            **bind_folded(address.GROUP, address.GROUP.widget, list(options)),
        )


def _choose_baseline(runs: Sequence[RunSummary]) -> None:
    offered = [run for run in list_offered(runs, address.BASELINE.value()) if run.config is not None]
    titles = {"": "None"} | {run.run_id: run_title(run) for run in offered}
    with st.popover("Baseline", icon=":material/flag:", help="Hold all runs against one of them", key="runs_against"):
        st.selectbox(
            "Baseline",
            list(titles),
            format_func=lambda run_id: titles.get(run_id, run_id),
            help="The list then says how many percentage points better or worse on val each run is, and charts dot it.",
            **bind_folded(address.BASELINE, address.BASELINE.widget, list(titles)),
        )


def describe_wish(wish: Wish) -> str:
    """Say in words which filters are on; empty if none is."""
    parts = [f'"{literal(wish.find)}" in name or note'] if wish.find else []
    parts += [" or ".join(wish.states)] if wish.states else []
    parts += [" or ".join(map(choice_title, wish.networks))] if wish.networks else []
    parts += [" or ".join(map(source_title, wish.sources))] if wish.sources else []
    parts += [] if wish.whose is None else [f"owner {literal(wish.whose)}"] if wish.whose else ["no owner"]
    return ", ".join(parts)


def describe_baseline(baseline: RunSummary | None) -> str:
    """Name the baseline for Markdown; empty if there is none."""
    return "" if baseline is None else f", against the baseline **{literal(short_name(baseline))}**"

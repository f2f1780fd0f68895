"""Which two runs are compared: chosen, swapped, or found where nobody chose."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.runs import RunSummary, settings_apart
from cifar_core.runs.groups import hold_out_alike
from dashboard.compare.words import is_of_seed_alone
from dashboard.drawing.words import percent, run_name, setting_names
from dashboard.session import address, state
from dashboard.session.changes import words_of
from dashboard.session.gone import drop_gone
from dashboard.session.kept import say_setting
from dashboard.session.opening import has_predictions
from dashboard.session.parameter import Parameter
from dashboard.session.picking import list_offered

Runs = tuple[RunSummary, RunSummary]
_MOST_IN_A_LINE = 6
_MOST_SEARCHED = 40


def list_candidates(dataset: Dataset, runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Return the runs that have predictions of images of this dataset, newest first."""
    return [run for run in runs if _is_about(dataset, run) and has_predictions(run)]


def _is_about(dataset: Dataset, run: RunSummary) -> bool:
    both = {run.data_source or dataset.source, dataset.source}
    return len(both) == 1 or both == {"cifar10", "cifar10-unverified"}  # the same images in the same order


def find_pair(candidates: Sequence[RunSummary]) -> Runs:
    """Return the two newest runs that hold the same images out and differ in more than their seed, the older one first.

    If there are no such two, the two newest. Of two candidates and more.
    """
    newest = candidates[:_MOST_SEARCHED]
    pairs = [(older, newer) for place, newer in enumerate(newest) for older in newest[place + 1 :]]
    alike = [pair for pair in pairs if hold_out_alike(*pair)]
    different = (pair for pair in alike if not is_of_seed_alone(settings_apart(*pair)))
    return next(different, next(iter(alike), pairs[0]))


def find_partner(run: RunSummary, candidates: Sequence[RunSummary]) -> RunSummary:
    """Return the newest other run to compare one with, likewise."""
    others = [each for each in candidates if each.run_id != run.run_id]
    alike = [each for each in others if hold_out_alike(each, run)]
    different = (each for each in alike if not is_of_seed_alone(settings_apart(run, each)))
    return next(different, next(iter(alike), others[0]))


def choose_runs(candidates: Sequence[RunSummary], runs: Sequence[RunSummary]) -> Runs:
    """Draw the choice of both runs, which the address holds; in a row with what else is chosen.

    Args:
        candidates: Two or more that can be compared.
        runs: All, to tell which were deleted.
    """
    for parameter in (address.FIRST, address.SECOND):
        drop_gone(parameter, runs, "another run is taken")
    first, second = _complete({run.run_id: run for run in candidates})
    address.FIRST.choose(first.run_id)
    address.SECOND.choose(second.run_id)
    address.show_address()  # the page may end early
    _choose("A", address.FIRST, state.COMPARE_FIRST, [run for run in candidates if run is not second])
    st.button(
        "Swap", icon=":material/swap_horiz:", on_click=_swap, args=(first, second), help="Hold A against B instead"
    )
    _choose("B", address.SECOND, state.COMPARE_SECOND, [run for run in candidates if run is not first])
    return first, second


def _complete(by_id: dict[str, RunSummary]) -> Runs:
    """Return the chosen runs, and others in place of those that are not chosen or cannot be compared."""
    candidates = list(by_id.values())
    first, second = (by_id.get(parameter.value() or "") for parameter in (address.FIRST, address.SECOND))
    if first is None:
        return find_pair(candidates) if second is None else (find_partner(second, candidates), second)
    if second is None or second is first:
        return first, find_partner(first, candidates)
    return first, second


def _choose(label: str, parameter: Parameter, key: str, options: list[RunSummary]) -> None:
    titles = {run.run_id: _title(run) for run in list_offered(options, parameter.value())}
    state.set_widget(key, parameter.value())
    st.selectbox(
        label,
        list(titles),
        key=key,
        format_func=lambda run_id: titles.get(run_id, run_id),
        on_change=address.follow,
        args=(parameter, key),
        width=370,
    )


def _title(run: RunSummary) -> str:
    return f"{run_name(run)}, val {percent(run.status.best_val_accuracy)}"


def _swap(first: RunSummary, second: RunSummary) -> None:
    address.FIRST.choose(second.run_id)
    address.SECOND.choose(first.run_id)
    address.step_on()


def render_differences(first: RunSummary, second: RunSummary) -> None:
    """Say in which settings the two differ."""
    differences = settings_apart(first, second)
    if not differences:
        st.markdown("**What differs:** no setting, not even the seed.")
        return
    if is_of_seed_alone(differences):
        st.markdown(f"**What differs:** {words_of(differences, '**')}, nothing else.")
        return
    shown = dict(list(differences.items())[:_MOST_IN_A_LINE])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**What differs:** {words_of(shown, '**')}", width="content")
        if len(differences) > len(shown):
            with st.popover(f"All {len(differences)} settings", icon=":material/tune:"):
                st.dataframe(differences_frame(first, second), hide_index=True, placeholder="–")


def differences_frame(first: RunSummary, second: RunSummary) -> pd.DataFrame:
    """Return a row for each setting that differs: setting, A, B."""
    differences = settings_apart(first, second)
    names = setting_names(differences)
    rows = [
        {"Setting": names[path], "A": say_setting(left), "B": say_setting(right)}
        for path, (left, right) in differences.items()
    ]
    return pd.DataFrame(rows, columns=["Setting", "A", "B"])

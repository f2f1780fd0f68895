"""The chosen run against another one: which settings differ, and what came of it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cifar_core.runs import RunDifference, RunSummary, compare_runs
from cifar_core.runs.difference import Quantity, Result
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import (
    duration,
    names_apart,
    percent,
    points,
    run_title,
    setting_names,
    short_name,
    with_minus,
)
from dashboard.session import address
from dashboard.session.kept import say_setting
from dashboard.session.links import compare_link
from dashboard.session.opening import has_predictions
from dashboard.session.picking import list_offered

_TITLES: dict[Quantity, str] = {
    "best_val": "Val accuracy, best epoch",
    "last_val": "Val accuracy, last epoch",
    "test": "Test accuracy, best val epoch",
    "epochs": "Length",
    "seconds": "Training time",
}


def render_pair(runs: Sequence[RunSummary], first: RunSummary) -> None:
    """Draw what differs between a run and another one, which somebody may choose.

    Args:
        runs: All, newest first.
        first: The run that the page speaks of.
    """
    st.markdown("**Difference**")
    others = {run.run_id: run for run in list_offered(_candidates(runs, first), address.VERSUS.value())}
    if not others or first.config is None:
        st.caption("It takes two runs to say what differs: train another one, with one setting changed.")
        return
    second_id = st.selectbox(
        f"{literal(short_name(first))} against",
        list(others),
        format_func=lambda run_id: run_title(others[run_id]) if run_id in others else run_id,
        help="Any other run. Choose the first one in the list above.",
        **address.bind(address.VERSUS, address.VERSUS.widget, list(others)),
    )
    second = others[second_id]
    difference = compare_runs(first, second)
    st.caption(introduce(first, second, difference))
    if has_predictions(first) and has_predictions(second):
        compare_link(second.run_id, first.run_id)
    titles = ["What", *names_apart((first, second)).values(), "Difference"]
    rows = difference_rows(difference)
    _render_table(titles, rows)
    offer_csv("Difference as CSV", lambda: pd.DataFrame(rows, columns=titles), "difference.csv")


def introduce(first: RunSummary, second: RunSummary, difference: RunDifference) -> str:
    """Say in a sentence what differs, and what that may mean."""
    number = len(difference.settings)
    settings = {0: "the same settings", 1: "one setting differs"}.get(number, f"{number} settings differ")
    names = names_apart((first, second))
    if first.is_imported or second.is_imported:
        settings = _describe_networks(difference)
    begin = f"**{literal(names[first.run_id])}** against **{literal(names[second.run_id])}**: {settings}"
    val = difference.result("best_val").difference
    if val is None:  # what a run that waits will see is not known either
        return f"{begin}; one of them has no val accuracy yet."
    if not difference.is_same_data:
        return f"{begin}. They saw different data: their accuracies cannot be held against each other."
    if not difference.is_same_val:
        return f"{begin}. They hold out other images: on those that both hold out, Compare tells them apart."
    return (
        f"{begin}, best val {points(val)}. One training each: a small difference may be luck, another seed would tell."
    )


def _describe_networks(difference: RunDifference) -> str:
    """Say how two networks differ of which one was trained elsewhere."""
    networks = "networks of other layers" if difference.settings else "networks of the same layers"
    return f"{networks} (how the imported one was trained is not known)"


def difference_rows(difference: RunDifference) -> list[tuple[str, str, str, str]]:
    """Return what differs, a line each: results first, then settings.

    Each is what it is, both values and their difference; all are text, with their units.
    """
    rows = [
        (_TITLES[result.quantity], *_write_result(result, _is_comparable(result.quantity, difference)))
        for result in difference.results
        if (result.first, result.second) != (None, None)
    ]
    titles = setting_names(difference.settings)
    for path, (left, right) in difference.settings.items():
        title = titles[path]
        rows.append((title[:1].upper() + title[1:], say_setting(left), say_setting(right), ""))
    return rows


def _candidates(runs: Sequence[RunSummary], first: RunSummary) -> list[RunSummary]:
    """Return the runs it may be held against; first the baseline, or else the one before it, which is offered."""
    others = [run for run in runs if run.config is not None and run.run_id != first.run_id]
    chosen = address.BASELINE.value()
    baseline = next((run for run in others if run.run_id == chosen), None)
    own = [run for run in others if not run.is_demo]
    before = [run for run in own if run.created_at <= first.created_at] or own or others
    default = baseline or next(iter(before), None)
    return [] if default is None else [default, *(run for run in others if run is not default)]


def _is_comparable(quantity: Quantity, difference: RunDifference) -> bool:
    return difference.is_same_val if quantity in ("best_val", "last_val") else difference.is_same_data


def _write_result(result: Result, is_comparable: bool) -> tuple[str, str, str]:
    if result.quantity == "epochs":
        more = with_minus(f"{result.difference:+g} epochs") if result.difference else ""
        return _epochs(result.first), _epochs(result.second), more
    if result.quantity == "seconds":
        seconds = round(result.difference or 0)
        more = with_minus(f"{'+' if seconds > 0 else '-'}{duration(abs(seconds))}") if seconds else ""
        return duration(result.first), duration(result.second), more
    more = points(result.difference) if is_comparable and result.difference is not None else ""
    return percent(result.first), percent(result.second), more


def _epochs(number: float | None) -> str:
    return "–" if number is None else f"{number:g} {'epoch' if number == 1 else 'epochs'}"


def _render_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """As text, which wraps on a phone and is read out line by line."""
    cells = [[" ", *titles[1:]], *rows]
    head, *lines = ["| " + " | ".join(literal(cell, most=None) for cell in row) + " |" for row in cells]
    st.markdown("\n".join([head, "|---|--:|--:|--:|", *lines]))

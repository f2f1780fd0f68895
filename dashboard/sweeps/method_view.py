"""How a sweep searches, and for how long."""

from typing import Any

import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.sweeps import Halving, read_budget
from dashboard.components.numbers import WHOLE
from dashboard.session import state
from dashboard.sweeps.draft import Draft, change_draft
from dashboard.sweeps.words import SAMPLERS

_RUNS, _MINUTES = "runs", "minutes"
_LONGEST_NAME = 40
_MOST = {_RUNS: 2000, _MINUTES: 100_000}
_NAMES = ("sampler", "number", "unit", "halves", "factor", "first", "seeds", "name")
_KEYS = {name: f"sweep_method_{name}" for name in _NAMES}


def render_method(draft: Draft) -> None:
    """Draw sampler, budget, halving, seeds and name, and keep them in the plan."""
    _fill(draft)
    with st.container(border=True):
        _render_budget()
        _render_sampler(str(draft.get("sampler")))
        _render_halving()
        _render_rest()


def _fill(draft: Draft) -> None:
    number, unit = _read_budget(draft.get("budget"))
    halving = draft.get("halving") or {}
    sampler = str(draft.get("sampler"))
    values: dict[str, Any] = {
        "sampler": sampler if sampler in SAMPLERS else next(iter(SAMPLERS)),
        "number": number,
        "unit": unit,
        "halves": bool(halving),
        "factor": _whole(halving.get("factor"), Halving().factor, 2, 10),
        "first": _whole(halving.get("first_epochs"), Halving().first_epochs, 1, 500),
        "seeds": _whole(draft.get("num_seeds"), 1, 1, 10),
        "name": str(draft.get("name") or "sweep")[:_LONGEST_NAME],
    }
    for name, value in values.items():
        state.keep_widget_at(_KEYS[name], value)


def _whole(value: Any, usual: int, least: int, most: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else usual


def _read_budget(text: Any) -> tuple[int, str]:
    try:
        budget = read_budget(str(text))
    except ConfigError:
        return 20, _RUNS
    if budget.num_runs is not None:
        return budget.num_runs, _RUNS
    return max(1, round(budget.minutes or 1)), _MINUTES


def _render_budget() -> None:
    most = _MOST[str(state.widget_value(_KEYS["unit"]))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Budget", 1, most, key=_KEYS["number"], placeholder=WHOLE, width=150, on_change=_follow)
        st.segmented_control(
            "Budget of",
            [_RUNS, _MINUTES],
            key=_KEYS["unit"],
            required=True,
            width="content",
            on_change=_follow,
            help="So many runs, or so many minutes of training on this machine",
        )


def _render_sampler(sampler: str) -> None:
    st.segmented_control(
        "How values are chosen",
        list(SAMPLERS),
        format_func=lambda name: SAMPLERS[name][0],
        key=_KEYS["sampler"],
        required=True,
        wrap=True,
        on_change=_follow,
    )
    st.caption(SAMPLERS.get(sampler, ("", ""))[1])


def _render_halving() -> None:
    st.toggle(
        "Give up on the worst early (successive halving)",
        key=_KEYS["halves"],
        on_change=_follow,
        help="All are trained for a few epochs; only the best go on, and again, and again. A run that goes on is what "
        "it would have been without a pause. What starts slowly and gets good late may be given up.",
    )
    if not state.widget_value(_KEYS["halves"]):
        return
    first, factor = st.columns(2)
    first.number_input(
        "Epochs until the first choice", 1, 500, key=_KEYS["first"], placeholder=WHOLE, on_change=_follow
    )
    factor.number_input(
        "One goes on of",
        2,
        10,
        key=_KEYS["factor"],
        placeholder=WHOLE,
        on_change=_follow,
        help="Of so many one goes on, for so many times as many epochs",
    )


def _render_rest() -> None:
    seeds, name = st.columns([2, 3])
    seeds.number_input(
        "Seeds of each",
        1,
        10,
        key=_KEYS["seeds"],
        placeholder=WHOLE,
        on_change=_follow,
        help="Runs of each configuration, whose mean counts. Each takes one of the budget's runs. The best are trained "
        "with fresh seeds in the end anyway.",
    )
    name.text_input(
        "Name of the sweep",
        key=_KEYS["name"],
        max_chars=_LONGEST_NAME,
        on_change=_follow,
        help="Lower-case letters, digits and hyphens",
    )


def _follow() -> None:
    """Bring all of it into the plan; a box that was emptied leaves that as it was."""
    values = {name: state.widget_value(key) for name, key in _KEYS.items()}
    changes: dict[str, Any] = {"sampler": values["sampler"], "name": str(values["name"] or "").strip() or None}
    if values["number"] is not None:
        number = min(int(values["number"]), _MOST[values["unit"]])
        changes["budget"] = f"{number} {'runs' if values['unit'] == _RUNS else 'min'}"
    changes["num_seeds"] = None if values["seeds"] in (None, 1) else int(values["seeds"])
    usual = Halving()
    factor, first = values["factor"] or usual.factor, values["first"] or usual.first_epochs
    changes["halving"] = {"factor": int(factor), "first_epochs": int(first)} if values["halves"] else None
    change_draft(**changes)

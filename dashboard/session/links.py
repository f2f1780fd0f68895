"""The pages, and links between them that take along what is chosen."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import NoReturn

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import overrides_between
from cifar_core.presets import FIRST_PRESET, PRESETS
from dashboard.session import address, form_values, state
from dashboard.session.address import FIRST, RUN, SECOND, link_to
from dashboard.session.lock import read_lock
from dashboard.session.packing import pack
from dashboard.session.parameter import Parameter

# Sections of the navigation: each page's title and its icon. `dashboard/pages` has a script for each.
SECTIONS: dict[str, dict[str, str]] = {
    "Data": {
        "Overview": ":material/home:",
        "Explore": ":material/grid_view:",
        "Augment": ":material/auto_fix_high:",
    },
    "Training": {
        "Train": ":material/model_training:",
        "Runs": ":material/table_rows:",
        "Sweeps": ":material/travel_explore:",
        "Lessons": ":material/school:",
    },
    "Insight": {
        "Errors": ":material/error_outline:",
        "Explain": ":material/center_focus_strong:",
        "Compare": ":material/compare_arrows:",
        "Labels": ":material/how_to_vote:",
    },
}
# The page at the server's own address; the others lie below it, each at its title.
FIRST_PAGE = "Overview"


def list_pages() -> list[st.Page]:
    """Return all pages for `st.navigation`, which notes on each whether it may be drawn now: every run has its own."""
    return [copy(page) for page in _pages().values()]


@cache
def _pages() -> dict[str, st.Page]:
    """All pages by their titles, made once: a path that Streamlit is given it looks for on the disk, for each link."""
    return {title: st.Page(f"dashboard/pages/{title}.py", default=title == FIRST_PAGE) for title in address.PAGES}


def page_link(
    page: str,
    label: str,
    icon: str,
    *,
    is_wide: bool = False,
    carrying: Mapping[Parameter, str] | None = None,
    showing: Mapping[str, str] | None = None,
) -> None:
    """Draw a link to a page, by its title; nothing where the lock leaves that page out.

    Args:
        page: Its title.
        label: What the link says.
        icon: Before it.
        is_wide: Whether it is as wide as what it stands in.
        carrying: What shall be chosen there, beside what is chosen now.
        showing: What widgets there that are bound to the address shall show, by their keys.
    """
    if not read_lock().shows(page):
        return
    st.page_link(
        _pages()[page],
        label=label,
        icon=icon,
        width="stretch" if is_wide else "content",
        query_params=link_to(page, carrying) | dict(showing or {}),
    )


def compare_link(first: str, second: str, label: str = "Compare them image by image") -> None:
    """Draw a link to Compare with two runs, by their ids: the first is held against the second."""
    page_link("Compare", label, ":material/compare_arrows:", carrying={FIRST: first, SECOND: second})


def scorecard_link(run_id: str, label: str = "How good is it really?") -> None:
    """Draw a link to a run's score card."""
    shown = {state.ERRORS_VIEW: "Score card"}
    page_link("Errors", label, ":material/fact_check:", carrying={RUN: run_id}, showing=shown)


def advice_link(run_id: str, config: RunConfig, label: str) -> None:
    """Draw a link to Train's form, filled with a run's settings as advice would have them; nothing starts before a say.

    Args:
        run_id: The run that the form starts from, and marks changes against.
        config: Its settings with the advised changes.
        label: What the link says.
    """
    settings = pack(overrides_between(PRESETS[FIRST_PRESET].config, config))
    if settings is None:
        return
    carried = {RUN: run_id, address.PART: address.NEW_RUN, address.ADVISED: "yes"}
    carried |= {address.PRESET: f"{form_values.RUN_ORIGIN}{run_id}", address.SETTINGS: settings}
    page_link("Train", label, ":material/edit_note:", carrying=carried)


def open_page(page: str) -> NoReturn:
    """Go to a page, by its title. Not in a callback."""
    st.switch_page(_pages()[page], query_params=link_to(page))

"""What trains now and what has just ended, in the sidebar of every page: kept true by asking, not by drawing anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.messages import as_data
from dashboard.components.registration import register

_COMPONENT = register(__file__)


@dataclass(frozen=True)
class ActiveRun:
    """A line on a run.

    Attributes:
        run_id: Its id.
        words: What it is doing.
        share: How much of it is done, from 0 to 1; None if it has ended.
        address: Of the page that shows it, relative to every page.
    """

    run_id: str
    words: str
    share: float | None
    address: str


def render_activity(
    lines: Sequence[ActiveRun],
    feed: str,
    interval: float,
    seen: Sequence[str],
    release: str,
    on_open: Callable[[str], None],
) -> None:
    """Show the lines, and go on asking for them. A document of another release is loaded again.

    Args:
        lines: As they are now.
        feed: Where the browser asks: an address that answers with lines, and with the stages that `follow_runs` knows.
        interval: Seconds between two questions.
        seen: Ids of ended runs of which nothing is to be said any more.
        release: Of the document that the server gives.
        on_open: Called with a run's id when its line is clicked.
    """

    def opened() -> None:
        # It comes from a browser: an id of any run, or anything else; the caller looks whether there is such a run.
        run_id = (st.session_state.get("activity") or {}).get("opened")
        if isinstance(run_id, str):
            on_open(run_id)

    told = as_data(lines)
    data = {"lines": told, "feed": feed, "interval": interval, "seen": list(seen), "release": release}
    _COMPONENT(key="activity", data=data, on_opened_change=opened)

"""Draws a part of a page again when what the sidebar hears of the runs is no longer what the part shows."""

from typing import Literal

from dashboard.components.registration import register

_COMPONENT = register(__file__)


def follow_runs(of: Literal["runs", "list", "chosen", "sweeps"], stage: str, *, key: str) -> None:
    """Redraw what this stands in, a fragment or the page, when the stage has changed.

    Args:
        of: All runs, which runs there are, the chosen one, or all sweeps with their runs.
        stage: What is shown, as `render_activity`'s feed spells it.
        key: The component's.
    """
    _COMPONENT(key=key, data={"of": of, "stage": stage}, on_passed_change=lambda: None)

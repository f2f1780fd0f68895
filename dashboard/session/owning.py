"""Whose runs are: one's own, somebody else's, nobody's. What is somebody else's is asked about once more."""

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from cifar_core.people import is_same_person
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.session import address
from dashboard.session.learner import learner_name

# What the address says of whose runs are listed: everybody's where it says nothing, `address.MINE`, or one of these.
NOBODY, _OF = "nobody", "of:"


def is_others(owner: str) -> bool:
    """Whether something is somebody else's than who sits here; what is nobody's is not."""
    return bool(owner) and not is_same_person(owner, learner_name())


def list_whose(runs: Iterable[RunSummary]) -> dict[str, str]:
    """Return what can be chosen of whose runs are listed, as the address has it, and its title for Markdown."""
    name = learner_name()
    mine = {address.MINE: f"Mine ({literal(name)})"} if name else {}
    owners = {owner.casefold(): owner for owner in {run.owner for run in runs} if is_others(owner)}
    others = {f"{_OF}{owners[key]}": literal(owners[key]) for key in sorted(owners)}
    return {"": "Anybody"} | mine | others | {NOBODY: "Nobody: started without a name"}


def wanted_owner() -> str | None:
    """Return whose runs are listed: a name, "" for nobody's; None for everybody's."""
    value = address.WHOSE.value() or ""
    if value == address.MINE:
        return learner_name() or None
    if value == NOBODY:
        return ""
    return value.removeprefix(_OF) if value.startswith(_OF) else None


def offer_action(
    label: str,
    act: Callable[..., None],
    args: tuple[Any, ...],
    *,
    owner: str,
    key: str,
    icon: str,
    help: str | None = None,
) -> None:
    """Draw a button that does something to a run; of somebody else's it asks once more, saying whose it is.

    Args:
        label: What it says.
        act: Done in the button's callback.
        args: For it.
        owner: Whose the run is.
        key: The button's.
        icon: Likewise.
        help: Likewise.
    """
    if not is_others(owner):
        st.button(label, icon=icon, on_click=act, args=args, help=help, key=key)
        return
    with st.popover(label, icon=icon, help=help, key=f"ask_{key}"):
        st.write(f"This is the run of **{literal(owner)}**.")
        st.button(f"{label} all the same", icon=icon, on_click=act, args=args, key=key, type="primary")


def is_agreed(owner: str, key: str) -> bool:
    """Draw what has to be ticked before a run that is somebody else's is gone; whether that is done, or not needed."""
    if not is_others(owner):
        return True
    return st.checkbox(f"This is the run of {literal(owner)}, who agrees", key=f"agreed_{key}")

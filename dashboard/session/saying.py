"""What goes wrong with the runs' files while a page or a part of it is drawn, said in place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from cifar_core.runs import RunError
from dashboard.drawing.literal import message
from dashboard.session import memory
from dashboard.session.redraw import is_page_handed_over

# The icon of a message that is no fault of whoever reads it.
ICON = ":material/folder_off:"


@contextmanager
def errors_said() -> Iterator[None]:
    """Say in one sentence what RunError tells, and leave out what would have been drawn after it."""
    try:
        yield
    except RunError as error:
        if message(error) != memory.page_problem():  # which stands at the top already
            st.error(message(error), icon=ICON)


def fragment(draw: Callable[..., Any] | None = None, *, run_every: float | None = None) -> Callable[..., Any]:
    """Like `st.fragment`, which is drawn again without the page around it.

    Errors are said in it, too. A click elsewhere that asks for another page may come with one in here, a box that loses
    the keyboard say, and only this part is drawn then: it lets the page follow.
    """

    def decorate(draw: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(draw)
        def drawn(*args: Any, **kwargs: Any) -> None:
            if is_page_handed_over():
                st.rerun()
            with errors_said():
                draw(*args, **kwargs)

        return st.fragment(drawn, run_every=run_every)

    return decorate if draw is None else decorate(draw)


def act_or_toast(action: Callable[..., Any], *arguments: Any) -> None:
    """Do what a click asks for, or say in a toast why it is not possible. For callbacks."""
    try_or_toast(action, *arguments)


def try_or_toast(action: Callable[..., Any], *arguments: Any) -> bool:
    """Do what a click asks for, or say in a toast why it is not possible. Returns whether it is done. For callbacks."""
    try:
        action(*arguments)
    except RunError as error:
        st.toast(message(error), icon=":material/info:")
        return False
    return True

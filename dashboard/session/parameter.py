"""A value that the address of a page carries: what this session has chosen, kept as text."""

from dataclasses import dataclass

import streamlit as st

# What is chosen, by the parameters' names, in one piece: each page, and each link of it, asks for all of them.
_CHOSEN = "address_chosen"


@dataclass(frozen=True)
class Parameter:
    """A value that the address carries.

    Attributes:
        name: In the address.
        pages: Titles of the pages that depend on it; elsewhere it is kept, but not shown.
    """

    name: str
    pages: frozenset[str]

    @property
    def widget(self) -> str:
        """Key of the widget that shows it, where it is one of its own."""
        return f"widget_{self.name}"

    def value(self) -> str | None:
        """Return what this session has chosen; None if nothing."""
        return chosen_values().get(self.name)

    def choose(self, value: str | None) -> None:
        """Choose another value, or none. Before the page is drawn, or in a callback."""
        if value:
            chosen_values()[self.name] = value
        else:
            chosen_values().pop(self.name, None)


def chosen_values() -> dict[str, str]:
    """Return what this session has chosen, by the parameters' names."""
    chosen: dict[str, str] | None = st.session_state.get(_CHOSEN)
    if chosen is None:
        chosen = st.session_state[_CHOSEN] = {}
    return chosen

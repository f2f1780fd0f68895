"""Two pictures side by side at one size, on a phone, too, where Streamlit's columns would stand one below the other."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_STYLE = """<style>
.st-key-pair_{key} {{
  display: grid; grid-template-columns: repeat(2, minmax(0, {side}px)); column-gap: 1rem; align-items: start;
}}
.st-key-pair_{key} > * {{ width: 100%; min-width: 0; }}
</style>"""


def draw_pair(key: str, side: int) -> tuple["DeltaGenerator", "DeltaGenerator"]:
    """Make room for two pictures and return both places.

    Args:
        key: Names the pair.
        side: Of a picture at most, in CSS pixels.
    """
    st.html(_STYLE.format(key=key, side=side))
    with st.container(key=f"pair_{key}"):
        return st.container(), st.container()

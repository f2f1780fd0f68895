"""The way from image to image, and back to where they were chosen."""

import pandas as pd
import streamlit as st

from dashboard.components import stepper
from dashboard.session import state
from dashboard.session.links import page_link
from dashboard.session.selection import MISTAKES, Selection, find_place, step


def render_way(selection: Selection, rows: pd.DataFrame | None, index: int, split: str) -> None:
    """Draw the way back to Errors, and to the images before and after among the selected ones.

    Args:
        selection: What Errors shows.
        rows: These images; None if the run has not saved what it predicts of them.
        index: The image that is explained.
        split: Whose images the selection is of.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if rows is None:
            page_link("Errors", "Back to Errors", ":material/arrow_back:")
            return
        page_link("Errors", f"Back to {selection.title} ({len(rows):,})", ":material/arrow_back:")
        place = find_place(rows, index)
        if place is not None:
            stepper(
                selection.describe_place(rows, index),
                index,
                key="explain_stepper",
                is_first=place == 0,
                is_last=place == len(rows) - 1,
                on_step=lambda by: step(rows, by),
            )
        elif len(rows):
            noun = "mistakes" if selection.which == MISTAKES else "images"
            st.button(
                f"Go through these {len(rows):,} {split} {noun}",
                icon=":material/arrow_forward:",
                type="tertiary",
                help="The image on show is none of them.",
                on_click=lambda: state.choose_image(int(rows["index"].iloc[0])),
            )

"""The table behind each picture, as a file."""

import pandas as pd
import streamlit as st


def offer_csv(label: str, frame: pd.DataFrame, file_name: str) -> None:
    """Draw a quiet button that saves the table as CSV, without a rerun."""
    st.download_button(
        label,
        lambda: frame.to_csv(index=False),  # written when somebody asks for it, not on every rerun
        file_name,
        "text/csv",
        icon=":material/table:",
        type="tertiary",
        on_click="ignore",
    )

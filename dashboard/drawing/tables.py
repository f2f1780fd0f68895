"""The table behind each picture, as a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st


@dataclass(frozen=True, eq=False)
class Export:
    """A file that a page can be saved as.

    Attributes:
        label: What it holds, e.g. "Matrix as CSV".
        file_name: Under which it is saved.
        make: Returns what is in it. Called when somebody asks for it, not on every rerun.
        kind: Its media type.
        help: One sentence for the learner.
    """

    label: str
    file_name: str
    make: Callable[[], Any]
    kind: str = "text/csv"
    help: str | None = None


def csv_export(label: str, frame: pd.DataFrame, file_name: str) -> Export:
    """Return a table as a CSV file."""
    return Export(label, file_name, lambda: frame.to_csv(index=False))


def offer_exports(exports: Iterable[Export]) -> None:
    """Draw one menu of all files that a page can be saved as; nothing if there are none."""
    wanted = list(exports)
    if not wanted:
        return
    words = "What this page shows, as files. The run itself is taken along from Train and Runs."
    with st.popover("Export", icon=":material/download:", type="tertiary", help=words):
        for export in wanted:
            offer_export(export)


def offer_csv(label: str, frame: pd.DataFrame, file_name: str) -> None:
    """Draw a quiet button that saves the only table of a page as CSV, without a rerun."""
    offer_export(csv_export(label, frame, file_name))


def offer_export(export: Export) -> None:
    """Draw such a button for any file, which is made when somebody asks for it."""
    st.download_button(
        export.label,
        export.make,
        export.file_name,
        export.kind,
        icon=":material/table:" if export.kind == "text/csv" else ":material/grid_on:",
        type="tertiary",
        on_click="ignore",
        help=export.help,
    )

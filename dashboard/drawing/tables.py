"""Tables: small ones on a page, and the table behind each picture as a file."""

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.drawing.literal import plain

_TABLE_STYLE = """<style>
.lab-table { overflow-x: auto; border: 1px solid light-dark(#dde2ea, #303845); border-radius: 6px; }
.lab-table table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 0.875rem; line-height: 1.3; }
.lab-table :is(th, td) { padding: 0.4rem 0.65rem; text-align: left; font-weight: 400; white-space: nowrap; }
.lab-table thead :is(th, td) { background: light-dark(#f3f5f8, #1c222c); }
.lab-table tbody :is(th, td) { border-top: 1px solid light-dark(#dde2ea, #303845); }
.lab-table .number { text-align: right; font-variant-numeric: tabular-nums; }
.lab-table tr > :first-child { position: sticky; left: 0; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
.lab-table tbody tr > :first-child { background: light-dark(#fff, #12161d); }
@media (max-width: 640px) { .lab-table tr > :first-child { max-width: 8rem; } }
</style>"""


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


@dataclass(frozen=True)
class TableColumn:
    """How a column of a small table is written.

    Attributes:
        title: What stands above it.
        form: How its numbers are written, with "%" before the letter as `format` operators have it, e.g. "%.1f %%";
            empty for text.
    """

    title: str
    form: str = ""


def show_table(frame: pd.DataFrame, columns: Mapping[str, TableColumn], label: str) -> None:
    """Draw a small table, which a page shows at once: Streamlit's own has a script of over a megabyte.

    Args:
        frame: Its first column names the rows; what is missing is a dash.
        columns: Of the frame's, those to show, in this order.
        label: What the table holds, for screen readers.
    """
    st.html(_TABLE_STYLE + write_table(frame, columns, label))


def write_table(frame: pd.DataFrame, columns: Mapping[str, TableColumn], label: str) -> str:
    """Return the table as HTML; arguments as for `show_table`."""
    forms = [column.form for column in columns.values()]
    kinds = [' class="number"' if form else "" for form in forms]
    heads = "".join(
        f'<th scope="col"{kind}>{html.escape(column.title)}</th>'
        for kind, column in zip(kinds, columns.values(), strict=True)
    )
    body = ""
    for values in zip(*(frame[key].tolist() for key in columns), strict=True):
        first, *others = zip(kinds, map(_write_cell, values, forms), strict=True)
        rest = "".join(f"<td{kind}>{words}</td>" for kind, words in others)
        body += f'<tr><th scope="row" title="{first[1]}"{first[0]}>{first[1]}</th>{rest}</tr>'
    # To be scrolled by keys, too.
    return (
        f'<div class="lab-table" role="region" tabindex="0" aria-label="{html.escape(label)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _write_cell(value: Any, form: str) -> str:
    if pd.isna(value):
        return "\N{EN DASH}"
    return html.escape(form % value if form else plain(str(value)))


def csv_export(label: str, table: pd.DataFrame | Callable[[], pd.DataFrame], file_name: str) -> Export:
    """Return a table as a CSV file.

    Args:
        label: What it holds, e.g. "Matrix as CSV".
        table: As a page has drawn it; where only the file shows it, what makes it once somebody asks for the file. That
            has no session then: it must know all it needs.
        file_name: Under which it is saved.
    """
    return Export(label, file_name, lambda: (table() if callable(table) else table).to_csv(index=False))


def offer_exports(exports: Iterable[Export]) -> None:
    """Draw one menu of all files that a page can be saved as; nothing if there are none."""
    wanted = list(exports)
    if not wanted:
        return
    words = "What this page shows, as files. The run itself is taken along from Train and Runs."
    with st.popover("Export", icon=":material/download:", type="tertiary", help=words):
        for export in wanted:
            offer_export(export)


def offer_csv(label: str, table: pd.DataFrame | Callable[[], pd.DataFrame], file_name: str) -> None:
    """Draw a quiet button that saves the only table of a page as CSV, without a rerun; arguments as of `csv_export`."""
    offer_export(csv_export(label, table, file_name))


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

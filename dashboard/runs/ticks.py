"""The table of runs on the page, and which of them are ticked."""

import pandas as pd
import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.runs.table import column_titles
from dashboard.session import address, memory, state


def select_runs(runs: list[RunSummary], frame: pd.DataFrame) -> list[RunSummary]:
    """Draw the table and return the ticked runs.

    The table stays the same one while runs come, go and move on: what is searched, sorted and scrolled to stays.
    """
    _keep_ticks([run.run_id for run in runs])
    event = st.dataframe(
        frame,
        hide_index=True,
        column_config=column_titles(frame),
        on_select="rerun",
        selection_mode="multi-row",
        key=state.RUNS_TABLE,
        height=min(38 + 35 * len(frame), 388),
        placeholder="–",
    )
    chosen = [runs[row] for row in event["selection"]["rows"] if row < len(runs)]
    ticked = [run.run_id for run in chosen]
    if ",".join(ticked) != (address.TICKED.value() or ""):
        address.choose_list(address.TICKED, ticked)
        address.step_on()
    return chosen


def _keep_ticks(run_ids: list[str]) -> None:
    """Streamlit remembers ticks by row: they are moved along where rows move."""
    shown, ticks = memory.table_rows(), state.widget_value(state.RUNS_TABLE)
    is_linked = address.is_from_address(address.TICKED)
    if ticks is not None and not is_linked and shown == run_ids:
        return
    ticked = (address.TICKED.value() or "").split(",")
    if ticks is not None and not is_linked:
        ticked = [shown[row] for row in ticks["selection"]["rows"] if row < len(shown)]
    rows = [run_ids.index(run_id) for run_id in ticked if run_id in run_ids]
    state.set_widget(state.RUNS_TABLE, {"selection": {"rows": rows, "columns": [], "cells": []}})
    memory.keep_table_rows(run_ids)

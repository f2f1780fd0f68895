"""The table of runs, and what tells their settings apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import flatten
from cifar_core.runs import RunSummary
from dashboard.drawing.words import SOURCE_TITLES, setting, setting_name

COLUMNS: dict[str, Any] = {
    "run_id": None,
    "name": st.column_config.TextColumn("Name", pinned=True),
    "status": "Status",
    "data": "Data",
    "best_val": st.column_config.NumberColumn("Best val", format="%.2f %%", help="Accuracy on val, best epoch"),
    "best_epoch": st.column_config.NumberColumn("at epoch", format="%d"),
    "last_val": st.column_config.NumberColumn("Last val", format="%.2f %%", help="Accuracy on val, last epoch"),
    "test": st.column_config.NumberColumn("Test", format="%.2f %%", help="On test, weights of the best val epoch"),
    "test_readings": st.column_config.NumberColumn("Looks at test", help="The end of the run counts as one"),
    "minutes": st.column_config.NumberColumn("Minutes", format="%.1f", help="Training time, val included"),
    "created": st.column_config.DatetimeColumn("Begun", format="YYYY-MM-DD HH:mm"),
    "note": "Note",
}


def runs_frame(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Return a row a run: what it is, how it went, and a column for every setting in which the runs differ.

    Accuracies are in per cent. Columns of settings are named as forms name them.
    """
    differing = differing_settings([run.config for run in runs if run.config is not None])
    rows = []
    for run in runs:
        status = run.status
        settings = flatten(run.config) if run.config is not None else {}
        rows.append(
            {
                "run_id": run.run_id,
                "name": run.name or run.run_id,
                "status": status.status,
                "data": SOURCE_TITLES.get(run.data_source, run.data_source),
                "best_val": _per_cent(status.best_val_accuracy),
                "best_epoch": status.best_epoch,
                "last_val": _per_cent(status.last_val_accuracy),
                "test": _per_cent(status.test_accuracy_best),
                **{setting_name(path).capitalize(): setting(settings.get(path)) for path in differing},
                "test_readings": run.test_readings,
                "minutes": None if status.seconds is None else status.seconds / 60,
                "created": datetime.fromtimestamp(run.created_at) if run.created_at else None,
                "note": run.note,
            }
        )
    return pd.DataFrame(rows)


def differing_settings(configs: Sequence[RunConfig]) -> list[str]:
    """Return the paths of the settings that are not the same in all configs."""
    flat = [flatten(config) for config in configs]
    paths = dict.fromkeys(path for settings in flat for path in settings)
    return [path for path in paths if len({repr(settings.get(path)) for settings in flat}) > 1]


def _per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share

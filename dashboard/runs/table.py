"""The table of runs, and what tells their settings apart."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.formats import known_settings
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import plain
from dashboard.drawing.words import setting, setting_names, short_name, source_title

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

    Accuracies are in per cent. Columns of settings have the settings' paths; `column_titles` has them in words.
    """
    differing = differing_settings([_settings_of(run) for run in runs if run.config is not None])
    rows = []
    for run in runs:
        status = run.status
        settings = _settings_of(run)
        rows.append(
            {
                "run_id": run.run_id,
                "name": f"{short_name(run)} (demo)" if run.is_demo else short_name(run),
                "status": status.status,
                "data": source_title(run.data_source),
                "best_val": _per_cent(status.best_val_accuracy),
                "best_epoch": status.best_epoch,
                "last_val": _per_cent(status.last_val_accuracy),
                "test": _per_cent(status.test_accuracy_best),
                **{path: setting(settings.get(path)) for path in differing},
                "test_readings": run.test_readings,
                "minutes": None if status.seconds is None else status.seconds / 60,
                "created": datetime.fromtimestamp(run.created_at) if run.created_at else None,
                "note": plain(run.note, most=None),
            }
        )
    return pd.DataFrame(rows)


def column_titles(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how the columns of `runs_frame` are shown: fixed ones as they are, settings in words, no two alike."""
    paths = [column for column in frame.columns if column not in COLUMNS]
    return COLUMNS | {path: name[:1].upper() + name[1:] for path, name in setting_names(paths).items()}


def differing_settings(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the paths that do not have the same value in all of these."""
    paths = dict.fromkeys(path for each in settings for path in each)
    return [path for path in paths if len({repr(each.get(path)) for each in settings}) > 1]


def _settings_of(run: RunSummary) -> dict[str, Any]:
    """What another release wrote and this one does not know is left out."""
    return {} if run.config is None else known_settings(run.config, run.unknown_settings)


def _per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share

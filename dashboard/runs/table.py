"""The table of runs as a file, and what tells their settings apart."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from cifar_core.runs import RunSummary, differing_settings, settings_of
from dashboard.drawing.literal import plain
from dashboard.drawing.words import short_name, source_title
from dashboard.session.kept import say_setting


def runs_frame(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Return a row a run: what it is, how it went, and a column for every setting in which the runs differ.

    Accuracies are in per cent, and their columns say so. Columns of settings have the settings' paths.
    """
    all_settings = [settings_of(run) for run in runs]
    differing = differing_settings(runs)
    rows = []
    for run, settings in zip(runs, all_settings, strict=True):
        status = run.status
        rows.append(
            {
                "run_id": run.run_id,
                "name": short_name(run) + (" (demo)" if run.is_demo else " (imported)" if run.is_imported else ""),
                "owner": plain(run.owner),
                "status": status.status,
                "data": source_title(run.data_source),
                "best_val_percent": _per_cent(status.best_val_accuracy),
                "best_epoch": status.best_epoch,
                "last_val_percent": _per_cent(status.last_val_accuracy),
                "test_percent": _per_cent(status.test_accuracy_best),
                **{path: say_setting(settings.get(path)) for path in differing},
                "test_readings": run.test_readings,
                "minutes": None if status.seconds is None else status.seconds / 60,
                "created": datetime.fromtimestamp(run.created_at) if run.created_at else None,
                "note": plain(run.note, most=None),
            }
        )
    return pd.DataFrame(rows)


def _per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share

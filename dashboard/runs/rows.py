"""Runs as the list shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cifar_core.files import Stamp, stamp
from cifar_core.runs import RunSummary
from cifar_core.runs.groups import hold_out_alike
from cifar_core.runs.naming import animal
from cifar_core.runs.remembered import once_a_run_if
from dashboard.components.run_table import RunRow, Spark
from dashboard.drawing.words import count, epoch_of, percent, place_of, points, short_name
from dashboard.runs.facts import Fact
from dashboard.session.cache import get_store
from dashboard.session.learner import own_name
from dashboard.session.opening import has_predictions, has_weights

_BAD = frozenset(("diverged", "failed", "lost"))
_MOST_POINTS = 42  # half as many as the small curve is wide, in CSS pixels


@dataclass(frozen=True)
class _Files:
    """What the files of a run hold for its line."""

    spark: Spark
    has_predictions: bool
    has_weights: bool


def _is_whole(run: RunSummary, files: _Files) -> bool:
    """Whether a run has ended and lacks nothing: what does may just be copied here."""
    return bool(not run.status.is_active and files.spark.x and files.has_predictions and files.has_weights)


@once_a_run_if(_is_whole)  # a list of hundreds asks seven questions of the disk for each line
def _look_at_files(run: RunSummary) -> _Files:
    return _Files(read_spark(run), has_predictions(run), has_weights(run))


def create_row(
    run: RunSummary,
    facts: Mapping[str, Fact],
    *,
    colour: str,
    chosen: str | None,
    baseline: RunSummary | None,
) -> RunRow:
    """Return a run's line.

    Args:
        run: The run.
        facts: What the further columns say.
        colour: In which its curves are drawn; empty if they are not.
        chosen: Id of the run that the page speaks of.
        baseline: What its accuracy is held against.
    """
    status, is_baseline = run.status, baseline is not None and run.run_id == baseline.run_id
    files = _look_at_files(run)
    return RunRow(
        run_id=run.run_id,
        name=short_name(run),
        under=_describe(run),
        spark=files.spark,
        best=percent(status.best_val_accuracy),
        best_under=against(run, baseline) if baseline else _name_best_epoch(run),
        test=percent(status.test_accuracy_best),
        cells=[_write(fact, fact.value_of(run)) for fact in facts.values()],
        links=_links(run, files),
        colour=colour,
        tone="bad" if status.status in _BAD else "live" if status.status == "running" else "",
        can_be_ticked=run.config is not None and not is_baseline,  # which is drawn in any case
        is_chosen=run.run_id == chosen,
        is_baseline=is_baseline,
    )


def against(run: RunSummary, baseline: RunSummary) -> str:
    """Say how much better a run is on val than the baseline, in percentage points."""
    best, other = run.status.best_val_accuracy, baseline.status.best_val_accuracy
    if run.run_id == baseline.run_id or best is None or other is None:
        return ""
    if run.data_source != baseline.data_source:
        return "other data"
    return points(best - other) if hold_out_alike(run, baseline) else "other val images"


def read_spark(run: RunSummary) -> Spark:
    """Return a run's val accuracy over its epochs, small."""
    metrics = get_store().record(run.run_id).files.metrics
    epochs, accuracies = _read_val(run.run_id, metrics, stamp(metrics))
    if not epochs:
        return Spark()
    last = max(run.status.num_epochs, epochs[-1])
    words = f"val {percent(accuracies[0])} after epoch {epochs[0]}"
    if len(epochs) > 1:
        words += f", {percent(max(accuracies))} at best, {percent(accuracies[-1])} after epoch {epochs[-1]}"
    chosen = _thin(accuracies)
    return Spark([epochs[place] / last for place in chosen], [round(accuracies[place], 4) for place in chosen], words)


def _thin(values: Sequence[float]) -> list[int]:
    """Return places spread evenly over the values, with the last and the best one."""
    step = -(-len(values) // _MOST_POINTS)
    return sorted({*range(0, len(values), step), len(values) - 1, values.index(max(values))})


# Read anew only where a run has gone on: a list of hundreds would else read hundreds of files each time. Not by
# Streamlit's cache, which makes a copy for each row.
@lru_cache(maxsize=4096)
def _read_val(run_id: str, metrics: Path, stamped: Stamp | None) -> tuple[list[int], list[float]]:
    rows = get_store().record(run_id).epoch_rows()
    known = [(row["epoch"], row["val/accuracy"]) for row in rows if row.get("val/accuracy") is not None]
    return [epoch for epoch, _ in known], [accuracy for _, accuracy in known]


def _name_best_epoch(run: RunSummary) -> str:
    return f"epoch {run.status.best_epoch}" if run.status.best_epoch and not run.is_imported else ""


def _describe(run: RunSummary) -> str:
    """Say what a run is doing or did, behind what tells it from its namesakes."""
    status = run.status
    words = [animal(run.run_id)]
    if run.is_demo:
        words.append("demo")
    if run.is_imported:
        return ", ".join([*words, "imported"])
    if status.status == "completed":
        words.append(count(status.epoch, "epoch"))
    elif status.status in ("running", "paused"):
        words += filter(None, (status.status, epoch_of(status), place_of(status)))
    else:
        words.append(status.status)
    return ", ".join(words) if run.config is not None else "cannot be read"


def _links(run: RunSummary, files: _Files) -> dict[str, str]:
    query = urlencode({"run": run.run_id} | own_name())
    has = {"Errors": files.has_predictions, "Explain": files.has_weights}
    return {page: f"{page}?{query}" if holds else "" for page, holds in has.items()}


def _write(fact: Fact, value: Any) -> str:
    return "–" if value is None or value == "" else fact.write(value)

"""Which of the methods can be believed for this network: all of them held to the same checks, behind the page."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.attribution import MEASURES, audit_frame, find_best, judge_methods
from cifar_core.derived import Request
from cifar_core.runs import RunError
from cifar_core.runs.groups import find_sisters
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import in_digits, short_name
from dashboard.explain.audit_chart import audit_figure
from dashboard.explain.context import Context
from dashboard.explain.verdict import get_untrained_map_of
from dashboard.session import state
from dashboard.session.background import find_derived, is_derived, read_derived
from dashboard.session.cache import get_splits, get_store
from dashboard.session.weights import Weights, find_weights

_PER_CLASS = 3
_MOST_SISTERS = 4
_KIND = "audit"
_ICONS = {"passes": "✓ passes", "undecided": "? undecided", "fails": "✗ fails"}


def render_audit(context: Context) -> list[Export]:
    """Draw what the checks came to; until they are made, what makes them. Returns the table as a file."""
    if context.run.is_program and get_untrained_map_of(context) is None:
        return []
    sisters = _find_sisters(context)
    request = _request(context, sisters)
    st.markdown(
        "**Which methods can be believed for this network?**",
        help=explain("All methods, with their usual settings.", "untrained network", "Deletion", "Insertion"),
    )
    arrays = read_derived(request)
    if arrays is None and not (is_derived(request) or state.is_wanted(request.key)):
        _offer(request, len(sisters))
        return []
    if arrays is None:
        what = f"Checking all methods for {short_name(context.run)}"
        arrays = find_derived(context.dataset, _KIND, what, dict(request.options))
    if arrays is None:
        return []
    frame = audit_frame(arrays)
    st.markdown(describe_audit(frame))
    show_figure(audit_figure, frame, key="explain_audit", alt="Each method by each check, with intervals")
    st.dataframe(audit_table(frame), hide_index=True, height=38 + 35 * frame["method"].nunique())
    st.caption(_describe_measures(int(arrays["untrained"].shape[1]), len(sisters), float(arrays["seconds"].sum())))
    return [csv_export("Methods as CSV", frame, f"{context.run.run_id}-methods.csv")]


def _offer(request: Request, num_sisters: int) -> None:
    others = f" and {count_seeds(num_sisters)} beside it" if num_sisters else ""
    st.caption(
        f"One image says little of a method. All of them are checked on {_PER_CLASS} val images of each class, with "
        f"this network, an untrained one{others}: one to several minutes, behind the page, and kept."
    )
    st.button("Check all methods", icon=":material/fact_check:", on_click=state.want, args=(request.key,))


def _find_sisters(context: Context) -> list[Weights]:
    """Return the best weights of runs that differ in their seed alone, a few of them."""
    found: list[Weights] = []
    for sister in find_sisters(context.run, context.runs).values():
        if sister.run_id != context.run.run_id and len(found) < _MOST_SISTERS:
            try:
                weights = find_weights(get_store().record(sister.run_id), "best")
            except RunError:
                continue
            found += [] if weights is None else [weights]
    return found


def _request(context: Context, sisters: Sequence[Weights]) -> Request:
    val, labels = get_splits(context.dataset, context.run.config).indices("val"), context.dataset.labels
    chosen = [val[labels[val] == class_idx][:_PER_CLASS] for class_idx in range(context.dataset.num_classes)]
    options: dict[str, str | int] = {
        "checkpoint": str(context.weights.path.resolve()),
        "stamp": str(context.weights.stamp),
        "sisters": json.dumps([[str(sister.path.resolve()), str(sister.stamp)] for sister in sisters]),
        "images": json.dumps(np.concatenate(chosen).tolist()),
    }
    return Request(_KIND, context.dataset.fingerprint, options)


def describe_audit(frame: pd.DataFrame) -> str:
    """Say which methods pass all checks, which fail one, and that none is the best where intervals overlap."""
    verdicts = judge_methods(frame)
    named = {
        verdict: [literal(method) for method, found in verdicts.items() if found == verdict]
        for verdict in ("passes", "fails", "undecided")
    }
    words = {"passes": ("passes", "pass"), "fails": ("fails", "fail"), "undecided": ("is", "are")}
    ends = {"passes": "every check", "fails": "at least one", "undecided": "undecided"}
    parts = [
        f"{len(found)} {words[verdict][len(found) > 1]} {ends[verdict]}: {', '.join(found)}"
        for verdict, found in named.items()
        if found
    ]
    return f"Of {len(verdicts)} methods {'; '.join(parts)}. {_describe_best(frame)}"


def _describe_best(frame: pd.DataFrame) -> str:
    best = {measure: find_best(frame, measure) for measure in MEASURES}
    alone = [
        f"{literal(method)} by {MEASURES[measure][0].lower()}" for measure, method in best.items() if method is not None
    ]
    if not alone:
        return "None is best: by every measure the leading intervals overlap."
    return f"Ahead of all others, its interval apart: {', '.join(alone)}. By the other measures none is best."


def audit_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row a method: its verdict, and each measure with its interval as text."""
    verdicts = judge_methods(frame)
    rows = []
    for method, part in frame.groupby("method", sort=False):
        row = {"Method": method, "Verdict": _ICONS[verdicts[str(method)]]}
        for measure, mean, low, high in part[["measure", "mean", "low", "high"]].itertuples(index=False):
            row[MEASURES[measure][0]] = _write(mean, low, high)
        rows.append(row)
    return pd.DataFrame(rows)


def _write(mean: float, low: float, high: float) -> str:
    if mean != mean:
        return "–"
    return in_digits(mean) if low != low else f"{in_digits(mean)} ({in_digits(low)} to {in_digits(high)})"


def _describe_measures(num_images: int, num_sisters: int, seconds: float) -> str:
    seeds = (
        f"Likeness to other seeds is the mean over {num_sisters}: of one network alone is what they do not share."
        if num_sisters
        else "There are no other seeds of this run to hold its maps against."
    )
    return (
        f"Over {num_images} val images, for the class the network predicts; bars are 95 % intervals over these images, "
        "blue where a check is passed, red where it is failed, grey where neither is certain. "
        "A method passes if its maps are unlike an untrained network's (rank correlation surely below 0.5) and the "
        f"pixels they name matter more than random ones, covered and uncovered (surely above 0). {seeds} It took "
        f"{seconds:.0f} s."
    )

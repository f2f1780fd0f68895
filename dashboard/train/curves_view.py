"""A run's curves with what they say."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.advice import Finding
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunRecord, RunStatus, RunSummary, read_learning_rate_changes
from cifar_core.runs.precision import describe_precision
from dashboard.components import Mark, line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.bands import count_seeds, describe_edges
from dashboard.drawing.chart_style import yardsticks
from dashboard.drawing.curve_charts import Quantity, curve_points, curves_chart, curves_frame, overlay_frame
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import short_name
from dashboard.session import form_values
from dashboard.session.cache import get_store
from dashboard.train.beneath import Beneath, choose_beneath
from dashboard.train.findings import find_all

_QUANTITIES: tuple[Quantity, Quantity] = ("accuracy", "loss")


@dataclass(frozen=True)
class Growth:
    """How a view of a run looks by now.

    Attributes:
        charts: Those that grow within an epoch, as `line_chart` takes them, by their labels.
        rest: Changes when anything else in the view does.
    """

    charts: dict[str, str]
    rest: str


@dataclass(frozen=True)
class _Curves:
    """What is drawn: the chart of each quantity, ready to send, the findings, and in words what else is to know."""

    charts: dict[Quantity, str]
    findings: list[Finding]
    remarks: str


def render_curves(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> Beneath:
    """Draw accuracy and loss, runs to compare with beneath, and what the rules find in them.

    Returns:
        What is drawn beneath.
    """
    sentence = st.container()
    beneath = choose_beneath(runs, record.run_id)
    curves = _get_curves(beneath, runs, record, status)
    sentence.caption(_introduce(runs, record.run_id, status, beneath))
    for column, quantity in zip(st.columns(2), _QUANTITIES, strict=True):
        with column:
            line_chart(curves.charts[quantity], key=f"curves_{quantity}")
    st.caption(
        "Train is measured on the augmented batches while the weights change, val after each epoch without either: "
        "with dropout or augmentation, val can lie above train." + curves.remarks
    )
    _render_findings(record, curves.findings)
    if not status.is_active:
        offer_csv("Curves as CSV", partial(_frame, record, status), f"{record.run_id}-curves.csv")
    return beneath


def read_curves(record: RunRecord, status: RunStatus, beneath: Beneath) -> Growth:
    """Return how a run's curves look by now; the rest are the findings.

    Args:
        record: The run's.
        status: The same run's.
        beneath: What is drawn there; runs that are gone are left out.
    """
    curves = _get_curves(beneath, get_store().refresh() if beneath.compared else [], record, status)
    rest = " ".join([*(finding.text for finding in curves.findings), curves.remarks])
    return Growth({_label(quantity): message for quantity, message in curves.charts.items()}, rest)


def rate_marks(record: RunRecord, steps_per_epoch: float) -> list[Mark]:
    """Return where somebody changed the learning rate."""
    return [
        Mark(step / max(steps_per_epoch, 1), f"rate x {factor:g}", "event")
        for step, factor in read_learning_rate_changes(record)
    ]


def _introduce(runs: list[RunSummary], run_id: str, status: RunStatus, beneath: Beneath) -> str:
    """Say in a sentence what the charts show."""
    name = next((short_name(run) for run in runs if run.run_id == run_id), run_id)
    others = list(beneath.names(runs).values())
    if beneath.sisters:
        number = count_seeds(len(beneath.sisters)).replace(" ", " other ", 1)
        others.append(f"the same settings with {number} ({describe_edges(beneath.edges)})")
    also = f", val of {literal(' and '.join(others), most=None)} dotted beneath" if others else ""
    return (
        f"Accuracy and loss of **{literal(name)}** over {status.num_epochs} "
        f"{'epoch' if status.num_epochs == 1 else 'epochs'}: train within each, val at its end{also}."
    )


def _get_curves(beneath: Beneath, runs: list[RunSummary], record: RunRecord, status: RunStatus) -> _Curves:
    findings = find_all(record, status)
    per_epoch = status.steps_per_epoch
    marks = [Mark(finding.epoch, finding.name) for finding in findings] + rate_marks(record, per_epoch)
    environment = record.environment()
    lines = yardsticks(environment.get("data_source") == "practice")
    points = curve_points(record.epoch_rows(), record.step_rows(), per_epoch)
    rows = {name: get_store().record(other).epoch_rows() for other, name in beneath.names(runs).items()}
    charts: dict[Quantity, str] = {}
    for quantity in _QUANTITIES:
        others = overlay_frame(rows, f"val/{quantity}") if rows else None
        band = beneath.read_band(f"val/{quantity}")
        levels = lines if quantity == "accuracy" else ()
        chart = curves_chart(points, quantity, levels, marks, others, band, beneath.edges)
        charts[quantity] = encode_chart(chart, _label(quantity))
    return _Curves(charts, findings, _remark(record, environment))


def _remark(record: RunRecord, environment: dict[str, Any]) -> str:
    """Say in which number format the run trains, and what was done to its learning rate."""
    precision = describe_precision(environment)
    changed = [f"x {factor:g} from step {step + 1}" for step, factor in read_learning_rate_changes(record)]
    remarks = [f" Number format: {precision}."] if precision else []
    return "".join(remarks + ([f" Learning rate {', '.join(changed)}."] if changed else []))


def _frame(record: RunRecord, status: RunStatus) -> pd.DataFrame:
    return curves_frame(record.epoch_rows(), record.step_rows(), status.steps_per_epoch)


def _render_findings(record: RunRecord, findings: list[Finding]) -> None:
    for finding in findings:
        with st.container(border=True):
            st.markdown(f":material/lightbulb: **{finding.name}.** {finding.text}")
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"Try next: {finding.suggestion}", help=finding.rule)
                if finding.changes:
                    st.button(
                        "Fill the form",
                        key=f"try_{finding.name}",
                        icon=":material/edit_note:",
                        on_click=form_values.refill_form,
                        args=(with_overrides(record.stored_config().config, finding.changes),),
                        help="With this run's settings and the suggested change. Nothing starts before you say so.",
                    )


def _label(quantity: Quantity) -> str:
    return f"{quantity} of train and val over epochs"

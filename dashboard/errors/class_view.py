"""How well each class is told from the others."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation import per_class_frame
from cifar_core.evaluation.ranking import precision_recall_frame, ranking_frame, roc_frame
from dashboard.drawing.choices import choose_one
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.shares import COLUMN_FORMAT, in_per_cent
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent
from dashboard.errors.charts import per_class_figure, ranking_figure
from dashboard.errors.reading import Reading
from dashboard.session import state

_CURVES = {"Precision and recall": precision_recall_frame, "ROC": roc_frame}
_BAR: dict[str, Any] = {"format": COLUMN_FORMAT, "min_value": 0.0, "max_value": 100.0}
_SHARES = ("precision", "recall", "f1", "average_precision", "roc_auc")

COLUMNS: dict[str, Any] = {
    "class_name": st.column_config.TextColumn("Class", pinned=True),
    "precision": st.column_config.ProgressColumn("Precision", help=explain("", "precision"), **_BAR),
    "precision_interval": st.column_config.TextColumn("95 %", help=explain("Of the precision.", "95 % interval")),
    "recall": st.column_config.ProgressColumn("Recall", help=explain("", "recall"), **_BAR),
    "recall_interval": st.column_config.TextColumn("95 %", help=explain("Of the recall.", "95 % interval")),
    "f1": st.column_config.ProgressColumn("F1", help=explain("", "F1"), **_BAR),
    "average_precision": st.column_config.ProgressColumn(
        "Average precision", help=explain("", "average precision"), **_BAR
    ),
    "roc_auc": st.column_config.ProgressColumn(
        "ROC area",
        help=explain("The chance that an image of the class has a higher score than another image.", "ROC"),
        **_BAR,
    ),
    "support": st.column_config.NumberColumn("Images", help="Of the class"),
    "predicted": st.column_config.NumberColumn("Predicted", help="Images predicted as the class"),
}


def render_classes(reading: Reading) -> list[Export]:
    """Draw the table of classes, its chart, and the curves of each class against the rest; return them as files."""
    names = reading.dataset.class_names
    frame = per_class_frame(reading.predictions, names)
    if reading.predictions.is_finite:
        frame = frame.merge(ranking_frame(reading.predictions, names), how="left", on="class_name")
    st.markdown(describe_classes(frame))
    shown = in_per_cent(frame, _SHARES)
    for column in ("precision", "recall"):
        ends = zip(frame[f"{column}_low"], frame[f"{column}_high"], strict=True)
        shown[f"{column}_interval"] = [f"{percent(low, 0)} to {percent(high, 0)}" for low, high in ends]
    shown = shown[[column for column in COLUMNS if column in shown]]
    st.dataframe(shown, hide_index=True, column_config=COLUMNS, height=38 + 35 * len(shown))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Precision and recall, with 95 % intervals**")
        show_figure(per_class_figure, frame, key="errors_per_class", alt="Precision and recall of each class")
    with right:
        curves = _render_curves(reading)
    return [csv_export("Classes as CSV", frame, "per-class.csv"), *curves]


def describe_classes(frame: pd.DataFrame) -> str:
    """Say which class is told best and which worst; `frame` as `per_class_frame` returns it."""
    known = frame.dropna(subset=["recall"]).sort_values("recall", kind="stable")
    if len(known) < 2:
        return "There are images of one class alone: none is told better than another."
    worst, best = known.iloc[0], known.iloc[-1]
    return (
        f"It recognises **{best['class_name']}** best ({percent(best['recall'])} of its images) and "
        f"**{worst['class_name']}** worst ({percent(worst['recall'])})."
    )


def _render_curves(reading: Reading) -> list[Export]:
    if not reading.predictions.is_finite:
        st.info("The scores of this epoch are not finite: they cannot be put in order.", icon=":material/trending_up:")
        return []
    curve = choose_one("One class against the rest", _CURVES, state.ERRORS_CURVE)
    names = reading.dataset.class_names
    frame = curve(reading.predictions, names)
    if frame.empty:
        st.info("All images are of one class: there is no other to tell it from, and no curve.", icon=":material/info:")
        return []
    show_figure(ranking_figure, frame, names, key="errors_ranking", alt="Curves of each class against the rest")
    return [csv_export("Curves as CSV", frame, "curves.csv")]

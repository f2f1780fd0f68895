"""Whether the network is right as often as it says."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation import Predictions, compute_accuracy, compute_loss
from cifar_core.evaluation.calibration import (
    Binning,
    apply_temperature,
    compute_brier,
    compute_ece,
    coverage_frame,
    fit_temperature,
    reliability_frame,
)
from dashboard.drawing.choices import choose_one
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import offer_csv
from dashboard.errors.charts import coverage_figure, reliability_figure
from dashboard.errors.reading import Reading
from dashboard.session import state

_NUM_BINS = 15
_BINNINGS: dict[str, Binning] = {"equal width": "width", "equal numbers": "mass"}


def render_calibration(reading: Reading) -> None:
    """Draw the reliability diagram, what a temperature changes, and the accuracy over the share answered."""
    val = reading.val_predictions
    if not reading.predictions.is_finite or val is None or not val.is_finite:
        st.info("The scores of this epoch are not finite: they say nothing about trust.", icon=":material/trending_up:")
        return
    temperature = fit_temperature(val)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        binning = choose_one(
            "Bins of",
            _BINNINGS,
            state.ERRORS_BINNING,
            help=f"{_NUM_BINS} bins of confidence: of equal width, or with equally many images. The expected "
            "calibration error depends on it.",
        )
        scaled = st.toggle(
            f"Divide the scores by {temperature:.2f}",
            key="errors_scaled",
            persist_state="session",
            help="The temperature with the lowest loss on val (Guo et al., 2017). Predicted classes stay as they are.",
        )
    shown = apply_temperature(reading.predictions, temperature) if scaled else reading.predictions
    reliability = reliability_frame(shown, _NUM_BINS, binning)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Reliability**", help="Bars below the dotted line: surer than right. Lines show 95 % intervals.")
        show_figure(reliability_figure, reliability, key="errors_reliability", alt="Accuracy over confidence")
        offer_csv("Reliability as CSV", reliability, "reliability.csv")
    with right:
        _render_numbers(reading, val, temperature, binning)
        st.markdown("**If it may decline to answer**", help="Selective prediction: only the surest are answered.")
        coverage = coverage_frame(shown)
        show_figure(coverage_figure, coverage, key="errors_coverage", alt="Accuracy over the share answered")
        st.caption(_describe_coverage(coverage))
        offer_csv("Coverage as CSV", coverage, "coverage.csv")


def calibration_frame(
    splits: dict[str, Predictions], temperature: float, num_bins: int, binning: Binning
) -> pd.DataFrame:
    """Return a row for each split before and after scaling by the temperature.

    Columns: split, temperature, accuracy, ece (expected calibration error), loss (nats), brier.
    """
    rows = []
    for split, predictions in splits.items():
        for divisor in (1.0, temperature):
            scaled = apply_temperature(predictions, divisor)
            rows.append(
                {
                    "split": split,
                    "temperature": divisor,
                    "accuracy": compute_accuracy(scaled),
                    "ece": compute_ece(reliability_frame(scaled, num_bins, binning)),
                    "loss": compute_loss(scaled),
                    "brier": compute_brier(scaled),
                }
            )
    return pd.DataFrame(rows)


def _render_numbers(reading: Reading, val: Predictions, temperature: float, binning: Binning) -> None:
    splits = {"val": val} | ({"test": reading.predictions} if reading.split == "test" else {})
    frame = calibration_frame(splits, temperature, _NUM_BINS, binning)
    words = "surer than it should be" if temperature > 1 else "less sure than it may be"
    st.markdown(f"**Temperature {temperature:.2f}**, fitted on val: the network is {words}.")
    columns: dict[str, Any] = {
        "split": "Split",
        "temperature": st.column_config.NumberColumn("Temperature", format="%.2f"),
        "accuracy": st.column_config.NumberColumn("Right", format="percent"),
        "ece": st.column_config.NumberColumn(
            "ECE", format="%.4f", help=f"Expected calibration error over {_NUM_BINS} bins: 0 is as sure as right"
        ),
        "loss": st.column_config.NumberColumn("Loss", format="%.4f", help="Negative log-likelihood, nats"),
        "brier": st.column_config.NumberColumn("Brier", format="%.4f", help="Squared error, from 0 to 2; guessing 0.9"),
    }
    st.dataframe(frame, hide_index=True, column_config=columns)
    if reading.split == "val":
        st.caption("Fitted and shown on val. Choose test above to see whether it holds on images it never saw.")
    offer_csv("Calibration as CSV", frame, "calibration.csv")


def _describe_coverage(frame: pd.DataFrame) -> str:
    half = frame.iloc[(frame["coverage"] - 0.5).abs().argmin()]
    return (
        f"Answering only the surest {half['coverage']:.0%} (confidence from {half['threshold']:.1%}), "
        f"{half['accuracy']:.1%} are right; answering all, {frame['accuracy'].iloc[-1]:.1%}."
    )

"""Whether the network is right as often as it says."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation import Predictions, compute_accuracy, compute_loss
from cifar_core.evaluation.calibration import (
    TEMPERATURES,
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
from dashboard.drawing.glossary import explain
from dashboard.drawing.shares import COLUMN_FORMAT, in_per_cent
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent
from dashboard.errors.charts import coverage_figure, reliability_figure
from dashboard.errors.reading import Reading
from dashboard.session import state

_NUM_BINS = 15
_FEWEST_IMAGES = 20  # in a bin; the accuracy of fewer is chance for the most part
_AS_SURE = 1.0  # points; nearer than this, it is as sure as right
_ALIKE = 1e-6  # confidences nearer than this are the same
_AS_IT_IS = 0.005  # a temperature this near 1 changes no number that is shown
_BINNINGS: dict[str, Binning] = {"equal width": "width", "equal numbers": "mass"}


COLUMNS: dict[str, Any] = {
    "split": "Split",
    "temperature": st.column_config.NumberColumn("Temperature", format="%.2f"),
    "accuracy": st.column_config.NumberColumn("Right", format=COLUMN_FORMAT),
    "ece": st.column_config.NumberColumn(
        "ECE", format="%.2f %%", help=explain(f"Expected calibration error over {_NUM_BINS} bins.", "ECE")
    ),
    "loss": st.column_config.NumberColumn("Loss (nats)", format="%.4f", help=explain("", "loss")),
    "brier": st.column_config.NumberColumn("Brier", format="%.4f", help=explain("", "Brier")),
}


def render_calibration(reading: Reading) -> list[Export]:
    """Draw the reliability diagram, what a temperature changes, and the accuracy over the share answered.

    Returns:
        The tables behind them, as files.
    """
    val = reading.val_predictions
    if not reading.predictions.is_finite or val is None or not val.is_finite:
        st.info("The scores of this epoch are not finite: they say nothing about trust.", icon=":material/trending_up:")
        return []
    st.markdown(describe_trust(reading.predictions))
    temperature = fit_temperature(val)
    binning, scaled = _choose(temperature)
    shown = apply_temperature(reading.predictions, temperature) if scaled else reading.predictions
    reliability = reliability_frame(shown, _NUM_BINS, binning)
    left, right = st.columns(2, gap="medium")
    with left:
        help_text = explain("Bars below the dotted line: surer than right. Lines show 95 % intervals.", "calibration")
        st.markdown("**Reliability**", help=help_text)
        show_figure(reliability_figure, reliability, key="errors_reliability", alt="Accuracy over confidence")
        note = describe_bins(reliability)
        if note is not None:
            st.caption(note)
    with right:
        numbers = _render_numbers(reading, val, temperature, binning)
        st.markdown("**If it may decline to answer**", help=explain("", "selective prediction"))
        coverage = coverage_frame(shown)
        show_figure(coverage_figure, coverage, key="errors_coverage", alt="Accuracy over the share answered")
        st.caption(describe_coverage(coverage))
    return [
        csv_export("Reliability as CSV", reliability, "reliability.csv"),
        csv_export("Calibration as CSV", numbers, "calibration.csv"),
        csv_export("Coverage as CSV", coverage, "coverage.csv"),
    ]


def _choose(temperature: float) -> tuple[Binning, bool]:
    """Draw how images are put into bins, and whether scores are divided by the temperature."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        binning = choose_one(
            "Bins of",
            _BINNINGS,
            state.ERRORS_BINNING,
            help=explain(
                f"{_NUM_BINS} bins of confidence: of equal width, or with equally many images. The expected "
                "calibration error depends on it.",
                "ECE",
            ),
        )
        scaled = st.toggle(
            f"Divide the scores by {temperature:.2f}",
            key="errors_scaled",
            bind="query-params",
            persist_state="session",
            help=explain("The temperature with the lowest loss on val (Guo et al., 2017).", "temperature"),
        )
    return binning, scaled


def describe_trust(predictions: Predictions) -> str:
    """Say how sure a network is on average, and how often it is right."""
    sure, right = float(predictions.probs.max(axis=1).mean()), compute_accuracy(predictions)
    points = 100 * (sure - right)
    if abs(points) < _AS_SURE:
        verdict = "as sure as it may be"
    else:
        verdict = f"{abs(points):.1f} points {'surer than it should be' if points > 0 else 'less sure than it may be'}"
    return f"It is sure of {percent(sure)} on average and right on **{percent(right)}**: {verdict}."


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


def _render_numbers(reading: Reading, val: Predictions, temperature: float, binning: Binning) -> pd.DataFrame:
    splits = {"val": val} | ({"test": reading.predictions} if reading.split == "test" else {})
    frame = calibration_frame(splits, temperature, _NUM_BINS, binning)
    st.markdown(describe_temperature(temperature))
    shown = in_per_cent(frame, ("accuracy", "ece"))
    st.dataframe(shown, hide_index=True, column_config=COLUMNS)
    if reading.split == "val":
        st.caption("Fitted and shown on val. Choose test above to see whether it holds on images it never saw.")
    return frame


def describe_coverage(frame: pd.DataFrame) -> str:
    """Say how accurate the surer half is, if there is one."""
    half = frame.iloc[(frame["coverage"] - 0.5).abs().argmin()]
    if frame["threshold"].iloc[0] - frame["threshold"].iloc[-1] < _ALIKE:
        return "It is as sure of every image as of any other: whichever it declines to answer is left to chance."
    return (
        f"Answering only the surest {percent(half['coverage'], 0)} (confidence from {percent(half['threshold'])}), "
        f"{percent(half['accuracy'])} are right; answering all, {percent(frame['accuracy'].iloc[-1])}."
    )


def describe_temperature(temperature: float) -> str:
    """Say what a fitted temperature means, or that there is none to speak of."""
    lowest, highest = TEMPERATURES
    fitted = f"**Temperature {temperature:.2f}**, fitted on val"
    if temperature > 0.99 * highest:
        return f"{fitted}, is the highest that is tried: the scores say next to nothing and are best evened out."
    if temperature < 1.01 * lowest:
        return f"{fitted}, is the lowest that is tried: the network is as good as always right on val."
    if abs(temperature - 1) < _AS_IT_IS:
        return f"{fitted}: there is nothing that a temperature could mend."
    return f"{fitted}: the network is {'surer than it should be' if temperature > 1 else 'less sure than it may be'}."


def describe_bins(reliability: pd.DataFrame) -> str | None:
    """Say what bins are too few to show; None if they show something."""
    if len(reliability) == 1:
        return "All images lie in one bin: it is about equally sure of all of them, and no curve can be seen."
    thin = int((reliability["num_images"] < _FEWEST_IMAGES).sum())
    if thin:
        words = f"{thin} of {len(reliability)} bins hold" if thin > 1 else f"One of {len(reliability)} bins holds"
        return f"{words} fewer than {_FEWEST_IMAGES} images: look at the intervals there, not at the bars."
    return None

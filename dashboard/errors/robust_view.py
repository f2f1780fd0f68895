"""How much of a run's accuracy is left when images get worse: the fifteen corruptions of CIFAR-10-C, made by code."""

import numpy as np
import streamlit as st

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.evaluation.robustness import Robustness
from dashboard.components import HeatCell, heat_table
from dashboard.drawing.choices import choose_one
from dashboard.drawing.folded import render_folded
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent, short_name, signed
from dashboard.errors.reading import Reading
from dashboard.errors.robust_advice import render_advice
from dashboard.errors.robust_gallery import Cell, choose_worse, find_row, render_pairs, render_strip
from dashboard.errors.robust_measure import Other, measure
from dashboard.errors.robust_tables import (
    SEVERITY_COLUMNS,
    class_cells,
    difference_cells,
    difference_table,
    head_rows,
    picture_cells,
    severity_cells,
)
from dashboard.session import address, state
from dashboard.session.links import page_link
from dashboard.session.selection import read_selection
from dashboard.session.weights import advise_keeping, explain_missing, find_weights
from dashboard.session.worsened import Worse, read_worse, worsen_every_way

_BY_SEVERITY, _BY_CLASS, _AGAINST = "by severity", "by class", "against the other"
_START = Worse("gaussian_noise", 3)
_LEGENDS = {
    _BY_SEVERITY: ("more than as they are", "lost against the images as they are: the stronger, the more"),
    _BY_CLASS: ("more than as they are", "lost of the class, over all severities, in per cent: the stronger, the more"),
    _AGAINST: ("better than the other, in points", "worse"),
}
_FORMULA = (
    "The mean corruption error is the share of mistakes, a mean over the five severities of each of the fifteen "
    "corruptions, relative to nothing: as it is given for CIFAR-10-C. Relative to another run, the mistakes under each "
    "corruption, over all severities, are divided by the other's, and the mean over corruptions is taken (Hendrycks "
    "and Dietterich, 2019): 100 % is as good as the other, less is better. The images are made here by the published "
    "recipe, but for frost, which is drawn; figures are near those of the published files, not the same."
)


def render_robust(reading: Reading) -> list[Export]:
    """Draw what is left of the accuracy by corruption, severity and class, and the images; return the tables as files.

    Before it is measured: what the corruptions look like, and what measures it.
    """
    weights = find_weights(reading.record, reading.epoch)
    if weights is None:
        missing = f"{explain_missing(reading.record, reading.epoch)}. {advise_keeping(reading.record)}".strip()
        st.info(f"Not measured: {missing}", icon=":material/layers_clear:")
        return []
    sentence = st.container()
    robustness, other = measure(reading, weights)
    with sentence:
        st.markdown(describe(reading, robustness), help=explain(_FORMULA))
        if robustness is not None and other is not None:
            st.markdown(_describe_difference(robustness, other))
    worse = read_worse(address.WORSE) or _START
    tables, details = st.columns([11, 9], gap="medium")
    with tables:
        _render_table(reading, robustness, other, worse)
    with details:
        _render_details(reading, robustness, other, worse)
    if robustness is None:
        return []
    exports = [csv_export("Corruptions as CSV", robustness.frame(), f"{reading.run.run_id}-robustness.csv")]
    if other is not None:
        exports.append(_render_difference(reading, other))
    render_advice(reading, robustness)
    return exports


def describe(reading: Reading, robustness: Robustness | None) -> str:
    """Say how much is left, and of what least, in a sentence."""
    if robustness is None:
        return (
            f"This is how a {reading.split} image looks under the fifteen corruptions of CIFAR-10-C, made by code; how "
            f"much each leaves of the accuracy of **{literal(short_name(reading.run))}** is not measured yet."
        )
    frame = robustness.frame().sort_values("mean", kind="stable")
    name, left = frame.iloc[0]["corruption"], frame.iloc[0]["mean"]
    return (
        f"Of {len(robustness.indices):,} {reading.split} images {percent(robustness.clean_accuracy)} are right as they "
        f"are and **{percent(1 - robustness.mean_corruption_error)} once they got worse**, a mean corruption error of "
        f"{percent(robustness.mean_corruption_error)}; least is left under {CORRUPTIONS[name].title}, {percent(left)}."
    )


def _describe_difference(robustness: Robustness, other: Other) -> str:
    all_of_them = other.compared.iloc[0]
    size, low, high = (signed(float(all_of_them[end])) for end in ("difference", "low", "high"))
    words = f"Against {literal(other.name, most=None)} that is {size} points ({low} to {high}, on the same images)"
    relative = robustness.relative_error(other.robustness)
    if np.isnan(relative):  # it makes no mistake under some corruption
        return f"{words}."
    return f"{words}; relative to it the mean corruption error is {percent(relative, 0)}."


def _render_table(reading: Reading, robustness: Robustness | None, other: Other | None, worse: Worse) -> None:
    """Draw the table that is chosen; a cell chooses a corruption, and a severity or a class."""
    if robustness is None:
        _draw(picture_cells(), reading, None, worse, ("", ""), [])
        return
    names = [_BY_SEVERITY, _BY_CLASS, *([] if other is None else [_AGAINST])]
    state.keep_among(state.ROBUST_TABLE, names)
    table = choose_one("Table", dict(zip(names, names, strict=True)), state.ROBUST_TABLE, in_address=True)
    means = robustness.accuracies.mean(axis=1)
    notes = [percent(mean, 0) for mean in means]
    if table == _BY_CLASS:
        _draw_classes(reading, robustness, worse, notes)
    elif table == _AGAINST and other is not None:
        cells = difference_cells(robustness, other.robustness, other.name)
        notes = [signed(float(change)) for change in means - other.robustness.accuracies.mean(axis=1)]
        _draw(cells, reading, robustness, worse, _LEGENDS[table], notes)
    else:
        _draw(severity_cells(robustness), reading, robustness, worse, _LEGENDS[table], notes)


def _draw(
    cells: list[list[HeatCell]],
    reading: Reading,
    robustness: Robustness | None,
    worse: Worse,
    legend: tuple[str, str],
    notes: list[str],
) -> None:
    names = list(CORRUPTIONS)
    index = _example(reading, robustness)
    dataset = reading.dataset
    heat_table(
        head_rows(notes),
        SEVERITY_COLUMNS,
        cells,
        key="robust_table",
        label="Corruptions by severity",
        legend=legend,
        selected=(names.index(worse.name), worse.severity - 1),
        on_select=lambda row, column: choose_worse(names[row], SEVERITIES[column]),
        note_title="mean" if notes else "",
        pictures=worsen_every_way(dataset.fingerprint, index, np.asarray(dataset.images[index])),
    )


def _draw_classes(reading: Reading, robustness: Robustness, worse: Worse, notes: list[str]) -> None:
    names, class_names = list(CORRUPTIONS), reading.dataset.class_names

    def choose(row: int, column: int) -> None:
        address.TRUE.choose(class_names[column])
        choose_worse(names[row], worse.severity)

    true = read_selection(class_names).true_name
    heat_table(
        head_rows(notes),
        class_names,
        class_cells(robustness, class_names),
        key="robust_classes",
        label="Corruptions by class",
        legend=_LEGENDS[_BY_CLASS],
        selected=(names.index(worse.name), class_names.index(true)) if true in class_names else None,
        on_select=choose,
        note_title="all",
    )


def _render_details(reading: Reading, robustness: Robustness | None, other: Other | None, worse: Worse) -> None:
    """Draw one image at each severity of the chosen corruption, and the images of the chosen cell."""
    index, dataset = _example(reading, robustness), reading.dataset
    st.markdown(f"**{worse.corruption.title[0].upper()}{worse.corruption.title[1:]}** on image {index}")
    st.caption(worse.corruption.says)
    render_strip(dataset, index, worse, robustness)
    carried = {address.IMAGE: str(index), address.UNDER: worse.text}
    label = f"Explain it under {worse.words}"
    page_link("Explain", label, ":material/center_focus_strong:", carrying=carried)
    if robustness is not None:
        selection = read_selection(dataset.class_names)
        classes = tuple(selection.criteria.true_classes)
        cell = Cell(worse, classes, selection.true_name if classes else "")
        render_pairs(dataset, robustness, cell, None if other is None else other.robustness)


def _example(reading: Reading, robustness: Robustness | None) -> int:
    """Return the image that every cell shows: the opened one if it is of the split, else the first that is right."""
    index, predictions = state.chosen_image(), reading.predictions
    if robustness is None:
        is_known = index is not None and bool((predictions.indices == index).any())
        return int(index) if index is not None and is_known else int(predictions.indices[0])
    row = find_row(robustness, index)
    if row is None:
        row = int(np.argmax(robustness.clean_preds == robustness.targets))
    return int(robustness.indices[row])


def _render_difference(reading: Reading, other: Other) -> Export:
    """Draw how much more accurate the run is than the other under each corruption, and how sure that is."""
    table = difference_table(other.compared, "This", "Other")

    def draw() -> None:
        st.dataframe(table, hide_index=True, height=38 + 35 * len(table))
        st.caption(
            "Points are of accuracy, a mean over severities; intervals by the bootstrap over the same images. They say "
            "how sure it is for these two networks: another seed of the same settings makes another network."
        )

    names = f"{literal(short_name(reading.run))} against {literal(other.name)}"
    render_folded(f"By how much, and how sure: {names}", draw, key="robust_difference")
    return csv_export("Difference as CSV", other.compared, f"{reading.run.run_id}-robustness-difference.csv")

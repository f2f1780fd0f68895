"""The confusion matrix, folded, ordered and held against another as one likes, and the images behind its cells."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data.superclasses import find_superclasses
from cifar_core.evaluation import (
    Predictions,
    compute_confusion_matrix,
    confusion_frame,
    fold_matrix,
    order_classes,
    top_confusions_frame,
)
from cifar_core.evaluation.confusion import Normalization, Ordering
from cifar_core.selections import Selection as Kept
from dashboard.components import confusion_matrix, opener
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal
from dashboard.drawing.matrices import matrix_cells
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent
from dashboard.errors.gallery_view import render_images
from dashboard.errors.opened_view import find_opened, render_map, render_opened
from dashboard.errors.reading import Reading
from dashboard.session import address, state
from dashboard.session.cache import get_splits
from dashboard.session.kept import choose_selection
from dashboard.session.marked import keep_marked, keep_rows
from dashboard.session.selection import ANY, choose_cell, list_names, read_selection

_NUM_FREQUENT = 5
_CELLS: dict[str, Normalization] = {"counts": "none", "% of true": "true", "% of predicted": "pred"}
_SORTS: dict[str, Ordering] = {"class order": "class", "most errors first": "error", "alike together": "likeness"}


@dataclass(frozen=True)
class Groups:
    """Rows and columns of the matrix: classes, and superclasses folded into one.

    Attributes:
        names: What each is called.
        members: The class indices in each.
    """

    names: list[str]
    members: list[tuple[int, ...]]

    def find_cell(self, true_name: str, pred_name: str) -> tuple[int | None, int | None]:
        """Return where a cell stands, None for "any": both None where either name is no row or column of its own."""
        if any(name not in (ANY, *self.names) for name in (true_name, pred_name)):
            return None, None
        true_place, pred_place = (None if name == ANY else self.names.index(name) for name in (true_name, pred_name))
        return true_place, pred_place


@dataclass(frozen=True)
class _Options:
    """How the matrix is shown: a key of _CELLS, a key of _SORTS, the superclasses drawn as one."""

    cells: str
    sort: str
    folded: list[str]
    hides_diagonal: bool


def render_mistakes(reading: Reading) -> list[Export]:
    """Draw the most frequent mistakes, the matrix and, beside it, the images of the chosen cell; one of them large.

    Returns:
        The matrix and the images, as files.
    """
    matrix = compute_confusion_matrix(reading.predictions, reading.dataset.num_classes)
    words, cells = _find_frequent(reading.predictions, reading.dataset.class_names, reading.split)
    st.markdown(words)
    _choose_frequent(cells)
    opened_place = st.container()
    matrix_column, images_column = st.columns(2, gap="medium")
    with matrix_column:
        exports = [_render_matrix(reading, matrix)]
    selection = read_selection(reading.dataset.class_names)
    with images_column:
        marked = keep_marked(reading.dataset, get_splits(reading.dataset, reading.run.config), reading.run)
        kept = choose_selection(reading.dataset, state.ERRORS_SELECTION)
    rows = keep_rows(selection.find_rows(reading.predictions), marked)
    if kept is not None:
        images_column.caption(describe_kept(kept, reading))
        if np.isin(kept.images.indices, reading.predictions.indices).any():
            rows = keep_rows(rows, kept.images.indices)
    opened = find_opened(reading, rows)
    map_place = None
    if opened is not None:
        with opened_place:
            map_place = render_opened(opened, selection, rows)
    with images_column:
        exports += render_images(reading, selection, rows)
    if opened is not None and map_place is not None:
        render_map(opened, map_place)
    return exports


def describe_kept(kept: Kept, reading: Reading) -> str:
    """Say how many images of a selection a run was asked about, and what it makes of them."""
    predictions, name = reading.predictions, literal(kept.name)
    rows = np.isin(predictions.indices, kept.images.indices)
    if not rows.any():
        return f"Of {name} no image is in {reading.split}, so all are shown: a run saves what it says of val and test."
    is_right = predictions.preds[rows] == predictions.targets[rows]
    return (
        f"{int(rows.sum()):,} of the {kept.num_images:,} images of {name} are in {reading.split}: "
        f"{percent(float(is_right.mean()))} of them right."
    )


def describe_mistakes(frequent: pd.DataFrame, of: str) -> str:
    """Say how many mistakes there are, and which are the most frequent.

    Args:
        frequent: As `top_confusions_frame` returns it.
        of: How many images of which split, e.g. "5,000 val".
    """
    if frequent.empty:
        return f"It makes no mistake at all on {of} images."
    total = int(frequent["count"].sum())
    first = frequent.iloc[0]
    share = percent(float(frequent["share_of_errors"].head(_NUM_FREQUENT).sum()), 0)
    few = f"; the {_NUM_FREQUENT} kinds below are {share} of all its mistakes" if len(frequent) > _NUM_FREQUENT else ""
    return (
        f"It gets **{total:,}** of {of} images wrong, most often by taking **{first['true_label']} for "
        f"{first['predicted_label']}** ({first['count']} times, {percent(first['share_of_true'], 0)} of that class)"
        f"{few}."
    )


@lru_cache(maxsize=32)  # predictions are read once a server: the same ones are the same object
def _find_frequent(
    predictions: Predictions, class_names: tuple[str, ...], split: str
) -> tuple[str, dict[str, tuple[str, str]]]:
    """Return what mistakes there are, in words, and the cells of the most frequent ones by what their chips say."""
    frequent = top_confusions_frame(compute_confusion_matrix(predictions, len(class_names)), class_names)
    cells = {
        f"{row['true_label']} \N{RIGHTWARDS ARROW} {row['predicted_label']} {row['count']}": (
            row["true_label"],
            row["predicted_label"],
        )
        for row in frequent.head(_NUM_FREQUENT).to_dict("records")
    }
    return describe_mistakes(frequent, f"{predictions.num_images:,} {split}"), cells


def _choose_frequent(cells: dict[str, tuple[str, str]]) -> None:
    """Draw the most frequent mistakes as chips that open their cells.

    Args:
        cells: True and predicted class by what a chip says.
    """
    if not cells:
        return
    chosen = (address.TRUE.value(), address.PRED.value())
    state.set_widget(state.ERRORS_TOP, next((words for words, cell in cells.items() if cell == chosen), None))

    def choose() -> None:
        choose_cell(*cells.get(state.widget_value(state.ERRORS_TOP) or "", (ANY, ANY)))

    st.pills(
        "Most frequent mistakes: true class \N{RIGHTWARDS ARROW} predicted class, and how many",
        list(cells),
        key=state.ERRORS_TOP,
        on_change=choose,
    )


def _render_matrix(reading: Reading, matrix: np.ndarray) -> Export:
    names = reading.dataset.class_names
    superclasses = find_superclasses(names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true_name, pred_name = _choose_cell(list_names(names))
        options = _choose_options(list(superclasses))
    order = order_classes(matrix, _SORTS[options.sort])
    groups = _group(order, names, {name: superclasses[name] for name in options.folded})

    def choose(true_place: int | None, pred_place: int | None) -> None:
        choose_cell(*(ANY if place is None else groups.names[place] for place in (true_place, pred_place)))

    shown = fold_matrix(matrix, groups.members)
    other = None
    if reading.other is not None:
        other = fold_matrix(compute_confusion_matrix(reading.other, len(names)), groups.members)
    confusion_matrix(
        shown,
        groups.names,
        key="errors_matrix",
        selected=groups.find_cell(true_name, pred_name),
        on_select=choose,
        cells=matrix_cells(shown, _CELLS[options.cells], other),
        hides_diagonal=options.hides_diagonal,
    )
    return csv_export("Matrix as CSV", lambda: confusion_frame(shown, groups.names), "confusion.csv")


def _group(order: np.ndarray, names: tuple[str, ...], folded: dict[str, tuple[int, ...]]) -> Groups:
    """Put classes in their order; a folded superclass stands where its first class does."""
    whose = {member: name for name, members in folded.items() for member in members}
    groups: dict[str, tuple[int, ...]] = {}
    for class_idx in order.tolist():
        name = whose.get(class_idx)
        groups[name or names[class_idx]] = folded[name] if name else (class_idx,)
    return Groups(list(groups), list(groups.values()))


def _choose_cell(options: list[str]) -> tuple[str, str]:
    """Draw the two select boxes that show the cell, which the address holds."""
    for label, parameter, key in (
        ("True class", address.TRUE, state.ERRORS_TRUE),
        ("Predicted class", address.PRED, state.ERRORS_PRED),
    ):
        st.selectbox(label, options, width=160, **address.bind(parameter, key, options))
    return address.TRUE.value() or ANY, address.PRED.value() or ANY


def _choose_options(superclasses: list[str]) -> _Options:
    """Draw how the matrix is shown."""
    with opener("Matrix", icon=":material/tune:", key="errors_matrix"):
        cells = _select("Cells", list(_CELLS), state.ERRORS_CELLS, 220)
        sort = _select("Order of classes", list(_SORTS), state.ERRORS_SORT, 220)
        folded = st.pills(
            "Fold",
            superclasses,
            selection_mode="multi",
            key=state.ERRORS_FOLD,
            bind="query-params",
            persist_state="session",
            help=explain("Draw all classes of a superclass as one.", "superclass"),
        )
        hides_diagonal = st.toggle(
            "Hide the diagonal",
            key=state.ERRORS_DIAGONAL,
            bind="query-params",
            persist_state="session",
            help=explain("", "diagonal"),
        )
    return _Options(cells, sort, folded, hides_diagonal)


def _select(label: str, options: list[str], key: str, width: int) -> str:
    return st.selectbox(label, options, key=key, bind="query-params", persist_state="session", width=width)

"""The confusion matrix, folded, ordered and held against another as one likes, and the images behind its cells."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.data.superclasses import find_superclasses
from cifar_core.evaluation import (
    Criteria,
    compute_confusion_matrix,
    confusion_frame,
    fold_matrix,
    order_classes,
    top_confusions_frame,
)
from cifar_core.evaluation.confusion import Normalization, Ordering
from dashboard.components import confusion_matrix
from dashboard.drawing.matrices import matrix_cells
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent
from dashboard.errors.gallery_view import MISTAKES, RIGHT, render_images
from dashboard.errors.reading import Reading
from dashboard.session import state

ANY = "any"

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

    def place(self, name: str) -> int | None:
        """Return where a name stands; None for "any", and for one that is folded away."""
        return self.names.index(name) if name in self.names else None


@dataclass(frozen=True)
class _Options:
    """How the matrix is shown: a key of _CELLS, a key of _SORTS, the superclasses drawn as one."""

    cells: str
    sort: str
    folded: list[str]
    hides_diagonal: bool


def render_mistakes(reading: Reading) -> None:
    """Draw the matrix and, beside it, the images of the chosen cell."""
    matrix_column, images_column = st.columns(2, gap="medium")
    with matrix_column:
        matrix = compute_confusion_matrix(reading.predictions, reading.dataset.num_classes)
        true_name, pred_name = _render_matrix(reading, matrix)
    with images_column:
        render_images(reading, _criteria(reading.dataset, true_name, pred_name), _title(true_name, pred_name))
    with matrix_column:
        _render_top_confusions(matrix, reading.dataset.class_names)


def _render_matrix(reading: Reading, matrix: np.ndarray) -> tuple[str, str]:
    names = reading.dataset.class_names
    superclasses = find_superclasses(names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true_name, pred_name = _choose_cell([ANY, *superclasses, *names])
        options = _choose_options(list(superclasses))
    order = order_classes(matrix, _SORTS[options.sort])
    groups = _group(order, names, {name: superclasses[name] for name in options.folded})

    def choose(true_place: int | None, pred_place: int | None) -> None:
        for key, place in ((state.ERRORS_TRUE, true_place), (state.ERRORS_PRED, pred_place)):
            state.set_widget(key, ANY if place is None else groups.names[place])
        is_right = true_place == pred_place and true_place is not None
        state.set_widget(state.ERRORS_OUTCOME, RIGHT if is_right else MISTAKES)

    shown = fold_matrix(matrix, groups.members)
    other = None
    if reading.other is not None:
        other = fold_matrix(compute_confusion_matrix(reading.other, len(names)), groups.members)
    confusion_matrix(
        shown,
        groups.names,
        key="errors_matrix",
        selected=(groups.place(true_name), groups.place(pred_name)),
        on_select=choose,
        cells=matrix_cells(shown, _CELLS[options.cells], other),
        hides_diagonal=options.hides_diagonal,
    )
    offer_csv("Matrix as CSV", confusion_frame(shown, groups.names), "confusion.csv")
    return true_name, pred_name


def _group(order: np.ndarray, names: tuple[str, ...], folded: dict[str, tuple[int, ...]]) -> Groups:
    """Put classes in their order; a folded superclass stands where its first class does."""
    whose = {member: name for name, members in folded.items() for member in members}
    groups: dict[str, tuple[int, ...]] = {}
    for class_idx in order.tolist():
        name = whose.get(class_idx)
        groups[name or names[class_idx]] = folded[name] if name else (class_idx,)
    return Groups(list(groups), list(groups.values()))


def _choose_cell(options: list[str]) -> tuple[str, str]:
    """Draw the two select boxes that hold the cell; the matrix only sets them."""
    true_name = _select("True class", options, state.ERRORS_TRUE, 160)
    return true_name, _select("Predicted class", options, state.ERRORS_PRED, 160)


def _choose_options(superclasses: list[str]) -> _Options:
    """Draw how the matrix is shown."""
    with st.popover("Matrix", icon=":material/tune:"):
        cells = _select("Cells", list(_CELLS), state.ERRORS_CELLS, 220)
        sort = _select("Order of classes", list(_SORTS), state.ERRORS_SORT, 220)
        folded = st.pills(
            "Fold",
            superclasses,
            selection_mode="multi",
            key=state.ERRORS_FOLD,
            bind="query-params",
            persist_state="session",
            help="Draw all classes of a superclass as one.",
        )
        hides_diagonal = st.toggle(
            "Hide the diagonal",
            key=state.ERRORS_DIAGONAL,
            persist_state="session",
            help="Leave out what is right, so that mistakes stand alone.",
        )
    return _Options(cells, sort, folded, hides_diagonal)


def _criteria(dataset: Dataset, true_name: str, pred_name: str) -> Criteria:
    superclasses = find_superclasses(dataset.class_names)
    classes = {name: (place,) for place, name in enumerate(dataset.class_names)} | superclasses
    return Criteria(classes.get(true_name, ()), classes.get(pred_name, ()))


def _title(true_name: str, pred_name: str) -> str:
    if true_name == pred_name == ANY:
        return "All classes"
    names = [f"{ANY} class" if name == ANY else name for name in (true_name, pred_name)]
    return f"True {names[0]}, predicted {names[1]}"


def _render_top_confusions(matrix: np.ndarray, class_names: tuple[str, ...]) -> None:
    frame = top_confusions_frame(matrix, class_names)
    if frame.empty:
        st.caption("No mistake at all.")
        return
    words = [
        f"{row['true_label']} taken for {row['predicted_label']} ({row['count']}, "
        f"{percent(row['share_of_true'], 0)} of its images)"
        for row in frame.head(3).to_dict("records")
    ]
    share = frame["share_of_errors"].head(3).sum()
    st.markdown(
        f"**Most frequent:** {'; '.join(words)}. These three are {percent(share, 0)} of {frame['count'].sum():,} "
        "errors."
    )


def _select(label: str, options: list[str], key: str, width: int) -> str:
    return st.selectbox(label, options, key=key, bind="query-params", persist_state="session", width=width)

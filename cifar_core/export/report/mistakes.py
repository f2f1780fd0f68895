"""Which images are taken for what: the confusion matrix with the images behind each cell, and the surest mistakes."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation.confusion import compute_confusion_matrix
from cifar_core.evaluation.predictions import Predictions
from cifar_core.export.report.pictures import Sheet
from cifar_core.export.subject import Subject

MATRIX_WORDS = (
    "<p>Val images: each row is a class, each column what the network named. "
    '<span class="hint">Tap a number to see its images, those it was surest of first.</span></p>'
)
MOST_IN_CELL = 12
_NUM_WORST = 24


class _Cell(NamedTuple):
    """A cell that is not empty: its classes, the name of its panel, and how many images are in it."""

    true: int
    pred: int
    name: str
    num_images: int


def matrix_section(
    predictions: Predictions,
    dataset: Dataset,
    class_names: Sequence[str],
    *,
    mark: str = "",
    most: int = MOST_IN_CELL,
) -> tuple[str, str]:
    """Return the matrix with a panel for each cell that is not empty, and the style that holds their pictures.

    Args:
        predictions: Of val.
        dataset: The images.
        class_names: Of the classes.
        mark: What tells this matrix from others on the same page: letters.
        most: Images behind a cell.
    """
    matrix = compute_confusion_matrix(predictions, len(class_names))
    panels, styles = [], []
    for true in range(len(class_names)):
        cells = {pred: _rows_of_cell(predictions, true, pred, most) for pred in range(len(class_names))}
        shown = [int(predictions.indices[row]) for rows in cells.values() for row in rows]
        sheet = Sheet(f"s{mark}{true}", dataset.images[shown], shown)
        styles.append(sheet.style())
        for pred, rows in cells.items():
            if len(rows):
                count = int(matrix[true, pred])
                cell = _Cell(true, pred, f"c{mark}{true}-{pred}", count)
                panels.append(_panel(predictions, sheet, rows, cell, class_names))
    return f"{_table(matrix, class_names, mark)}<div>{''.join(panels)}</div>", "\n".join(filter(None, styles))


def worst_section(
    subject: Subject, dataset: Dataset, *, mark: str = "", most: int = _NUM_WORST
) -> tuple[str, str, str]:
    """Return the mistakes that a network was surest of, the style that holds their pictures, and what drew the maps.

    Args:
        subject: The run; its predictions of val.
        dataset: The images.
        mark: What tells these from others on the same page: letters.
        most: Mistakes.

    Returns:
        The last is the method's title; empty where there are no maps.
    """
    rows = surest_mistakes(subject.val, most)
    if not len(rows):
        return "<p>It made none.</p>", "", ""
    from cifar_core.export.report.maps import draw_maps  # torch takes seconds to import

    maps = draw_maps(subject, dataset, rows)
    indices = [int(index) for index in subject.val.indices[rows]]
    sheets = [("Image", Sheet(f"w{mark}", dataset.images[indices], indices))]
    sheets += [] if maps is None else [("Map of image", Sheet(f"m{mark}", maps.pictures, indices))]
    content = _wall(subject.val, rows, sheets, subject.class_names)
    return content, "\n".join(sheet.style() for _, sheet in sheets), "" if maps is None else maps.title


def _wall(
    predictions: Predictions, rows: NDArray[np.int64], sheets: Sequence[tuple[str, Sheet]], class_names: Sequence[str]
) -> str:
    figures = []
    for row in rows:
        index = int(predictions.indices[row])
        true, pred = class_names[predictions.targets[row]], class_names[predictions.preds[row]]
        tiles = "".join(sheet.tile(index, f"{words} {index}") for words, sheet in sheets)
        words = f"<b>{escape(pred)}</b> {predictions.probs[row].max():.0%}, is {escape(true)}"
        figures.append(f'<figure class="worst">{tiles}<figcaption>{words}</figcaption></figure>')
    return f'<div class="wall">{"".join(figures)}</div>'


def surest_mistakes(predictions: Predictions, most: int) -> NDArray[np.int64]:
    """Return the rows of so many wrong predictions, the surest first."""
    wrong = np.flatnonzero(predictions.preds != predictions.targets)
    order = np.argsort(-predictions.probs.max(axis=1)[wrong], kind="stable")
    return wrong[order][:most]


def _rows_of_cell(predictions: Predictions, true: int, pred: int, most: int) -> NDArray[np.int64]:
    """Return the rows of a cell that are shown, the surest first."""
    rows = np.flatnonzero((predictions.targets == true) & (predictions.preds == pred))
    order = np.argsort(-predictions.probs[rows, pred], kind="stable")
    return rows[order][:most]


def _table(matrix: NDArray[np.int64], class_names: Sequence[str], mark: str) -> str:
    errors = matrix.copy()
    np.fill_diagonal(errors, 0)
    most = {True: max(int(matrix.diagonal().max()), 1), False: max(int(errors.max()), 1)}
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in class_names)
    rows = []
    for true, name in enumerate(class_names):
        cells = "".join(_cell(true, pred, int(matrix[true, pred]), most, mark) for pred in range(len(class_names)))
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    corner = '<th class="corner">is \\ named</th>'
    return f'<table class="matrix"><thead><tr>{corner}{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _cell(true: int, pred: int, count: int, most: dict[bool, int], mark: str) -> str:
    if not count:
        return "<td></td>"
    is_right = true == pred
    share = math.sqrt(count / most[is_right])
    kind = "hit" if is_right else "miss"
    return f'<td class="{kind}" style="--a:{share:.2f}"><a href="#c{mark}{true}-{pred}">{count}</a></td>'


def _panel(
    predictions: Predictions,
    sheet: Sheet,
    rows: NDArray[np.int64],
    cell: _Cell,
    class_names: Sequence[str],
) -> str:
    true, pred, count = escape(class_names[cell.true]), escape(class_names[cell.pred]), cell.num_images
    title = f"{true}, recognised" if cell.true == cell.pred else f"{true}, taken for {pred}"
    tiles = "".join(
        sheet.tile(
            int(predictions.indices[row]), f"Image {predictions.indices[row]}: {predictions.probs[row, cell.pred]:.0%}"
        )
        for row in rows
    )
    number = f"{count} images" if count > 1 else "1 image"
    shown = f", {len(rows)} shown" if count > len(rows) else ""
    return f'<section class="cell" id="{cell.name}"><h3>{title}: {number}{shown}</h3>{tiles}</section>'

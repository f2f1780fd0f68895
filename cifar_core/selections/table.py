"""Selections as CSV: a column `index`, and a column `label` where somebody says what the images show."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from cifar_core.data import ChosenImages
from cifar_core.selections.selection import SelectionError

INDEX, LABEL = "index", "label"

Rows = tuple[list[int], list[int] | None]


def write_table(images: ChosenImages, class_names: Sequence[str]) -> str:
    """Return the images as CSV, a row each; classes by their names."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if images.labels is None:
        writer.writerows([[INDEX], *([index] for index in images.indices.tolist())])
    else:
        names = [class_names[label] for label in images.labels]
        writer.writerows([[INDEX, LABEL], *zip(images.indices.tolist(), names, strict=True)])
    return text.getvalue()


def read_table(text: str, num_images: int, class_names: Sequence[str]) -> Rows:
    """Read dataset indices, and classes if there are any, from CSV.

    A heading may name the columns in any order, beside others that are passed over; without one, the first column is
    the index and a second one the class, by its name or its number. Empty lines count for nothing.

    Args:
        text: The content of a file.
        num_images: Of the dataset.
        class_names: Of the dataset.

    Returns:
        The indices in the order of the lines, and the class of each or None.

    Raises:
        SelectionError: A line holds something else; the message names line, value and what is allowed.
    """
    lines = _read_lines(text)
    first = next(lines, None)
    if first is None:
        raise SelectionError("no line holds anything; allowed: a dataset index a line")
    place, label_place, heading = _find_columns(first[1])
    indices: list[int] = []
    labels: list[int] = []
    for number, cells in [*([] if heading else [first]), *lines]:
        indices.append(_read_index(number, _cell(cells, place), num_images))
        if label_place is not None:
            labels.append(_read_label(number, _cell(cells, label_place), class_names))
    if not indices:
        raise SelectionError("only a heading; allowed: a dataset index a line below it")
    return indices, labels if label_place is not None else None


def _read_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, with their number, 1-based."""
    sample = text.lstrip("\ufeff")
    delimiter = next((mark for mark in (",", ";", "\t") if mark in sample.partition("\n")[0]), ",")
    reader = csv.reader(StringIO(sample), delimiter=delimiter)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise SelectionError(f"line {reader.line_num}: {error}; allowed: a dataset index a line") from error


def _find_columns(cells: Sequence[str]) -> tuple[int, int | None, bool]:
    """Return where index and class stand, and whether the first line is a heading."""
    names = [cell.casefold() for cell in cells]
    if INDEX in names:
        return names.index(INDEX), names.index(LABEL) if LABEL in names else None, True
    return 0, 1 if len(cells) > 1 else None, False


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _read_index(number: int, cell: str, num_images: int) -> int:
    allowed = f"allowed: a whole number from 0 to {num_images - 1}"
    if not (cell.isascii() and cell.isdigit()):
        raise SelectionError(f"line {number}: index {cell[:40]!r} is no whole number; {allowed}")
    if len(cell) > 18 or int(cell) >= num_images:
        raise SelectionError(f"line {number}: index {cell[:40]} is not in the dataset; {allowed}")
    return int(cell)


def _read_label(number: int, cell: str, class_names: Sequence[str]) -> int:
    names = [name.casefold() for name in class_names]
    if cell.casefold() in names:
        return names.index(cell.casefold())
    if cell.isascii() and cell.isdigit() and len(cell) < 4 and int(cell) < len(names):
        return int(cell)
    raise SelectionError(f"line {number}: label {cell[:40]!r} is no class; allowed: {', '.join(class_names)}")

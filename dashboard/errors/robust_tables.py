"""The cells of the tables of corruptions: how much is left, how much more than of another run, of which classes."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.evaluation.robustness import ALL, Robustness
from dashboard.components import HeatCell, HeatRow
from dashboard.drawing.words import percent, signed

SEVERITY_COLUMNS = (f"severity {SEVERITIES[0]}", *map(str, SEVERITIES[1:]))
_CHANCE = 0.1


def head_rows(notes: Sequence[str] = ()) -> list[HeatRow]:
    """Return a row's head for each corruption, with what stands at its end."""
    texts = list(notes) or [""] * len(CORRUPTIONS)
    return [
        HeatRow(kind.title, kind.group, kind.says, text) for kind, text in zip(CORRUPTIONS.values(), texts, strict=True)
    ]


def picture_cells() -> list[list[HeatCell]]:
    """Return cells that hold pictures alone, before anything was measured."""
    return [
        [HeatCell("", 0.0, f"{kind.title}, severity {severity}: {kind.says}") for severity in SEVERITIES]
        for kind in CORRUPTIONS.values()
    ]


def severity_cells(robustness: Robustness) -> list[list[HeatCell]]:
    """Return accuracies by corruption and severity, coloured by how much is lost against the images as they are."""
    clean = robustness.clean_accuracy

    def cell(row: int, column: int, share: float) -> HeatCell:
        title = f"{_name(row)}, severity {column + 1}: {_describe(share, clean)}"
        return HeatCell(percent(share, 0), _loss(share, clean), title)

    return _lay_out(robustness.accuracies, cell)


def class_cells(robustness: Robustness, class_names: Sequence[str]) -> list[list[HeatCell]]:
    """Return accuracies by corruption and true class over all severities, coloured by what each class loses."""
    is_right = robustness.clean_preds == robustness.targets
    clean = [_mean(is_right[robustness.targets == class_idx]) for class_idx in range(len(class_names))]

    def cell(row: int, column: int, share: float) -> HeatCell:
        name = class_names[column]
        if np.isnan(share):
            return HeatCell("", 0.0, f"No image of {name}")
        title = f"{_name(row)}, {name}: {_describe(share, clean[column])}"
        return HeatCell(f"{100 * share:.0f}", _loss(share, clean[column]), title)

    return _lay_out(robustness.by_class(len(class_names)), cell)


def difference_cells(robustness: Robustness, other: Robustness, name: str) -> list[list[HeatCell]]:
    """Return by how many points accuracy is above another run's, by corruption and severity."""
    differences = robustness.accuracies - other.accuracies
    largest = max(float(np.abs(differences).max()), 1e-9)

    def cell(row: int, column: int, value: float) -> HeatCell:
        title = f"{_name(row)}, severity {column + 1}: {_points(value)} against {name}"
        return HeatCell(signed(value), value / largest, title)

    return _lay_out(differences, cell)


def difference_table(frame: pd.DataFrame, name: str, other_name: str) -> pd.DataFrame:
    """Return a row a corruption and one of all: both accuracies, the difference with its interval, and a verdict.

    Args:
        frame: As `compare_robustness` returns it.
        name: Of the first run.
        other_name: Of the second.
    """
    rows = []
    for corruption, first, second, difference, low, high in frame.itertuples(index=False):
        title = "all fifteen" if corruption == ALL else CORRUPTIONS[str(corruption)].title
        verdict = "better" if low > 0 else "worse" if high < 0 else "undecided"
        interval = f"{signed(low)} to {signed(high)}"
        figures = (percent(first), percent(second), signed(difference), interval, verdict)
        rows.append((title, *figures))
    return pd.DataFrame(rows, columns=["Corruption", name, other_name, "Points", "95 %", "Verdict"])


def _lay_out(values: NDArray[np.float64], cell: Callable[[int, int, float], HeatCell]) -> list[list[HeatCell]]:
    return [[cell(row, column, float(value)) for column, value in enumerate(line)] for row, line in enumerate(values)]


def _name(row: int) -> str:
    title = list(CORRUPTIONS.values())[row].title
    return title[0].upper() + title[1:]


def _describe(share: float, clean: float) -> str:
    return f"{percent(share)} right; {_points(share - clean)} against as they are"


def _points(difference: float) -> str:
    return f"{signed(difference)} points"


def _loss(share: float, clean: float) -> float:
    """From -1, nothing but chance is left, to 1, for what is as much better."""
    return float(np.clip((share - clean) / max(clean - _CHANCE, _CHANCE), -1, 1))


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0

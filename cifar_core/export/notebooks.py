"""Notebooks: cells of text and code, as nbformat 4.5 has them. The format is JSON and needs no package to write."""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    kind: Literal["markdown", "code"]
    text: str


def text_cell(text: str) -> Cell:
    """Return a cell of Markdown."""
    return Cell("markdown", text.strip())


def code_cell(code: str) -> Cell:
    """Return a cell of Python.

    Raises:
        SyntaxError: It is none.
    """
    ast.parse(code)
    return Cell("code", code.strip())


def dump_notebook(cells: Sequence[Cell]) -> str:
    """Return a notebook's JSON, without outputs; the same cells give the same text."""
    notebook = {
        "cells": [_dump_cell(number, cell) for number, cell in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def as_script(cells: Sequence[Cell]) -> str:
    """Return the code of all cells as one Python script."""
    return "\n\n\n".join(cell.text for cell in cells if cell.kind == "code") + "\n"


def _dump_cell(number: int, cell: Cell) -> dict[str, Any]:
    described: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"cell-{number:02}",
        "metadata": {},
        "source": cell.text.splitlines(keepends=True),
    }
    return described | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})

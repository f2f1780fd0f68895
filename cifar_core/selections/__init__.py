"""Images that somebody chose and gave a name: kept beside the runs, taken together or apart, written as a table."""

from cifar_core.selections.algebra import intersect, subtract, unite
from cifar_core.selections.kept import (
    check_choices,
    find_contents,
    find_selections,
    keep_contents,
    leave_out_too,
    read_kept,
)
from cifar_core.selections.selection import (
    LONGEST_NAME,
    Balance,
    Selection,
    SelectionError,
    compute_balance,
    create_selection,
)
from cifar_core.selections.store import SelectionStore
from cifar_core.selections.table import read_table, write_table

__all__ = [
    "LONGEST_NAME",
    "Balance",
    "Selection",
    "SelectionError",
    "SelectionStore",
    "check_choices",
    "compute_balance",
    "create_selection",
    "find_contents",
    "find_selections",
    "intersect",
    "keep_contents",
    "leave_out_too",
    "read_kept",
    "read_table",
    "subtract",
    "unite",
    "write_table",
]

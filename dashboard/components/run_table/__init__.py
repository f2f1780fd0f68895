"""The list of runs: each with its curve in small and its best numbers first, to be ticked, chosen and looked into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from dashboard.components.messages import as_data
from dashboard.components.registration import register

_COMPONENT = register(__file__)


@dataclass(frozen=True)
class Spark:
    """A curve as small as a word.

    Attributes:
        x: From 0 to 1, where 1 is where it ends or will end.
        y: As many values.
        label: What it shows, in words.
    """

    x: Sequence[float] = ()
    y: Sequence[float] = ()
    label: str = ""


@dataclass(frozen=True)
class RunRow:
    """A run as it is listed.

    Attributes:
        run_id: Its id.
        name: How it is called.
        under: What is to know of it, below its name.
        spark: Its curve.
        best: Its best number, with its unit.
        best_under: What is to know of that, below it.
        test: Likewise on test.
        cells: What stands in the further columns.
        links: Pages that look into it, by their titles: an address relative to every page, or none before there is
            anything to see.
        colour: In which its curve is drawn; empty if it is not.
        tone: "bad" for what ended badly, "live" for what goes on.
        can_be_ticked: Whether somebody may choose whether its curves are drawn.
        is_chosen: Whether the page speaks of it.
        is_baseline: Whether the others are held against it.
    """

    run_id: str
    name: str
    under: str
    spark: Spark
    best: str
    best_under: str
    test: str
    cells: Sequence[str]
    links: Mapping[str, str]
    colour: str = ""
    tone: Literal["", "bad", "live"] = ""
    can_be_ticked: bool = True
    is_chosen: bool = False
    is_baseline: bool = False


@dataclass(frozen=True)
class RunGroup:
    """Some runs with a line above; without words, there is no line."""

    words: str
    rows: Sequence[RunRow]


@dataclass(frozen=True)
class Column:
    """A column behind the first ones: by which key it sorts, what stands above it, and what it means."""

    key: str
    title: str
    help: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Actions:
    """What is called when somebody does something with a listed run.

    Attributes:
        tick: With the ids of those listed that are ticked now.
        choose: With an id.
        look_into: With a page's title and an id.
        sort: With a column's key.
    """

    tick: Callable[[list[str]], None]
    choose: Callable[[str], None]
    look_into: Callable[[str, str], None]
    sort: Callable[[str], None]


def run_table(
    groups: Sequence[RunGroup], first: Sequence[Column], columns: Sequence[Column], sort: str, actions: Actions
) -> None:
    """Show the list.

    Args:
        groups: The runs, group by group.
        first: Name, best number and test.
        columns: Those behind.
        sort: Key of the column by which runs are sorted, behind a "-" if descending; empty if by none.
        actions: What follows from clicks.
    """
    rows = {row.run_id: row for group in groups for row in group.rows}
    keys = {column.key for column in (*first, *columns)}

    def acted(name: str, act: Callable[[Any], None]) -> Callable[[], None]:
        return lambda: act((st.session_state.get("run_table") or {}).get(name))

    # All of it comes from a browser: only what is on show can be meant.
    def tick(value: Any) -> None:
        if isinstance(value, list):
            actions.tick([run_id for run_id in rows if run_id in value and rows[run_id].can_be_ticked])

    def choose(value: Any) -> None:
        if isinstance(value, str) and value in rows:
            actions.choose(value)

    def look_into(value: Any) -> None:
        page, run_id = value if isinstance(value, list) and len(value) == 2 else ("", "")
        if isinstance(run_id, str) and run_id in rows and rows[run_id].links.get(str(page)):
            actions.look_into(page, run_id)

    def order(value: Any) -> None:
        if isinstance(value, str) and value in keys:
            actions.sort(value)

    _COMPONENT(
        key="run_table",
        data=encode_table(groups, first, columns, sort),
        height="content",
        on_ticked_change=acted("ticked", tick),
        on_chosen_change=acted("chosen", choose),
        on_opened_change=acted("opened", look_into),
        on_sorted_change=acted("sorted", order),
    )


def encode_table(
    groups: Sequence[RunGroup], first: Sequence[Column], columns: Sequence[Column], sort: str
) -> dict[str, Any]:
    """Return the list as it is sent. All curves have one scale, from the lowest value on show to the highest."""
    values = [y for group in groups for row in group.rows for y in row.spark.y]
    return {
        "groups": as_data(groups),
        "first": as_data(first),
        "columns": as_data(columns),
        "sort": sort,
        "range": [min(values, default=0.0), max(values, default=1.0)],
    }

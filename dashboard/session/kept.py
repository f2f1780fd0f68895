"""The selections beside the runs, the one that pages show alone, whose id the address holds, and ways to it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.files import Stamp
from cifar_core.runs import default_runs_dir
from cifar_core.selections import Selection, SelectionStore
from dashboard.drawing.literal import literal
from dashboard.drawing.words import setting
from dashboard.session import address, state
from dashboard.session.links import page_link

_HASH = re.compile(r"sel-[0-9a-f]{16}")


def get_selection_store() -> SelectionStore:
    """Return the store of the selections beside the runs."""
    return SelectionStore(default_runs_dir())


def list_selections() -> list[Selection]:
    """Return all selections that can be read, the newest first; read once for as long as they stay as they are."""
    return _list(*_present())


def describe_damage() -> str:
    """Say in one sentence why selections may be missing, read once likewise; empty if none are."""
    return _find_damage(*_present())


def selections_of(dataset: Dataset) -> dict[str, Selection]:
    """Return the selections of a dataset's images by id, the newest first."""
    return {each.id: each for each in list_selections() if fits(each, dataset)}


def find_selection(selection_id: str | None) -> Selection | None:
    """Return a selection by its id; None if there is none, or no id."""
    if selection_id is None:
        return None
    return next((each for each in list_selections() if each.id == selection_id), None)


def find_by_content(content_hash: str) -> Selection | None:
    """Return the newest selection of certain images, by what a config calls them; None if there is none."""
    return next((each for each in list_selections() if each.content_hash == content_hash), None)


def name_of_content(content_hash: str) -> str:
    """Return what people call the images that a config names, where no Markdown is read; "none" for none."""
    if not content_hash:
        return "none"
    found = find_by_content(content_hash)
    return f"{content_hash}, which only runs still hold" if found is None else found.name


def say_setting(value: Any) -> str:
    """Return a setting's value as a form shows it; of a selection, its name."""
    return name_of_content(value) if isinstance(value, str) and _HASH.fullmatch(value) else setting(value)


def say_in_markdown(value: Any) -> str:
    """Return the same where Markdown is read, which must not follow what a selection's name says."""
    words = say_setting(value)
    return words if words == setting(value) else literal(words)


def fits(selection: Selection, dataset: Dataset) -> bool:
    """Whether a selection is of this dataset's images, as far as it says of which it is."""
    return selection.fingerprint in ("", dataset.fingerprint) and selection.images.indices[-1] < dataset.num_images


def chosen_selection(dataset: Dataset) -> Selection | None:
    """Return the selection that the address names, if it is here and of these images."""
    found = find_selection(address.SELECTION.value())
    return found if found is not None and fits(found, dataset) else None


def only_selected(dataset: Dataset) -> NDArray[np.int64] | None:
    """Return the images, ascending, that pages shall show alone; None for all."""
    found = chosen_selection(dataset)
    return None if found is None else found.images.indices


def choose_selection(dataset: Dataset, key: str) -> Selection | None:
    """Draw the choice of a selection that the page shows alone; nothing while there is none to choose.

    Args:
        dataset: All images.
        key: The widget's.
    """
    known = selections_of(dataset)
    wanted = address.SELECTION.value()
    if wanted is not None and wanted not in known:
        st.caption(
            f":material/bookmark_remove: There is no selection {literal(wanted)} of these images: all are shown."
        )
        address.SELECTION.choose(None)
    if not known:
        return None
    state.set_widget(key, address.SELECTION.value())
    chosen = st.selectbox(
        "Only the selection",
        list(known),
        index=None,
        key=key,
        format_func=lambda each: title_of(known[each]) if each in known else each,
        placeholder="all images",
        on_change=address.follow,
        args=(address.SELECTION, key),
        help="Images that somebody put aside under a name. Explore lists them under Selections.",
    )
    return None if chosen is None else known[chosen]


def title_of(selection: Selection) -> str:
    """Return what a choice says of a selection, where no Markdown is read."""
    return f"{selection.name} ({selection.num_images:,})"


def within(indices: NDArray[np.int64] | None, more: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return the images of both; None stands for all."""
    if indices is None or more is None:
        return more if indices is None else indices
    return np.intersect1d(indices, more)


def names_of(selections: Sequence[Selection]) -> dict[str, str]:
    """Return what choices say of selections, by id."""
    return {selection.id: title_of(selection) for selection in selections}


def selection_link(selection: Selection, label: str, icon: str = ":material/bookmark:") -> None:
    """Draw what opens a selection on Explore."""
    if address.open_page() == "Explore":
        if st.button(label, icon=icon, key=f"open_{selection.id}_{label}", on_click=open_here, args=(selection.id,)):
            st.rerun()
        return
    page_link(
        "Explore",
        label,
        icon,
        carrying={address.SELECTION: selection.id},
        showing={state.EXPLORE_VIEW: state.SELECTIONS_VIEW},
    )


def open_here(selection_id: str | None) -> None:
    """Open a selection on Explore, which is open; or none, to see the list of all. For callbacks."""
    state.set_widget(state.EXPLORE_VIEW, state.SELECTIONS_VIEW)
    address.SELECTION.choose(selection_id)
    state.choose_image(None)


def _present() -> tuple[Path, tuple[tuple[str, Stamp | None], ...]]:
    """Return where the selections are, and what changes when any of them does."""
    runs_dir = default_runs_dir()
    return runs_dir, SelectionStore(runs_dir).stamps()


# Not by Streamlit's cache: it hashes each stamp, a millisecond at forty selections, and a table asks for each name.
@lru_cache(maxsize=4)
def _list(runs_dir: Path, stamps: tuple[tuple[str, Stamp | None], ...]) -> list[Selection]:
    return SelectionStore(runs_dir).all()


@lru_cache(maxsize=4)
def _find_damage(runs_dir: Path, stamps: tuple[tuple[str, Stamp | None], ...]) -> str:
    return SelectionStore(runs_dir).problem()

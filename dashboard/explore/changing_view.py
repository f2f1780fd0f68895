"""What can be changed of a selection: its name and note, its images, by another selection; and whether it is kept."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from cifar_core.data import ChosenImages, Dataset, Splits
from cifar_core.selections import LONGEST_NAME, Selection, SelectionError, create_selection, intersect, subtract, unite
from dashboard.drawing.literal import message, plain, plain_lines
from dashboard.session import state
from dashboard.session.kept import get_selection_store, names_of, open_here, selections_of
from dashboard.session.lock import read_lock

_WAYS: dict[str, tuple[Callable[[ChosenImages, ChosenImages], ChosenImages], str]] = {
    "Either": (unite, "{0} or {1}"),
    "Both": (intersect, "{0} and also {1}"),
    "Only the first": (subtract, "{0} without {1}"),
}
_PROBLEM = "selection_problem"


def render_changes(selection: Selection, dataset: Dataset, splits: Splits) -> None:
    """Draw what renames it, notes something of it, and leaves out what no training may be told of."""
    key = f"change_{selection.id}"
    with st.popover("Name and note", icon=":material/edit:", type="tertiary", key=key, on_change=_forget_problem):
        st.text_input("Name", plain(selection.name), max_chars=LONGEST_NAME, key=f"{key}_name")
        st.text_area("Note", plain_lines(selection.note), max_chars=300, key=f"{key}_note", height=90)
        st.button("Save", type="primary", key=f"{key}_save", on_click=_rename, args=(selection, key))
        held_out = np.intersect1d(selection.images.indices, np.concatenate([splits.val, splits.test]))
        if 0 < len(held_out) < selection.num_images:
            st.button(
                f"Take its {len(held_out):,} images of val and test out",
                icon=":material/filter_alt:",
                key=f"{key}_train",
                on_click=_take_out,
                args=(selection, ChosenImages(held_out), "images of val and test taken out"),
                help="Then training takes it.",
            )
        _render_problem()


def render_combine(selection: Selection, dataset: Dataset) -> None:
    """Draw what makes a third selection of this one and another."""
    others = {each.id: each for each in selections_of(dataset).values() if each.id != selection.id}
    if not others:
        return
    key, names = f"combine_{selection.id}", names_of(list(others.values()))
    with st.popover("Combine", icon=":material/join:", type="tertiary", key=key, on_change=_forget_problem):
        chosen = st.selectbox("With", list(others), key=f"{key}_with", format_func=lambda each: names.get(each, each))
        way = st.segmented_control(
            "Images of", list(_WAYS), default="Either", required=True, key=f"{key}_way", wrap=True
        )
        other = others[chosen or next(iter(others))]
        usual = _WAYS[way or "Either"][1].format(selection.name, other.name)[:LONGEST_NAME]
        st.text_input("Name", key=f"{key}_name", max_chars=LONGEST_NAME, placeholder=usual)
        st.button(
            "Make it", type="primary", key=f"{key}_go", on_click=_combine, args=(selection, other, way or "Either", key)
        )
        _render_problem()


def render_delete(selection: Selection, num_runs: int) -> None:
    """Draw what forgets it, with a word on runs that name it."""
    if read_lock().hides("delete"):
        return
    with st.popover(
        "Delete", icon=":material/delete:", type="tertiary", on_change=_forget_problem, key="selection_gone"
    ):
        if num_runs:
            of = "1 run was" if num_runs == 1 else f"{num_runs} runs were"
            st.markdown(f"{of} told of it. They keep a copy of their own, and can still be trained again.")
        else:
            st.markdown("No run was told of it. Its images stay, its name and note are gone.")
        st.button("Delete it", type="primary", key="selection_delete", on_click=_delete, args=(selection,))
        _render_problem()


def _render_problem() -> None:
    if problem := state.widget_value(_PROBLEM):
        st.error(message(problem), icon=":material/block:")


def _forget_problem() -> None:
    state.set_widget(_PROBLEM, "")


def _try(change: Callable[[], Selection | None], opens: bool = False) -> None:
    """Do it, or note why it is not possible; open what it made if that is wished. For callbacks."""
    try:
        made = change()
    except SelectionError as error:
        state.set_widget(_PROBLEM, str(error))
        return
    _forget_problem()
    if opens:
        open_here(None if made is None else made.id)


def _rename(selection: Selection, key: str) -> None:
    def change() -> Selection:
        wanted = create_selection(state.widget_value(f"{key}_name") or "", selection.images.indices)
        note = (state.widget_value(f"{key}_note") or "").strip()
        present = get_selection_store().get(selection.id)  # somebody else may have changed its images since
        return get_selection_store().save(replace(present, name=wanted.name, note=note), may_replace=True)

    _try(change)


def _take_out(selection: Selection, images: ChosenImages, what: str) -> None:
    def change() -> Selection:
        present = get_selection_store().get(selection.id)
        origin = f"{present.origin}; {what}".lstrip("; ")
        left = subtract(present.images, images)
        return get_selection_store().save(replace(present, images=left, origin=origin), may_replace=True)

    _try(change)


def _combine(selection: Selection, other: Selection, way: str, key: str) -> None:
    def change() -> Selection:
        combine, words = _WAYS[way]
        usual = words.format(selection.name, other.name)
        images = combine(selection.images, other.images)
        made = create_selection(
            (state.widget_value(f"{key}_name") or "").strip() or usual[:LONGEST_NAME],
            images.indices,
            labels=images.labels,
            origin=usual,
            fingerprint=selection.fingerprint or other.fingerprint,
        )
        return get_selection_store().save(made)

    _try(change, opens=True)


def _delete(selection: Selection) -> None:
    _try(lambda: get_selection_store().delete(selection.id), opens=True)

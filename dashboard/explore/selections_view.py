"""The selections: images that somebody put aside under a name. A list of them, and ways to the first one."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from cifar_core.selections import LONGEST_NAME, Selection, SelectionError, create_selection, read_table
from dashboard.drawing.balance import render_balance
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import run_name
from dashboard.explore.selection_view import describe_kept, render_selection, write_sentences
from dashboard.session import address, state
from dashboard.session.chosen_runs import USES, find_uses
from dashboard.session.kept import (
    describe_damage,
    find_selection,
    fits,
    get_selection_store,
    list_selections,
    open_here,
)
from dashboard.session.links import page_link

_MOST_RUNS = 3
_IMPORT = "selections_import"
_PROBLEM = f"{_IMPORT}_problem"


def render_selections(dataset: Dataset, splits: Splits, runs: Sequence[RunSummary], run: RunSummary | None) -> None:
    """Draw the chosen selection, or the list of all.

    Args:
        dataset: All images.
        splits: Of the run, or the usual ones.
        runs: All, newest first.
        run: The one that pages speak of, if one is chosen.
    """
    wanted = address.SELECTION.value()
    chosen = find_selection(wanted)
    if chosen is not None:
        render_selection(chosen, dataset, splits, runs, run)
        return
    if wanted is not None:
        st.warning(f"There is no selection {literal(wanted)} here: it may have been deleted.", icon=":material/delete:")
    known = list_selections()
    st.markdown(_describe(known))
    _render_import(dataset)
    if problem := describe_damage():
        st.warning(message(problem), icon=":material/broken_image:")
    if not known:
        _render_ways()
    for selection in known:
        _render_card(selection, dataset, splits, runs)


def _describe(known: Sequence[Selection]) -> str:
    if not known:
        return (
            "**No images are put aside yet.** Wherever images are shown, *Put these aside* gives them a name; with the "
            "space bar, or in a picture's corner, you tick single ones first. Then look at them alone, train without "
            "them, and see what changes."
        )
    of = "1 selection" if len(known) == 1 else f"{len(known)} selections"
    return f"**{of}**: images that somebody put aside under a name. Open one to see them, or to train without them."


def _render_ways() -> None:
    with st.container(horizontal=True):
        for view, label, icon in (
            ("Images", "Choose some by hand", ":material/grid_view:"),
            ("Map", "Draw round some on the map", ":material/gesture_select:"),
            ("Near-duplicates", "See what is there twice", ":material/content_copy:"),
        ):
            if st.button(label, icon=icon, on_click=state.set_widget, args=(state.EXPLORE_VIEW, view)):
                st.rerun()
        page_link("Errors", "Take a network's mistakes", ":material/error_outline:")


def _render_import(dataset: Dataset) -> None:
    with st.popover("Bring a CSV along", icon=":material/upload:", key=_IMPORT, on_change="rerun"):
        st.markdown(
            "A line an image: its **index** in the dataset and, if you like, a **label**, the class it shows. A "
            "heading may name the columns; others are passed over."
        )
        st.file_uploader(
            "CSV file",
            type=["csv", "txt"],
            key=f"{_IMPORT}_file",
            max_upload_size=5,
            on_change=state.set_widget,
            args=(_PROBLEM, ""),  # it was the last file's
        )
        st.text_input("Name", key=f"{_IMPORT}_name", max_chars=LONGEST_NAME, placeholder="As the file is called")
        if problem := state.widget_value(_PROBLEM):
            st.error(message(problem), icon=":material/block:")
        st.button("Import", type="primary", key=f"{_IMPORT}_go", on_click=_import, args=(dataset,))


def _import(dataset: Dataset) -> None:
    """Make a selection of the file, and open it. For callbacks."""
    file = state.widget_value(f"{_IMPORT}_file")
    try:
        if file is None:
            raise SelectionError("no file is chosen; allowed: a CSV with a dataset index a line")
        kept = get_selection_store().save(
            read_upload(file.name, file.getvalue(), (state.widget_value(f"{_IMPORT}_name") or "").strip(), dataset)
        )
    except SelectionError as error:
        state.set_widget(_PROBLEM, str(error))
        return
    state.set_widget(_PROBLEM, "")
    state.set_widget(_IMPORT, False)
    open_here(kept.id)


def read_upload(file_name: str, content: bytes, name: str, dataset: Dataset) -> Selection:
    """Make a selection of an uploaded CSV, called like the file if no name is given.

    Raises:
        SelectionError: It is no text, or a line holds something else; the message names file, line and what is allowed.
    """
    try:
        indices, labels = read_table(content.decode("utf-8-sig"), dataset.num_images, dataset.class_names)
    except UnicodeDecodeError as error:
        raise SelectionError(f"{file_name} is no text; allowed: a CSV with a dataset index a line") from error
    except SelectionError as error:
        raise SelectionError(f"{file_name}, {error}") from error
    name = name or file_name.rpartition(".")[0][:LONGEST_NAME] or file_name[:LONGEST_NAME]
    origin = f"the file {file_name}"
    return create_selection(name, indices, labels=labels, origin=origin, fingerprint=dataset.fingerprint)


def _render_card(selection: Selection, dataset: Dataset, splits: Splits, runs: Sequence[RunSummary]) -> None:
    with st.container(border=True, key=f"selection_{selection.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                f"**{literal(selection.name)}**",
                key=f"card_{selection.id}",
                icon=":material/bookmark:",
                on_click=open_here,
                args=(selection.id,),
            ):
                st.rerun()
            st.markdown(describe_kept(selection, dataset, splits), width="content")
        if fits(selection, dataset):
            render_balance(dataset.labels[selection.images.indices], dataset.class_names)
        uses = _describe_uses(selection, runs)
        said = f"{write_sentences(selection.note, selection.origin)} {uses and f'{uses}.'}".strip()
        if said:
            st.caption(literal(said, most=None))


def _describe_uses(selection: Selection, runs: Sequence[RunSummary]) -> str:
    uses = find_uses(runs).get(selection.content_hash, [])
    named = "; ".join(f"{run_name(run)} {USES[setting]}" for run, setting in uses[:_MOST_RUNS])
    more = f"; and {len(uses) - _MOST_RUNS} more runs" if len(uses) > _MOST_RUNS else ""
    return f"{named}{more}"

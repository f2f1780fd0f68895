"""Put images aside: some that a page shows get a name, or join, narrow or thin out a selection that is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from cifar_core.data import ChosenImages, Dataset, Splits
from cifar_core.selections import (
    LONGEST_NAME,
    Selection,
    SelectionError,
    create_selection,
    intersect,
    subtract,
    unite,
)
from dashboard.components.gallery.ticks import read_ticks, untick_all
from dashboard.drawing.balance import render_balance
from dashboard.drawing.literal import literal, message, plain
from dashboard.session import address, state
from dashboard.session.held_out import describe_leak, describe_splits
from dashboard.session.kept import find_selection, get_selection_store, names_of, selection_link, selections_of
from dashboard.session.redraw import ask_for_redraw, is_redraw_due

_NEW = "a new selection"
_WAYS: dict[str, Callable[[ChosenImages, ChosenImages], ChosenImages]] = {
    "Add these": unite,
    "Keep only these": intersect,
    "Take these out": subtract,
}


@dataclass(frozen=True, eq=False)
class Offered:
    """Images that can be put aside.

    Attributes:
        dataset: All images.
        splits: Those of the page, to say which are of val or test.
        indices: (N,) dataset indices, in any order.
        how: What they are, in words.
        labels: (N,) the class that somebody says each shows; None where nobody does.
        gallery: Key of the gallery whose ticks they are; none where they are all of them.
    """

    dataset: Dataset
    splits: Splits
    indices: NDArray[np.int64]
    how: str
    labels: NDArray[np.int64] | None = None
    gallery: str | None = None

    @property
    def is_train(self) -> NDArray[np.bool_]:
        """(N,) which of them may be chosen for training: none of val or test."""
        held_out = np.concatenate([self.splits.val, self.splits.test])
        return ~np.isin(self.indices, held_out)

    def at(self, places: NDArray[np.bool_]) -> "Offered":
        """Return the part of some."""
        labels = None if self.labels is None else self.labels[places]
        return replace(self, indices=self.indices[places], labels=labels)


def offer_selection(
    dataset: Dataset,
    splits: Splits,
    indices: ArrayLike,
    how: str,
    *,
    key: str,
    labels: ArrayLike | None = None,
    gallery: str | None = None,
    ticked: Sequence[int] | None = None,
) -> None:
    """Draw a popover that puts images aside: all of these, or those of them that are ticked while some are.

    Nothing is refused: of images of val or test it is said that training will refuse them, and why.

    Args:
        dataset: All images.
        splits: Those of the page.
        indices: (N,) dataset indices, in any order.
        how: What they are, in words, e.g. "cat taken for dog by quiet-otter on val, epoch 3"; it becomes the origin.
        key: Of the popover; one a place.
        labels: (N,) the class that somebody says each shows, for data.relabel.
        gallery: Key of a gallery whose images can be ticked.
        ticked: The dataset indices of what is ticked there; None where its tiles' ids are dataset indices.
    """
    offered = Offered(
        dataset,
        splits,
        np.asarray(indices, np.int64).reshape(-1),
        how,
        None if labels is None else np.asarray(labels, np.int64).reshape(-1),
    )
    _render_popover(offered if gallery is None else _only_ticked(offered, gallery, ticked), key)


def _render_popover(offered: Offered, key: str) -> None:
    """Draw what puts them aside, and what was kept here last while it is closed."""
    if is_redraw_due():
        st.rerun()
    num, what = len(offered.indices), "ticked " if offered.gallery else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        popover = st.popover(
            _name_offer(num, what),
            icon=":material/bookmark_add:",
            disabled=not num,
            key=f"{key}_aside",
            on_change=_begin,
            args=(key,),
            help="Give them a name: to look at them alone, to train without them, or on them alone.",
        )
        if offered.gallery:
            st.button(
                "Untick all",
                key=f"{key}_untick",
                icon=":material/remove_done:",
                type="tertiary",
                on_click=untick_all,
                args=(offered.gallery,),
            )
    if popover.open and num:
        with popover:
            _render_offer(offered, key)
    else:
        _render_kept(key)


def _name_offer(num: int, what: str) -> str:
    some = f"Put this {what}one aside" if num == 1 else f"Put these {num:,} {what}aside"
    return some if num else "Nothing to put aside"


def _only_ticked(offered: Offered, gallery: str, ticked: Sequence[int] | None) -> Offered:
    """Return what is ticked, if something is; of labels those that are known."""
    if ticked is None:
        ticked = read_ticks(gallery, offered.dataset.num_images)
    if not len(ticked):
        return offered
    how, chosen = f"ticked by hand among: {offered.how}", np.unique(np.asarray(ticked, np.int64))
    if offered.labels is None:
        return replace(offered, indices=chosen, how=how, gallery=gallery)
    places = np.isin(offered.indices, chosen)
    return replace(offered.at(places), how=how, gallery=gallery)


def _render_offer(offered: Offered, key: str) -> None:
    st.caption(literal(f"{offered.how[:1].upper()}{offered.how[1:]}.", most=None))
    shown = _choose_train_alone(offered, key)
    images = ChosenImages(np.unique(shown.indices))
    st.markdown(f"**{describe_splits(shown.dataset, shown.splits, images)}**")
    render_balance(shown.dataset.labels[images.indices], shown.dataset.class_names)
    if words := describe_leak(shown.splits, images.indices):
        st.caption(f":material/info: {words}")
    target = _choose_target(shown, key)
    if target is None:
        _ask_name(shown, key)
    else:
        st.segmented_control("What to do with it", list(_WAYS), default=next(iter(_WAYS)), key=f"{key}_way", wrap=True)
    st.button(
        "Keep them",
        key=f"{key}_keep",
        type="primary",
        icon=":material/bookmark_added:",
        on_click=_keep,
        args=(shown, target, key),
    )
    if problem := state.widget_value(f"{key}_problem"):
        st.error(message(problem), icon=":material/block:")


def _choose_train_alone(offered: Offered, key: str) -> Offered:
    is_train = offered.is_train
    if is_train.all() or not is_train.any():
        return offered
    words = f"Only the {int(is_train.sum()):,} that may be chosen for training"
    return offered.at(is_train) if st.toggle(words, key=f"{key}_train_alone") else offered


def _choose_target(offered: Offered, key: str) -> Selection | None:
    """Draw where the images go; None for a selection of their own."""
    known = selections_of(offered.dataset)
    if not known:
        return None
    names = names_of(list(known.values()))
    state.keep_among(f"{key}_into", [_NEW, *known])
    chosen = st.selectbox("Into", [_NEW, *known], key=f"{key}_into", format_func=lambda each: names.get(each, each))
    return known.get(chosen or _NEW)


def _ask_name(offered: Offered, key: str) -> None:
    st.text_input("Name", key=f"{key}_name", max_chars=LONGEST_NAME, placeholder=_suggest_name(offered.how))
    st.text_input("Note", key=f"{key}_note", max_chars=300, placeholder="What to remember of them")


def _suggest_name(how: str) -> str:
    """Return what a selection is called while nobody says otherwise: the beginning of what its images are."""
    return plain(how.removeprefix("ticked by hand among: ").partition(", ")[0], most=LONGEST_NAME)


def _begin(key: str) -> None:
    """Forget what came of it the last time. For callbacks."""
    for about in ("problem", "kept"):
        state.set_widget(f"{key}_{about}", "")


def _keep(offered: Offered, target: Selection | None, key: str) -> None:
    """Keep them and close the popover, or note why not. For callbacks."""
    try:
        kept = _create(offered, key) if target is None else _combine(offered, target, key)
    except SelectionError as error:
        state.set_widget(f"{key}_problem", str(error))
        return
    _begin(key)
    state.set_widget(f"{key}_kept", kept.id)
    state.set_widget(f"{key}_aside", False)
    for box in ("name", "note"):
        state.set_widget(f"{key}_{box}", "")
    if offered.gallery is not None:
        untick_all(offered.gallery)


def _create(offered: Offered, key: str) -> Selection:
    made = create_selection(
        (state.widget_value(f"{key}_name") or "").strip() or _suggest_name(offered.how),
        offered.indices,
        labels=offered.labels,
        note=state.widget_value(f"{key}_note") or "",
        origin=offered.how,
        fingerprint=offered.dataset.fingerprint,
    )
    return get_selection_store().save(made)


def _combine(offered: Offered, target: Selection, key: str) -> Selection:
    way = state.widget_value(f"{key}_way") or next(iter(_WAYS))
    made = create_selection(target.name, offered.indices, labels=offered.labels)
    present = get_selection_store().get(target.id)  # somebody else may have put images there since it was drawn
    images = _WAYS[way](present.images, made.images)
    origin = f"{present.origin}; {way.lower()}: {offered.how}".lstrip("; ")
    kept = get_selection_store().save(replace(present, images=images, origin=origin), may_replace=True)
    if kept.id == address.SELECTION.value():
        ask_for_redraw()  # the page around these images shows it: how many it holds, and which
    return kept


def kept_here(key: str) -> Selection | None:
    """Return what was kept in a popover last, by its key; None if nothing was."""
    return find_selection(state.widget_value(f"{key}_kept") or None)


def _render_kept(key: str) -> None:
    """Say what was kept here last, and lead to it."""
    kept = kept_here(key)
    if kept is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            words = f"Kept as **{literal(kept.name)}**: {kept.num_images:,} images."
            st.markdown(f":material/bookmark_added: {words}", width="content")
            selection_link(kept, "Open it")

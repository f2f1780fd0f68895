"""Session state and address, typed. Beside `memory` and `form_values`, the only file that knows their keys.

What is known by an id, or must be written out, is kept as text and mirrored to the address by `address`: a widget bound
to the address belongs to its page alone, and spells what it shows.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import streamlit as st

from dashboard.session import address
from dashboard.session.parameter import Parameter

# Widgets bound to the address: their key is the parameter's name.
EXPLORE_VIEW, EXPLORE_SPLIT, EXPLORE_CLASSES, EXPLORE_PAGE = "view", "split", "cls", "page"
EXPLORE_ORDER, EXPLORE_REVERSE, EXPLORE_INDICES = "order", "reverse", "indices"
EXPLORE_PER_PAGE, EXPLORE_TILE = "per", "tile"
EXPLORE_POSITIONS, EXPLORE_LIKENESS, EXPLORE_CONTRADICTING = "map", "likeness", "contradicting"
EXPLORE_COLOUR, EXPLORE_MARKED_PAGE, ONLY_MARKED = "colour", "marked_page", "only_marked"
EXPLORE_SELECTION, ERRORS_SELECTION, SELECTION_PAGE = "explore_selection", "errors_selection", "selection_page"
# A view of Explore, and a colouring of its map, as the address spells them.
SELECTIONS_VIEW, SELECTION_COLOUR = "Selections", "selection"
EXPLORE_PAIRS_PAGE, STATISTICS_CLASS, STATISTICS_TRAIT = "pairs", "values", "trait"
ERRORS_VIEW, ERRORS_PAGE = "show", "mistakes_page"
ERRORS_SPLIT, ERRORS_EPOCH, ERRORS_OTHER, ERRORS_TOP = "errors_split", "errors_epoch", "errors_other", "errors_top"
ERRORS_TRUE, ERRORS_PRED, ERRORS_OUTCOME, ERRORS_ORDER = "errors_true", "errors_pred", "errors_which", "errors_order"
ERRORS_CELLS, ERRORS_SORT, ERRORS_FOLD, ERRORS_DIAGONAL = "cells", "sort", "fold", "errors_diagonal"
ERRORS_PROBS, ERRORS_BINNING, ERRORS_CURVE = "errors_probs", "errors_binning", "errors_curve"
ROBUST_TABLE, ROBUST_PILE, ROBUST_PAGE = "table", "fell", "worse_page"
EXPLAIN_METHOD, EXPLAIN_VIEW, EXPLAIN_LAYER = "explain_method", "see", "layer"
EXPLAIN_SOURCE, EXPLAIN_EPOCH, EXPLAIN_OTHER_RUN = "explain_source", "explain_epoch", "explain_other_run"
EXPLAIN_CLASS, EXPLAIN_INDEX = "explain_class", "explain_index"
EXPLAIN_PUSHES, EXPLAIN_LEFT_OUT, EXPLAIN_SEEDS = "explain_pushes", "explain_left_out", "explain_seeds"
COMPARE_VIEW, COMPARE_PAGE = "way", "pile_page"
COMPARE_FIRST, COMPARE_SECOND, COMPARE_SPLIT = "compare_first", "compare_second", "compare_split"
COMPARE_PILE, COMPARE_MAP_CLASS, COMPARE_MAPS_OF = "compare_pile", "compare_map_class", "compare_maps_of"

LABELS_VIEW, LABELS_SHOWN, LABELS_SHEET = "labels", "doubted", "doubted_page"
KNOWN_SHOWN, PEOPLE_VIEW, PEOPLE_PILE, PEOPLE_BIN = "votes", "people", "people_pile", "people_doubt"
PEOPLE_CELLS, PEOPLE_PAGE, KNOWN_PAGE, QUIZ_OF = "people_cells", "people_page", "known_page", "quiz_of"
OVERVIEW_CLASSES, RUNS_CURVE, RUN_PICKER = "overview_classes", "curve", "frame_run_picker"
RUNS_FOLDED, RUNS_BAND, LESSONS_BAND, COMPARE_BAND = "runs_folded", "runs_band", "lessons_band", "compare_band"
AUGMENT_VIEW, AUGMENT_FIELD, AUGMENT_NORMALISED = "look", "parameter", "normalised"
TRAIN_NAME, TRAIN_SEEDS, TRAIN_VIEW = "name", "seeds", "watch"
TRAIN_PART, TRAIN_PRESET, TRAIN_FOLLOW = "train_part", "train_preset", "train_follow"
TRAIN_COMPARED, TRAIN_SAVED_NAME = "train_compared", "train_saved_name"
TRAIN_OVERLAY, TRAIN_EPOCH, TRAIN_BAND = "train_overlay", "train_epoch", "train_band"

_WANTED = "wanted"
_PINNED, _CELL, _LOST = "train_pinned_epoch", "train_cell", "lost_run"
_COUNTED, _SITTING, _HANDED_OVER = "errors_test_readings", "test_sitting", "image_handed_over"


def chosen_run() -> str | None:
    """Return the id of the run that pages speak of."""
    return None if is_run_unwanted() else address.RUN.value()


def choose_run(run_id: str | None) -> None:
    """Make a run the one that pages speak of, and Train show it; None leaves it to each page, which one it opens on."""
    open_on_run(run_id)
    if run_id not in (None, address.NO_RUN):
        address.PART.choose(address.THIS_RUN)
    address.step_on()


def open_on_run(run_id: str | None) -> None:
    """Likewise where nobody has chosen one: no step of the browser's history. Before the page is drawn.

    What was chosen of another run's epochs is not of this one's.
    """
    if run_id != address.RUN.value():
        for parameter in (address.EPOCH, address.AGAINST):
            parameter.choose(None)
    if run_id is not None:
        forget_lost_run()
    address.RUN.choose(run_id)


def pick_run() -> None:
    """Follow the sidebar's picker; emptied, the page that is open stays without a run. For its callback."""
    choose_run(st.session_state[RUN_PICKER] or address.NO_RUN)


def is_run_unwanted() -> bool:
    """Whether somebody wants no run on the open page."""
    return address.RUN.value() == address.NO_RUN


def is_map_of_run_open() -> bool:
    """Whether Explore shows, or is about to show, its map by what a run's network makes of images."""
    view, positions, colour = (
        st.session_state.get(key, st.query_params.get(key)) for key in (EXPLORE_VIEW, EXPLORE_POSITIONS, EXPLORE_COLOUR)
    )
    return view == "Map" and (positions == "features" or colour not in (None, "class", "split", SELECTION_COLOUR))


def lose_run(run_id: str) -> None:
    """Note that the chosen run is gone. No other one is taken for it until somebody chooses one."""
    choose_run(None)
    st.session_state[_LOST] = run_id


def lost_run() -> str | None:
    """Return the id of the run that was chosen and is gone, until somebody chooses another or dismisses it."""
    return st.session_state.get(_LOST)


def forget_lost_run() -> None:
    """Speak no more of a run that is gone."""
    st.session_state.pop(_LOST, None)


def chosen_image() -> int | None:
    """Return the dataset index of the image that is looked at; None if there is none or it is not a number."""
    return read_number(address.IMAGE)


def choose_image(index: int | None) -> None:
    """Look at an image, by its dataset index."""
    address.IMAGE.choose(None if index is None else str(index))
    address.UNDER.choose(None)  # it was another one that was made worse
    address.step_on()


def read_number(parameter: Parameter) -> int | None:
    """Return a parameter's whole number; None if it is none."""
    value = parameter.value()
    return int(value) if value is not None and value.isdecimal() and len(value) < 9 else None


def turn_to_page(page: int) -> None:
    """Turn Explore's gallery to a page, 1-based; for callbacks."""
    st.session_state[EXPLORE_PAGE] = page


def widget_value(key: str) -> Any:
    """Return what a widget of this session is set to; for callbacks."""
    return st.session_state.get(key)


def hand_over_image(index: int) -> None:
    """Choose an image and ask for the page that shows it; for callbacks, which cannot switch pages themselves."""
    choose_image(index)
    st.session_state[_HANDED_OVER] = True


def is_image_handed_over() -> bool:
    """Whether a callback of this run asked for another page; asking takes the wish."""
    return st.session_state.pop(_HANDED_OVER, False)


def set_widget(key: str, value: Any) -> None:
    """Set a widget before it is drawn, or in a callback."""
    st.session_state[key] = value


def keep_widget_at(key: str, value: Any) -> None:
    """Set a box before it is drawn, if it holds something else, or the same as another type.

    A box that is set is filled anew in the browser, over what somebody may be typing there by now.
    """
    held = widget_value(key)
    if held != value or type(held) is not type(value):
        set_widget(key, value)


def keep_among(key: str, options: Sequence[Any]) -> None:
    """Let a widget fall back to its default if what it was set to is no longer offered. Before it is drawn."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


def want(key: str) -> None:
    """Note that this session asked for something that takes a while."""
    st.session_state.setdefault(_WANTED, set()).add(key)


def is_wanted(key: str) -> bool:
    """Whether this session asked for it."""
    return key in st.session_state.get(_WANTED, set())


def pinned_epoch() -> int | None:
    """Return the epoch that the Train page's confusion matrix was moved to; None: the newest, whichever it is."""
    return st.session_state.get(_PINNED)


def pin_epoch(newest: int) -> None:
    """Note where the slider was moved; at its end it goes on with the run. For callbacks."""
    epoch = st.session_state.get(TRAIN_EPOCH)
    st.session_state[_PINNED] = None if epoch == newest else epoch


def train_cell() -> tuple[int | None, int | None]:
    """Return the true and the predicted class chosen in the Train page's confusion matrix; None for any."""
    return st.session_state.get(_CELL, (None, None))


def choose_train_cell(true_idx: int | None, pred_idx: int | None) -> None:
    """Choose a cell there. For callbacks."""
    st.session_state[_CELL] = (true_idx, pred_idx)


def augment_draw() -> int:
    """Return which images the Augment page shows: a new number, other images."""
    return read_number(address.DRAW) or 0


def next_augment_draw() -> None:
    """Show other images on the Augment page. For callbacks."""
    address.DRAW.choose(str(augment_draw() + 1))
    address.step_on()


def sitting() -> str:
    """Return a name of this session: what it shows of a run's test, on pages and in files, is one look."""
    return str(st.session_state.setdefault(_SITTING, uuid4().hex))


def is_first_look_at_test(run_id: str) -> bool:
    """Whether this session opens the run's test predictions for the first time; asking notes it."""
    seen = st.session_state.setdefault(_COUNTED, set())
    is_first = run_id not in seen
    seen.add(run_id)
    return is_first

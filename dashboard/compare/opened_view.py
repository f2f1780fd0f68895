"""One image under both networks: what each says of it, and where each looked, on one scale."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.attribution import AttributionError
from cifar_core.runs import RunSummary
from cifar_core.runs.groups import find_sisters
from cifar_core.training.exceptions import CheckpointError
from dashboard.compare.charts import RUN_COLOURS, probabilities_frame, probabilities_rows
from dashboard.compare.reading import Pair
from dashboard.compare.seed_maps_view import render_seed_maps
from dashboard.compare.selection import Shown
from dashboard.components import PictureMap, bars, picture_maps, stepper
from dashboard.drawing.choices import choose_one
from dashboard.drawing.literal import message
from dashboard.drawing.pairs import draw_pair
from dashboard.drawing.words import percent
from dashboard.session import address, state
from dashboard.session.cache import list_readable_runs
from dashboard.session.links import page_link
from dashboard.session.maps import choose_quietest, get_map, list_methods
from dashboard.session.selection import find_place
from dashboard.session.weights import find_weights

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_SIDE = 220
_NO_MAP = ":material/layers_clear:"


@dataclass(frozen=True, eq=False)
class Opened:
    """An image that is looked at closely.

    Attributes:
        pair: Whose predictions.
        index: Its place in the dataset.
        true_idx: Its class.
        probs: A's and B's probabilities (C,) of it.
    """

    pair: Pair
    index: int
    true_idx: int
    probs: tuple[NDArray[np.float64], NDArray[np.float64]]

    @property
    def image(self) -> NDArray[np.uint8]:
        """Its pixels (3, 32, 32)."""
        return np.asarray(self.pair.dataset.images[self.index])

    @property
    def classes(self) -> list[int]:
        """The classes it is about: the true one, and what either says."""
        return list(dict.fromkeys([self.true_idx, *(int(probs.argmax()) for probs in self.probs)]))

    def name(self, class_idx: int) -> str:
        """Return a class's name."""
        return self.pair.dataset.class_names[class_idx]


def find_opened(pair: Pair, rows: pd.DataFrame) -> Opened | None:
    """Return the chosen image if it is one of those on show."""
    index = state.chosen_image()
    if index is None or find_place(rows, index) is None:
        return None
    first, second = pair.answers.predictions
    row = int(np.flatnonzero(first.indices == index)[0])
    probs = first.probs[row].astype(np.float64), second.probs[row].astype(np.float64)
    return Opened(pair, index, int(first.targets[row]), probs)


def render_opened(opened: Opened, shown: Shown, step_on: Callable[[pd.DataFrame, int], None]) -> "DeltaGenerator":
    """Draw the image and both probabilities; return where the maps go, which are drawn last.

    Args:
        opened: The image.
        shown: Those it is one of.
        step_on: Opens the one before it or after it.
    """
    place = find_place(shown.rows, opened.index) or 0
    with st.container(border=True, key="compare_opened"):
        stepper(
            f"{shown.title}: image {place + 1:,} of {len(shown.rows):,}",
            opened.index,
            key="compare_stepper",
            is_first=place == 0,
            is_last=place == len(shown.rows) - 1,
            on_step=lambda by: step_on(shown.rows, by),
            on_close=lambda: state.choose_image(None),
        )
        picture, maps, numbers = st.columns([2, 4, 3], gap="medium")
        with picture:
            title = f"{opened.name(opened.true_idx)}, image {opened.index}"
            picture_maps(opened.image, [PictureMap(title)], key="compare_picture", side=_SIDE)
            st.markdown(describe_both(opened))
            _link_explanations(opened)
        with numbers:
            frame = probabilities_frame(*opened.probs, opened.pair.dataset.class_names, opened.true_idx)
            label = "Probability of each class by A and by B"
            bars(probabilities_rows(frame), key="compare_probabilities", label=label, series=list(RUN_COLOURS))
    return maps.container()


def describe_both(opened: Opened) -> str:
    """Say what either says of the image."""
    lines = []
    for letter, probs in zip("AB", opened.probs, strict=True):
        pred_idx = int(probs.argmax())
        verdict = "right" if pred_idx == opened.true_idx else "wrong"
        lines.append(f"**{letter}** says {opened.name(pred_idx)}, {percent(float(probs[pred_idx]))}: {verdict}")
    return "  \n".join(lines)


def _link_explanations(opened: Opened) -> None:
    for letter, run in zip("AB", opened.pair.runs, strict=True):
        carried = {address.RUN: run.run_id, address.EPOCH: str(run.status.best_epoch)}
        page_link("Explain", f"Explain what {letter} says", ":material/center_focus_strong:", carrying=carried)


def render_maps(opened: Opened, place: "DeltaGenerator") -> None:
    """Draw where either network finds what speaks for one class, by one method and on one scale."""
    weights = [find_weights(record, "best") for record in opened.pair.records]
    first, second = weights
    with place:
        if first is None or second is None:
            st.info("No maps: the weights of these runs are not there.", icon=_NO_MAP)
            return
        target = _choose_class(opened)
        groups = _list_groups(opened)
        if any(len(group) > 1 for group in groups) and _are_seeds_wanted():
            render_seed_maps(opened, groups, target)
            return
        try:
            common = set(list_methods(first)) & set(list_methods(second))
            choices = [choose_quietest(each, common) for each in (first, second)]
            maps = [
                get_map(each, opened.image, target, choice).sum(axis=0).astype(np.float32)
                for each, choice in zip((first, second), choices, strict=True)
            ]
        except (AttributionError, CheckpointError) as error:
            st.info(f"No maps: {message(error)}.", icon=_NO_MAP)
            return
        _draw_maps(opened, maps)
        method, name = choices[0].method.title, opened.name(target)
        st.caption(
            f"{method}, both on one scale: where one is paler, that network finds less that speaks for {name} or "
            "against it."
        )


def _list_groups(opened: Opened) -> list[list[RunSummary]]:
    """Return A's and B's runs over seeds, the two themselves first."""
    runs = list_readable_runs()
    groups = []
    for run in opened.pair.runs:
        others = [each for each in find_sisters(run, runs).values() if each.run_id != run.run_id]
        groups.append([run, *others])
    return groups


def _are_seeds_wanted() -> bool:
    return choose_one(
        "Maps of",
        {"These two": False, "All their seeds": True},
        state.COMPARE_MAPS_OF,
        in_address=True,
        help="A map of one network is that network's own, in part by chance. Over the seeds of its settings one sees "
        "what they have in common.",
    )


def _choose_class(opened: Opened) -> int:
    """Draw a row of buttons, the true class chosen at first."""
    by_name = {opened.name(class_idx): class_idx for class_idx in opened.classes}
    true_name = opened.name(opened.true_idx)
    chosen = st.segmented_control(
        "What speaks for",
        list(by_name),
        required=True,
        format_func=lambda name: name + (" (true)" if name == true_name else ""),
        **address.bind(address.MAP_FOR, state.COMPARE_MAP_CLASS, list(by_name)),
    )
    return by_name[chosen or true_name]


def _draw_maps(opened: Opened, maps: list[NDArray[np.float32]]) -> None:
    limit = max(float(np.abs(values).max()) for values in maps)
    places = draw_pair("compared", _SIDE)
    for letter, values, place in zip("AB", maps, places, strict=True):
        with place:
            picture_maps(
                opened.image, [PictureMap(letter, values)], key=f"compare_map_{letter}", side=_SIDE, limit=limit
            )

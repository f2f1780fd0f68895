"""What taught a network its answer: the training images that pushed it there, and what it would say without them."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Splits
from cifar_core.influence.head import Numbers
from cifar_core.influence.scores import rank
from cifar_core.training.exceptions import CheckpointError
from dashboard.components import Tile, gallery
from dashboard.components.gallery.ticks import read_ticks
from dashboard.drawing.balance import render_balance
from dashboard.drawing.choices import choose_one
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal, message
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent, short_name, signed
from dashboard.explain.context import Context
from dashboard.explain.left_out_view import LeftOut, render_left_out
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_splits
from dashboard.session.heads import Known, find_head, score, see
from dashboard.session.saying import fragment

_NUM_SHOWN = 24
_MOST_DIGITS = 6
_TOWARDS, _AGAINST = "pushed towards it", "pushed away from it"


@dataclass(frozen=True, eq=False)
class Pushes:
    """The training images that pushed an image towards a class, or away from it.

    Attributes:
        class_idx: The class.
        prob: Its probability by the fitted layer, in [0, 1].
        rows: (N,) of the evidence, the strongest first.
        scores: (N,) how much the logarithm of the probability would fall without each alone.
    """

    class_idx: int
    prob: float
    rows: NDArray[np.int64]
    scores: Numbers

    @property
    def points(self) -> Numbers:
        """(N,) by how much the probability would change without each alone, in [-1, 1]."""
        return self.prob * np.expm1(-self.scores)


def render_taught(context: Context) -> list[Export]:
    """Draw both galleries, and what becomes of the answer without some of their images; return them as a table."""
    sentence = st.container()
    known = find_head(context.dataset, context.weights)
    if known is None:
        sentence.markdown(
            "**Which training images taught it this** is told by its last layer, fitted anew to all of them: some "
            "seconds, once for these weights."
        )
        return []
    try:
        inputs = see(known, context.weights, context.subject.image, context.subject.index)
    except CheckpointError as error:
        st.error(message(error), icon=":material/broken_image:")
        return []
    probs = known.fitted.head.probs(inputs[None])[0]
    sentence.markdown(describe_taught(context, known, probs), help=_explain_method())
    st.caption(describe_limits(context, probs))
    ways = {way: way for way in (_TOWARDS, _AGAINST)}
    way = choose_one("Images that", ways, state.EXPLAIN_PUSHES, in_address=True)
    found = [
        _find_pushes(context, known, inputs, probs, class_idx, helpful=way == _TOWARDS)
        for class_idx in _list_classes(context)
    ]
    splits = get_splits(context.dataset, context.run.config)
    _render_both(context, splits, known, inputs, found, way)
    return [csv_export("What taught it as CSV", partial(taught_frame, context, known, found), "taught.csv")]


def describe_taught(context: Context, known: Known, probs: Numbers) -> str:
    """Say in a sentence what the fitted layer makes of the image, and how good it is beside the network."""
    top, fitted = int(probs.argmax()), known.fitted
    is_right = fitted.probs_of_others().argmax(axis=1) == context.dataset.labels[fitted.others]
    own = percent(context.run.status.best_val_accuracy, 0)
    return (
        f"Fitted anew to all {len(fitted.train):,} training images, its last layer says **{context.name(top)}** "
        f"{percent(float(probs[top]))} (of val it gets {percent(float(is_right.mean()), 0)} right, the network {own})."
    )


def describe_limits(context: Context, probs: Numbers) -> str:
    """Say what is held fixed, how to read a tile, and whether the layer says what the network does."""
    words = (
        "Features held fixed. Below each image stand its label and the points that the class would gain or lose "
        "without it alone."
    )
    if int(probs.argmax()) == context.pred_idx:
        return words
    name = literal(context.name(context.pred_idx))
    return f"The network itself says {name}: here its last layer stands for it only roughly. {words}"


def taught_frame(context: Context, known: Known, found: list[Pushes]) -> pd.DataFrame:
    """Return a row for each class and image: towards, index, label, score, change of the probability in [-1, 1]."""
    names, fitted = context.dataset.class_names, known.fitted
    parts = [
        pd.DataFrame(
            {
                "towards": context.name(pushes.class_idx),
                "index": fitted.train[pushes.rows],
                "label": [names[label] for label in fitted.labels[pushes.rows]],
                "score": pushes.scores,
                "change_without_it": pushes.points,
            }
        )
        for pushes in found
    ]
    return pd.concat(parts, ignore_index=True)


def _explain_method() -> str:
    return explain(
        "How much the logarithm of the class's probability would fall if one image had not been there, to first order "
        "(Koh and Liang, 2017). A network trained without it would have other features, too: that is what verifying by "
        "retraining shows.",
        "influence",
    )


def _list_classes(context: Context) -> list[int]:
    """Return what won, and what the image is; or the runner-up, if that is the same or not known."""
    true_idx, other = context.pair
    return list(dict.fromkeys([context.pred_idx, true_idx if true_idx != context.pred_idx else other]))


def _find_pushes(
    context: Context, known: Known, inputs: Numbers, probs: Numbers, class_idx: int, *, helpful: bool
) -> Pushes:
    """Return the strongest images; the image itself, if it trained, is none of them."""
    scores = score(known, inputs, class_idx, context.subject.index)
    rows = rank(scores, _NUM_SHOWN, helpful=helpful)
    return Pushes(class_idx, float(probs[class_idx]), rows, scores[rows])


@fragment
def _render_both(
    context: Context, splits: Splits, known: Known, inputs: Numbers, found: list[Pushes], way: str
) -> None:
    """Draw the galleries, and below what was ticked in them. A tick draws no more than this again."""
    for column, pushes in zip(st.columns(2, gap="medium"), found, strict=True):
        with column:
            _render_pushes(context, splits, known, pushes, way)
    ticked = sorted({index for pushes in found for index in _ticked(context, pushes)})
    first = found[0]
    render_left_out(
        LeftOut(
            context,
            splits,
            known,
            inputs,
            np.array(ticked, np.int64),
            first.class_idx,
            way == _AGAINST,
            _how(context, first, way),
        )
    )


def _gallery_key(context: Context, class_idx: int) -> str:
    """Return a key for each network and image: what is ticked for one answer says nothing of another one."""
    return f"taught_{class_idx}_{context.run.run_id}_{context.subject.key}"


def _ticked(context: Context, pushes: Pushes) -> list[int]:
    return read_ticks(_gallery_key(context, pushes.class_idx), context.dataset.num_images)


def _how(context: Context, pushes: Pushes, way: str) -> str:
    of = context.subject.title if context.subject.index is None else f"image {context.subject.index}"
    towards = "towards" if way == _TOWARDS else "away from"
    return f"what pushed {of} {towards} {context.name(pushes.class_idx)}, by {short_name(context.run)}"


def _render_pushes(context: Context, splits: Splits, known: Known, pushes: Pushes, way: str) -> None:
    fitted, dataset, key = known.fitted, context.dataset, _gallery_key(context, pushes.class_idx)
    marks = {context.pred_idx: "what it said", context.subject.true_idx: "what it is"}
    mark = marks.get(pushes.class_idx, "the runner-up")
    verb = "Pushed towards" if way == _TOWARDS else "Pushed away from"
    st.markdown(f"{verb} **{literal(context.name(pushes.class_idx))}**, {mark}")
    if not len(pushes.rows):
        st.info("None did.", icon=":material/check_circle:")
        return
    indices, labels = fitted.train[pushes.rows], fitted.labels[pushes.rows]
    st.caption(describe_composition(labels, dataset.class_names, pushes.class_idx))
    render_balance(labels, dataset.class_names, are_named=True)
    gallery(
        dataset.images[indices],
        push_tiles(indices, [dataset.class_names[label] for label in labels], pushes, context.name(pushes.class_idx)),
        key=key,
        label=f"{verb} {context.name(pushes.class_idx)}",
        tile_size=76,
        can_tick=True,
    )
    offer_selection(dataset, splits, indices, _how(context, pushes, way), key=key, gallery=key)


def describe_composition(labels: NDArray[np.int64], class_names: tuple[str, ...], class_idx: int) -> str:
    """Say of which classes some images are, e.g. "18 of 24 are dogs by their label; 4 cat, 2 frog"."""
    counts = np.bincount(labels, minlength=len(class_names))
    own = int(counts[class_idx])
    rest = [place for place in np.argsort(-counts, kind="stable") if counts[place] and place != class_idx]
    words = f"{own} of {len(labels)} are labelled {class_names[class_idx]}"
    others = ", ".join(f"{counts[place]} {class_names[place]}" for place in rest)
    return f"{words}; {others}." if others else f"{words}."


def push_tiles(indices: NDArray[np.int64], names: list[str], pushes: Pushes, towards: str) -> list[Tile]:
    """Return tiles that say each image's label, and what the class's probability would be without it alone."""
    tiles, digits = [], count_digits(pushes.points)
    for index, name, change in zip(indices.tolist(), names, pushes.points.tolist(), strict=True):
        after = min(max(pushes.prob + change, 0.0), 1.0)
        words = f"without it {towards} {percent(after, digits)} instead of {percent(pushes.prob, digits)}"
        tiles.append(Tile(index, f"{name}, image {index}: {words}", label=f"{name} {signed(change, digits)}"))
    return tiles


def count_digits(points: Numbers) -> int:
    """Return how many digits behind the point tell changes apart: of the strongest, in per cent, two that count.

    Of a class that the network is sure of, no single image moves more than some thousandths of a point.
    """
    strongest = 100 * float(np.abs(points).max(initial=0.0))
    return 2 if strongest <= 0 else int(np.clip(1 - np.floor(np.log10(strongest)), 2, _MOST_DIGITS))

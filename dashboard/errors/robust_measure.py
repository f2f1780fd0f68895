"""What was measured of a run on images that got worse, and of what it is held against; or what measures it."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.derived import Request
from cifar_core.derived.robustness import robustness_options
from cifar_core.evaluation.robustness import Robustness, compare_robustness, robustness_from
from dashboard.drawing.literal import literal
from dashboard.drawing.words import short_name
from dashboard.errors.reading import Reading
from dashboard.session import address, state
from dashboard.session.background import find_derived, is_derived, read_derived
from dashboard.session.cache import get_store
from dashboard.session.weights import Weights, find_weights

_NUM_IMAGES = 2000
_KIND = "robustness"


@dataclass(frozen=True, eq=False)
class Other:
    """What a run is held against.

    Attributes:
        robustness: On the same images.
        name: Of which run or epoch, where no Markdown is read.
        compared: The run with it, as `compare_robustness` returns it.
    """

    robustness: Robustness
    name: str
    compared: pd.DataFrame


def measure(reading: Reading, weights: Weights) -> tuple[Robustness | None, Other | None]:
    """Return what was measured of the run, and of what it is held against; offer to measure what is not."""
    wanted = [_Wanted(short_name(reading.run), _request(reading, weights))]
    other_weights = _find_other(reading)
    if other_weights is not None:
        wanted.append(_Wanted(reading.other_name, _request(reading, other_weights)))
    found = [_read(reading, each) for each in wanted]
    idle = [each for each, had in zip(wanted, found, strict=True) if had is None and not each.is_under_way]
    if idle:
        _offer(reading, idle)
    robustness, other = found[0], found[1] if len(found) > 1 else None
    if robustness is None or other is None:
        return robustness, None
    return robustness, Other(other, reading.other_name, compare_robustness(robustness, other))


@dataclass(frozen=True)
class _Wanted:
    """What is to be measured, and the name of what it is of."""

    name: str
    request: Request

    @property
    def is_under_way(self) -> bool:
        return is_derived(self.request) or state.is_wanted(self.request.key)


def _find_other(reading: Reading) -> Weights | None:
    """Return the weights that the chosen comparison is of; None if there is none, or none were kept."""
    chosen = address.AGAINST.value()
    if reading.other is None or chosen is None:
        return None
    is_epoch = chosen.isdecimal()
    record = reading.record if is_epoch else get_store().record(chosen)
    weights = find_weights(record, int(chosen) if is_epoch else "best")
    if weights is None:
        st.caption(f"Of {literal(reading.other_name, most=None)} no weights were kept: it cannot be asked.")
    return weights


def _request(reading: Reading, weights: Weights) -> Request:
    options = robustness_options(weights.path, reading.split, _NUM_IMAGES)
    return Request(_KIND, reading.dataset.fingerprint, options)


def _read(reading: Reading, wanted: _Wanted) -> Robustness | None:
    arrays = read_derived(wanted.request)
    if arrays is None and wanted.is_under_way:
        what = f"Making images worse for {wanted.name}"
        arrays = find_derived(reading.dataset, _KIND, what, dict(wanted.request.options))
    return None if arrays is None else robustness_from(tuple(CORRUPTIONS), arrays)


def _offer(reading: Reading, idle: list[_Wanted]) -> None:
    count, ways = min(_NUM_IMAGES, reading.predictions.num_images), len(CORRUPTIONS) * len(SEVERITIES)

    def want() -> None:
        for each in idle:
            state.want(each.request.key)

    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Measure it on {count:,} {reading.split} images"
        st.button(label, icon=":material/blur_on:", type="primary", on_click=want)
        names = " and ".join(literal(each.name, most=None) for each in idle)
        words = f"Of {names}, each image in {ways} ways: about a minute, behind the page, and kept."
        st.caption(words, width="stretch")

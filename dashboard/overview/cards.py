"""The loop as a row of cards: each a step with what was reached, and a link to the page where it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.presets import PRESETS
from cifar_core.runs import RunSummary
from dashboard.components import line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.curve_charts import curve_points, curves_chart
from dashboard.drawing.literal import literal
from dashboard.drawing.pictures import encode_picture, lay_out, show_picture
from dashboard.drawing.words import epoch_of, percent, short_name, unbroken
from dashboard.overview.mistakes import Mistakes
from dashboard.overview.steps import STEPS, Shown, StepName, StepState
from dashboard.session import address
from dashboard.session.cache import get_store
from dashboard.session.changes import describe_changes
from dashboard.session.links import page_link
from dashboard.session.parameter import Parameter

_PICTURE = 104  # CSS pixels of height
_ICONS: dict[StepState, str] = {
    "done": ":material/check_circle:",
    "now": ":material/pending:",
    "next": ":material/arrow_circle_right:",
    "later": ":material/radio_button_unchecked:",
}
_TITLES: dict[StepName, tuple[str, str]] = {
    "look": ("Look", "Explore"),
    "train": ("Train", "Train"),
    "errors": ("Errors", "Errors"),
    "explain": ("Explain", "Explain"),
    "change": ("Change", "Train"),
}
_NUM_PICTURES, _ACROSS = 15, 5
# All of a card is its link. A card is as wide as its neighbours; on a phone two stand side by side.
_STYLE = f"""<style>
.st-key-overview_loop {{ display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 0.7rem; }}
.st-key-overview_loop {{ align-items: stretch; }}
.st-key-overview_loop > * {{ width: auto; min-width: 0; height: 100%; }}
[class*="st-key-step_"] {{ position: relative; height: 100%; padding: 0.5rem 0.75rem; gap: 0.35rem; }}
[class*="st-key-step_"]:hover {{ border-color: light-dark(#2f6fde, #5c90f0); }}
[class*="st-key-step_next"] {{ border: 2px solid light-dark(#2f6fde, #5c90f0); }}
.st-key-next_step a {{ background: #2f6fde; }}
.st-key-next_step a:hover {{ background: #2459b4; }}
.st-key-next_step a * {{ color: #fff; }}
[class*="st-key-step_"] [data-testid="stPageLink"], [class*="st-key-step_"] [data-testid="stPageLink"] * {{
  position: static; padding-left: 0; background: none; font-weight: 600; }}
[class*="st-key-step_"] [data-testid="stElementContainer"]:has(a) {{ position: static; }}
[class*="st-key-step_"] [data-testid="stPageLink"] a::after {{ content: ""; position: absolute; inset: 0; z-index: 2; }}
[class*="st-key-step_"] img {{ image-rendering: pixelated; height: {_PICTURE}px; width: auto; max-width: 100%; }}
@media (max-width: 1100px) {{ .st-key-overview_loop {{ grid-template-columns: repeat(3, minmax(0, 1fr)); }} }}
@media (max-width: 640px) {{ .st-key-overview_loop {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }} }}
@media (max-width: 1100px) {{ .st-key-overview_loop > :last-child {{ grid-column: span 2; }} }}
</style>"""


@dataclass(frozen=True, eq=False)
class Loop:
    """What the cards show.

    Attributes:
        dataset: The images.
        shown: The runs that they speak of.
        mistakes: Of the run that is examined; None if it has none to show.
        states: How far each step is.
    """

    dataset: Dataset
    shown: Shown
    mistakes: Mistakes | None
    states: Mapping[StepName, StepState]


def render_cards(loop: Loop) -> None:
    """Draw the five steps."""
    st.html(_STYLE)
    with st.container(key="overview_loop"):
        for number, step in enumerate(STEPS, start=1):
            state = loop.states[step]
            with st.container(border=True, key=f"step_{state}_{step}"):
                title, page = _TITLES[step]
                page_link(page, f"{number} {title}", _ICONS[state], carrying=_carried(loop, step))
                _DRAW[step](loop)


def _carried(loop: Loop, step: StepName) -> dict[Parameter, str]:
    """Return which run and image a card leads to."""
    shown, worst = loop.shown, loop.mistakes and loop.mistakes.worst
    run = shown.trained if step == "train" else shown.examined
    if step == "change":
        return suggest(loop)[1]
    carried = {} if run is None or step == "look" else {address.RUN: run.run_id}
    if step == "train" and run is not None:
        carried[address.PART] = address.THIS_RUN
    return carried | ({address.IMAGE: str(worst.index)} if step == "explain" and worst else {})


def suggest(loop: Loop) -> tuple[str, dict[Parameter, str]]:
    """Return what to change next, in words, and what the link to Train carries."""
    run, quick, form = loop.shown.examined, PRESETS["quick"], {address.PART: address.NEW_RUN}
    if run is None:
        return "One thing, and train again: what does it change?", form
    if not run.is_own:
        words = f"Train preset **{quick.title}**: the same kind of network, wider and longer."
        return words, form | {address.PRESET: quick.name}
    return "One setting, and train again: is the difference more than luck?", form | {address.RUN: run.run_id}


def _look(loop: Loop) -> None:
    dataset = loop.dataset
    show_picture(_encode_images(dataset, 0, _NUM_PICTURES), f"The first {_NUM_PICTURES} images")
    st.caption(f"{dataset.num_images:,} images of {dataset.num_classes} classes")


def _train(loop: Loop) -> None:
    run = loop.shown.trained
    if run is None:
        st.caption("No network yet. Its curve grows here.")
        return
    record, status = get_store().record(run.run_id), run.status
    points = curve_points(record.epoch_rows(), record.step_rows(max_rows=100), status.steps_per_epoch)
    if points["train"].epochs:
        chart = curves_chart(points, "accuracy")
        chart = replace(chart, x_title="", y_title="", height=_PICTURE, has_legend=False, has_tools=False)
        line_chart(encode_chart(chart, "accuracy of train and val, small"), key="overview_curve")
    accuracy = "" if status.best_val_accuracy is None else f", val {unbroken(percent(status.best_val_accuracy))}"
    words = epoch_of(status) if status.is_active else f"{status.status}, epoch {status.best_epoch or status.epoch}"
    st.caption(f"{_name(run)}: {words}{accuracy}")


def _errors(loop: Loop) -> None:
    mistakes, names = loop.mistakes, loop.dataset.class_names
    if mistakes is None:
        st.caption("What it mistakes for what, after its first epoch.")
        return
    show_picture(mistakes.picture, "The confusion matrix, small")
    words = f"{mistakes.num_wrong:,} of {mistakes.num_images:,} val images wrong"
    often = "" if mistakes.pair is None else f", most often {names[mistakes.pair[0]]} → {names[mistakes.pair[1]]}"
    st.caption(f"{words}{often}{_whose(loop)}")


def _explain(loop: Loop) -> None:
    worst, names = loop.mistakes and loop.mistakes.worst, loop.dataset.class_names
    if not worst:
        st.caption("Where it looked when it was wrong.")
        return
    show_picture(_encode_images(loop.dataset, worst.index), f"The worst mistake, an image of {names[worst.true_idx]}")
    pair = f"**{names[worst.true_idx]}** → **{names[worst.pred_idx]}** {unbroken(percent(worst.prob, 0))}"
    st.caption(f"Worst mistake: {pair}{_whose(loop)}")


def _change(loop: Loop) -> None:
    st.caption(suggest(loop)[0])
    run = loop.shown.examined
    if run is not None and run.is_own and (changes := describe_changes(run)):
        st.caption(f"Last against its preset: {literal(changes)}")


@lru_cache(maxsize=64)  # the cards are drawn at every click, and show the same
def _encode_images(dataset: Dataset, first: int, number: int = 1) -> str:
    """Return a picture of so many images, from one on."""
    return encode_picture(lay_out(dataset.images[first : first + number], _ACROSS))


def _whose(loop: Loop) -> str:
    """Name the run where it is another one than the curve's."""
    trained, examined = loop.shown.trained, loop.shown.examined
    is_same = trained is None or examined is None or trained.run_id == examined.run_id
    return "" if is_same or examined is None else f" ({_name(examined)})"


def _name(run: RunSummary) -> str:
    return literal(short_name(run), 24)


_DRAW = {"look": _look, "train": _train, "errors": _errors, "explain": _explain, "change": _change}

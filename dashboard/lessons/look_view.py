"""What to look at: the pages that a lesson speaks of, each with exactly its runs, an arm a link."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.experiments import Experiment, Found
from cifar_core.experiments.question import Page
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.lessons.words import list_pairs
from dashboard.session import address, state
from dashboard.session.links import compare_link, page_link
from dashboard.session.parameter import Parameter

# Whom each page tells what, as the beginning of a row of links.
_TELLS: dict[Page, str] = {
    "explore": "**Explore**: all images on a map, by what it makes of them",
    "augment": "**Augment**: what a network is shown",
    "train": "**Train**: its curves, within epochs too",
    "errors": "**Errors**: which images it gets wrong",
    "explain": "**Explain**: what it looks at",
    "compare": "**Compare**: two of them, image by image",
}
_ICONS: dict[Page, str] = {
    "explore": ":material/grid_view:",
    "augment": ":material/auto_fix_high:",
    "train": ":material/show_chart:",
    "errors": ":material/error_outline:",
    "explain": ":material/center_focus_strong:",
}
_VIEW = Parameter(state.EXPLORE_VIEW, frozenset(("Explore",)))
_COLOUR = Parameter(state.EXPLORE_COLOUR, frozenset(("Explore",)))


def render_links(
    experiment: Experiment, results: Mapping[str, Mapping[int, Found]], runs: Mapping[str, RunSummary]
) -> None:
    """Draw a row of links for each page that the lesson names.

    Args:
        experiment: Which.
        results: What came to something, by arm and seed.
        runs: All, by id.
    """
    seeds = sorted({seed for by_seed in results.values() for seed in by_seed})
    if not seeds:
        return
    seed = seeds[0] if len(seeds) == 1 else _choose_seed(seeds)
    of_seed = {arm: runs[experiment.runs[arm][seed]] for arm, by_seed in results.items() if seed in by_seed}
    for page in experiment.question.look_at:
        with st.container(gap=None):
            st.markdown(_TELLS[page])
            links = st.container(horizontal=True, gap="small", key=f"lesson_look_{page}")
        with links:
            if page == "compare":
                _link_pairs(experiment, of_seed)
            elif page == "augment":
                page_link("Augment", "Open it", _ICONS[page])
            else:
                for arm, run in of_seed.items():
                    page_link(page.capitalize(), literal(arm), _ICONS[page], carrying=_carry(page, run, of_seed))
    ticked = {address.TICKED: ",".join(experiment.run_ids)}
    page_link("Runs", "All runs of this lesson", ":material/table_rows:", carrying=ticked)


def _carry(page: Page, run: RunSummary, of_seed: Mapping[str, RunSummary]) -> dict[Parameter, str]:
    """Return what shall be chosen there. Never test: no lesson reads it."""
    other = next((each.run_id for each in of_seed.values() if each is not run), None)
    carried = {address.RUN: run.run_id}
    match page:
        case "explore":
            return carried | {_VIEW: "Map", _COLOUR: "right or wrong"}
        case "train":
            return carried | {address.PART: address.THIS_RUN}
        case "errors":
            return carried | {address.SPLIT: "val"} | ({} if other is None else {address.AGAINST: other})
        case _:
            last = {address.SPLIT: "val", address.EPOCH: str(run.status.epoch)}
            return carried | last | ({} if other is None else {address.BESIDE: other})


def _link_pairs(experiment: Experiment, of_seed: Mapping[str, RunSummary]) -> None:
    for first, second in list_pairs(experiment.question):
        if first in of_seed and second in of_seed:
            label = f"{literal(first)} \N{RIGHTWARDS ARROW} {literal(second)}"
            compare_link(of_seed[first].run_id, of_seed[second].run_id, label)


def _choose_seed(seeds: Sequence[int]) -> int:
    """Draw a row of buttons, the first one chosen until somebody chooses."""
    options = list(map(str, seeds))
    bound = address.bind(address.LOOKED_SEED, address.LOOKED_SEED.widget, options)
    return int(st.segmented_control("Runs of seed", options, required=True, wrap=True, **bound) or options[0])

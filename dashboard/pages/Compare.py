"""Compare: two runs, image by image, and what their seeds say of their settings."""

from collections.abc import Callable

import streamlit as st

from cifar_core.runs import settings_apart
from dashboard.compare.choice import choose_runs, list_candidates, render_differences
from dashboard.compare.curves_view import render_curves
from dashboard.compare.few_view import render_too_few
from dashboard.compare.images_view import render_cells, render_classes, render_piles
from dashboard.compare.networks_view import render_networks
from dashboard.compare.reading import Pair, choose_split, read_pair
from dashboard.compare.seeds_view import render_seeds
from dashboard.compare.words import is_of_seed_alone
from dashboard.components.follower import follow_runs
from dashboard.drawing.choices import choose_one
from dashboard.session import state
from dashboard.session.activity import stage_of_list
from dashboard.session.frame import page_frame, require_dataset

CLAIM = (
    "Is B more accurate on val than A by more than a percentage point? Two networks cannot tell: another seed makes "
    "other ones. Several seeds of both can, pair by pair (Student's t-test). Each run counts with its last epoch, "
    "which nobody chose by these images, and one that diverged with 10 %, as if it guessed."
)
VIEWS: dict[str, Callable[[Pair], None]] = {
    "Pile by pile": render_piles,
    "Cell by cell": render_cells,
    "Class by class": render_classes,
    "Epoch by epoch": render_curves,
}

with page_frame("Compare") as runs:
    data = require_dataset()
    candidates = list_candidates(data, runs)
    if len(candidates) < 2:
        render_too_few(candidates, runs)
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        first, second = choose_runs(candidates, runs)
        split = choose_split()
    follow_runs("list", stage_of_list(runs), key="follow_list")
    render_differences(first, second)
    pair = read_pair(data, first, second, split)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**These two networks**")
        render_networks(pair)
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Their settings**", help=CLAIM)
        render_seeds(first, second, runs, is_of_seed_alone(settings_apart(first, second)))
    choose_one("View", VIEWS, state.COMPARE_VIEW, in_address=True)(pair)

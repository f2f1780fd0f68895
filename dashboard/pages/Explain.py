"""Explain: one image, what a network says of it, and why."""

from collections.abc import Callable

import streamlit as st

from cifar_core.runs import RunRecord, RunSummary
from cifar_core.training.exceptions import CheckpointError
from dashboard.drawing.choices import choose_one
from dashboard.drawing.literal import literal, message
from dashboard.drawing.tables import Export, offer_exports
from dashboard.drawing.words import short_name
from dashboard.explain.attribution_view import render_attribution
from dashboard.explain.class_view import render_class
from dashboard.explain.context import Context
from dashboard.explain.hero import export_probabilities, render_hero, render_hero_map
from dashboard.explain.inside_view import render_inside
from dashboard.explain.maps import choose_method
from dashboard.explain.own import choose_own_picture
from dashboard.explain.probability_view import render_probabilities
from dashboard.explain.spoken import describe_missing, describe_prediction
from dashboard.explain.subject import DATASET, choose_image, choose_source
from dashboard.explain.taught_view import render_taught
from dashboard.explain.trust_view import render_trust
from dashboard.explain.way import render_way
from dashboard.explain.what_if_view import render_what_if
from dashboard.session import state
from dashboard.session.cache import get_splits, get_store
from dashboard.session.epochs import choose_spoken
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.kept import only_selected, within
from dashboard.session.live_page import offer_live
from dashboard.session.marked import keep_rows, only_marked
from dashboard.session.opening import has_weights, newest_with_weights, require_run
from dashboard.session.said import what_run_says
from dashboard.session.selection import find_selected, read_selection, read_split

VIEWS: dict[str, Callable[[Context], list[Export]]] = {
    "Where it looked": render_attribution,
    "Trust": render_trust,
    "How firm": render_probabilities,
    "What if": render_what_if,
    "What taught it": render_taught,
    "Inside": render_inside,
    "Class": render_class,
}


def require_weights(run: RunSummary) -> RunRecord:
    """Return the record of a run that has weights, or say what is missing and end the page here."""
    record = get_store().record(run.run_id)
    if not record.checkpoint_path("best").exists():
        st.info("This run has no weights yet: they are saved after its first epoch.", icon=":material/hourglass:")
        st.stop()
    return record


with page_frame("Explain", newest_with_weights) as runs:
    data = require_dataset()
    chosen_run = require_run(runs, find_run(runs), has_weights)
    run_record = require_weights(chosen_run)
    names, splits = data.class_names, get_splits(data, chosen_run.config)
    top = st.container()
    controls = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with controls:
        source = choose_source()
        spoken = choose_spoken(run_record, state.EXPLAIN_EPOCH)
    if source == DATASET:
        selection = read_selection(names)
        rows = find_selected(run_record, read_split(), spoken.epoch, selection)
        rows = (
            None
            if rows is None
            else keep_rows(rows, within(only_marked(data, splits, chosen_run), only_selected(data)))
        )
        start = splits.indices("val")[0] if rows is None or rows.empty else rows["index"].iloc[0]
        with controls:
            subject = choose_image(data, splits, int(start))
        with top:
            render_way(selection, rows, int(state.chosen_image() or 0), read_split())
    else:
        with controls:
            offer_live(chosen_run.run_id)
        subject = choose_own_picture(data, source)
    try:
        said = what_run_says(run_record, spoken.weights, subject.image, subject.key, subject.index)
        with controls:
            choice, look = choose_method(spoken.weights)
    except CheckpointError as error:
        st.error(
            f"{message(error)}. The run's other files are not affected: Errors still works.",
            icon=":material/broken_image:",
        )
        st.stop()
    context = Context(data, runs, chosen_run, run_record, spoken.weights, subject, said.probs, choice, look)
    missing = describe_missing(spoken, run_record, subject, names)
    epoch = None if chosen_run.is_imported else spoken.weights.epoch
    sentence = describe_prediction(literal(short_name(chosen_run)), epoch, said.probs, subject, names)
    with top:
        words_place, map_place = render_hero(context, said, f"{missing} {sentence}".strip())
    render_hero_map(context, words_place, map_place)
    with st.container(horizontal=True, vertical_alignment="center"):
        render_view = choose_one("View", VIEWS, state.EXPLAIN_VIEW, in_address=True)
        menu = st.container(width="content")
    exports = [export_probabilities(context, said), *render_view(context)]
    with menu:
        offer_exports(exports)

"""Explain: one image, what a network says of it, and why."""

from collections.abc import Callable

import streamlit as st

from cifar_core.runs import RunRecord, RunSummary
from cifar_core.training.exceptions import CheckpointError
from dashboard.drawing.choices import choose_one
from dashboard.drawing.figures import show_figure
from dashboard.drawing.literal import literal, message
from dashboard.drawing.pictures import lay_out
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import short_name
from dashboard.explain.attribution_view import render_attribution
from dashboard.explain.charts import probabilities_figure, probabilities_frame
from dashboard.explain.class_view import render_class
from dashboard.explain.context import Context
from dashboard.explain.inside_view import render_inside
from dashboard.explain.probability_view import render_probabilities
from dashboard.explain.subject import choose_subject
from dashboard.explain.trust_view import render_trust
from dashboard.explain.what_if_view import render_what_if
from dashboard.session import address, state
from dashboard.session.cache import get_splits, get_store
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.opening import has_weights, newest_with_weights, require_run
from dashboard.session.said import what_run_says
from dashboard.session.weights import Weights, find_weights

VIEWS: dict[str, Callable[[Context], None]] = {
    "Where it looked": render_attribution,
    "Trust": render_trust,
    "How firm": render_probabilities,
    "What if": render_what_if,
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


def choose_weights(record: RunRecord) -> Weights:
    """Draw which of the saved weights speak. The address names their epoch, whichever becomes the best or the last."""
    found = {f"{which} epoch": find_weights(record, which) for which in ("best", "last")}
    saved = {title: weights for title, weights in found.items() if weights is not None}
    wanted = state.read_number(address.WEIGHTS)
    title = next((title for title, weights in saved.items() if weights.epoch == wanted), next(iter(saved)))
    if wanted is not None and saved[title].epoch != wanted:
        st.caption(f"The weights of epoch {wanted} are no longer there: of a run, the best and the last ones are kept.")
    address.WEIGHTS.choose(str(saved[title].epoch))
    state.set_widget(state.EXPLAIN_WEIGHTS, title)
    st.segmented_control(
        "Weights of",
        list(saved),
        required=True,
        key=state.EXPLAIN_WEIGHTS,
        on_change=lambda: address.WEIGHTS.choose(str(saved[state.widget_value(state.EXPLAIN_WEIGHTS)].epoch)),
    )
    return saved[title]


with page_frame("Explain", newest_with_weights) as runs:
    data = require_dataset()
    chosen_run = require_run(runs, find_run(runs), has_weights)
    run_record = require_weights(chosen_run)
    controls, views = st.columns([1, 3], gap="medium")
    with controls:
        subject = choose_subject(data, get_splits(data, chosen_run.config))
        weights = choose_weights(run_record)
        try:
            said = what_run_says(run_record, weights, subject.image, subject.key, subject.index)
        except CheckpointError as error:
            st.error(
                f"{message(error)}. The run's other files are not affected: Errors still works.",
                icon=":material/broken_image:",
            )
            st.stop()
        st.image(lay_out(subject.image[None], 1), width=160)
        st.caption(
            f"{literal(subject.title, most=None)}; {literal(short_name(chosen_run))}, weights of epoch {weights.epoch}."
        )
        frame = probabilities_frame(said.probs, data.class_names, subject.true_idx)
        alt = "Probability of each class"
        show_figure(probabilities_figure, frame, key="explain_probabilities", alt=alt, has_tools=False)
        st.caption(said.explain(data.class_names, weights.epoch))
        offer_csv("Classes as CSV", frame, "probabilities.csv")
    with views:
        render_view = choose_one("View", VIEWS, state.EXPLAIN_VIEW, in_address=True)
        render_view(Context(data, runs, chosen_run, run_record, weights, subject, said.probs))

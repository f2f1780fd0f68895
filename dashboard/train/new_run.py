"""New run: what it starts from, its settings with the network beside them, and its start."""

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.train.differences import render_differences
from dashboard.train.keeping import remember_form, render_keeping
from dashboard.train.marks import render_marks
from dashboard.train.network_view import render_drawing, render_layers
from dashboard.train.preset_picker import choose_origin
from dashboard.train.settings import render_settings
from dashboard.train.start import describe_wanted, read_form, render_start

# Start and the drawing stay in view while one goes through the settings beside them. On a phone, where they come
# before the settings, they would cover those.
_STYLE = """<style>
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-train_beside) {
    position: sticky; top: 0.75rem; align-self: flex-start;
    max-height: calc(100vh - 1.5rem); overflow-y: auto; padding-inline: 4px; }
}
</style>"""


def render_new_run(runs: list[RunSummary]) -> None:
    """Draw the form and everything that is said of it."""
    st.html(_STYLE)
    sentence = st.container()
    origin = choose_origin(runs)
    form_column, beside_column = st.columns([6, 5], gap="medium")
    with form_column:
        wanted = read_form(render_settings(), origin)
    sentence.markdown(describe_wanted(wanted))
    render_marks(wanted.changes)
    with beside_column, st.container(key="first_on_phones"), st.container(key="train_beside"):
        start, drawing, more = st.container(), st.container(), st.container()
    if wanted.config is not None:
        with form_column:
            render_differences(wanted.config, origin, runs)
            render_keeping(wanted.config, origin)
            remember_form(wanted.config, origin)
    with start:
        render_start(wanted, runs, more)
    with drawing:
        render_drawing(wanted.config)
    if wanted.config is not None:
        with more:
            render_layers(wanted.config)

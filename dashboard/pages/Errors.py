"""Errors: from a number to the images behind it."""

from collections.abc import Callable

import streamlit as st

from dashboard.drawing.choices import choose_one
from dashboard.drawing.tables import Export, offer_exports
from dashboard.errors.calibration_view import render_calibration
from dashboard.errors.class_view import render_classes
from dashboard.errors.label_view import render_labels
from dashboard.errors.learning_view import render_learning
from dashboard.errors.matrix_view import render_mistakes
from dashboard.errors.reading import Reading, choose_reading, render_summary
from dashboard.errors.robust_view import render_robust
from dashboard.errors.scorecard_view import render_scorecard
from dashboard.session import state
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.opening import has_predictions, newest_with_predictions, require_run

VIEWS: dict[str, Callable[[Reading], list[Export]]] = {
    "Mistakes": render_mistakes,
    "Classes": render_classes,
    "Calibration": render_calibration,
    "Learning": render_learning,
    "Labels": render_labels,
    "Robust": render_robust,
    "Score card": render_scorecard,
}

with page_frame("Errors", newest_with_predictions) as runs:
    data = require_dataset()
    run = require_run(runs, find_run(runs), has_predictions)
    reading = choose_reading(data, runs, run)
    render_summary(reading)
    with st.container(horizontal=True, vertical_alignment="center"):
        render_view = choose_one("View", VIEWS, state.ERRORS_VIEW, in_address=True)
        menu = st.container(width="content")
    exports = render_view(reading)
    with menu:
        offer_exports(exports)

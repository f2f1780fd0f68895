"""Labels: which of them may be wrong, and who says so: a network, you, and people who looked."""

from collections.abc import Callable

import streamlit as st

from dashboard.drawing.choices import choose_one
from dashboard.drawing.tables import Export, offer_exports
from dashboard.labels.doubted_view import render_doubted
from dashboard.labels.game_view import render_game
from dashboard.labels.known_view import render_known
from dashboard.labels.people_view import render_people
from dashboard.labels.subject import Subject
from dashboard.session import state
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.opening import newest_with_weights

VIEWS: dict[str, Callable[[Subject], list[Export]]] = {
    "Doubted": render_doubted,
    "Known": render_known,
    "People": render_people,
    "Game": render_game,
}

with page_frame("Labels", newest_with_weights) as runs:
    subject = Subject(require_dataset(), runs, find_run(runs))
    with st.container(horizontal=True, vertical_alignment="center"):
        render_view = choose_one("View", VIEWS, state.LABELS_VIEW, in_address=True)
        menu = st.container(width="content")
    exports = render_view(subject)
    with menu:
        offer_exports(exports)

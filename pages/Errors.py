"""Errors: from a number to the images behind it."""

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import compute_confusion_matrix, confusion_frame, per_class_frame
from dashboard import state
from dashboard.cache import get_store
from dashboard.charts import per_class_figure
from dashboard.components import confusion_matrix
from dashboard.error_view import find_predictions, render_cell, render_summary
from dashboard.frame import find_run, page_frame, require_dataset
from dashboard.tables import offer_csv

ANY = "any"


def choose_view() -> tuple[str, str]:
    """Draw the choice of split and epoch; the address holds it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Split",
            ("val", "test"),
            default="val",
            required=True,
            key=state.ERRORS_SPLIT,
            bind="query-params",
            persist_state="session",
            help="val chooses between settings as often as you like. A look at test is counted on the run.",
        )
        epoch = st.segmented_control(
            "Weights of",
            ("best", "last"),
            default="best",
            required=True,
            format_func=lambda which: f"{which} epoch",
            key=state.ERRORS_EPOCH,
            bind="query-params",
            persist_state="session",
            help="Best: the epoch with the highest val accuracy.",
        )
    return split or "val", epoch or "best"


def choose_cell(dataset: Dataset) -> tuple[int | None, int | None]:
    """Draw the two select boxes that hold the cell; the matrix only sets them."""
    names = list(dataset.class_names)
    with st.container(horizontal=True):
        for label, key in (("True class", state.ERRORS_TRUE), ("Predicted class", state.ERRORS_PRED)):
            st.selectbox(label, [ANY, *names], key=key, bind="query-params", persist_state="session", width=200)
    chosen = (st.session_state[key] for key in (state.ERRORS_TRUE, state.ERRORS_PRED))
    true_idx, pred_idx = (names.index(name) if name in names else None for name in chosen)
    return true_idx, pred_idx


def set_cell(true_idx: int | None, pred_idx: int | None) -> None:
    """Put the matrix's choice into the select boxes."""
    for key, class_idx in ((state.ERRORS_TRUE, true_idx), (state.ERRORS_PRED, pred_idx)):
        st.session_state[key] = ANY if class_idx is None else data.class_names[class_idx]


runs = page_frame("Errors", picks_run=True)
data = require_dataset()
run = find_run(runs)
if run is None:
    st.info("Choose a run in the sidebar to see what it gets wrong.", icon=":material/arrow_back:")
    if not runs and st.button("Train a first network", type="primary", icon=":material/arrow_forward:"):
        st.switch_page("pages/Train.py")
    st.stop()
run_record = get_store().record(run.run_id)
matrix_column, images_column = st.columns(2, gap="medium")
with matrix_column:
    chosen_split, chosen_epoch = choose_view()
    found = find_predictions(run_record, chosen_split, chosen_epoch)
    render_summary(run, run_record, found, chosen_split, chosen_epoch)
with images_column:
    cell = choose_cell(data)
with matrix_column:
    matrix = compute_confusion_matrix(found, data.num_classes)
    as_share = st.toggle("As per cent of the true class", key="errors_as_share", persist_state="session")
    confusion_matrix(
        matrix, data.class_names, key="errors_matrix", selected=cell, on_select=set_cell, as_share=as_share
    )
    offer_csv("Matrix as CSV", confusion_frame(matrix, data.class_names), "confusion.csv")
with images_column:
    render_cell(data, found, *cell)
with st.expander("Precision, recall and F1 of each class", icon=":material/bar_chart:"):
    per_class = per_class_frame(found, data.class_names)
    st.plotly_chart(per_class_figure(per_class), key="errors_per_class", alt="Precision and recall of each class")
    st.dataframe(per_class, hide_index=True)
    offer_csv("Classes as CSV", per_class, "per-class.csv")

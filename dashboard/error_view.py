"""What a run got wrong: its saved predictions, the number they come to, and the images behind a cell."""

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import Predictions, PredictionsError, compute_accuracy, select_cell, select_misclassified
from cifar_core.runs import RunRecord, RunSummary
from dashboard import state
from dashboard.cache import get_predictions
from dashboard.components import gallery
from dashboard.selection import PAGE_SIZE, prediction_tiles
from dashboard.tables import offer_csv
from dashboard.words import SOURCE_TITLES, percent


def find_predictions(record: RunRecord, split: str, epoch: str) -> Predictions:
    """Return the saved predictions, or say why there are none and end the page here."""
    try:
        predictions = get_predictions(record, split, epoch)
    except PredictionsError as error:
        st.error(str(error))
        st.stop()
    if predictions is None:
        later = "val is saved after each epoch, test when the run ends"
        st.info(f"This run has no {split} predictions of its {epoch} epoch yet: {later}.", icon=":material/hourglass:")
        st.stop()
    if split == "test" and state.is_first_look_at_test(record.run_id):
        record.count_test_reading(by="Errors page")
    return predictions


def render_summary(run: RunSummary, record: RunRecord, predictions: Predictions, split: str, epoch: str) -> None:
    """Say which number this is: run, split, epoch, data."""
    number = run.status.best_epoch if epoch == "best" else run.status.epoch
    source = SOURCE_TITLES.get(run.data_source, run.data_source)
    readings = f" Test was looked at {record.test_readings()} times." if split == "test" else ""
    st.markdown(
        f"**{percent(compute_accuracy(predictions), 2)}** of {predictions.num_images:,} {split} images right: "
        f"{run.name}, epoch {number} ({epoch}), {source}.{readings}"
    )


def render_cell(dataset: Dataset, predictions: Predictions, true_idx: int | None, pred_idx: int | None) -> None:
    """Show the images of a cell, the most confident first; without a choice, the most confident mistakes."""
    names = dataset.class_names
    if true_idx is None and pred_idx is None:
        rows, words = select_misclassified(predictions), "All mistakes"
    else:
        rows = select_cell(predictions, true_idx, pred_idx)
        true_name = "any class" if true_idx is None else names[true_idx]
        pred_name = "any class" if pred_idx is None else names[pred_idx]
        words = f"True {true_name}, predicted {pred_name}"
    st.markdown(f"**{words}**: {len(rows):,} images, the most confident first")
    if rows.empty:
        st.info("No image falls into this cell. Choose another one.", icon=":material/check_circle:")
        return
    shown = rows.head(PAGE_SIZE)
    tiles = prediction_tiles(dataset, shown)
    images = dataset.images[shown["index"].to_numpy()]
    chosen = gallery(images, tiles, key="errors_gallery", label=words, on_select=state.choose_image)
    left = f"The first {PAGE_SIZE} are shown. " if len(rows) > PAGE_SIZE else ""
    st.caption(f"{left}Arrow keys move, Enter chooses.")
    if chosen is not None:
        # A link, not a button: st.switch_page refuses to leave a page whose widgets are bound to the address.
        st.page_link("pages/Explain.py", label="Explain this image", icon=":material/center_focus_strong:")
    csv = rows.assign(true=[names[i] for i in rows["true_idx"]], predicted=[names[i] for i in rows["pred_idx"]])
    offer_csv("Images as CSV", csv, "images.csv")

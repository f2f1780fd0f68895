"""Explain: one image, its probabilities, and where the network looked."""

import numpy as np
import streamlit as st

from cifar_core.attribution.methods import METHODS, AttributionError
from cifar_core.data import Dataset
from cifar_core.runs import RunRecord, RunSummary
from cifar_core.training.errors import CheckpointError
from dashboard import state
from dashboard.cache import get_probabilities, get_saliency_map, get_splits, get_store
from dashboard.charts import probabilities_figure, probabilities_frame
from dashboard.components import PictureMap, picture_maps
from dashboard.frame import find_run, page_frame, require_dataset
from dashboard.selection import split_of
from dashboard.words import percent


def choose_image(dataset: Dataset) -> int:
    """Draw the image's index; Errors and Explore hand theirs over."""
    index = state.chosen_image()
    start = dataset.num_train if index is None or index >= dataset.num_images else index
    value = st.number_input(
        "Image",
        min_value=0,
        max_value=dataset.num_images - 1,
        value=start,
        step=1,
        help=f"Its place in the dataset: 0 to {dataset.num_train - 1} are the official training images, then test.",
    )
    if value != index:
        state.choose_image(int(value))
    return int(value)


def choose_method(has_convolution: bool) -> str:
    """Draw the methods that fit the network, and say what the chosen one can and cannot tell."""
    names = [name for name, method in METHODS.items() if has_convolution or not method.needs_convolution]
    name = st.segmented_control(
        "Method",
        names,
        default=names[0],
        required=True,
        format_func=lambda name: METHODS[name].title,
        key=state.EXPLAIN_METHOD,
        bind="query-params",
        persist_state="session",
    )
    method = METHODS[name or names[0]]
    st.caption(f"**Tells:** {method.tells}  \n**Cannot tell:** {method.cannot_tell}")
    return method.name


def render_maps(record: RunRecord, dataset: Dataset, index: int, probs: np.ndarray, method: str) -> None:
    """Show the image, the map for the true and the map for the predicted class on one scale."""
    image, names = dataset.images[index], dataset.class_names
    true_idx, pred_idx = int(dataset.labels[index]), int(probs.argmax())
    overlay = st.slider("Overlay", 0.0, 1.0, 0.8, 0.05, help="How much of the map covers the image.", width=260)
    try:
        maps = [
            PictureMap(
                title=f"{words}: {names[class_idx]}",
                values=get_saliency_map(record, "best", image, index, class_idx, method),
                note=f"probability {percent(float(probs[class_idx]))}",
            )
            for words, class_idx in _targets(true_idx, pred_idx)
        ]
    except AttributionError as error:
        st.error(str(error))
        return
    note = f"image {index}"
    picture_maps(image, [PictureMap(names[true_idx], note=note), *maps], key="explain_maps", side=232, overlay=overlay)
    if true_idx == pred_idx:
        st.caption(
            "The prediction is right, so the second map shows the runner-up: what speaks for the next best guess."
        )
    else:
        st.caption("Both maps share one scale: compare what speaks for the true class with what won.")


def _targets(true_idx: int, pred_idx: int) -> list[tuple[str, int]]:
    if true_idx == pred_idx:
        return [("For the true and predicted class", true_idx), ("For the runner-up", _runner_up(true_idx))]
    return [("For the true class", true_idx), ("For the predicted class", pred_idx)]


def _runner_up(winner: int) -> int:
    return int(next(class_idx for class_idx in np.argsort(-probabilities) if class_idx != winner))


def require_run(run: RunSummary | None) -> tuple[RunSummary, RunRecord]:
    """Return a run that has weights, and its record, or say what is missing and end the page here."""
    if run is None:
        st.info("Choose a run in the sidebar: an explanation is always one network's.", icon=":material/arrow_back:")
        st.stop()
    record = get_store().record(run.run_id)
    if not record.checkpoint_path("best").exists():
        st.info("This run has no weights yet: they are saved after its first epoch.", icon=":material/hourglass:")
        st.stop()
    return run, record


runs = page_frame("Explain", picks_run=True, shows_image=True)
data = require_dataset()
chosen_run, run_record = require_run(find_run(runs))
controls, charts = st.columns([1, 3], gap="medium")
with controls:
    chosen_index = choose_image(data)
    try:
        probabilities = get_probabilities(run_record, "best", data.images[chosen_index], chosen_index)
    except CheckpointError as error:
        st.error(
            f"{error}. The run's other files are not affected: Errors still works.", icon=":material/broken_image:"
        )
        st.stop()
    frame = probabilities_frame(probabilities, data.class_names, int(data.labels[chosen_index]))
    split = split_of(get_splits(data, chosen_run.config), chosen_index)
    st.caption(f"{split} split; {chosen_run.name}, weights of epoch {chosen_run.status.best_epoch}, the best on val.")
    st.plotly_chart(probabilities_figure(frame), key="explain_probabilities", config={"displayModeBar": False})
with charts:
    is_convolutional = chosen_run.config is not None and chosen_run.config.model.name != "mlp"
    render_maps(run_record, data, chosen_index, probabilities, choose_method(is_convolutional))

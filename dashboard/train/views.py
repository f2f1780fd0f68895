"""What is to be seen of a run while it trains and after: one view at a time, so that a refresh draws no more."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import Criteria, PredictionsError, compute_confusion_matrix, select_predictions
from cifar_core.evaluation.track import Track, class_accuracy_frame, find_changing
from cifar_core.runs import RunRecord, RunStatus, RunSummary
from dashboard.components import confusion_matrix, gallery, line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.curve_charts import (
    STEP_CURVES,
    class_accuracy_chart,
    step_chart,
    step_points,
)
from dashboard.drawing.literal import message
from dashboard.drawing.pictures import show_picture
from dashboard.drawing.shares import COLUMN_FORMAT, in_per_cent
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.tiles import prediction_tiles
from dashboard.drawing.words import duration
from dashboard.session import address, state
from dashboard.session.cache import get_dataset, get_filter_sheet, get_predictions, get_track
from dashboard.session.links import page_link
from dashboard.train.beneath import Beneath
from dashboard.train.curves_view import Growth, rate_marks, read_curves, render_curves
from dashboard.train.sentences import (
    describe_changing,
    describe_classes,
    describe_curves,
    describe_layers,
    describe_mistake,
    describe_steps,
)
from dashboard.train.track_strip import track_strip

_NUM_CHANGING = 8
_NUM_FILTERS = 64
_NUM_OF_CELL = 24


def render_watch(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> tuple[str, Beneath]:
    """Draw the chosen view of a run; return its name and what is drawn beneath its curves."""
    if not status.has_begun:
        return "", Beneath()
    view = st.segmented_control(
        "View",
        list(_VIEWS),
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **address.bind(address.WATCH, state.TRAIN_VIEW, list(_VIEWS)),
    )
    view = view or next(iter(_VIEWS))
    return view, _VIEWS[view](runs, record, status) or Beneath()


def read_growth(view: str, record: RunRecord, status: RunStatus, beneath: Beneath) -> Growth:
    """Return what an open view of a run takes without being drawn anew.

    Args:
        view: Its name; empty for charts that shall hold still.
        record: The run's.
        status: The same run's.
        beneath: What is drawn beneath its curves.
    """
    if view == "Curves":
        growth = read_curves(record, status, beneath)
        return Growth(growth.charts, f"{growth.rest} {describe_curves(record.epoch_rows())}")
    if view == "Steps":
        messages = _encode_steps(_step_points(record, status), record, status)
        said = describe_steps(record.epoch_rows(), status.steps_per_epoch)
        return Growth({_step_label(name): message for name, message in messages.items()}, f"{list(messages)} {said}")
    return Growth({}, str(status.epoch) if view else "")


def _render_curves(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> Beneath:
    st.markdown(describe_curves(record.epoch_rows()))
    return render_curves(runs, record, status)


def _render_steps(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> None:
    st.markdown(describe_steps(record.epoch_rows(), status.steps_per_epoch))
    points = _step_points(record, status)
    if not points["step"]:
        st.caption("The first numbers come after half a second of training.")
        return
    if compiled := record.compile_seconds():
        st.caption(f"Compiling the network took {duration(compiled)}, before the first step. It counts as training.")
    columns = st.columns(2)
    for place, (name, chart) in enumerate(_encode_steps(points, record, status).items()):
        title, meaning = STEP_CURVES[name]
        with columns[place % 2]:
            st.markdown(f"**{title}**", help=meaning)
            line_chart(chart, key=f"steps_{name}")
    offer_csv("Steps as CSV", partial(pd.DataFrame, points), f"{record.run_id}-steps.csv")


def _step_points(record: RunRecord, status: RunStatus) -> dict[str, Sequence[float | None]]:
    return step_points(record.step_rows(), status.steps_per_epoch)


def _encode_steps(points: Mapping[str, Sequence[float | None]], record: RunRecord, status: RunStatus) -> dict[str, str]:
    marks = rate_marks(record, status.steps_per_epoch)
    return {
        name: encode_chart(step_chart(points, name, marks if name == "learning_rate" else ()), _step_label(name))
        for name in STEP_CURVES
        if name in points
    }


def _step_label(name: str) -> str:
    return f"{STEP_CURVES[name][0]} over epochs"


def _render_classes(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> None:
    track = _find_track(record)
    if track is None:
        return
    frame = class_accuracy_frame(track, get_dataset().class_names)
    st.markdown(describe_classes(frame))
    chart = class_accuracy_chart(frame)
    line_chart(encode_chart(chart, "Val accuracy of each class over epochs"), key="classes")
    st.caption("Share of each class's val images it gets right. Classes do not grow evenly: some trade places first.")
    offer_csv("Classes as CSV", frame, f"{record.run_id}-classes.csv")


def _render_images(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> None:
    track = _find_track(record)
    if track is None:
        return
    st.markdown(describe_changing(track))
    places = find_changing(track, _NUM_CHANGING)
    if not len(places):
        st.caption("No val image has changed its predicted class yet: that takes two epochs.")
        return
    dataset: Dataset = get_dataset()
    track_strip(track, places, dataset.images, dataset.class_names)
    st.caption("The val images whose predicted class changed most often. Each square is an epoch: blue is right.")


def _render_layers(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> None:
    sheet = get_filter_sheet(record.checkpoint_path("last"), _NUM_FILTERS)
    if sheet is None:
        st.caption("The filters are saved after the first epoch.")
        return
    picture, num_filters = sheet
    shares = [row.get("dead_relus") or {} for row in record.epoch_rows()]
    st.markdown(describe_layers(num_filters, shares[-1] if shares else {}))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**First layer's filters, {min(num_filters, _NUM_FILTERS)} of {num_filters}**")
        show_picture(picture, "The filters of the first layer, each a small picture", width="stretch")
        st.caption("What each filter answers to: grey is zero. Edges and colour contrasts appear as it learns.")
    with right:
        st.markdown("**Dead ReLUs**", help="Units that were zero for each of 256 val images: they no longer learn.")
        if not any(shares):
            st.caption("Nothing to count: this network has no ReLU, or the run is older than the count.")
            return
        frame = pd.DataFrame(
            {"Layer": list(shares[-1]), "Dead": list(shares[-1].values())}
            | {"Over epochs": [[epoch.get(layer, 0.0) for epoch in shares] for layer in shares[-1]]}
        )
        columns = {
            "Dead": st.column_config.ProgressColumn("Dead", format=COLUMN_FORMAT, min_value=0, max_value=100),
            "Over epochs": st.column_config.LineChartColumn("Over epochs", y_min=0, y_max=1),
        }
        frame = in_per_cent(frame, ["Dead"])
        st.dataframe(frame, hide_index=True, column_config=columns, height=min(38 + 35 * len(frame), 420))


def _render_confusion(runs: list[RunSummary], record: RunRecord, status: RunStatus) -> None:
    epochs = record.prediction_epochs()
    if not epochs:
        st.caption("The first val predictions come after the first epoch.")
        return
    epoch, sentence = epochs[0], st.container()
    if len(epochs) > 1:
        # Left alone, the slider stays at the newest epoch; moved, it stays where it was put.
        pinned = state.pinned_epoch()
        state.set_widget(state.TRAIN_EPOCH, pinned if pinned in epochs else epochs[-1])
        epoch = st.select_slider("Epoch", epochs, key=state.TRAIN_EPOCH, on_change=state.pin_epoch, args=(epochs[-1],))
    try:
        predictions = get_predictions(record, "val", epoch)
    except PredictionsError as error:
        st.warning(message(error), icon=":material/broken_image:")
        return
    if predictions is None:
        return
    dataset = get_dataset()
    matrix = compute_confusion_matrix(predictions, dataset.num_classes)
    sentence.markdown(describe_mistake(matrix, dataset.class_names, epoch))
    st.caption("Rows are true, columns predicted: what is right lies on the diagonal.")
    confusion_matrix(
        matrix, dataset.class_names, key="train_matrix", selected=state.train_cell(), on_select=state.choose_train_cell
    )
    if state.train_cell() == (None, None):
        st.caption("Click a cell to see its images.")
        return
    true_classes, pred_classes = ([] if part is None else [part] for part in state.train_cell())
    rows = select_predictions(predictions, Criteria(true_classes, pred_classes)).head(_NUM_OF_CELL)
    if rows.empty:
        st.caption("No val image is there after this epoch.")
        return
    images = dataset.images[rows["index"].to_numpy()]
    tiles = prediction_tiles(dataset, rows)
    gallery(
        images,
        tiles,
        key="train_cell_images",
        label="Images of the cell",
        tile_size=48,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    page_link("Explain", "Explain the chosen image", ":material/center_focus_strong:")


def _find_track(record: RunRecord) -> Track | None:
    track = get_track(record)
    if track is None:
        st.caption("The first val predictions come after the first epoch.")
    return track


_VIEWS: dict[str, Callable[[list[RunSummary], RunRecord, RunStatus], Beneath | None]] = {
    "Curves": _render_curves,
    "Steps": _render_steps,
    "Classes": _render_classes,
    "Images": _render_images,
    "Confusion": _render_confusion,
    "Layers": _render_layers,
}

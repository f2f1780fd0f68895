"""What Augment shows beside its effects: six images as training sees them, one setting's range, pixel values, cost."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data import Dataset
from cifar_core.overrides import with_overrides
from dashboard.augment.effects import EFFECTS
from dashboard.augment.pipeline import set_field
from dashboard.augment.scales import SCALES, describe_pipeline, in_sentence
from dashboard.augment.stage import NUM_EPOCHS, describe_pictures
from dashboard.augment.targets import describe_target
from dashboard.components import Tile, gallery
from dashboard.components.gallery import Tone
from dashboard.drawing.data_charts import pixel_values_figure, pixel_values_frame
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import duration
from dashboard.forms.sections import render_fields
from dashboard.session import form_values, state
from dashboard.session.cache import get_preview, get_statistics, measure_pipeline

if TYPE_CHECKING:
    from cifar_core.augmentation.cost import PipelineCost

_NUM_STEPS = 9
_COST = "augment_cost"  # what was measured last, and of which pipeline
_FIRST_DRAW = 9  # of CIFAR-10 a horse from the side: what is turned, cut or coloured is seen at once
_HEADINGS = ("original", "epoch 1", *map(str, range(2, NUM_EPOCHS + 1)))
# The settings that have a range, by what they belong to.
_TITLES = {field: effect.title for effect in EFFECTS for field in effect.typical if field in SCALES}
_TYPICAL: dict[str, float] = {
    field: value
    for effect in EFFECTS
    for field, value in effect.typical.items()
    if field in SCALES and not isinstance(value, str)
}
# Where a normalised value is shown as black and as white.
_SHOWN_RANGE = (-2.2, 2.2)
_NORMALIZATION_WORDS = {
    "none": "Pixels stay in [0, 1]: all inputs are positive, so the gradients of a first-layer filter all share a sign "
    "and training zigzags.",
    "half": "(pixel - 0.5) / 0.5 brings pixels to [-1, 1], about centred: steps no longer pull all weights one way.",
    "dataset": "Mean 0 and standard deviation 1 for each colour over the training images: initial weights, learning "
    "rate and weight decay are made for inputs of that scale.",
}


def choose_images(dataset: Dataset, train: NDArray[np.int64], count: int, draw: int) -> NDArray[np.int64]:
    """Return training images of as many different classes as there are, others for each `draw`."""
    random = np.random.default_rng(_FIRST_DRAW + draw)
    classes = random.permutation(dataset.num_classes)[:count]
    return np.array([random.choice(train[dataset.labels[train] == class_idx]) for class_idx in classes])


def render_preview(dataset: Dataset, config: RunConfig, indices: NDArray[np.int64]) -> None:
    """Show each image and, beside it, what the first epochs of a run with this seed see of it."""
    st.markdown(
        f"{describe_pictures(config)} Left the original, then what epochs 1 to {NUM_EPOCHS} of a run with seed "
        f"{config.training.seed} see of it. The same seed gives the same pictures."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=150):
            render_fields("training", only=("seed",), form=form_values.AUGMENT)
        st.button("New seed", icon=":material/casino:", on_click=form_values.next_augment_seed)
        st.button("Other images", icon=":material/shuffle:", on_click=state.next_augment_draw)
        normalized = st.toggle(
            "After normalisation", key=state.AUGMENT_NORMALISED, bind="query-params", persist_state="session"
        )
    shown = get_preview(dataset, config, indices, NUM_EPOCHS)
    pictures, tiles = [], []
    for place, index in enumerate(indices.tolist()):
        name = dataset.class_names[dataset.labels[index]]
        pictures.append(dataset.images[index])
        tiles.append(Tile(index, f"original: {name}, image {index}", label=name))
        for epoch in range(NUM_EPOCHS):
            pictures.append(shown.pixels[epoch, place])
            label = describe_target(shown.targets[epoch, place], dataset.class_names)
            caption = f"epoch {epoch + 1}: {label}, image {index}"
            tiles.append(Tile(_tile_id(index, epoch), caption, label=label))
    images = np.stack(pictures)
    if normalized:
        images = _as_normalized(images, dataset, config)
    label = "Images before and after augmentation"
    gallery(images, tiles, key="augment_preview", label=label, tile_size=76, headings=_HEADINGS, gaps=(1,))
    st.caption("Below each picture its label: mixup and CutMix give shares of two classes. On a phone, tap a picture.")


def render_sweep(dataset: Dataset, config: RunConfig, index: int) -> None:
    """Take one parameter through its range on one image, everything drawn the same; at first as the pipeline has it."""
    st.markdown("**One image, the same draw**, and one setting of the pipeline from off to its largest value.")
    fields = sorted(_TITLES, key=lambda field: not getattr(config.augmentation, field))
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        field = st.selectbox(
            "Parameter",
            fields,
            format_func=_TITLES.__getitem__,
            key=state.AUGMENT_FIELD,
            bind="query-params",
            persist_state="session",
        )
    scale, own = SCALES[field], getattr(config.augmentation, field)
    values = _steps(field, own or _TYPICAL[field])
    key = _value_key(field, own)
    if state.widget_value(key) not in values:
        state.set_widget(key, own or _TYPICAL[field])
    with right:
        value = st.select_slider(scale.title, values, format_func=scale.describe, key=key)
    pictures = [_draw_with(dataset, config, {field: step}, index)[0] for step in values]
    words = [scale.describe(step) for step in values]
    tiles = [
        Tile(place, f"{_TITLES[field]} {word}", _tone(step == value), word)
        for place, (step, word) in enumerate(zip(values, words, strict=True))
    ]
    gallery(
        np.stack(pictures),
        tiles,
        key="augment_range",
        label=f"{_TITLES[field]} through its range",
        tile_size=84,
    )
    st.markdown(f"**{NUM_EPOCHS} epochs** at {scale.describe(value)}, each with a draw of its own:")
    chosen = _draw_with(dataset, config, {field: value}, index)
    tiles = [Tile(epoch, f"epoch {epoch + 1}", label=f"epoch {epoch + 1}") for epoch in range(NUM_EPOCHS)]
    gallery(chosen, tiles, key="augment_value", label="Draws at this value", tile_size=84)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Put this value into the pipeline",
            icon=":material/add:",
            disabled=value == own,
            on_click=_put_in,
            args=(field, value),
        )
        has = f"has {in_sentence(_TITLES[field])} at {scale.describe(own)}" if own else "has it off"
        is_in = ":material/check: The pipeline" if value == own else "The pipeline"
        st.caption(f"{is_in} {has}.", width="content")


def render_pixel_values(dataset: Dataset, config: RunConfig, indices: NDArray[np.int64]) -> None:
    """Show what normalisation does to the values of the previewed images."""
    st.markdown(
        "**Normalisation** shifts and scales pixel values before the network sees them, those of all images alike."
    )
    render_fields("data", only=("normalization",), form=form_values.AUGMENT)
    st.caption(_NORMALIZATION_WORDS[config.data.normalization])
    pixels = get_preview(dataset, config, indices, NUM_EPOCHS).images.reshape(-1, 3, 32, 32)
    mean, std = get_statistics(dataset).scale(config.data.normalization)
    frame = pixel_values_frame(pixels, mean, std)
    show_figure(pixel_values_figure, frame, key="augment_pixels", alt="Pixel values before and after normalisation")
    offer_csv("Pixel values as CSV", frame, "pixel-values.csv")


def render_cost(dataset: Dataset, config: RunConfig) -> None:
    """Measure, on request, how many images a second the pipeline makes."""
    st.markdown(
        "**What it costs**: augmentation runs on whole batches on the training device. This times it here, beside "
        "torchvision's, which goes image by image."
    )
    if st.button("Measure", icon=":material/timer:", key="augment_measure"):
        with st.spinner("Timing both pipelines in turn"):
            state.set_widget(_COST, (config, measure_pipeline(dataset, config)))
    measured: tuple[RunConfig, PipelineCost] | None = state.widget_value(_COST)
    if measured is not None:
        _render_measured(dataset, config, *measured)


def _render_measured(dataset: Dataset, config: RunConfig, timed: RunConfig, cost: "PipelineCost") -> None:
    """Show what was measured, and of which pipeline: by now the page may have another one."""
    num_train = round(dataset.num_train * (1 - config.data.val_fraction))
    left, right, ratio = st.columns(3)
    left.metric("Images a second, here", f"{cost.batched:,.0f}", border=True)
    right.metric("torchvision, one by one", f"{cost.per_image:,.0f}", border=True)
    ratio.metric("Ratio", f"{cost.ratio:.1f} times", border=True)
    st.caption(
        f"An epoch of {num_train:,} images spends {duration(num_train / cost.batched)} on it here, against "
        f"{duration(num_train / cost.per_image)}. One CPU core; a training run beside it slows both."
    )
    words = f"{describe_pipeline(timed.augmentation) or 'no effect'}; normalisation: {timed.data.normalization}"
    if (timed.augmentation, timed.data.normalization) == (config.augmentation, config.data.normalization):
        st.caption(f"Measured with {words}.")
    else:
        st.info(f"This is the cost of **another pipeline** than the page has now: {words}.", icon=":material/history:")


def _value_key(field: str, own: float) -> str:
    """Return the key of the slider that tries values of a setting: another one for each value of the pipeline."""
    return f"augment_value_{field}_{own:g}"


def _put_in(field: str, value: float) -> None:
    """Set a setting of the pipeline, and leave the slider where it is. For callbacks."""
    set_field(field, value)
    state.set_widget(_value_key(field, value), value)


def _tile_id(index: int, epoch: int) -> int:
    return -(index * NUM_EPOCHS + epoch) - 1  # below zero, where no dataset index is


def _tone(is_chosen: bool) -> Tone:
    return "right" if is_chosen else "neutral"


def _as_normalized(images: NDArray[np.uint8], dataset: Dataset, config: RunConfig) -> NDArray[np.uint8]:
    """Show normalised values: the range -2.2 to 2.2 from black to white, so that mean grey is mid grey."""
    mean, std = (np.reshape(part, (3, 1, 1)) for part in get_statistics(dataset).scale(config.data.normalization))
    low, high = _SHOWN_RANGE
    scaled = ((images / 255 - mean) / std - low) / (high - low)
    return np.rint(scaled.clip(0, 1) * 255).astype(np.uint8)


def _draw_with(dataset: Dataset, config: RunConfig, changes: dict[str, float], index: int) -> NDArray[np.uint8]:
    changed = with_overrides(config, {f"augmentation.{field}": value for field, value in changes.items()})
    return get_preview(dataset, changed, np.array([index]), NUM_EPOCHS).pixels[:, 0]


def _steps(field: str, among: float) -> list[float]:
    """Return values over the field's range, from its lower to its upper bound, with one of them given."""
    schema = AugmentationConfig.field_schemas()[field]
    values = np.linspace(schema["minimum"], schema["maximum"], _NUM_STEPS)
    if schema["type"] == "integer":
        return sorted({among, *(int(value) for value in np.rint(values))})
    return sorted({among, *(round(float(value), 4) for value in values)})

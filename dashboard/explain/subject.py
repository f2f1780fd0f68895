"""The image that is explained: one of the dataset, or somebody's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cifar_core.data import Dataset, Splits
from cifar_core.data.upload import EXTENSIONS, MAX_BYTES, MAX_PIXELS, Upload, UploadError, read_upload
from dashboard.components.numbers import WHOLE
from dashboard.drawing.choices import choose_one
from dashboard.drawing.literal import literal, message, plain
from dashboard.drawing.words import split_title
from dashboard.session import state
from dashboard.session.weights import digest

_UNKNOWN = "not one of these"
_CROP_COLOUR = (47, 111, 222)


@dataclass(frozen=True, eq=False)
class Subject:
    """The image that is explained.

    Attributes:
        image: (3, 32, 32) uint8.
        true_idx: Its class; None if nobody knows.
        index: Place in the dataset; None for an upload.
        title: What it is, in words; where no Markdown is read.
    """

    image: NDArray[np.uint8]
    true_idx: int | None
    index: int | None
    title: str

    @property
    def key(self) -> str:
        """A name for its pixels."""
        return digest(self.image)


def choose_subject(dataset: Dataset, splits: Splits) -> Subject:
    """Draw where the image comes from and which it is; without one, say what to do and end the page here."""
    return choose_one("Image from", _SOURCES, state.EXPLAIN_SOURCE)(dataset, splits)


def _choose_index(dataset: Dataset, splits: Splits) -> Subject:
    index = state.chosen_image()
    value = dataset.num_train if index is None or index >= dataset.num_images else index
    if index is not None and value != index:
        state.choose_image(value)
    # The box follows the shared choice; its own key is only how Streamlit tells of a change.
    state.set_widget(state.EXPLAIN_INDEX, value)
    st.number_input(
        "Image",
        min_value=0,
        max_value=dataset.num_images - 1,
        step=1,
        placeholder=WHOLE,
        key=state.EXPLAIN_INDEX,
        on_change=lambda: state.choose_image(state.widget_value(state.EXPLAIN_INDEX)),
        help=f"Its place in the dataset: 0 to {dataset.num_train - 1} are the official training images, then test.",
    )
    true_idx = int(dataset.labels[value])
    title = f"{dataset.class_names[true_idx]}, image {value}, {split_title(splits.split_of(value))}"
    return Subject(np.asarray(dataset.images[value]), true_idx, value, title)


def _upload(dataset: Dataset, splits: Splits) -> Subject:
    file: Any = st.file_uploader(
        "A picture",
        type=list(EXTENSIONS),
        key="explain_upload",
        max_upload_size=MAX_BYTES // 2**20,
        help=f"JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, up to {MAX_BYTES // 2**20} MB and "
        f"{MAX_PIXELS // 10**6} million pixels. It stays in this session and is kept nowhere.",
        on_change=_forget_upload,  # removed by its cross, or replaced
    )
    kept = state.uploaded_picture()
    if file is not None and (kept is None or kept[0] != file.file_id):  # decoded once, not on every rerun
        kept = _read_picture(file)
    if kept is None:
        st.info("Drop a picture of one of the classes here, and see what the network makes of it.")
        st.stop()
    _, name, upload = kept
    st.image(_draw_crop(upload), width="stretch")
    state.keep_upload(kept)  # now that it could be drawn
    st.caption("; ".join(["What lies in the frame is scaled to 32x32 pixels", *upload.notes]) + ".")
    if file is None:  # after a visit to another page the uploader is empty, and has no cross to remove it by
        st.button(
            f"Remove {literal(name)}", icon=":material/close:", key="explain_upload_remove", on_click=_forget_upload
        )
    names = [_UNKNOWN, *dataset.class_names]
    label = st.selectbox("What it shows", names, key="explain_upload_label", persist_state="session")
    true_idx = dataset.class_names.index(label) if label in dataset.class_names else None
    return Subject(upload.image, true_idx, None, f"{plain(name)}, your own")


def _read_picture(file: Any) -> tuple[str, str, Upload]:
    """Decode an uploaded file; one that is refused ends the page here, with nothing of an older one below."""
    try:
        return file.file_id, file.name, read_upload(file.getvalue())
    except UploadError as error:
        st.error(f"{literal(file.name)}: {message(error)}", icon=":material/broken_image:")
        st.stop()


def _forget_upload() -> None:
    state.keep_upload(None)


def _draw_crop(upload: Upload) -> NDArray[np.uint8]:
    picture = Image.fromarray(upload.preview)
    left, top, right, bottom = upload.crop
    ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), outline=_CROP_COLOUR, width=3)
    return np.asarray(picture)


_SOURCES: dict[str, Callable[[Dataset, Splits], Subject]] = {"dataset": _choose_index, "own picture": _upload}

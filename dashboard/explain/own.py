"""Somebody's own pictures: several at once, from the disk, by camera or drawn, kept for the visit and nowhere else."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cifar_core.data import Dataset
from cifar_core.data.upload import EXTENSIONS, MAX_BYTES, MAX_PIXELS, Upload, UploadError, read_upload
from dashboard.components import Tile, gallery, sketch
from dashboard.drawing.literal import literal, message, plain
from dashboard.drawing.pictures import show_picture
from dashboard.explain.subject import CAMERA, DRAWING, Subject
from dashboard.session import brought, state
from dashboard.session.weights import digest

_UNKNOWN = "not one of these"
_PHOTO_QUALITY = 90
_PREVIEW_WIDTH = 190  # a portrait stays on one screen
_ENLARGED = 6  # times, a drawing's pixels
_CROP_COLOUR = (47, 111, 222)
_UPLOADER, _CAMERA, _SKETCH = "explain_upload", "explain_camera", "explain_sketch"
_UPLOADED, _REMOVED = "explain_upload_ids", "explain_removed_ids"
_MOST = 20  # of a visit: they stay in the server's memory
ONE_OF_TEN = (
    "Whatever a picture shows, the network must name one of its ten classes: it has no word for anything else, nor for "
    "“I do not know”."
)
_FAR = (
    "A drawing is far from the photographs that the network has learned from: it may well be wrong, now and then "
    "with great confidence."
)
_DRAWN = "drawn here"
_INVITATIONS = {
    CAMERA: "Photograph one of the ten classes ({names}), or anything",
    DRAWING: "Draw one of the ten classes ({names}), or anything",
}
_INVITATION = "Drop pictures of the ten classes ({names}) here, or of anything"


def choose_own_picture(dataset: Dataset, source: str) -> Subject:
    """Draw how pictures come in, and which of them is looked at; without one, say what to do and end the page here."""
    if source == DRAWING:  # paper is wide
        left, middle = st.columns([5, 3], gap="medium")
        right = middle
    else:
        left, middle, right = st.columns([3, 2, 2], gap="medium")
    with left:
        uploaded = _TAKE.get(source, _take_files)()
    pictures, chosen = brought.own_pictures(), brought.chosen_own()
    if chosen is None:
        with middle if source == DRAWING else st.container():
            st.info(_invite(dataset, source))
        st.stop()
    name, upload = pictures[chosen]
    with middle:
        st.caption(ONE_OF_TEN)
        alt = "Your picture, with the part that is used"
        quality = None if upload.notes == (_DRAWN,) else _PHOTO_QUALITY
        show_picture(_draw_crop(upload), alt, width=_PREVIEW_WIDTH, quality=quality)
        st.caption(_describe(upload))
    with right:
        _choose_among(list(pictures), chosen)
        names = [_UNKNOWN, *dataset.class_names]
        label = st.selectbox("What it shows", names, key=f"explain_label_{chosen}", persist_state="session")
        if chosen not in uploaded:  # the uploader has no cross to remove it by
            st.button(
                f"Remove {literal(name)}",
                icon=":material/close:",
                key="explain_own_remove",
                on_click=_forget,
                args=(chosen,),
            )
    true_idx = dataset.class_names.index(label) if label in dataset.class_names else None
    return Subject(upload.image, true_idx, None, f"{plain(name)}, your own")


def _invite(dataset: Dataset, source: str) -> str:
    """Say what to do first, and what to expect of it."""
    names = ", ".join(dataset.class_names)
    words = _INVITATIONS.get(source, _INVITATION).format(names=names)
    return f"{words}, and see what the network makes of it. {ONE_OF_TEN}"


def _describe(upload: Upload) -> str:
    """Say how the picture became what the network sees."""
    if upload.notes == (_DRAWN,):
        return "Your drawing at 32x32 pixels, as the network sees it."
    return "; ".join(["What lies in the frame is scaled to 32x32 pixels", *upload.notes]) + "."


def _take_files() -> list[str]:
    """Draw the uploader and take in what is new in it; return the ids of what it shows."""
    files: Any = st.file_uploader(
        "Pictures",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=_UPLOADER,
        max_upload_size=MAX_BYTES // 2**20,
        help=f"JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, up to {MAX_BYTES // 2**20} MB and "
        f"{MAX_PIXELS // 10**6} million pixels each. They stay in this session and are kept nowhere.",
        on_change=_forget_removed,
    )
    for file in files:
        _take_in(file, file.name)
    # After a visit to another page the uploader is empty, which removes nothing.
    ids = [file.file_id for file in files]
    state.set_widget(_UPLOADED, ids)
    return ids


def _take_photo() -> list[str]:
    """Draw the camera and take in a new photograph, which stays when the next one is taken."""
    photo: Any = st.camera_input("Take a picture", key=_CAMERA, help="It stays in this session and is kept nowhere.")
    if photo is not None:
        _take_in(photo, _number("photo"))
    return []


def _take_drawing() -> list[str]:
    """Draw paper to draw on; what is drawn is kept when somebody shows it to the network."""
    sketch("Paper to draw on", "Show it to the network", key=_SKETCH, on_drawn=_keep_drawing)
    st.caption(_FAR)
    return []


_TAKE = {CAMERA: _take_photo, DRAWING: _take_drawing}


def _keep_drawing(image: NDArray[np.uint8]) -> None:
    """Keep a drawing (3, 32, 32) and look at it; the same one shown again is the same picture. For callbacks."""
    pictures, picture_id = brought.own_pictures(), f"drawing {digest(image)}"
    if picture_id not in pictures:
        if len(pictures) >= _MOST:
            st.toast(f"{_MOST} pictures are kept at most. Remove one first.", icon=":material/photo_library:")
            return
        large = np.repeat(np.repeat(image.transpose(1, 2, 0), _ENLARGED, axis=0), _ENLARGED, axis=1)
        side = len(large)
        pictures[picture_id] = (_number("drawing"), Upload(image, large, (0, 0, side, side), (_DRAWN,)))
    brought.choose_own(picture_id)


def _number(kind: str) -> str:
    """Return a name for the next picture of a kind: "photo 3"."""
    names = [name for name, _ in brought.own_pictures().values()]
    taken = [int(name.removeprefix(f"{kind} ")) for name in names if name.removeprefix(f"{kind} ").isdecimal()]
    return f"{kind} {max(taken, default=0) + 1}"


def _take_in(file: Any, name: str) -> None:
    """Decode a file once, not on every rerun, and look at it; say why if it is refused."""
    if file.file_id in brought.own_pictures() or file.file_id in _list_removed():
        return
    if len(brought.own_pictures()) >= _MOST:
        st.warning(f"{literal(name)} is left out: {_MOST} pictures are kept at most. Remove one first.")
        return
    try:
        upload = read_upload(file.getvalue())
    except UploadError as error:
        st.error(f"{literal(name)}: {message(error)}", icon=":material/broken_image:")
        return
    _draw_crop(upload)  # kept if it can be drawn
    brought.own_pictures()[file.file_id] = (name, upload)
    brought.choose_own(file.file_id)


def _forget_removed() -> None:
    """Forget what was removed from the uploader by its cross."""
    shown = {file.file_id for file in state.widget_value(_UPLOADER) or []}
    for picture_id in set(state.widget_value(_UPLOADED) or []) - shown:
        _forget(picture_id)


def _forget(picture_id: str) -> None:
    """Forget a picture, though the uploader or the camera may still hold it."""
    brought.own_pictures().pop(picture_id, None)
    state.set_widget(_REMOVED, [*_list_removed(), picture_id])


def _list_removed() -> list[str]:
    return state.widget_value(_REMOVED) or []


def _choose_among(ids: list[str], chosen: str) -> None:
    """Draw all of them, if there is more than one; a click looks at another."""
    if len(ids) < 2:
        return
    pictures = brought.own_pictures()
    st.markdown(f"**{len(ids)} pictures of this visit**")
    gallery(
        np.stack([pictures[picture_id][1].image for picture_id in ids]),
        [Tile(place, plain(pictures[picture_id][0])) for place, picture_id in enumerate(ids)],
        key="explain_own_gallery",
        label="Your own pictures",
        selected=ids.index(chosen),
        on_select=lambda place: brought.choose_own(ids[place]),
    )


def _draw_crop(upload: Upload) -> NDArray[np.uint8]:
    """Return the picture with a frame around what is kept of it; as it is where that is all."""
    if upload.notes == (_DRAWN,):
        return upload.preview
    picture = Image.fromarray(upload.preview)
    left, top, right, bottom = upload.crop
    ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), outline=_CROP_COLOUR, width=3)
    return np.asarray(picture)

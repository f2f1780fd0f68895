"""Learners' files that a class hands in: checked, pooled for this visit, and kept beside the runs if that is wanted."""

import hashlib
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cifar_core.experiments.class_folder import ClassFolder
from cifar_core.experiments.learners import LARGEST_FILE, LearnerError, LearnerRecord, parse_record
from cifar_core.runs import default_runs_dir
from dashboard.drawing.literal import literal, message, plain
from dashboard.session import memory, state
from dashboard.session.cache import why_not_startable

_UPLOADER = "class_upload"
_MOST = 100  # of a visit: they stay in the server's memory


def take_files() -> list[LearnerRecord]:
    """Draw how files come in, and what is wrong with some; return all that this visit and the runs folder hold."""
    handed, folder = memory.handed_in(), ClassFolder(default_runs_dir())
    kept, problems = folder.read()
    refused = _take_all(state.widget_value(_UPLOADER) or [], handed)
    new = [record for record in handed.values() if record not in kept]
    is_open = bool(new or refused) or not kept
    with st.expander(_count(len(new), len(kept)), icon=":material/upload_file:", expanded=is_open):
        st.file_uploader(
            "Files that learners exported under What I did",
            type=["json"],
            accept_multiple_files=True,
            key=_UPLOADER,
            help=f"Up to {LARGEST_FILE / 1e6:g} MB each, {_MOST} in all. They stay in this visit until you keep them.",
        )
        for words in refused:
            st.error(words, icon=":material/block:")
        for problem in problems:
            st.warning(literal(problem, most=None), icon=":material/broken_image:")
        _offer_keeping(folder, new, kept)
    return [*new, *kept]


def _count(num_handed: int, num_kept: int) -> str:
    if not num_handed and not num_kept:
        return "Add learners' files"
    parts = [f"{number} {what}" for number, what in ((num_handed, "of this visit"), (num_kept, "kept")) if number]
    return f"Learners' files: {', '.join(parts)}"


def _take_all(files: Sequence[Any], handed: dict[str, LearnerRecord]) -> list[str]:
    """Take files in, before what is drawn tells how many there are; return what is wrong with some of them."""
    return list(filter(None, (_take(file.name, file.getvalue(), handed) for file in files)))


def _take(name: str, content: bytes, handed: dict[str, LearnerRecord]) -> str:
    """Take a file in, once; return what is wrong with it, in Markdown, and nothing of it is taken then."""
    key = hashlib.blake2b(content, digest_size=12).hexdigest()
    if key in handed:
        return ""
    try:
        record = parse_record(content, plain(name))
    except LearnerError as error:
        return message(error)
    if len(handed) >= _MOST:
        return f"{literal(name)}: {_MOST} files are taken already; allowed: keep those, then come anew."
    handed[key] = record
    return ""


def _offer_keeping(folder: ClassFolder, new: list[LearnerRecord], kept: list[LearnerRecord]) -> None:
    why_not = why_not_startable()
    with st.container(horizontal=True, vertical_alignment="center"):
        if new:
            st.caption(f"Of this visit: {', '.join(literal(record.learner) for record in new)}.", width="content")
            st.button(
                "Keep them beside the runs",
                icon=":material/save:",
                on_click=_keep,
                args=(folder, new),
                disabled=why_not is not None,
                help="As files in the folder class/ of the runs folder, for everybody who opens this page.",
            )
        if kept:
            with st.popover("Take the kept ones away", type="tertiary", icon=":material/delete:"):
                st.write(f"{len(kept)} files are removed from the folder class/. Learners have their own.")
                st.button("Take them away", type="primary", on_click=_forget, args=(folder,))


def _keep(folder: ClassFolder, records: list[LearnerRecord]) -> None:
    try:
        for record in records:
            folder.keep(record)
    except LearnerError as error:
        st.toast(message(error), icon=":material/info:")


def _forget(folder: ClassFolder) -> None:
    try:
        folder.forget()
    except LearnerError as error:
        st.toast(message(error), icon=":material/info:")

"""The download of CIFAR-10: one in the server, watched by any number of pages."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from cifar_core.data import DownloadProgress, default_data_dir, download_archive, inspect_source, load_dataset
from cifar_core.data.reader import ARCHIVE, FOLDER
from dashboard.drawing.literal import in_code
from dashboard.session.downloading import DownloadJob, render_job

_ARCHIVE_BYTES = 170_498_071


def get_download() -> DownloadJob:
    """Return the server's one download into the data directory."""
    return _job(default_data_dir())


def render_download(*, is_primary: bool) -> None:
    """Draw the button, the progress or what went wrong; refreshes itself while bytes arrive."""
    job = get_download()
    start = partial(_render_start, job, default_data_dir(), is_primary=is_primary)
    render_job(job, "CIFAR-10", _ARCHIVE_BYTES, start, key="cifar10")


@st.cache_resource(show_spinner=False)
def _job(data_dir: Path) -> DownloadJob:
    return DownloadJob(partial(_fetch, data_dir))


def _fetch(data_dir: Path, *, on_progress: Callable[[DownloadProgress], None], should_stop: Callable[[], bool]) -> None:
    download_archive(data_dir, on_progress=on_progress, should_stop=should_stop)
    load_dataset(data_dir)


def _render_start(job: DownloadJob, data_dir: Path, *, is_primary: bool) -> None:
    begun = inspect_source(data_dir).partial_bytes
    here = f", {begun / 1e6:.0f} MB are here" if begun else ""
    label = "Try again" if job.error else "Download CIFAR-10"
    if st.button(
        f"{label} ({_ARCHIVE_BYTES / 1e6:.0f} MB{here})",
        icon=":material/download:",
        type="primary" if is_primary else "secondary",
    ):
        job.start()
        st.rerun()
    if not job.error:  # which says it already
        folder = in_code(str(data_dir))
        st.caption(f"By hand: put `{ARCHIVE}` or the folder `{FOLDER}` into {folder}, then reload this page.")

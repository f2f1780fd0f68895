"""The download of CIFAR-10: one thread in the server, watched by any number of pages."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from cifar_core.data import (
    DataError,
    DownloadProgress,
    DownloadStoppedError,
    default_data_dir,
    download_archive,
    inspect_source,
    load_dataset,
)
from cifar_core.data.reader import ARCHIVE, FOLDER
from dashboard.drawing.literal import in_code, message

_ARCHIVE_BYTES = 170_498_071


@dataclass
class DownloadJob:
    """A download that goes on whatever the pages do. The thread never calls Streamlit."""

    data_dir: Path
    progress: DownloadProgress | None = None
    error: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether bytes are on their way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether it was cancelled and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def start(self) -> None:
        """Begin, or continue what an earlier try left; does nothing while running."""
        if self.is_running:
            return
        self.error, self.progress = "", None
        self._stop.clear()
        self._thread = threading.Thread(target=self._download, name="download", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop; what has arrived is kept for the next try."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _download(self) -> None:
        try:
            download_archive(self.data_dir, on_progress=self._note, should_stop=self._stop.is_set)
            load_dataset(self.data_dir)
        except DownloadStoppedError:
            pass  # on request: what arrived is kept, and the button says so
        except (DataError, OSError) as error:
            self.error = str(error)

    def _note(self, progress: DownloadProgress) -> None:
        self.progress = progress


@st.cache_resource(show_spinner=False)
def _job(data_dir: Path) -> DownloadJob:
    return DownloadJob(data_dir)


def get_download() -> DownloadJob:
    """Return the server's one download into the data directory."""
    return _job(default_data_dir())


def render_download(*, is_primary: bool) -> None:
    """Draw the button, the progress or what went wrong; refreshes itself while bytes arrive."""
    job = get_download()
    was_running = job.is_running

    @st.fragment(run_every=1.0 if was_running else None)
    def panel() -> None:
        if job.is_running:
            _render_progress(job)
        elif was_running:
            st.rerun()  # without run_every: the polling ends with the download, and the page shows what it brought
        else:
            _render_start(job, is_primary)

    panel()


def _render_progress(job: DownloadJob) -> None:
    progress = job.progress
    if job.is_stopping:
        st.progress(0.0, text="Stopping")
    elif progress is None:
        st.progress(0.0, text="Connecting")
    else:
        total = progress.bytes_total or _ARCHIVE_BYTES
        done = f"{progress.bytes_done / 1e6:.0f} of {total / 1e6:.0f} MB, {progress.bytes_per_second / 1e6:.1f} MB/s"
        share = min(progress.bytes_done / total, 1.0)
        words = f"Downloading CIFAR-10: {done}" if share < 1 else "Checking and unpacking"
        st.progress(share, text=words)
    if st.button("Cancel", help="What has arrived is kept, the next try goes on from there."):
        job.cancel()


def _render_start(job: DownloadJob, is_primary: bool) -> None:
    if job.error:
        st.error(message(job.error), icon=":material/cloud_off:")
    partial = inspect_source(job.data_dir).partial_bytes
    begun = f", {partial / 1e6:.0f} MB are here" if partial else ""
    label = "Try again" if job.error else "Download CIFAR-10"
    if st.button(
        f"{label} ({_ARCHIVE_BYTES / 1e6:.0f} MB{begun})",
        icon=":material/download:",
        type="primary" if is_primary else "secondary",
    ):
        job.start()
        st.rerun()
    if not job.error:  # which says it already
        folder = in_code(str(job.data_dir))
        st.caption(f"By hand: put `{ARCHIVE}` or the folder `{FOLDER}` into {folder}, then reload this page.")

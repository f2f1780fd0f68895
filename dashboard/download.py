"""The download of CIFAR-10: one thread in the server, watched by any number of pages."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from cifar_core.data import DataError, DownloadProgress, default_data_dir, download_archive, load_dataset
from dashboard.cache import forget_dataset


@dataclass
class DownloadJob:
    """A download that goes on whatever the pages do. The thread never calls Streamlit."""

    data_dir: Path
    progress: DownloadProgress | None = None
    error: str = ""
    is_done: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether bytes are on their way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or continue what an earlier try left; does nothing while running."""
        if self.is_running:
            return
        self.error, self.is_done = "", False
        self._stop.clear()
        self._thread = threading.Thread(target=self._download, name="download", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop; what has arrived is kept for the next try."""
        self._stop.set()

    def _download(self) -> None:
        try:
            download_archive(self.data_dir, on_progress=self._note, should_stop=self._stop.is_set)
            load_dataset(self.data_dir)
        except (DataError, OSError) as error:
            self.error = str(error)
        else:
            self.is_done = True

    def _note(self, progress: DownloadProgress) -> None:
        self.progress = progress


@st.cache_resource(show_spinner=False)
def _job(data_dir: Path) -> DownloadJob:
    return DownloadJob(data_dir)


def get_download() -> DownloadJob:
    """Return the server's one download into the data directory."""
    return _job(default_data_dir())


def render_download() -> None:
    """Draw the button, the progress or what went wrong; refreshes itself while bytes arrive."""
    job = get_download()

    @st.fragment(run_every=1.0 if job.is_running else None)
    def panel() -> None:
        if job.is_running:
            _render_progress(job)
        elif job.is_done:
            job.is_done = False
            forget_dataset()
            st.rerun()
        else:
            _render_start(job)

    panel()


def _render_progress(job: DownloadJob) -> None:
    progress = job.progress
    if progress is None:
        st.progress(0.0, text="Connecting")
    else:
        total = progress.bytes_total or 170_498_071
        done = f"{progress.bytes_done / 1e6:.0f} of {total / 1e6:.0f} MB, {progress.bytes_per_second / 1e6:.1f} MB/s"
        st.progress(min(progress.bytes_done / total, 1.0), text=f"Downloading CIFAR-10: {done}")
    if st.button("Cancel", help="What has arrived is kept, the next try goes on from there."):
        job.cancel()


def _render_start(job: DownloadJob) -> None:
    if job.error:
        st.error(job.error, icon=":material/cloud_off:")
    label = "Try again" if job.error else "Download CIFAR-10 (170 MB)"
    if st.button(label, icon=":material/download:", type="primary"):
        job.start()
        st.rerun()

"""Downloads: each one thread in the server, watched by any number of pages."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from cifar_core.data import DataError, DownloadProgress, DownloadStoppedError
from dashboard.drawing.literal import message

_REFRESH_SECONDS = 1.0


class Fetch(Protocol):
    """Brings a file, and says how far it is."""

    def __call__(self, *, on_progress: Callable[[DownloadProgress], None], should_stop: Callable[[], bool]) -> object:
        """Bring it; what it returns does not matter."""


@dataclass
class DownloadJob:
    """A download that goes on whatever the pages do. The thread never calls Streamlit.

    Attributes:
        fetch: Brings the file.
        progress: What it said last.
        error: Why it did not succeed; empty while nothing went wrong.
    """

    fetch: Fetch
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
            self.fetch(on_progress=self._note, should_stop=self._stop.is_set)
        except DownloadStoppedError:
            pass  # on request: what arrived is kept, and the button says so
        except (DataError, OSError) as error:
            self.error = str(error)

    def _note(self, progress: DownloadProgress) -> None:
        self.progress = progress


def render_job(job: DownloadJob, what: str, num_bytes: int, render_start: Callable[[], None], *, key: str) -> None:
    """Draw how far a download is, or what starts it; refreshes itself while bytes arrive.

    Args:
        job: The download.
        what: It brings, as its name.
        num_bytes: Of the file, for a server that does not say.
        render_start: Draws the button that starts it.
        key: Of its buttons.
    """
    was_running = job.is_running

    @st.fragment(run_every=_REFRESH_SECONDS if was_running else None)
    def panel() -> None:
        if job.is_running:
            _render_progress(job, what, num_bytes, key)
        elif was_running:
            st.rerun()  # without run_every: the polling ends with the download, and the page shows what it brought
        else:
            if job.error:
                st.error(message(job.error), icon=":material/cloud_off:")
            render_start()

    panel()


def size(num_bytes: float) -> str:
    """Return a size in MB, or in kB below one of them."""
    return f"{num_bytes / 1e6:.0f} MB" if num_bytes >= 1e6 else f"{num_bytes / 1e3:.0f} kB"


def _render_progress(job: DownloadJob, what: str, num_bytes: int, key: str) -> None:
    progress = job.progress
    if job.is_stopping:
        st.progress(0.0, text="Stopping")
    elif progress is None:
        st.progress(0.0, text="Connecting")
    else:
        total = progress.bytes_total or num_bytes
        unit, one = ("MB", 1e6) if total >= 1e6 else ("kB", 1e3)
        done = f"{progress.bytes_done / one:.0f} of {size(total)}, {progress.bytes_per_second / one:.1f} {unit}/s"
        share = min(progress.bytes_done / total, 1.0)
        st.progress(share, text=f"Downloading {what}: {done}" if share < 1 else "Checking what came")
    if st.button("Cancel", key=f"{key}_cancel", help="What has arrived is kept, the next try goes on from there."):
        job.cancel()

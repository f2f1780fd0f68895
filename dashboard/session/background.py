"""What takes a while to compute: there at once if it was made before, else made in the background while a bar moves."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cifar_core.data import Dataset, default_data_dir
from cifar_core.derived import Arrays, DerivedStore, Request
from cifar_core.files import Stamp, stamp
from cifar_core.training.device import count_cores
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import about, percent
from dashboard.session.cache import get_store, is_any_training

_REFRESH_SECONDS = 0.5


def read_derived(request: Request) -> Arrays | None:
    """Return the arrays of a derived kind if they are made already."""
    store = DerivedStore(default_data_dir())
    stamped = stamp(path := store.path(request))
    return None if stamped is None else _arrays(path, stamped, store, request)


def find_derived(dataset: Dataset, kind: str, what: str, options: dict[str, str | int] | None = None) -> Arrays | None:
    """Return the arrays of a derived kind; if they are not made yet, have them made and show how far that is.

    Args:
        dataset: What they are derived from.
        kind: One of `cifar_core.derived.KINDS`.
        what: In words, for the progress bar; shown as they are.
        options: Whatever else they depend on.
    """
    request = Request(kind, dataset.fingerprint, options or {})
    arrays = read_derived(request)
    if arrays is None:
        _render_progress(DerivedStore(default_data_dir()), request, what)
    return arrays


def is_derived(request: Request) -> bool:
    """Whether the arrays are there, or being made."""
    store = DerivedStore(default_data_dir())
    return store.progress(request).state in ("running", "done")


def _render_progress(store: DerivedStore, request: Request, what: str) -> None:
    progress = store.progress(request)
    if progress.state == "failed":
        st.error(f"{literal(what, most=None)} failed: {message(progress.message)}", icon=":material/error:")
        _offer("Try again", ":material/refresh:", store.forget, request)
        return
    if progress.state == "stopped":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{literal(what, most=None)}: stopped at {percent(progress.share, 0)}.", width="content")
            _offer("Start it again", ":material/play_arrow:", store.forget, request)
        return
    if progress.state == "absent":
        is_training = is_any_training(get_store().list_runs())
        store.start(request, num_threads=1 if is_training else count_cores())

    @st.fragment(run_every=_REFRESH_SECONDS)
    def bar() -> None:
        progress = store.progress(request)
        if progress.state != "running":
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            left = "" if progress.seconds_left is None else f" About {about(progress.seconds_left)} left."
            text = f"{literal(what, most=None)}.{left} Once made, it is kept."
            st.progress(progress.share, text=text, width="stretch")
            _offer("Stop", ":material/stop:", store.stop, request)

    bar()


def _offer(label: str, icon: str, act: Callable[[Request], None], request: Request) -> None:
    st.button(label, icon=icon, key=f"{label}_{request.key}", on_click=act, args=(request,))


@st.cache_resource(show_spinner=False, max_entries=8)
def _arrays(path: Path, stamped: Stamp, _store: DerivedStore, _request: Request) -> Arrays | None:
    return _store.load(_request)

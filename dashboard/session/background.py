"""What takes a while to compute: there at once if it was made before, else made in the background while a bar moves."""

from pathlib import Path

import streamlit as st

from cifar_core.data import Dataset, default_data_dir
from cifar_core.derived import Arrays, DerivedStore, Request
from cifar_core.files import Stamp, stamp
from cifar_core.training.device import count_cores
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import percent
from dashboard.session.cache import get_store

_REFRESH_SECONDS = 0.5


def find_derived(dataset: Dataset, kind: str, what: str, options: dict[str, str | int] | None = None) -> Arrays | None:
    """Return the arrays of a derived kind; if they are not made yet, have them made and show how far that is.

    Args:
        dataset: What they are derived from.
        kind: One of `cifar_core.derived.KINDS`.
        what: In words, for the progress bar; shown as they are.
        options: Whatever else they depend on.
    """
    store, request = DerivedStore(default_data_dir()), Request(kind, dataset.fingerprint, options or {})
    path = store.path(request)
    if (stamped := stamp(path)) is not None:
        arrays = _arrays(path, stamped, store, request)
        if arrays is not None:
            return arrays
    _render_progress(store, request, what)
    return None


def is_derived(request: Request) -> bool:
    """Whether the arrays are there, or being made."""
    store = DerivedStore(default_data_dir())
    return store.path(request).exists() or store.progress(request).state == "running"


def _render_progress(store: DerivedStore, request: Request, what: str) -> None:
    progress = store.progress(request)
    if progress.state == "failed":
        st.error(f"{literal(what, most=None)} failed: {message(progress.message)}", icon=":material/error:")
        st.button(
            "Try again", icon=":material/refresh:", key=f"retry_{request.key}", on_click=store.forget, args=(request,)
        )
        return
    if progress.state == "stopped":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{literal(what, most=None)}: stopped at {percent(progress.share, 0)}.", width="content")
            again = {"key": f"again_{request.key}", "on_click": store.forget, "args": (request,)}
            st.button("Start it again", icon=":material/play_arrow:", **again)
        return
    if progress.state == "absent":
        is_training = any(run.status.status == "running" for run in get_store().list_runs())
        store.start(request, num_threads=1 if is_training else count_cores())

    @st.fragment(run_every=_REFRESH_SECONDS)
    def bar() -> None:
        progress = store.progress(request)
        if progress.state != "running":
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(progress.share, text=f"{literal(what, most=None)}. Once made, it is kept.", width="stretch")
            stop = {"key": f"stop_{request.key}", "on_click": store.stop, "args": (request,)}
            st.button("Stop", icon=":material/stop:", **stop)

    bar()


@st.cache_resource(show_spinner=False, max_entries=8)
def _arrays(path: Path, stamped: Stamp, _store: DerivedStore, _request: Request) -> Arrays | None:
    return _store.load(_request)

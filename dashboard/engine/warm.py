"""Heavy imports, once a server, behind the first page instead of in front of it."""

import gc
import importlib
import itertools
import threading
import time

import psutil
import streamlit as st

from cifar_core.runs.executor import keep_imports
from dashboard.engine.tabs import forget_closed_tabs, give_memory_back

# Last what stands on the others: by then each page that waits finds them whole.
_HEAVY = ("torch", "captum.attr", "plotly.graph_objects", "dashboard.engine.networks")
# What few views need, and as long again to import (torchvision brings torch's compiler along): no page waits for it but
# one that needs it itself.
_LATE = ("scipy.stats", "sklearn.metrics", "sklearn.cluster", "torchvision.transforms.v2")
_THREAD, _LATE_THREAD = "warm-up", "late warm-up"
_COLLECT_EVERY = 1.0
# A new server's first pages, and a demo's first epochs, have all cores; from then on, as soon as one of them is idle.
_FIRST_SECONDS, _LOOK_SECONDS, _LONGEST_SECONDS = 10.0, 2.0, 120.0
_IDLE_PER_CENT = 90.0
_TIDY_EVERY = 30  # of these


def keep_imports_when_quiet() -> None:
    """Have what trainings import imported once for all of them, in a process of its own, when that disturbs nobody."""
    threading.Thread(target=_keep_imports_when_quiet, name="fork server", daemon=True).start()


def _keep_imports_when_quiet() -> None:
    until = time.monotonic() + _LONGEST_SECONDS
    time.sleep(_FIRST_SECONDS)
    while time.monotonic() < until:
        if sum(100 - busy for busy in psutil.cpu_percent(_LOOK_SECONDS, percpu=True)) >= _IDLE_PER_CENT:
            break
    keep_imports()


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Import what later clicks need, in the background; called on every run, works once."""
    thread = threading.Thread(target=_import_all, name=_THREAD, daemon=True)
    thread.start()
    return thread


def wait_until_warm() -> None:
    """Wait for those imports: a page that imported the same at the same time could meet a module half made."""
    for thread in threading.enumerate():
        if thread.name == _THREAD:
            thread.join()


def _import_all() -> None:
    _import(_HEAVY)
    from cifar_core.config import SimpleCNNConfig
    from dashboard.engine import networks

    # Workers train on the same cores; the pages' own small forward passes need no more than one.
    networks.torch.set_num_threads(1)
    networks.summarize(SimpleCNNConfig())
    threading.Thread(target=_import_late, name=_LATE_THREAD, daemon=True).start()


def _import_late() -> None:
    _import(_LATE)
    # Half a million objects of imported modules would cost 0.3 s at each collection.
    gc.collect()
    gc.freeze()
    threading.Thread(target=_keep_collecting, name="garbage", daemon=True).start()


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)


def collect_if_due() -> bool:
    """Collect garbage if there are some thousand objects more than after the last time; return whether there were."""
    is_due = gc.get_count()[2] > 0
    if is_due:
        gc.collect()
    return is_due


def _keep_collecting() -> None:
    """Collect once a second at most.

    Streamlit would collect after each run of each page, which costs ten milliseconds: half of a small page, and with
    twenty sessions twenty times what it brings. Not to collect at all would let memory grow by gigabytes.
    """
    for turn in itertools.count(1):
        time.sleep(_COLLECT_EVERY)
        collect_if_due()
        if turn % _TIDY_EVERY == 0:
            forget_closed_tabs()
            give_memory_back()

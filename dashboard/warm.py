"""Heavy imports, once a server, behind the first page instead of in front of it."""

import gc
import importlib
import threading

import streamlit as st

_HEAVY = (
    "torch",
    "torchvision",
    "captum.attr",
    "sklearn.metrics",
    "plotly.graph_objects",
    "cifar_core.models",
    "cifar_core.evaluation.predict",
    "cifar_core.attribution.attribute",
    "cifar_core.attribution.inside",
    "cifar_core.attribution.trust",
    "cifar_core.evaluation.changes",
)
_THREAD = "warm-up"


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
    for name in _HEAVY:
        importlib.import_module(name)
    import torch

    from cifar_core.config import SimpleCNNConfig
    from cifar_core.models import summarize_config

    # Workers train on the same cores; the pages' own small forward passes need no more than one.
    torch.set_num_threads(1)
    summarize_config(SimpleCNNConfig())
    # Streamlit collects garbage after every run. Half a million objects of imported modules would cost 0.3 s each time.
    gc.collect()
    gc.freeze()

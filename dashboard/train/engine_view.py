"""Where a run would train, on pages of a server that leaves it to an engine on several machines."""

import streamlit as st

from cifar_core.runs import RunStore
from dashboard.drawing.literal import message, plain
from dashboard.session.cache import get_store


def render_engine() -> None:
    """Say beside Start how many slots are free, and what is wrong. Nothing where this machine trains by itself."""
    store = get_store()
    if store.trains_here:
        return
    if problem := store.engine().problem:
        st.warning(message(problem), icon=":material/lan:")
    else:
        st.caption(f":material/lan: {message(describe_places(store))}")


def describe_places(store: RunStore) -> str:
    """Say what an engine has to train on, in a sentence."""
    engine = store.engine()
    if not engine.places:
        return "No machine of the cluster is there yet: a run waits for the first one."
    machines = "one machine" if engine.num_hosts == 1 else f"{engine.num_hosts} machines"
    return f"Trains on a cluster of {machines}: {engine.num_free} of {len(engine.places)} slots are free."


def describe_engine(store: RunStore) -> str:
    """Say what keeps an engine from starting a run that waits; nothing where that is not known, or no engine trains."""
    if store.trains_here:
        return ""
    engine = store.engine()
    if engine.problem:
        return plain(engine.problem, most=None)
    return "" if engine.places else "No machine of the cluster is there yet."

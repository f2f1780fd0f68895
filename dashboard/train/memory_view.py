"""How much memory and disk a run will need, before it is started."""

import streamlit as st

from cifar_core.config import RunConfig
from dashboard import engine
from dashboard.session.cache import get_dataset, get_store


def describe_memory(config: RunConfig) -> str:
    """Say how much memory the run would need at its most, and where; and how much disk for what it keeps."""
    need = engine.estimate_memory_need(config, len(get_dataset().images), get_store().runs_dir)
    where = "of the GPU" if need.device != "cpu" else "here" if get_store().trains_here else "of its machine"
    kept = f" About **{need.weights_bytes / 1e6:,.0f} MB** of disk for every epoch's weights." * bool(
        need.weights_bytes
    )
    return f"About **{need.num_bytes / 1e9:.1f} GB** of memory {where} while it trains.{kept}"


def render_shortage(config: RunConfig) -> None:
    """Warn before Start where the run would probably not fit. It can be started all the same: these are estimates."""
    need = engine.estimate_memory_need(config, len(get_dataset().images), get_store().runs_dir)
    if need.shortage and get_store().trains_here:  # nobody here knows what others have free
        st.warning(need.shortage, icon=":material/memory_alt:")
    if need.little_room:
        st.warning(need.little_room, icon=":material/hard_drive:")

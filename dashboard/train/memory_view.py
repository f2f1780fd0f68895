"""How much memory a run will need, before it is started."""

import streamlit as st

from cifar_core.config import RunConfig
from dashboard import engine
from dashboard.session.cache import get_dataset


def describe_memory(config: RunConfig) -> str:
    """Say how much memory the run would need at its most, and where."""
    need = engine.estimate_memory_need(config, len(get_dataset().images))
    where = "of the GPU" if need.device != "cpu" else "here"
    return f"About **{need.num_bytes / 1e9:.1f} GB** of memory {where} while it trains."


def render_shortage(config: RunConfig) -> None:
    """Warn before Start where the run would probably not fit. It can be started all the same: it is an estimate."""
    need = engine.estimate_memory_need(config, len(get_dataset().images))
    if need.shortage:
        st.warning(need.shortage, icon=":material/memory_alt:")

"""Overview: the loop with what was reached in it, what there is to look at, and on what it runs."""

import psutil
import streamlit as st

from dashboard.drawing.literal import in_code, literal
from dashboard.overview.data_view import find_dataset, render_data
from dashboard.overview.latest import render_latest
from dashboard.overview.loop import render_loop
from dashboard.session.cache import get_devices
from dashboard.session.frame import page_frame


def render_machine() -> None:
    """Say in a line what can train here."""
    memory = psutil.virtual_memory()
    free = f"{memory.available / 2**30:.0f} of {memory.total / 2**30:.0f} GiB memory free"
    devices = [f"**{literal(each.title)}** {in_code(each.name)}, {literal(each.detail)}" for each in get_devices()]
    st.caption(f":material/memory: {'; '.join([*devices, free])}.")


with page_frame("Overview"):
    found = find_dataset()
    if found is not None:
        render_loop(found)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        render_data(found)
    with right:
        render_latest()
    render_machine()  # last: a new server is still loading what knows the devices

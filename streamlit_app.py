"""Overview: what is here, and what to do next."""

import psutil
import streamlit as st

from dashboard.drawing.literal import in_code, literal
from dashboard.overview.data_view import find_dataset, render_data
from dashboard.overview.next_step import render_runs
from dashboard.session.cache import get_devices
from dashboard.session.frame import page_frame


def render_machine() -> None:
    """Say what can train here."""
    with st.container(border=True):
        st.subheader("This machine")
        for device in get_devices():
            st.markdown(f"**{literal(device.title)}** {in_code(device.name)}, {literal(device.detail)}")
        memory = psutil.virtual_memory()
        st.caption(f"{memory.available / 2**30:.0f} of {memory.total / 2**30:.0f} GiB memory free.")


with page_frame("Overview"):
    st.write(
        "See what a convolutional network learns, where it fails and why: look at the images, train a network, open "
        "its errors, ask what it looked at, change one thing, go round again."
    )
    found = find_dataset()
    left, right = st.columns([3, 2])
    with left:
        render_runs(found)
    with right:
        render_data(found)
        render_machine()

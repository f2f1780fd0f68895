"""The server of the page whose pixels are looked at."""

import streamlit as st

from dashboard.components import modules

app = st.App("pixel_page.py", routes=modules.create_routes())

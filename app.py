"""The dashboard's server: Streamlit's pages, and what open pages ask for without being drawn again.

streamlit run app.py
"""

import streamlit as st

from cifar_core.processes import allow_many_files
from dashboard.components import modules
from dashboard.session import activity, dictionary
from dashboard.train import feed

allow_many_files()
_ROUTES = [route for each in (modules, dictionary, feed, activity) for route in each.create_routes()]
app = st.App("streamlit_app.py", routes=_ROUTES)

"""The dashboard's server: Streamlit's pages, and what open pages ask for without being drawn again.

streamlit run app.py
"""

import streamlit as st

from cifar_core.processes import allow_many_files
from dashboard import document
from dashboard.components import modules
from dashboard.gate import create_gate
from dashboard.session import activity, dictionary, live_page, pictures
from dashboard.train import feed

allow_many_files()
owners = (document, modules, pictures, dictionary, feed, activity, live_page)
routes = [route for owner in owners for route in owner.create_routes()]
app = st.App("streamlit_app.py", routes=routes, middleware=[create_gate()])

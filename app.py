"""The dashboard's server: Streamlit's pages, and what open pages ask for without being drawn again.

streamlit run app.py
"""

import streamlit as st

from dashboard.train.feed import create_routes

app = st.App("streamlit_app.py", routes=create_routes())

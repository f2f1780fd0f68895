"""The script that Streamlit runs for every page: it finds out which one is asked for, and draws that."""

import streamlit as st

from dashboard.session.links import list_pages

st.navigation(list_pages(), position="hidden").run()  # the sidebar is the frame's

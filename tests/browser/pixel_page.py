"""A page that shows one scene: ?show=scatter."""

import streamlit as st

from tests.browser.pixel_scenes import SCENES

SCENES[st.query_params["show"]]()

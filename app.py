"""The dashboard's server: Streamlit's pages, and what open pages ask for without being drawn again.

streamlit run app.py
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from cifar_core.processes import allow_many_files
from dashboard import document
from dashboard.arrivals import create_arrivals
from dashboard.components import modules
from dashboard.engine.warm import keep_imports_when_quiet
from dashboard.gate import create_gate
from dashboard.session import activity, dictionary, live_page, pictures
from dashboard.static_files import create_static_files
from dashboard.train import feed


@asynccontextmanager
async def serve(_app: st.App) -> AsyncIterator[None]:
    """Have what trainings need imported, behind the first pages, as long as the server runs."""
    keep_imports_when_quiet()
    yield


allow_many_files()
owners = (document, modules, pictures, dictionary, feed, activity, live_page)
routes = [route for owner in owners for route in owner.create_routes()]
middleware = [create_gate(), create_static_files(), document.create_documents(), create_arrivals()]
app = st.App("streamlit_app.py", routes=routes, lifespan=serve, middleware=middleware)

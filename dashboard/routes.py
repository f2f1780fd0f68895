"""Addresses that the server answers beside Streamlit's; `dashboard.gate` stands before all of them."""

from collections.abc import Callable

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def own_address(path: str) -> str:
    """Return a path as browsers ask for it: below the one that the dashboard as a whole is served at."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/{path}" if base else f"/{path}"


def own_route(path: str, answer: Callable[[Request], Response]) -> Route:
    """Return the route of such a path."""
    return Route(own_address(path), answer, methods=["GET"])

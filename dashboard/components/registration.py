"""Register a component from the files beside its module."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.colours import colour_css
from dashboard.components.modules import module_address

# What Streamlit sends with each mount in place of the component: the browser keeps what it loads.
_LOADER = """const address = new URL("{address}", document.baseURI);
export default async (mounted) => (await import(address)).default(mounted);
"""
_HOST = Path(__file__).parent / "shared" / "host.css"


def register(module_file: str) -> Callable[..., Any]:
    """Return the mount function of the component whose `component.html`, `.css` and `.js` lie beside the module.

    Called once, when the module is imported: registering again would remount what is on the page.
    """
    folder = Path(module_file).parent
    html, css = ((folder / f"component.{ending}").read_text(encoding="utf-8") for ending in ("html", "css"))
    css = colour_css() + _HOST.read_text(encoding="utf-8") + css
    loader = _LOADER.format(address=module_address(f"{folder.name}/component.js"))
    return st.components.v2.component(f"cifar_lab_{folder.name}", html=html, css=css, js=loader)

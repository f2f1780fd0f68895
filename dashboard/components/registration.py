"""Register a component from the files beside its module."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def register(module_file: str) -> Callable[..., Any]:
    """Return the mount function of the component whose `component.html`, `.css` and `.js` lie beside the module.

    Called once, when the module is imported: registering again would remount what is on the page.
    """
    folder = Path(module_file).parent
    html, css, js = ((folder / f"component.{ending}").read_text(encoding="utf-8") for ending in ("html", "css", "js"))
    return st.components.v2.component(f"cifar_lab_{folder.name}", html=html, css=css, js=js)

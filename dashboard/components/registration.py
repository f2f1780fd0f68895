"""Register a component from the files beside its module."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboard.components.colours import colour_css
from dashboard.components.modules import module_address

# What Streamlit sends with each mount in place of the component: the browser keeps what it loads. Over a slow line the
# HTML is there long before: `host.css` hides it until now, or its buttons would be heard by nobody. Where the data says
# how much `room` all will take, it is kept from the first, so that nothing below moves.
_LOADER = """const address = new URL("{address}", document.baseURI);
export default async (mounted) => {{
  mounted.parentElement.host.style.minHeight = mounted.data?.room ?? "";
  const component = await import(address);
  mounted.parentElement.host.dataset.ready = "";
  return component.default(mounted);
}};
"""
_SHARED = Path(__file__).parent / "shared"


def register(module_file: str, *looks: Literal["buttons", "cells", "keys", "tip"]) -> Callable[..., Any]:
    """Return the mount function of the component whose `component.html`, `.css` and `.js` lie beside the module.

    Called once, when the module is imported: registering again would remount what is on the page.

    Args:
        module_file: The module's `__file__`.
        looks: CSS of `shared/` that it begins with; its own has the last word.
    """
    folder = Path(module_file).parent
    html, css = ((folder / f"component.{ending}").read_text(encoding="utf-8") for ending in ("html", "css"))
    shared = "".join((_SHARED / f"{look}.css").read_text(encoding="utf-8") for look in ("host", *looks))
    loader = _LOADER.format(address=module_address(f"{folder.name}/component.js"))
    return st.components.v2.component(f"cifar_lab_{folder.name}", html=html, css=colour_css() + shared + css, js=loader)

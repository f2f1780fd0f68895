"""Garbage is collected by the dashboard, not after each run of a page."""

import gc
import tomllib
import weakref
from pathlib import Path

from dashboard.engine.warm import collect_if_due


class _Node:
    def __init__(self):
        self.itself = self


def test_garbage_goes_once_much_was_made_and_not_before():
    gc.collect()
    gone = weakref.ref(_Node())
    assert not collect_if_due()
    assert gone() is not None
    kept = [[] for _ in range(20_000)]
    assert collect_if_due()
    assert gone() is None
    assert len(kept) == 20_000


def test_streamlit_leaves_it_to_the_dashboard():
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
    assert config["runner"]["postScriptGC"] is False

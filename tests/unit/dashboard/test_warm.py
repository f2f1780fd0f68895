"""Garbage is collected by the dashboard, not after each run of a page; trainings find their imports done."""

import asyncio
import gc
import runpy
import tomllib
import weakref
from pathlib import Path

import pytest

from dashboard.engine import warm
from dashboard.engine.warm import collect_if_due

ROOT = Path(__file__).parents[3]


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
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["runner"]["postScriptGC"] is False


@pytest.mark.parametrize(
    ("busy", "looks"),
    [
        ([[3.0, 4.0]], 1),
        ([[100.0, 99.0], [60.0, 55.0], [95.0, 10.0]], 3),
        ([[100.0, 100.0, 100.0, 5.0]], 1),
        ([[100.0, 100.0]], 55),  # never idle: after two minutes it begins all the same
    ],
)
def test_imports_are_kept_once_a_core_is_idle_or_after_two_minutes(monkeypatch, busy, looks):
    now, seen, kept = [0.0], [], []

    def measure(seconds, percpu):
        assert percpu
        now[0] += seconds
        seen.append(now[0])
        return busy[min(len(seen), len(busy)) - 1]

    def sleep(seconds):
        now[0] += seconds

    monkeypatch.setattr(warm.psutil, "cpu_percent", measure)
    monkeypatch.setattr(warm.time, "sleep", sleep)
    monkeypatch.setattr(warm.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(warm, "keep_imports", lambda: kept.append(now[0]))
    warm._keep_imports_when_quiet()
    assert kept == [seen[-1]]
    assert (len(seen), seen[0]) == (looks, 12.0), "a new server's first pages have all cores"


def test_whoever_serves_pages_keeps_them(monkeypatch):
    begun = []
    monkeypatch.setattr(warm, "keep_imports_when_quiet", lambda: begun.append(True))
    serve = runpy.run_path(str(ROOT / "app.py"))["serve"]

    async def live():
        async with serve(None):
            assert begun == [True]

    asyncio.run(live())

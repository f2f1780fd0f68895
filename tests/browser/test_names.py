"""python -m pytest tests/browser/test_names.py. A name asks no other server, and reads as it was written."""

import json
from urllib.parse import urlsplit

import pytest

from cifar_core.config import RunConfig
from cifar_core.runs import RunStore, SavedPresets
from tests.browser.app import expect_drawn

NAME = "![p](http://e.test/p)<img src=//e.test/q>$x$ :red[r] :smile: **b** a -> b"
PRESET = "<b>p</b>![p](//e.test/r)"


@pytest.fixture
def hostile_run(app, trained_run):
    """The trained run under another name, and a preset of such a name."""
    SavedPresets(app.runs_dir).save(PRESET, RunConfig())
    meta_path = RunStore(app.runs_dir).record(trained_run).run_dir / "meta.json"
    before = meta_path.read_text()
    meta_path.write_text(json.dumps(json.loads(before) | {"name": NAME, "note": NAME, "preset": PRESET}))
    yield trained_run
    meta_path.write_text(before)
    SavedPresets(app.runs_dir).delete(PRESET)


@pytest.mark.timeout(300)
def test_no_page_asks_anybody_else_or_draws_what_a_name_says(app, page, hostile_run):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    views = {
        "": [""],
        "Explore": ["image=5000", "image=5000&view=Map&map=features"],
        "Augment": [""],
        "Train": [f"part=new&preset={PRESET}", "watch=Confusion", "watch=Layers"],
        "Runs": [f"runs={hostile_run}"],
        "Errors": ["show=Mistakes&against=1", "show=Learning"],
        "Explain": ["image=5000&see=What+if", "image=5000&see=How+firm"],
    }
    for name, queries in views.items():
        for query in queries:
            page.goto(f"{app.url}/{name}?run={hostile_run}&{query}")
            expect_drawn(page)
            page.wait_for_timeout(700)
            sources = page.locator("img").evaluate_all("images => images.map((image) => image.src)")
            links = page.locator("a").evaluate_all("links => links.map((link) => link.href)")
            assert not [each for each in sources + links if urlsplit(each).hostname == "e.test"], name
            # Overview shows the newest few runs only, and a form speaks of settings.
            if name not in ("", "Explore", "Augment") and "part=new" not in query:
                assert NAME in page.locator("body").inner_text(), name
    hosts = {urlsplit(url).hostname for url in asked if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}

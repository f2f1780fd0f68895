"""python -m pytest tests/browser/test_sweeps.py. A sweep's settings brushed by mouse and keyboard, for everybody."""

import re

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from cifar_core.sweeps import SweepStore, Trial, create_plan
from tests.browser.app import expect_drawn
from tests.browser.test_accessibility import AXE, IS_DARK, find_violations
from tests.browser.test_components import COUNT_COLOURS, is_wider_than_the_window
from tests.unit.runs_helpers import IdleExecutor, wait_until

pytest.importorskip("optuna")

SEARCH = {"optimizer.learning_rate": "log:0.001:1", "model.width": "4:64", "data.normalization": ["half", "none"]}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@pytest.fixture
def sweep(app):
    """A sweep of seven that is over; its runs were deleted since."""
    store = SweepStore(RunStore(app.runs_dir, IdleExecutor()))
    begun = store.start(create_plan({"name": "rates", "search": SEARCH, "budget": len(RATES)}))
    trials = [
        Trial(
            number=place,
            values=dict(zip(SEARCH, (rate, 8 * place + 4, "none" if place % 2 else "half"), strict=True)),
            scores={0: 0.6 - 0.05 * abs(place - 3)},
            runs={0: f"20260101-0000-rate-{place}"},
            seconds=10.0,
        )
        for place, rate in enumerate(RATES)
    ]
    path = app.runs_dir / "sweeps" / begun.id / "sweep.json"
    path.write_text(begun.model_copy(update={"trials": tuple(trials)}).model_dump_json())
    yield begun
    path.unlink()


def test_lines_are_selected_by_mouse_and_keyboard_and_the_address_keeps_it(app, open_window, sweep):
    page = open_window()
    page.goto(f"{app.url}/Sweeps?sweep={sweep.id}")
    state, canvas = page.locator(".parallel .state"), page.locator(".parallel canvas")
    expect(state).to_have_text("All 7 are shown")
    wait_until(lambda: canvas.evaluate(COUNT_COLOURS) > 3)
    expect_drawn(page)

    box = canvas.bounding_box()
    x = box["x"] + 62  # the first axis, upwards from 0.001 to 1
    page.mouse.move(x, box["y"] + 50 + 0.7 * 264)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 50 + 0.3 * 264, steps=4)
    page.mouse.up()
    expect(state).to_contain_text("3 of 7 selected: Learning rate 0.0")
    expect(page).to_have_url(re.compile("brush=optimizer.learning_rate"))
    expect(page.get_by_text("The best of the 3 selected")).to_be_visible()

    page.reload()
    expect(state).to_contain_text("3 of 7 selected")
    handle = page.get_by_role("slider", name="Normalisation, up to")
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(handle).to_have_attribute("aria-valuetext", "half")
    expect(state).to_contain_text("2 of 7 selected")
    expect(page).to_have_url(re.compile("data.normalization"))
    page.get_by_role("button", name="Select all again").click()
    expect(state).to_have_text("All 7 are shown")
    expect(page).not_to_have_url(re.compile("brush="))

    for _ in range(2):  # what Back took is brushed again in the same way
        handle.focus()
        page.keyboard.press("ArrowDown")
        expect(page).to_have_url(re.compile("data.normalization"))
        page.go_back()
        expect(page).not_to_have_url(re.compile("brush="))
        expect(state).to_have_text("All 7 are shown")


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: `make test-browser` brings it")
def test_axe_finds_nothing_serious_in_a_sweep_also_on_a_phone_in_the_dark(app, open_window, sweep):
    page = open_window()
    page.goto(f"{app.url}/Sweeps?sweep={sweep.id}")
    expect(page.locator(".parallel .state")).to_have_text("All 7 are shown")
    expect_drawn(page)
    page.add_script_tag(path=AXE)
    found = find_violations(page, "light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".parallel.lying")).to_be_visible()
    page.wait_for_timeout(200)  # colours change by and by
    assert not is_wider_than_the_window(page)
    found += find_violations(page, "dark phone")
    assert not found, "\n".join(found)

"""The table of corruptions in a real browser: measured in the background, by mouse, by keyboard, and back."""

import re

from playwright.sync_api import expect


def test_a_cell_of_the_measured_table_opens_its_images(app, trained_run, page):
    page.goto(f"{app.url}/Errors?run={trained_run}&show=Robust")
    page.get_by_role("button", name="Measure it on 500 val images").click()
    fog, frost = (
        page.get_by_role("button", name=re.compile(f"^{name}, severity 5: .* right")) for name in ("Fog", "Frost")
    )
    fog.click(timeout=60_000)
    expect(page).to_have_url(re.compile("worse=fog-5"))
    expect(fog).to_have_attribute("aria-pressed", "true")
    fog.press("ArrowUp")
    expect(frost).to_be_focused()
    frost.press("Enter")
    expect(page).to_have_url(re.compile("worse=frost-5"))
    expect(page.get_by_role("listbox", name="under frost", exact=False).first).to_be_visible()
    page.go_back()
    expect(fog).to_have_attribute("aria-pressed", "true")

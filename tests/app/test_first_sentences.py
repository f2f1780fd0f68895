"""Every view of Errors, Explain and Labels begins with one sentence that says what it shows of this run."""

import re

import pytest

from tests.app.driving import save_weights

VIEWS = {
    ("Errors", "show"): ("Mistakes", "Classes", "Calibration", "Learning", "Labels", "Robust", "Score card"),
    ("Labels", "labels"): ("Doubted", "Known", "People", "Game"),
    ("Explain", "see"): ("Where it looked", "Trust", "How firm", "What if", "What taught it", "Inside", "Class"),
}
_BEFORE = ("popover", "download_button", "flex_container", "vertical", "horizontal", "container", "block")


@pytest.mark.parametrize(("page", "parameter"), VIEWS)
def test_every_view_begins_with_a_sentence_of_this_run(open_page, lab, page, parameter):
    run_id = lab.complete("told")
    save_weights(lab.record(run_id))
    for view in VIEWS[page, parameter]:
        at = open_page(page, run=run_id, **{parameter: view})
        elements = [element for element in at.main if element.type not in _BEFORE]
        switch = next(place for place, each in enumerate(elements) if getattr(each, "label", "") == "View")
        first = elements[switch + 1]
        assert first.type in ("markdown", "info"), f"{view}: {first.type}"
        assert re.fullmatch(r"[^.]+(\.\d[^.]*)*(\.|\))", first.value.strip(), re.S), f"{view}: {first.value}"
        assert re.search(r"\d|\*\*", first.value), f"{view} says nothing of this run: {first.value}"

"""What all pages share: navigation, data badge, run picker, the run in the address."""

import json
from pathlib import Path

import pytest

from cifar_core.data import inspect_source
from dashboard.components.numbers import WHOLE
from dashboard.session.address import PAGES as TITLES
from dashboard.session.links import FIRST_PAGE, SECTIONS, list_pages
from tests.app.driving import save_weights
from tests.app.reading import component_messages, labelled

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (ROOT / "dashboard/pages").glob("[A-Z]*.py"))
RUN_PAGES = [page for page in ("Train", "Errors", "Explain") if page in PAGES]


def sidebar_text(at):
    return "\n".join(element.value for element in (*at.sidebar.markdown, *at.sidebar.caption))


def activity(at):
    return next(each for each in component_messages(at) if isinstance(each, dict) and "lines" in each)


def picker(at):
    return next(box for box in at.sidebar.selectbox if box.label == "Run")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_cold_with_the_same_frame(open_page, page):
    at = open_page(page)
    assert at.header[0].value == page
    assert [link.proto.label for link in at.sidebar.get("page_link")] == [
        label for section in SECTIONS.values() for label in section
    ]
    assert ":violet-badge[Practice set]" in sidebar_text(at)


def test_each_page_lies_at_its_title_and_no_two_sessions_share_one(open_page):
    """Streamlit notes on a page that it may be drawn now, once."""
    open_page("Overview")
    one, other = list_pages(), list_pages()
    assert {page.title: page.url_path for page in one} == {
        title: "" if title == FIRST_PAGE else title for title in TITLES
    }
    one[3]._can_be_called = True
    assert not other[3]._can_be_called
    assert not list_pages()[3]._can_be_called


@pytest.mark.parametrize("page", PAGES)
def test_no_page_crashes_on_a_broken_data_folder(open_page, page, tmp_path, monkeypatch):
    folder = tmp_path / "broken" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    monkeypatch.setenv("CIFAR_DATA_DIR", str(folder.parent))
    at = open_page(page)
    assert "Data cannot be read" in sidebar_text(at)
    if page != "Runs":
        assert "which is empty" in at.error[0].value


@pytest.mark.parametrize("page", ["Explore", "Errors"])
def test_a_page_looks_for_the_images_once_and_again_when_drawn_again(open_page, lab, page, tmp_path, monkeypatch):
    lab.complete("whole")
    at, looked = open_page(page), []

    def look(data_dir):
        looked.append(data_dir)
        return inspect_source(data_dir)

    monkeypatch.setattr("dashboard.session.cache.inspect_source", look)
    at.run()
    assert len(looked) == 1
    (tmp_path / "moved" / "cifar-10-batches-py").mkdir(parents=True)
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path / "moved"))
    at.run()
    assert "Data cannot be read" in sidebar_text(at)


@pytest.mark.parametrize("file", ["status.json", "config.json", "meta.json", "metrics.jsonl"])
def test_no_page_crashes_on_a_damaged_run(open_page, lab, file):
    whole, damaged = lab.complete("whole"), lab.damage(file)
    for page in PAGES:
        at = open_page(page, run=damaged)
        assert at.header[0].value == page
        if page in RUN_PAGES:
            assert any(whole.split("-", 2)[2] in option for option in picker(at).options), page


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_cold_link_brings_its_run(open_page, lab, page):
    run_id = lab.complete("linked")
    lab.complete("newer")
    at = open_page(page, run=run_id)
    assert picker(at).value == run_id
    assert at.query_params["run"] == run_id


@pytest.mark.parametrize("address", ["20260101-0000-brave-otter", "../../etc/passwd", "", "💥"])
def test_a_link_to_a_run_that_is_not_here_is_explained(open_page, lab, address):
    lab.complete()
    at = open_page("Train", run=address)
    assert (picker(at).value is None) == bool(address), "no other run is taken for it"
    assert bool(at.warning) == bool(address)
    at.run()
    if address:
        assert "run" not in at.query_params
        assert at.warning, "said until another run is chosen"
        labelled(at.button, "Dismiss").click().run()
    assert not at.warning


def test_the_chosen_run_stays_from_page_to_page(open_page, lab):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_page("Train")
    picker(at).select(first).run()
    assert at.query_params["run"] == first
    at.switch_page("dashboard/pages/Errors.py").run()
    assert picker(at).value == first
    assert at.query_params["run"] == first
    picker(at).select(second).run()
    at.switch_page("dashboard/pages/Overview.py").run()
    assert "run" not in at.query_params, "the overview does not depend on it"
    at.switch_page("dashboard/pages/Train.py").run()
    assert picker(at).value == second


def test_a_running_run_is_told_on_every_page(open_page, lab):
    lab.run("hare", num_epochs=2)
    at = open_page("Explore")
    (line,) = activity(at)["lines"]
    assert (line["words"], line["share"]) == ("hare: running, epoch 3 of 4", 0.5)


def test_runs_are_titled_with_state_and_accuracy(open_page, lab):
    run_id = lab.complete("tortoise")
    animal = run_id.split("-", 2)[-1]
    assert picker(open_page("Train")).options == [f"tortoise ({animal}) completed, val 60.0 %"]


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_run_of_a_newer_release_is_shown_and_cannot_be_changed(open_page, lab, page):
    run_id = lab.end("stopped", "Stopped on request.", name="tomorrow")
    path = lab.record(run_id).files.config
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99, "optimizer": {"name": "lion"}}))
    at = open_page(page, run=run_id)
    assert picker(at).value == run_id
    assert any("only be looked at" in box.value and "optimizer.name = 'lion'" in box.value for box in at.warning)
    assert not {"Resume", "Extend", "Fork"} & {button.label for button in at.button}
    assert "can be deleted" not in " ".join(box.value for box in (*at.error, *at.warning))


@pytest.mark.parametrize("page", PAGES)
def test_boxes_for_whole_numbers_tell_the_browser(open_page, lab, page):
    """By their placeholder; it then refuses decimals, which Streamlit cuts off."""
    run_id = lab.end("stopped", "Stopped.")
    save_weights(lab.record(run_id))
    at = open_page(page, run=run_id, image=5)
    for box in at.number_input:
        assert (box.proto.placeholder == WHOLE) == (box.proto.data_type == box.proto.INT), box.label

"""python -m pytest tests/browser/test_class.py. A locked link hides what it says; what a learner exports is pooled."""

import re

import pytest
from playwright.sync_api import expect

from cifar_core.experiments import ExperimentStore
from cifar_core.experiments.learners import first_seed
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from dashboard.session.address import PAGES
from tests.browser.test_lessons import QUESTION
from tests.unit.runs_helpers import IdleExecutor

STAY = [re.compile("Train$"), re.compile("Lessons$")]  # behind their icons' names
LOCK = "pages:lessons,train;settings:optimizer.learning_rate;parts:delete"


def pages(page):
    return page.get_by_test_id("stSidebar").get_by_test_id("stPageLink")


def test_a_locked_link_hides_what_it_says_wherever_one_goes_and_after_a_reload(app, page):
    page.goto(f"{app.url}/Train?part=new&lock={LOCK}")
    rate = page.get_by_role("spinbutton", name="Learning rate, locked by the link")
    expect(rate).to_be_disabled()
    expect(pages(page)).to_have_text(STAY)
    expect(page.get_by_text("Locked by the link you came by.")).to_be_visible()
    pages(page).filter(has_text="Lessons").click()
    expect(page.get_by_role("heading", name="Lessons")).to_be_visible()
    expect(page).to_have_url(re.compile("lock=pages"))
    page.reload()
    expect(pages(page)).to_have_text(STAY)
    pages(page).filter(has_text="Train").click()
    page.get_by_role("radio", name="New run").click()  # where a run is there, its half comes first
    expect(rate).to_be_disabled()
    page.goto(f"{app.url}/Lessons")
    expect(pages(page)).to_have_count(len(PAGES))
    expect(page.get_by_text("Locked by the link")).to_have_count(0)


@pytest.fixture
def answered(app):
    """What Ada asked on this server, and what it answered."""
    store = RunStore(app.runs_dir, IdleExecutor())
    experiments = ExperimentStore(store)
    experiment = experiments.start(QUESTION, learner="Ada", first_seed=first_seed("Ada"), predictions={0: "supported"})
    for arm, accuracy in (("crawling", 0.1), ("walking", 0.3)):
        for place, run_id in enumerate(experiment.runs[arm].values()):
            record = store.record(run_id)
            (record.run_dir / "environment.json").write_text('{"data_source": "practice"}')
            value = accuracy + 0.01 * place
            change_status(record.run_dir, status="completed", last_val_accuracy=value, seconds=1.0, epoch=1)
    yield experiment
    for run_id in experiment.run_ids:
        store.delete(run_id)


def test_what_a_learner_exports_is_pooled(app, page, answered, tmp_path):
    page.goto(f"{app.url}/Lessons?room=mine&learner=Ada")
    with page.expect_download() as download:
        page.get_by_role("button", name="For your class").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    text = path.read_text()
    seeds = [first_seed("Ada"), first_seed("Ada") + 1]
    assert all(f'"{seed}": ' in text for seed in seeds)
    other = tmp_path / "bob.json"
    text = text.replace('"learner": "Ada"', '"learner": "Bob"').replace(answered.id, "elsewhere")
    for place, seed in enumerate(seeds):
        text = text.replace(f'"{seed}"', f'"{100 + place}"')
    other.write_text(text)
    page.goto(f"{app.url}/Lessons?room=class")
    expect(page.get_by_text(re.compile(r"2 seeds\)"))).to_be_visible()
    page.get_by_text("Add learners' files").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([path, other])
    expect(page.get_by_text(re.compile(r"4 seeds\)"))).to_be_visible()
    expect(page.get_by_text("2 of 2 predictions came true", exact=False)).to_be_visible()
    expect(page.get_by_text("Bob ✓")).to_be_visible()

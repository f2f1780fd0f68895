"""python -m pytest tests/browser/test_lessons.py. A question is predicted, run and answered, on the practice set."""

import re
import socket

import pytest
from playwright.sync_api import expect

from cifar_core.experiments import Drawn, Experiment, ExperimentStore
from cifar_core.experiments.question import parse_question
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from tests.browser.app import heavy_scripts
from tests.unit.runs_helpers import IdleExecutor, wait_until

QUESTION = parse_question(
    """
name: tiny
title: A tiny question
question: Is a large rate better than none?
settings: {data.train_fraction: 0.01, model.width: 4, model.hidden_size: 16, training.num_epochs: 2}
arms:
  - {name: crawling, settings: {optimizer.learning_rate: 0.0000001}}
  - {name: walking, settings: {optimizer.learning_rate: 0.01}}
claims:
  - {first: crawling, second: walking, says: Walking is better.}
num_seeds: 2
why: Who does not move stays where he is.
""",
    "tiny.yaml",
)


@pytest.fixture
def question(app):
    """A question of somebody's own that was asked before, and how long its runs take: nothing is tried for that."""
    store = RunStore(app.runs_dir, IdleExecutor())
    (run_id,) = store.submit_experiment("20260101-0000-tiny-0000", [("tried", QUESTION.config("crawling", 9))])
    (store.record(run_id).run_dir / "environment.json").write_text('{"data_source": "practice"}')
    ended = {"status": "completed", "epoch": 1, "seconds": 1.0, "hostname": socket.gethostname()}
    change_status(store.record(run_id).run_dir, **ended)
    asked = Experiment(id="20260101-0000-tiny-0000", question=QUESTION)
    folder = app.runs_dir / "experiments" / asked.id
    folder.mkdir(parents=True)
    (folder / "experiment.json").write_text(asked.model_dump_json())
    yield ExperimentStore(store)
    for run in store.list_runs():
        if run.experiment is not None:
            wait_until(lambda run=run: not store.record(run.run_id).status().is_active)
            store.delete(run.run_id)


def draw_curve(page):
    """From 20 % to 40 % by mouse, a point more by keyboard; then the page is loaded anew, and has it still."""
    plot = page.locator(".forecast .plot")
    plot.click(trial=True)  # once it stands still
    box = plot.bounding_box()
    page.mouse.move(box["x"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + 0.6 * box["height"], steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"drawn=20\.40"))
    page.get_by_role("slider", name="Epoch 2").press("ArrowUp")
    expect(page).to_have_url(re.compile(r"drawn=20\.41"))
    page.reload()
    expect(page.get_by_role("slider", name="Epoch 2")).to_have_attribute("aria-valuetext", "41 %")


@pytest.mark.timeout(120)
def test_a_question_is_predicted_run_and_answered_while_one_watches(app, page, question):
    page.goto(f"{app.url}/Lessons?lesson=tiny&experiment=new&drawn=10.10")
    run = page.get_by_role("button", name="Run it")
    expect(page.get_by_text("about 8 s here")).to_be_visible()
    expect(run).to_be_disabled()
    page.get_by_text('"walking" is better', exact=True).click()
    expect(run).to_be_enabled()
    expect(page).to_have_url(re.compile("predicted=s"))
    draw_curve(page)
    run.click()
    expect(page.get_by_text(re.compile("[0-3] of 4 runs are done"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"experiment=\d{8}-\d{4}-tiny"))
    expect(page.get_by_text('You said: "walking" is better').first).to_be_visible()
    # Nobody touches it: the page hears of its runs.
    expect(page.get_by_text(re.compile(r"\(95 % interval .*, 2 seeds\)"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Who does not move stays where he is.")).to_be_visible()
    expect(page.get_by_text(re.compile("Your curve for walking lay .* at epoch 2 you drew 41 %"))).to_be_visible()
    expect(page.get_by_text("Images that changed")).to_be_visible()
    asked = question.list_experiments()[0]
    assert asked.predictions == {0: "supported"}
    assert asked.drawn == Drawn(arm="walking", values=(0.2, 0.41))
    assert question.answers(asked)[0].effect is not None

    page.reload()
    seeds = page.get_by_role("group", name="2 seeds").get_by_role("button")
    expect(seeds).to_have_count(3)  # the mean's bar among them
    assert not heavy_scripts(page)
    seeds.first.focus()
    words = [page.locator(".dots .tip span").inner_text()]
    for _ in range(2):
        page.keyboard.press("ArrowRight")
        words.append(page.locator(".dots .tip span").inner_text())
    assert sorted(text.partition(":")[0].partition(" ")[0] for text in words) == ["mean", "seed", "seed"]

    page.get_by_role("button", name="All lessons").click()
    expect(page.get_by_text("Questions of your own")).to_be_visible()
    page.go_back()
    expect(page.get_by_text(re.compile("2 seeds\\)"))).to_be_visible()

"""Lessons: a question, a prediction, a few small runs, and what they answer."""

import json
import os
import socket

import numpy as np
import pytest
import streamlit as st

from cifar_core.data import default_data_dir, load_dataset
from cifar_core.derived import DerivedStore, Request, paces_options
from cifar_core.evaluation import Predictions, save_predictions
from cifar_core.experiments import Drawn, ExperimentStore, list_lessons
from cifar_core.runs import RunStore, default_runs_dir
from cifar_core.runs.status import change_status, now
from dashboard.lessons import drawn_view
from dashboard.lessons.pace import unknown_configs
from dashboard.session import activity, background
from tests.app.driving import labels, press
from tests.app.reading import dot_charts, galleries, labelled, line_charts, texts

NAME = "batch-norm"
CLAIM = "With batch norm the network is more accurate."


@pytest.fixture(autouse=True)
def _no_probe(monkeypatch):
    """To try how long an epoch takes is a worker's; here it is known not to be known."""
    monkeypatch.setattr("dashboard.session.pacing.find_derived", lambda *of: None)


@pytest.fixture
def experiments(lab):
    return ExperimentStore(lab.store)


def ask(experiments, name=NAME, prediction="supported", question=None, **more):
    return experiments.start(question or list_lessons()[name], num_seeds=3, predictions={0: prediction}, **more)


def finish(lab, experiment, accuracies):
    """End all runs of an experiment, by arm and seed; of those not named nothing is known."""
    for arm, values in accuracies.items():
        for seed, value in enumerate(values):
            end(lab, experiment.runs[arm][seed], value)


def end(lab, run_id, accuracy, status="completed"):
    record = lab.record(run_id)
    (record.run_dir / "environment.json").write_text('{"data_source": "practice"}')
    rows = [{"kind": "epoch", "epoch": epoch, "val/accuracy": accuracy * epoch / 4} for epoch in range(1, 5)]
    record.files.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows))
    known = {"epoch": 4, "seconds": 8.0, "hostname": socket.gethostname(), "step": 100, "num_steps": 100}
    change_status(record.run_dir, status=status, last_val_accuracy=accuracy, **known)


def save_answers(lab, experiment, wrong):
    """Save what runs said of the first images: all right, but one class further where an arm's seed is wrong."""
    dataset = load_dataset(default_data_dir())
    indices, targets = np.arange(20), dataset.labels[:20].astype(np.int64)
    for (arm, seed), places in wrong.items():
        logits = np.zeros((20, 10), np.float32)
        logits[np.arange(20), targets] = 4.0
        logits[places, (targets[places] + 1) % 10] = 8.0
        path = lab.record(experiment.runs[arm][seed]).files.predictions_path("val", 4)
        path.parent.mkdir(exist_ok=True)
        save_predictions(path, Predictions(logits, targets, indices))


def links_of(at):
    return {link.proto.label: link.proto.query_string for link in at.main.get("page_link")}


def test_all_lessons_are_listed_with_what_was_answered(open_page, lab, experiments):
    done = ask(experiments)
    finish(lab, done, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    ask(experiments, "dropout")
    at = open_page("Lessons")
    links = [link.proto.label for link in at.main.get("page_link")]
    assert len(links) == len(list_lessons())
    assert links[0] == "1 How much is luck"
    said = texts(at)
    assert said.count("Not asked yet.") == len(links) - 2
    assert "Supported. You predicted 1 of the 1 decided." in said
    assert "0 of 6 runs are done" in said


def test_the_list_tells_what_the_lesson_as_written_answered_and_leads_there(open_page, lab, experiments):
    changed = list_lessons()[NAME].broken()
    broken = ask(experiments, question=changed)
    finish(lab, broken, {"without": (0.3, 0.3, 0.31), "with batch norm": (0.3, 0.31, 0.3)})
    said = texts(open_page("Lessons"))
    assert "With its change: " in said
    whole = ask(experiments)
    finish(lab, whole, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    again = ask(experiments, question=changed)
    finish(lab, again, {"without": (0.3, 0.3, 0.31), "with batch norm": (0.3, 0.31, 0.3)})
    at = open_page("Lessons")
    assert "With its change: " not in texts(at)
    assert "Supported. You predicted 1 of the 1 decided." in texts(at)
    assert f"experiment={whole.id}" in links_of(at)["7 Batch normalisation"]


def test_nothing_is_run_before_something_is_predicted(open_page):
    at = open_page("Lessons", lesson="convolution")
    button = labelled(at.button, "Run it")
    assert button.disabled
    assert "2 still open" in button.proto.help
    first, second = at.radio
    assert first.options == ['"convolution" is better', "no difference", '"dense" is better']
    first.set_value("supported").run()
    assert labelled(at.button, "Run it").disabled
    assert at.query_params["predicted"] == "so"
    second.set_value("contradicted").run()
    assert not labelled(at.button, "Run it").disabled
    assert "how long it takes here is known after the first" in texts(at)


def test_a_link_brings_predictions_that_can_still_be_changed(open_page):
    at = open_page("Lessons", lesson="convolution", predicted="s?xyz")
    assert [radio.value for radio in at.radio] == ["supported", None]
    at = open_page("Lessons", lesson="convolution", predicted="nf")
    at.radio[0].set_value("supported").run()
    assert at.query_params["predicted"] == "sf"


def test_the_time_is_told_by_what_was_trained_here(open_page, lab, experiments):
    finish(lab, ask(experiments), {"without": (0.3,), "with batch norm": (0.5,)})
    at = open_page("Lessons", lesson=NAME, experiment="new")
    assert "10 small trainings, 5 seeds of each setting: **about 1 min 20 s here**" in texts(at)


def test_run_asks_the_question_and_keeps_what_was_predicted(open_page, lab, experiments):
    at = open_page("Lessons", lesson=NAME, predicted="n")
    press(at, "Run it")
    (experiment,) = experiments.list_experiments()
    assert experiment.predictions == {0: "no difference"}
    assert at.query_params["experiment"] == experiment.id
    assert "predicted" not in at.query_params
    assert "0 of 10 runs are done" in at.get("progress")[0].proto.text
    assert "You said: **no difference**." in texts(at)
    assert not at.radio
    press(at, "Stop")  # a run that has begun ends after its present step
    assert "obeys after its present step" in at.toast[0].value
    (begun,) = (run for run in lab.store.list_runs() if run.status.is_active)
    change_status(lab.record(begun.run_id).run_dir, status="stopped")
    at = open_page("Lessons", lesson=NAME)
    assert "10 runs were stopped, failed or deleted" in texts(at)
    assert experiments.is_over(experiment)
    press(at, "Go on")
    assert not experiments.is_over(experiment)


def test_while_it_trains_there_is_one_stop_also_if_its_duration_is_being_tried_still(
    open_page, experiments, monkeypatch
):
    monkeypatch.setattr("dashboard.session.pacing.find_derived", background.find_derived)
    unknown = unknown_configs(list_lessons()[NAME], {})
    request = Request("paces", load_dataset().fingerprint, paces_options(list(unknown.values()), default_runs_dir()))
    DerivedStore(default_data_dir()).tell(request, 0.5, os.getpid())
    before = open_page("Lessons", lesson=NAME)
    assert labels(before).count("Stop") == 1
    assert "how long this takes here" in before.get("progress")[0].proto.text
    ask(experiments)
    at = open_page("Lessons", lesson=NAME)
    assert labels(at).count("Stop") == 1
    (bar,) = at.get("progress")
    assert "0 of 6 runs are done" in bar.proto.text


def test_an_answer_stands_beside_the_prediction(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    at = open_page("Lessons", lesson=NAME)
    said = texts(at)
    assert "Supported here: with batch norm is +20.0 points beside without" in said
    assert 'You said: **"with batch norm" is better**, and so it is here.' in said
    assert "Batch norm brings each channel to mean 0" in said
    (effect,) = dot_charts(at)
    (row,) = effect["rows"]
    assert (row["name"], row["mean_words"][:17]) == ("3 seeds", "mean +20.0 points")
    assert [dot["words"] for dot in row["dots"]] == [f"seed {seed}: +20.0 points" for seed in range(3)]
    assert effect["balance"]["ends"] == ["without better", "with batch norm better"]
    (curves,) = line_charts(at)
    assert [line["name"] for line in curves["lines"]] == ["without, 3 seeds", "with batch norm, 3 seeds"]
    assert len(curves["lines"][0]["low"]) == 4
    first, second = (experiment.runs[arm][0] for arm in ("without", "with batch norm"))
    links = links_of(at)
    assert all(run_id in links["All runs of this lesson"] for run_id in experiment.run_ids)
    assert f"a={first}&b={second}" in links["without \N{RIGHTWARDS ARROW} with batch norm"]
    # This lesson names Compare and Train: each arm's run is watched there.
    assert f"run={first}" in links["without"]
    assert "part=this" in links["without"]
    assert f"run={second}" in links["with batch norm"]


SAID = {
    ("without", 0): [1, 2, 5],
    ("without", 1): [1, 2],
    ("without", 2): [1, 5],
    ("with batch norm", 0): [9],
    ("with batch norm", 1): [9, 2],
    ("with batch norm", 2): [],
}


def test_images_that_most_seeds_turn_are_shown_with_where_they_lead(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    said = texts(open_page("Lessons", lesson=NAME))
    assert "What these runs said of val is not there any more." in said

    save_answers(lab, experiment, SAID)
    at = open_page("Lessons", lesson=NAME)
    said = texts(at)
    assert "most of 3 networks of each says of the 20 val images" in said
    assert "**3 images fixed**: with batch norm right, without wrong" in said
    assert "**1 image broken**: without right, with batch norm wrong" in said
    fixed, broken = galleries(at)
    assert (fixed["ids"], broken["ids"]) == ([1, 5, 2], [9])  # where the most agree, first
    assert "(0 of 3 right)" in fixed["captions"][0]
    assert "(3 of 3 right)" in fixed["captions"][0]
    first, second = (experiment.runs[arm][0] for arm in ("without", "with batch norm"))
    link = links_of(at)["All that are broken with seed 0"]
    assert all(part in link for part in (f"a={first}", f"b={second}", "pile=broken"))


def test_of_several_pairs_one_is_chosen(open_page, lab, experiments):
    experiment = ask(experiments, "convolution")
    arms = list(experiment.runs)
    finish(lab, experiment, dict.fromkeys(arms, (0.3, 0.31, 0.32)))
    save_answers(lab, experiment, {(arm, seed): [place] for place, arm in enumerate(arms) for seed in range(3)})
    at = open_page("Lessons", lesson="convolution")
    assert [gallery["ids"] for gallery in galleries(at)] == [[0], [2]]
    pairs = next(group for group in at.button_group if "dense →" in str(group.options))
    pairs.set_value("2").run()
    assert [gallery["ids"] for gallery in galleries(at)] == [[1], [2]]
    assert at.query_params["pair"] == "2"
    again = open_page("Lessons", lesson="convolution", pair="2")
    assert [gallery["ids"] for gallery in galleries(again)] == [[1], [2]]
    assert again.query_params["pair"] == "2"
    assert [gallery["ids"] for gallery in galleries(open_page("Lessons", lesson="convolution", pair="9"))] == [[0], [2]]
    press(again, "All lessons")
    assert "pair" not in again.query_params, "another lesson has other pairs"


def test_the_seed_whose_runs_links_lead_to_is_in_the_address(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    at = open_page("Lessons", lesson=NAME)
    assert "seed" not in at.query_params
    labelled(at.segmented_control, "Runs of seed").set_value("2").run()
    assert at.query_params["seed"] == "2"
    again = open_page("Lessons", lesson=NAME, seed="2")
    assert labelled(again.segmented_control, "Runs of seed").value == "2"
    run_id = experiment.runs["with batch norm"][2]
    assert any(run_id in link for label, link in links_of(again).items() if label == "with batch norm")
    press(again, "All lessons")
    assert "seed" not in again.query_params


def test_a_tile_leads_to_the_run_and_image_that_show_it(open_page, lab, experiments, monkeypatch):
    def tiles(images, tiles, *, label, on_select, **look):
        for tile in tiles:
            name = f"{label.split()[0]} {tile.index}"
            st.button(name, on_click=on_select, args=(tile.index,), key=name)

    monkeypatch.setattr("dashboard.lessons.changed_view.gallery", tiles)
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    save_answers(lab, experiment, SAID)
    at = open_page("Lessons", lesson=NAME)
    press(at, "fixed 5")  # with seed 0, as with seed 2
    chosen = {name: at.session_state["address_chosen"][name] for name in ("run", "beside", "image", "epoch", "on")}
    assert chosen == {
        "run": experiment.runs["with batch norm"][0],
        "beside": experiment.runs["without"][0],
        "image": "5",
        "epoch": "4",
        "on": "val",
    }


def test_a_curve_is_drawn_kept_and_held_against_what_came(open_page, lab, experiments):
    at = open_page("Lessons", lesson=NAME, predicted="s", drawn="20.30.40.55")
    press(at, "Run it")
    (experiment,) = experiments.list_experiments()
    assert experiment.drawn == Drawn(arm="with batch norm", values=(0.2, 0.3, 0.4, 0.55))
    assert "drawn" not in at.query_params
    finish(lab, experiment, {"without": (0.3, 0.3), "with batch norm": (0.5, 0.5)})  # 12.5, 25, 37.5 and 50 %
    said = texts(open_page("Lessons", lesson=NAME))
    assert "lay 5.0 points off on average" in said
    assert "at epoch 4 you drew 55 %, it came to 50.0 %: 5.0 points too high." in said


def test_the_axes_stay_open_for_who_takes_their_curve_away(open_page, monkeypatch):
    def forecast(label, values, num_epochs, *, key, on_drawn):
        drawn_view.st.button("Clear", on_click=on_drawn, args=(None,))

    monkeypatch.setattr(drawn_view, "forecast", forecast)
    assert not open_page("Lessons", lesson=NAME).expander[0].proto.expanded
    at = open_page("Lessons", lesson=NAME, drawn="20.30.40.55")
    assert at.expander[0].proto.expanded
    press(at, "Clear")
    assert "drawn" not in at.query_params
    assert at.expander[0].proto.expanded


def test_a_lesson_that_waits_behind_another_training_says_so(open_page, lab, experiments):
    run_id = lab.run("long")
    change_status(lab.record(run_id).run_dir, seconds_left=600.0)
    ask(experiments)
    at = open_page("Lessons", lesson=NAME)
    said = at.get("progress")[0].proto.text
    assert said.startswith("0 of 6 runs are done. They wait for others: the next begins in 10 min. What it says")


def test_seeds_that_were_stopped_count_for_no_interval(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31), "with batch norm": (0.31, 0.3)})
    for arm in experiment.runs:
        change_status(lab.record(experiment.runs[arm][2]).run_dir, status="stopped")
    said = texts(open_page("Lessons", lesson=NAME))
    assert "Undecided: +0.0 points, which chance can make" in said
    assert "with 5 instead of 2, about 14 % as wide" in said
    assert "more seeds take" not in said, "how long they take stands at the button for them"


def test_a_curve_of_an_address_that_is_none_is_not_drawn(open_page, experiments):
    at = open_page("Lessons", lesson=NAME, predicted="s", drawn="20.30.x")
    assert at.expander[0].label == "Draw the curve you expect, if you like"
    press(at, "Run it")
    assert experiments.list_experiments()[0].drawn is None


def test_before_it_is_run_a_card_says_what_its_seeds_can_show(open_page, lab, experiments):
    said = texts(open_page("Lessons", lesson=NAME))
    assert "With 5 seeds, differences below about 2 to 5 points will mostly end as undecided" in said
    assert "those of small runs usually do" in said
    finish(lab, ask(experiments), {"without": (0.3, 0.3, 0.3), "with batch norm": (0.4, 0.41, 0.42)})
    said = texts(open_page("Lessons", lesson=NAME, experiment="new"))
    assert (
        "differences below about 2.2 points will mostly end as undecided, if seeds lie as far apart as earlier" in said
    )


def test_the_real_thing_is_asked_as_an_experiment_of_its_own(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    at = open_page("Lessons", lesson=NAME)
    assert "Does it hold for the real thing: all images, 10 epochs?" in texts(at)
    press(at, "Ask it at full size")
    assert at.query_params["experiment"] == "full"
    assert at.info[0].value == "At full size: all images, 10 epochs."
    assert "Then all change: train fraction 1, epochs 10." in texts(at)
    at.radio[0].set_value("supported").run()
    press(at, "Run it")
    full = experiments.list_experiments()[0]
    assert full.question.form == "full size"
    assert full.question.config("without", 0).data.train_fraction == 1.0
    at = open_page("Lessons", lesson=NAME)
    assert "At full size" in at.info[0].value
    finish(lab, full, dict.fromkeys(("without", "with batch norm"), (0.6,) * 5))
    at = open_page("Lessons", lesson=NAME)
    press(at, "Back to the lesson as it was")
    assert at.query_params["experiment"] == experiment.id


def test_more_seeds_are_added_with_about_how_long_they_take(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.5, 0.51, 0.4), "with batch norm": (0.5, 0.4, 0.52)})
    at = open_page("Lessons", lesson=NAME)
    assert "Undecided" in texts(at)
    assert "These runs do not decide it." in texts(at)
    press(at, "3 more seeds, about 50 s")
    assert experiments.get(experiment.id).seeds == [0, 1, 2, 3, 4, 5]
    assert "6 of 12 runs are done, about 50 s left" in at.get("progress")[0].proto.text


def test_a_lesson_is_broken_as_an_experiment_of_its_own(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    at = open_page("Lessons", lesson=NAME)
    press(at, "Ask it with this change")
    assert at.query_params["experiment"] == "broken"
    assert "A learning rate ten times as large" in at.info[0].value
    at.radio[0].set_value("supported").run()
    press(at, "Run it")
    broken = experiments.list_experiments()[0]
    assert broken.id != experiment.id
    assert broken.question.config("without", 0).optimizer.learning_rate == 0.2
    at = open_page("Lessons", lesson=NAME, experiment=experiment.id)
    assert "Supported here" in texts(at)
    assert not at.info


def test_what_is_not_here_is_said(open_page, lab, experiments):
    at = open_page("Lessons", lesson="*magic*")
    assert "There is no lesson \\*magic\\* here." in at.warning[0].value
    experiment = ask(experiments)
    path = lab.store.runs_dir / "experiments" / experiment.id / "experiment.json"
    path.write_text(path.read_text()[:60])
    at = open_page("Lessons", lesson=NAME, experiment=experiment.id)
    assert "is damaged" in at.warning[0].value
    press(at, "Show the lesson")
    assert "Run it" in labels(at)
    at = open_page("Lessons", lesson=NAME, experiment="../../etc")
    assert "does not exist" in at.warning[0].value


def test_runs_that_are_gone_are_said(open_page, lab, experiments):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    lab.store.delete(experiment.runs["without"][0])
    said = texts(open_page("Lessons", lesson=NAME))
    assert "1 run was stopped, failed or deleted" in said
    assert "2 seeds)" in said


def test_in_a_folder_that_is_read_only_nothing_is_offered(open_page, lab, experiments, monkeypatch):
    experiment = ask(experiments)
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    monkeypatch.setattr(RunStore, "why_not_writable", lambda store: "it is a course's folder")
    at = open_page("Lessons", lesson=NAME, experiment="new", predicted="s")
    assert labelled(at.button, "Run it").disabled
    assert labelled(at.button, "Run it").proto.help == "it is a course's folder"
    at = open_page("Lessons", lesson=NAME)
    assert "Supported here" in texts(at)
    assert labelled(at.button, "3 more seeds, about 50 s").disabled


def test_no_page_opens_on_an_experiments_runs(open_page, lab, experiments):
    own = lab.complete("mine")
    finish(lab, ask(experiments), {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    for page in ("Train", "Errors"):
        assert open_page(page).query_params["run"] == own


def test_the_sidebars_lines_of_its_runs_lead_to_it(open_page, lab, experiments, monkeypatch):
    done, own = ask(experiments), lab.complete("own")
    lines = {line.run_id: line.address for line in activity.list_active(lab.store.list_runs(), now())}
    first = next(run_id for run_id in lines if run_id != own)
    assert lines[first] == f"Lessons?experiment={done.id}"
    assert lines[own].startswith("Train?")

    def draw(lines, feed, interval, seen, release, on_open):
        for line in lines:
            st.button(line.words, key=line.run_id, on_click=on_open, args=(line.run_id,))

    monkeypatch.setattr(activity, "render_activity", draw)
    at = open_page("Overview")
    at.button(key=first).click().run()
    assert at.header[0].value == "Lessons"
    assert at.query_params["experiment"] == done.id

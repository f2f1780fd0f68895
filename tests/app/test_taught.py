"""What taught it: galleries of training images, the answer without some, and what real trainings make of it."""

import numpy as np
import pytest

from cifar_core.data import create_splits, default_data_dir, load_dataset
from cifar_core.derived import DerivedStore, Request
from cifar_core.derived.heads import head_options
from cifar_core.derived.worker import work_on
from cifar_core.experiments.verification import VerificationStore
from cifar_core.influence.fitted import from_arrays
from cifar_core.influence.scores import ask_what_if, rank, score_images
from cifar_core.jobs import JobProgress
from cifar_core.overrides import with_overrides
from cifar_core.runs.status import change_status
from dashboard.session import state
from tests.app.driving import labels, press, save_weights, unfold
from tests.app.reading import galleries, labelled, texts


@pytest.fixture
def run_id(lab):
    """A finished run on few images with weights; untrained ones do."""
    run_id = lab.complete("tortoise", with_overrides(lab.config, {"data.train_fraction": 0.1}))
    save_weights(lab.record(run_id))
    return run_id


@pytest.fixture
def fitted(run_id, lab):
    """Its last layer, made before the page asks."""
    dataset = load_dataset()
    request = Request("head", dataset.fingerprint, head_options(lab.record(run_id).checkpoint_path("best")))
    work_on(default_data_dir(), request)
    return from_arrays(DerivedStore(default_data_dir()).load(request))


@pytest.fixture
def index(server):
    return int(create_splits(load_dataset(), 0.1, 0).val[5])


def open_taught(open_page, run_id, index):
    return open_page("Explain", run=run_id, image=str(index), see="What taught it")


def taught_galleries(at):
    return [gallery for gallery in galleries(at) if gallery["name"].startswith("taught_")]


def test_it_is_made_in_the_background_while_a_bar_moves(open_page, run_id, index, monkeypatch):
    started = []
    monkeypatch.setattr(DerivedStore, "start", lambda store, request, num_threads=1: started.append(request.kind))
    progress = JobProgress("running", 0.3, seconds_left=4.0)
    monkeypatch.setattr(DerivedStore, "progress", lambda store, request: progress)
    at = open_taught(open_page, run_id, index)
    assert "Which training images taught it this" in texts(at)
    bars = [bar.proto.text for bar in at.get("progress")]
    assert any("Looking at every training image" in bar for bar in bars)


def test_both_galleries_hold_the_images_that_pushed_most_with_what_each_did(open_page, run_id, fitted, index):
    at = open_taught(open_page, run_id, index)
    assert "Features held fixed" in texts(at)
    shown = taught_galleries(at)
    assert len(shown) == 2
    inputs = fitted.find(index)
    if inputs is None:
        pytest.skip("not among the val images that the layer knows")
    for gallery in shown:
        class_idx = class_of(gallery)
        rows = rank(score_images(fitted.head, fitted.evidence, inputs, class_idx), 24, helpful=True)
        assert gallery["ids"] == fitted.train[rows].tolist()
        assert gallery["canTick"] is True
        name = load_dataset().class_names[class_idx]
        assert f"without it {name} " in gallery["captions"][0]
        assert "\N{MINUS SIGN}" in gallery["labels"][0], "without a helpful image the class is less likely"


def test_the_other_way_shows_what_spoke_against_it(open_page, run_id, fitted, index):
    at = open_taught(open_page, run_id, index)
    towards = [gallery["ids"] for gallery in taught_galleries(at)]
    labelled(at.get("button_group"), "Images that").select("pushed away from it").run()
    away = taught_galleries(at)
    assert not {*towards[0]} & {*away[0]["ids"]}
    assert "+" in away[0]["labels"][0]


def test_an_image_that_trained_is_none_of_those_that_taught_it(open_page, run_id, fitted):
    at = open_taught(open_page, run_id, int(fitted.train[0]))
    assert int(fitted.train[0]) not in taught_galleries(at)[0]["ids"]


def test_ticked_images_are_left_out_and_the_probabilities_move_exactly(open_page, run_id, fitted, index):
    at = open_taught(open_page, run_id, index)
    shown = taught_galleries(at)[0]
    ids = shown["ids"][:3]
    at.session_state[shown["name"]] = {"ticked": {"round": 0, "ids": ids}}
    at.run()
    assert not at.exception
    inputs = fitted.find(index)
    found = ask_what_if(fitted.head, fitted.evidence, inputs, fitted.rows_of(np.array(ids)))
    after = 100 * float(found.after.max())
    assert "Without 3 training images it says" in texts(at)
    assert f"{after:.1f} %" in texts(at)
    assert "Features held fixed" in texts(at)
    for other in fitted.train[:30].tolist():
        at.number_input(key=state.EXPLAIN_INDEX).set_value(other).run()
        if class_of(shown) in map(class_of, taught_galleries(at)):
            break
    else:
        pytest.fail("no other image asks about the same class")
    assert shown["name"] not in [gallery["name"] for gallery in taught_galleries(at)], "ticks are kept by that name"


def class_of(gallery):
    return int(gallery["name"].split("_")[1])


def test_verifying_queues_real_trainings_and_puts_what_comes_beside(open_page, lab, run_id, fitted, index):
    at = open_taught(open_page, run_id, index)
    at.session_state["taught_verify"] = True
    at.run()
    assert "One seed is one draw" in texts(at)
    press(at, "Queue it")
    (case,) = VerificationStore(lab.store).all()
    assert (case.run_id, case.index, len(case.draws)) == (run_id, index, 1)
    assert "trained without them: not yet" in texts(at)
    without = lab.record(case.draws[0].without_run)
    assert without.config().data.exclude == case.content
    save_weights(without)
    change_status(without.run_dir, status="completed", best_epoch=3, epoch=4)
    at = open_taught(open_page, run_id, index)
    assert "really trained without them (seed 0)" in texts(at)
    assert "**Over 1 verified case** the direction was" in texts(at)
    assert not at.dataframe
    unfold(at, "verified_cases")
    assert len(at.dataframe[0].value) == 1
    (settled,) = VerificationStore(lab.store).all()
    assert settled.known


def test_of_an_own_picture_nothing_is_queued_but_all_else_is_told(open_page, run_id, fitted, own_picture):
    at = open_page("Explain", run=run_id, see="What taught it")
    labelled(at.get("button_group"), "Image from").select("own pictures").run()
    at.get("file_uploader")[0].upload("mine.png", own_picture, "image/png").run()
    assert not at.exception
    assert len(taught_galleries(at)) == 2
    assert "Of a picture of your own no training is queued" in texts(at)
    assert "Verify by retraining" not in labels(at)

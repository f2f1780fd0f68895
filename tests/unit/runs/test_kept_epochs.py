"""python -m pytest tests/unit/runs/test_kept_epochs.py. Which epochs of a run have weights and test predictions."""

import numpy as np
import pytest

from cifar_core.evaluation import Predictions, save_predictions
from cifar_core.runs import RunRecord
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status
from cifar_core.training.events import TrainingStarted, WeightsRefused


@pytest.fixture
def record(run_dir):
    return RunRecord(run_dir)


def save_test(record, which, epoch=None):
    predictions = Predictions(np.eye(3, dtype=np.float32), np.arange(3), np.arange(3))
    save_predictions(record.files.predictions_path("test", which), predictions, epoch)


def test_weights_are_named_by_epoch_and_found_in_order(record):
    assert record.files.weights_epochs() == []
    for epoch in (12, 3, 10_000):
        path = record.checkpoint_path(epoch)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert record.checkpoint_path(3).name == "epoch-0003.safetensors"
    for which in ("best", "last"):
        record.checkpoint_path(which).touch()
    (path.parent / ".epoch-0004.safetensors.1.2.tmp").touch()
    assert record.files.weights_epochs() == [3, 12, 10_000]


def test_that_weights_found_no_room_is_told_and_kept(record):
    assert record.weights_refusal() is None
    keeper = StatusKeeper(record.run_dir)
    reporter = Reporter(record.run_dir, keeper)
    reporter.on_event(TrainingStarted("cpu", "float32", 1, 10, 15, 5, 1))
    reporter.on_event(WeightsRefused(2, "the disk is full"))
    assert record.weights_refusal() == (2, "the disk is full")
    assert record.status().message == "Weights of every epoch are kept before epoch 2 alone: the disk is full."
    reporter.on_event(TrainingStarted("cpu", "float32", 1, 10, 15, 5, 2))
    assert record.weights_refusal() is None, "epoch 2 is trained anew, and may find room now"


def test_test_predictions_are_of_the_best_and_the_last_epoch(record):
    assert record.test_epochs() == []
    change_status(record.run_dir, status="completed", epoch=4, best_epoch=3)
    for which in ("best", "last"):
        save_test(record, which)  # as older releases did
    assert record.test_epochs() == [3, 4]
    assert record.predictions_path("test", 3).name == "test-best.npz"
    assert record.predictions_path("test", 4) == record.predictions_path("test", "last")
    assert record.predictions_path("test", 2) is None


def test_a_run_that_trains_on_has_those_of_its_former_end(record):
    for which, epoch in (("best", 3), ("last", 4)):
        save_test(record, which, epoch)
    change_status(record.run_dir, status="running", epoch=7, best_epoch=6)
    assert record.test_epochs() == [3, 4]
    assert record.predictions_path("test", 7) is None
    save_test(record, "last", 7)
    assert record.test_epochs() == [3, 7]


def test_one_file_of_both_is_one_epoch(record):
    change_status(record.run_dir, status="completed", epoch=3, best_epoch=3)
    for which in ("best", "last"):
        save_test(record, which, 3)
    assert record.test_epochs() == [3]


def test_a_file_that_cannot_be_read_is_taken_for_what_the_status_says(record):
    change_status(record.run_dir, status="completed", epoch=4, best_epoch=3)
    path = record.files.predictions_path("test", "best")
    path.parent.mkdir()
    path.write_bytes(b"no archive")
    assert record.test_epochs() == [3]

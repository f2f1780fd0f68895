"""python -m pytest tests/unit/dashboard/test_sentences.py. A run in a sentence."""

import numpy as np
import pandas as pd
import pytest

from cifar_core.config import RunConfig
from cifar_core.evaluation.track import Track
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStatus, RunSummary
from dashboard.train import sentences


@pytest.mark.parametrize(
    ("status", "facts", "words"),
    [
        ("queued", {}, "waits for its device to train a Simple CNN for 10 epochs."),
        ("running", {"epoch": 2, "best_val_accuracy": 0.5}, "is training a Simple CNN for 10 epochs."),
        ("paused", {}, "pauses while training a Simple CNN for 10 epochs."),
        (
            "completed",
            {"best_val_accuracy": 0.5},
            "gets **50.0 %** of the val images right, at best after epoch 2 of 4.",
        ),
        ("stopped", {"best_val_accuracy": 0.5}, "at best after epoch 2 of 4; it was stopped after epoch 3 of 4."),
        ("failed", {"epoch": 0, "best_epoch": None}, "failed before its first epoch was done."),
    ],
)
def test_a_run_is_told_by_its_state(status, facts, words):
    known = RunStatus(status=status, **{"epoch": 3, "best_epoch": 2, "num_epochs": 4, **facts})
    run = RunSummary(run_id="20260101-0000-brave-otter", name="ha*re", config=RunConfig(), status=known)
    said = sentences.describe_run(run, known)
    assert said.startswith("**ha\\*re** ")
    assert said.endswith(words)


def test_one_epoch_is_one():
    config, known = with_overrides(RunConfig(), {"training.num_epochs": 1}), RunStatus(status="running", num_epochs=1)
    run = RunSummary(run_id="20260101-0000-brave-otter", config=config, status=known)
    assert sentences.describe_run(run, known).endswith("is training a Simple CNN for 1 epoch.")


def test_curves_say_how_good_on_what_and_the_best_only_where_it_is_better():
    rows = [{"epoch": 1, "val/accuracy": 0.6, "train/accuracy": 0.5}, {"epoch": 2, "val/accuracy": 0.597}]
    assert sentences.describe_curves(rows) == "After epoch 2 this run gets 59.7 % of the val images right."
    assert "60.0 % at its best after epoch 1" in sentences.describe_curves([rows[0], {"epoch": 2, "val/accuracy": 0.5}])
    assert "No epoch of this run is done" in sentences.describe_curves([])


def test_classes_are_the_best_and_the_worst_of_the_last_epoch():
    frame = pd.DataFrame({"epoch": [1, 1, 2, 2], "class_name": ["cat", "ship"] * 2, "accuracy": [0.9, 0.1, 0.25, 0.75]})
    said = sentences.describe_classes(frame)
    assert said == "After epoch 2 this run knows ship best (75 % of its val images) and cat least (25 %)."


def test_changed_minds_are_counted_by_image():
    preds = np.array([[0, 1, 2], [1, 1, 2], [0, 1, 1]], np.uint8)
    track = Track(np.arange(1, 4), preds, np.zeros((3, 3), np.float32), np.zeros(3, np.int64), np.arange(3))
    assert "about 2 of 3 val images" in sentences.describe_changing(track)


def test_the_most_frequent_mistake_is_named_with_its_epoch():
    said = sentences.describe_mistake(np.array([[5, 3], [2, 10]]), ["cat", "dog"], 7)
    assert said == "Val, epoch 7: this run gets 75.0 % right and most often takes cat for dog (3 times)."
    assert sentences.describe_mistake(np.diag([1, 1]), ["cat", "dog"], 7).endswith("100.0 % right.")


def test_layers_name_the_one_with_most_dead_units():
    assert "relu2 (50 % of its units)" in sentences.describe_layers(32, {"relu1": 0.1, "relu2": 0.5})
    assert sentences.describe_layers(32, {"relu1": 0.0}).endswith("none of its ReLUs is dead.")
    assert sentences.describe_layers(32, {}) == "This run's first layer has 32 filters."

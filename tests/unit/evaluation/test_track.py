"""python -m pytest tests/unit/evaluation/test_track.py. Predictions of the same images over epochs."""

import numpy as np
import pytest

from cifar_core.evaluation.predictions import Predictions, PredictionsError
from cifar_core.evaluation.track import class_accuracy_frame, create_track, find_changing, read_epoch


def predictions(preds, targets=(0, 0, 1, 2), indices=(10, 11, 12, 13)):
    logits = np.full((len(preds), 3), -1.0, np.float32)
    logits[np.arange(len(preds)), preds] = 2.0
    return Predictions(logits, np.array(targets, np.int64), np.array(indices, np.int64))


@pytest.fixture
def track():
    epochs = [[0, 1, 1, 0], [0, 0, 1, 1], [0, 1, 2, 1]]
    return create_track([1, 2, 4], [read_epoch(predictions(preds)) for preds in epochs])


def test_a_track_holds_each_epoch_in_order(track):
    assert track.epochs.tolist() == [1, 2, 4]
    assert track.preds[1].tolist() == [0, 0, 1, 1]
    assert track.is_right.tolist() == [
        [True, False, True, False],
        [True, True, True, False],
        [True, False, False, False],
    ]
    sure, unsure = np.exp(2) / (np.exp(2) + 2 * np.exp(-1)), np.exp(-1) / (np.exp(2) + 2 * np.exp(-1))
    np.testing.assert_allclose(track.probs_true[0], [sure, unsure, sure, unsure], rtol=1e-6)


def test_accuracy_of_each_class_over_epochs(track):
    frame = class_accuracy_frame(track, ("a", "b", "c", "nobody"))
    table = frame.pivot_table(index="epoch", columns="class_name", values="accuracy")
    assert table["a"].tolist() == [0.5, 1.0, 0.5]
    assert table["b"].tolist() == [1.0, 1.0, 0.0]
    assert table["c"].tolist() == [0.0, 0.0, 0.0]
    assert "nobody" not in table


def test_images_that_change_most_come_first_and_the_latest_of_equals(track):
    assert find_changing(track, 10).tolist() == [1, 2, 3]
    assert find_changing(track, 2).tolist() == [1, 2]
    still = create_track([1], [read_epoch(predictions([0, 1, 1, 0]))])
    assert find_changing(still, 5).tolist() == []


def test_epochs_of_other_images_and_nothing_at_all_are_refused():
    with pytest.raises(PredictionsError, match="epoch 2 is of other images"):
        create_track([1, 2], [read_epoch(predictions([0] * 4)), read_epoch(predictions([0] * 4, indices=(1, 2, 3, 4)))])
    with pytest.raises(PredictionsError, match="0 readings of 0 epochs"):
        create_track([], [])

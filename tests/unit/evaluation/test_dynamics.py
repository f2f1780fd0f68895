"""When images were learned and forgotten."""

import numpy as np
import pytest

from cifar_core.evaluation.dynamics import dynamics_frame, learning_frame
from cifar_core.evaluation.track import Track


def make_track(right, probs=None):
    """A track of images that are right in these epochs: (E, N) of 0 and 1; class 1 is true, class 2 the mistake."""
    right = np.array(right)
    probs = np.where(right, 0.9, 0.1) if probs is None else np.array(probs)
    num_epochs, num_images = right.shape
    return Track(
        np.arange(1, num_epochs + 1),
        np.where(right, 1, 2).astype(np.uint8),
        probs.astype(np.float32),
        np.ones(num_images, np.int64),
        np.arange(100, 100 + num_images),
    )


def column(track, name):
    return dynamics_frame(track)[name].tolist()


def test_first_learned_and_for_good():
    track = make_track([[1, 0, 0, 1], [1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 1]])
    np.testing.assert_array_equal(column(track, "first_learned"), [1, 2, np.nan, 1])
    np.testing.assert_array_equal(column(track, "learned_for_good"), [1, 4, np.nan, 3])
    assert column(track, "forgettings") == [0, 1, 0, 1]
    assert column(track, "correctness") == [1, 0.5, 0, 0.75]
    assert column(track, "pred_idx") == [1, 1, 2, 1]
    assert column(track, "index") == [100, 101, 102, 103]


def test_epochs_keep_their_own_numbers():
    track = make_track([[0], [1]])
    track = Track(np.array([3, 7]), track.preds, track.probs_true, track.targets, track.indices)
    assert column(track, "first_learned") == column(track, "learned_for_good") == [7]


def test_confidence_and_variability():
    track = make_track([[1, 1], [1, 0]], [[0.5, 0.8], [0.5, 0.2]])
    assert column(track, "confidence") == pytest.approx([0.5, 0.5])
    assert column(track, "variability") == pytest.approx([0, 0.3])


def test_one_epoch_is_a_track_too():
    frame = dynamics_frame(make_track([[1, 0]]))
    np.testing.assert_array_equal(frame["learned_for_good"], [1, np.nan])
    assert frame["forgettings"].tolist() == [0, 0]


def test_what_was_ever_right_only_grows():
    track = make_track([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    frame = learning_frame(dynamics_frame(track), track.epochs)
    assert frame["epoch"].tolist() == [1, 2, 3]
    assert frame["ever_right"].tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3])

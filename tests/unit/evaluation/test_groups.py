"""python -m pytest tests/unit/evaluation/test_groups.py. Which group a map paints an image in."""

import numpy as np
import pytest

from cifar_core.evaluation import Predictions
from cifar_core.evaluation.groups import (
    group_by_confidence,
    group_by_doubt,
    group_by_learning,
    group_by_loss,
    group_by_outcome,
)
from cifar_core.evaluation.track import Track


def predict(probs_true, is_right, indices=None):
    """Two of three classes share what there is: the true one, which is 0, and the one it is taken for else."""
    rows = [(prob, 1 - prob, 0) for prob in probs_true]
    with np.errstate(divide="ignore"):
        logits = np.maximum(np.log(np.array(rows)), -1e4)
    indices = np.arange(len(rows)) if indices is None else np.array(indices)
    made = Predictions(logits.astype(np.float32), np.zeros(len(rows), np.int64), indices)
    assert np.array_equal(made.preds == 0, is_right)
    return made


def named(groups):
    return [groups.names[place] for place in groups.members]


def test_right_and_wrong_and_what_nobody_looked_at():
    groups = group_by_outcome(predict([0.9, 0.2], [True, False], [3, 1]), 4)
    assert named(groups) == ["not known", "wrong", "not known", "right"]
    assert groups.others == 1


def test_a_network_that_saw_all_leaves_nothing_unknown():
    groups = group_by_outcome(predict([0.9, 0.2], [True, False]), 2)
    assert (groups.names, groups.others) == (("right", "wrong"), 0)


def test_confidence_is_of_the_predicted_class_and_the_surest_come_first():
    groups = group_by_confidence(predict([0.995, 0.95, 0.2, 0.6, 0.004], [True, True, False, True, False]), 5)
    assert named(groups) == ["over 99 %", "90 to 99 %", "70 to 90 %", "50 to 70 %", "over 99 %"]
    assert groups.names[0] == "over 99 %"


def test_loss_is_of_the_true_class():
    groups = group_by_loss(predict([0.995, 0.95, 0.7, 0.2, 0.05], [True, True, True, False, False]), 5)
    assert named(groups) == ["under 0.01", "0.01 to 0.1", "0.1 to 0.5", "0.5 to 2.3", "over 2.3"]


def track_of(is_right, indices):
    is_right = np.array(is_right)
    preds = np.where(is_right, 0, 1).astype(np.uint8)
    epochs = np.arange(1, len(preds) + 1)
    targets = np.zeros(preds.shape[1], np.int64)
    return Track(epochs, preds, np.zeros(preds.shape, np.float32), targets, np.array(indices))


def test_an_image_is_learned_when_it_is_right_from_then_on():
    rights = [[True, False, True], [False, False, True], [True, False, True]]
    groups = group_by_learning(track_of(rights, [0, 2, 3]), 4)
    assert named(groups) == ["from epoch 3 on", "not known", "wrong at the end", "from epoch 1 on"]


def test_many_epochs_make_few_spans():
    rights = np.tril(np.ones((12, 12), bool))  # image k is right from epoch k + 1 on
    groups = group_by_learning(track_of(rights, range(12)), 12)
    assert len(groups.names) == 6
    assert groups.names[0] == "from epoch 1 to 3 on"
    assert groups.names[-2] == "from epoch 11 to 12 on"
    assert groups.members.tolist() == sorted(groups.members.tolist())


def test_a_label_is_doubted_where_a_sure_network_disagrees():
    random = np.random.default_rng(0)
    targets = np.repeat([0, 1], 200)
    logits = np.zeros((400, 2), np.float32)
    logits[np.arange(400), targets] = 6 + random.random(400)
    logits[5] = (0, 8)  # labelled 0, and surely 1
    groups = group_by_doubt(Predictions(logits, targets, np.arange(400) + 10), 410)
    assert groups.names == ("not doubted", "doubted", "not known")
    assert np.flatnonzero(groups.members == 1).tolist() == [15]
    assert (groups.members[:10] == 2).all()


def test_a_network_without_numbers_doubts_nothing_and_says_so():
    with pytest.raises(ValueError, match="not finite"):
        group_by_doubt(Predictions(np.full((2, 2), np.nan, np.float32), np.array([0, 1]), np.arange(2)), 2)

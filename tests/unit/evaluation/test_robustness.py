"""python -m pytest tests/unit/evaluation/test_robustness.py. What is left of an accuracy when images get worse."""

from dataclasses import replace

import numpy as np
import pytest

from cifar_core.derived.robustness import choose_evenly
from cifar_core.evaluation.robustness import (
    ALL,
    Robustness,
    compare_robustness,
    group_accuracies,
    robustness_from,
)

NAMES = ("fog", "snow")


@pytest.fixture
def robustness():
    """Four images of two classes: fog spoils the second from severity 3 on, snow always all but the first."""
    targets = np.array([0, 0, 1, 1])
    preds = np.tile(targets, (2, 5, 1))
    preds[0, 2:, 1] = 1
    preds[1, :, 1:] = 1 - targets[1:]
    probs = np.full((2, 5, 4), 0.9, np.float32)
    probs[1, :, 1:] = [0.3, 0.1, 0.2]
    return Robustness(NAMES, np.array([10, 20, 30, 40]), targets, np.array([0, 0, 1, 0]), preds, probs)


def test_accuracies_and_their_means(robustness):
    assert robustness.clean_accuracy == 0.75
    assert robustness.accuracies.tolist() == [[1, 1, 0.75, 0.75, 0.75], [0.25] * 5]
    assert robustness.mean_corruption_error == pytest.approx(1 - (0.85 + 0.25) / 2)
    frame = robustness.frame()
    assert frame.columns.tolist() == ["corruption", "1", "2", "3", "4", "5", "mean"]
    assert frame["mean"].tolist() == pytest.approx([0.85, 0.25])


def test_by_class_and_the_worst_images(robustness):
    shares = robustness.by_class(3)
    assert shares[:, :2] == pytest.approx(np.array([[0.7, 1.0], [0.5, 0.0]]))
    assert np.isnan(shares[:, 2]).all()
    assert robustness.worst("snow", 1).tolist() == [2, 1]  # the last one was wrong before
    assert robustness.worst("fog", 1).tolist() == []


def test_it_is_kept_by_the_names_of_its_fields(robustness):
    arrays = {
        "indices": robustness.indices,
        "targets": robustness.targets.astype(np.uint8),
        "clean_preds": robustness.clean_preds.astype(np.uint8),
        "preds": robustness.preds.astype(np.uint8),
        "probs": robustness.probs.astype(np.float16),
    }
    read = robustness_from(NAMES, arrays)
    assert np.array_equal(read.accuracies, robustness.accuracies)
    assert read.probs == pytest.approx(robustness.probs, abs=1e-3)


def test_images_are_chosen_evenly_over_classes():
    labels = np.repeat([0, 1, 2], [100, 100, 50])
    indices = 1000 + np.random.default_rng(0).permutation(250)
    chosen = choose_evenly(indices, labels, 50)
    assert len(np.unique(chosen)) == 50
    assert (np.diff(chosen) > 0).all()
    counts = np.bincount(labels[np.isin(indices, chosen)])
    assert counts == pytest.approx([20, 20, 10], abs=1)
    assert choose_evenly(indices, labels, 250) is indices


def test_relative_to_another_network_each_corruption_counts_alike(robustness):
    twice = replace(robustness, preds=np.stack([robustness.preds[1], robustness.preds[0]]))
    assert robustness.relative_error(robustness) == 1
    # Of fog 0.15 of the images are wrong on the mean, of snow 0.75.
    assert robustness.relative_error(twice) == pytest.approx((0.15 / 0.75 + 0.75 / 0.15) / 2)
    flawless = replace(robustness, preds=np.tile(robustness.targets, (2, 5, 1)))
    assert np.isnan(robustness.relative_error(flawless))
    assert flawless.relative_error(robustness) == 0


def test_two_networks_are_compared_image_by_image():
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 10, 400)
    hard = np.where(generator.random((2, 5, 400)) < 0.5, targets, (targets + 1) % 10)
    # Right wherever the other is, and on every tenth image besides: the difference is far surer than either accuracy.
    better = np.where(np.arange(400) % 10 == 0, targets, hard)
    first, second = (
        Robustness(NAMES, np.arange(400), targets, targets, preds, np.ones((2, 5, 400), np.float32))
        for preds in (better, hard)
    )
    frame = compare_robustness(first, second).set_index("corruption")
    assert list(frame.index) == [ALL, *NAMES]
    row = frame.loc[ALL]
    assert row["difference"] == pytest.approx(row["first"] - row["second"])
    differences = (better == targets).mean(axis=(0, 1)) - (hard == targets).mean(axis=(0, 1))
    half = 1.96 * differences.std() / np.sqrt(400)
    assert row["difference"] - row["low"] == pytest.approx(half, rel=0.1)
    assert row["high"] - row["difference"] == pytest.approx(half, rel=0.1)
    assert row["low"] > 0
    assert frame.loc["snow", "difference"] == pytest.approx((better[1] == targets).mean() - (hard[1] == targets).mean())
    same = compare_robustness(first, first)
    assert (same[["difference", "low", "high"]].to_numpy() == 0).all()


def test_networks_that_saw_other_images_are_not_compared(robustness):
    with pytest.raises(ValueError, match="different images"):
        compare_robustness(robustness, replace(robustness, indices=np.array([1, 2, 3, 4])))


def test_a_groups_accuracy_is_the_mean_of_its_corruptions(robustness):
    assert group_accuracies(robustness, ["weather", "weather"]) == {"weather": pytest.approx(0.55)}
    assert group_accuracies(robustness, ["a", "b"]) == {"a": pytest.approx(0.85), "b": pytest.approx(0.25)}

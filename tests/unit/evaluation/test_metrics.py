"""python -m pytest tests/unit/evaluation/test_metrics.py"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from cifar_core.evaluation import (
    Predictions,
    compute_accuracy,
    compute_accuracy_among,
    compute_confusion_matrix,
    compute_loss,
    confusion_frame,
    fold_matrix,
    normalize_confusion_matrix,
    order_classes,
    per_class_frame,
    top_confusions_frame,
)
from tests.unit.predictions_helpers import make_predictions

NAMES = tuple(f"class {number}" for number in range(10))


cases = st.builds(
    make_predictions,
    seed=st.integers(0, 2**32),
    num_images=st.integers(1, 60),
    num_classes=st.integers(2, 12),
    scale=st.sampled_from([0.01, 1.0, 30.0]),
    classes_present=st.just([0, 1]),
)


@settings(max_examples=60)
@given(cases, st.sets(st.integers(0, 80)))
def test_accuracy_among_some_images_is_that_of_these_alone(predictions, some):
    rows = [row for row, index in enumerate(predictions.indices) if index in some]
    found = compute_accuracy_among(predictions, np.array(sorted(some), dtype=np.int64))
    if not rows:
        assert found is None
    else:
        assert found == reference.accuracy_score(predictions.targets[rows], predictions.preds[rows])


@settings(max_examples=60)
@given(cases)
def test_numbers_agree_with_sklearn(predictions):
    labels = list(range(predictions.num_classes))
    targets, preds = predictions.targets, predictions.preds
    assert compute_accuracy(predictions) == pytest.approx(reference.accuracy_score(targets, preds), abs=1e-9)
    assert compute_loss(predictions) == pytest.approx(-predictions.log_probs[range(len(targets)), targets].mean())
    matrix = compute_confusion_matrix(predictions, predictions.num_classes)
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(targets, preds, labels=labels))
    frame = per_class_frame(predictions, [str(label) for label in labels])
    expected = reference.precision_recall_fscore_support(targets, preds, labels=labels, zero_division=0)
    for column, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(frame[column], values, atol=1e-9)
    np.testing.assert_array_equal(frame["predicted"], np.bincount(preds, minlength=len(labels)))


def test_loss_agrees_with_sklearn():
    predictions = make_predictions()
    expected = reference.log_loss(predictions.targets, predictions.probs, labels=list(range(10)))
    assert compute_loss(predictions) == pytest.approx(expected, abs=1e-9)


def test_loss_of_a_guess_and_of_a_sure_mistake():
    guess = Predictions(np.zeros((3, 10), np.float32), np.array([0, 4, 9]), np.arange(3))
    assert compute_loss(guess) == pytest.approx(np.log(10))
    mistake = Predictions(np.array([[2000.0, 0.0]], np.float32), np.array([1]), np.array([0]))
    assert compute_loss(mistake) == pytest.approx(2000)  # not infinite: it never passes through a probability


@pytest.mark.parametrize("normalization", ["true", "pred", "all"])
@pytest.mark.parametrize("classes_present", [None, [0, 3]])
def test_normalised_matrix_agrees_with_sklearn(normalization, classes_present):
    predictions = make_predictions(num_images=40, classes_present=classes_present)
    shares = normalize_confusion_matrix(compute_confusion_matrix(predictions, 10), normalization)
    expected = reference.confusion_matrix(
        predictions.targets, predictions.preds, labels=range(10), normalize=normalization
    )
    np.testing.assert_allclose(shares, expected, atol=1e-9)


def test_matrix_not_normalised_and_refused():
    matrix = np.array([[3, 1], [0, 0]])
    np.testing.assert_array_equal(normalize_confusion_matrix(matrix, "none"), matrix)
    with pytest.raises(ValueError, match="normalization 'rows'; allowed: 'none', 'true', 'pred', 'all'"):
        normalize_confusion_matrix(matrix, "rows")
    np.testing.assert_array_equal(normalize_confusion_matrix(np.zeros((2, 2), np.int64), "all"), np.zeros((2, 2)))


def test_confusion_matrix_has_true_classes_as_rows():
    logits = np.array([[0, 1, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    matrix = compute_confusion_matrix(Predictions(logits, np.array([0, 0, 2]), np.arange(3)), 3)
    assert matrix.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]
    assert matrix.dtype == np.int64


def test_confusion_frame_has_a_row_for_each_cell():
    frame = confusion_frame(np.array([[3, 1], [0, 0]]), ("cat", "dog"))
    assert frame.to_dict("list") == {
        "true_label": ["cat", "cat", "dog", "dog"],
        "predicted_label": ["cat", "dog", "cat", "dog"],
        "count": [3, 1, 0, 0],
        "share_of_true": [0.75, 0.25, 0.0, 0.0],
    }


def test_names_that_do_not_fit_are_refused():
    predictions = make_predictions()
    with pytest.raises(ValueError, match="num_classes 3; allowed: 10"):
        per_class_frame(predictions, ("a", "b", "c"))
    with pytest.raises(ValueError, match=r"matrix of shape \(10, 10\); allowed: \(3, 3\)"):
        confusion_frame(compute_confusion_matrix(predictions, 10), ("a", "b", "c"))


def test_classes_are_ordered_by_error_and_by_likeness():
    matrix = np.array([[9, 0, 0, 1], [0, 5, 5, 0], [0, 4, 6, 0], [2, 0, 0, 8]])
    assert order_classes(matrix, "class").tolist() == [0, 1, 2, 3]
    assert order_classes(matrix, "error").tolist() == [1, 2, 3, 0]
    order = order_classes(matrix, "likeness").tolist()
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(1) - order.index(2)) == 1
    assert abs(order.index(0) - order.index(3)) == 1
    with pytest.raises(ValueError, match="ordering 'size'; allowed: 'class', 'error', 'likeness'"):
        order_classes(matrix, "size")


@pytest.mark.parametrize("matrix", [np.zeros((4, 4), np.int64), np.array([[1, 0], [3, 0]]), np.eye(5, dtype=int)])
def test_any_matrix_can_be_ordered(matrix):
    for ordering in ("class", "error", "likeness"):
        assert sorted(order_classes(matrix, ordering)) == list(range(len(matrix)))


def test_folding_adds_up_rows_and_columns():
    matrix = compute_confusion_matrix(make_predictions(num_images=500), 10)
    groups = [(0, 1, 8, 9), (2,), (3,), (4, 5), (6, 7)]
    folded = fold_matrix(matrix, groups)
    assert folded.sum() == matrix.sum()
    assert folded[0, 3] == matrix[np.ix_(groups[0], groups[3])].sum()
    assert folded[0, 0] == matrix[np.ix_(groups[0], groups[0])].sum()
    np.testing.assert_array_equal(fold_matrix(matrix, [(place,) for place in range(10)]), matrix)


@pytest.mark.parametrize("groups", [[(0,)], [(0, 1), (1,)], [(0, 2), (1,)]])
def test_groups_that_miss_or_repeat_a_class_are_refused(groups):
    with pytest.raises(ValueError, match="each class from 0 to 1 in one of them"):
        fold_matrix(np.eye(2, dtype=int), groups)


def test_top_confusions_are_the_most_frequent_mistakes():
    frame = top_confusions_frame(np.array([[8, 2, 0], [1, 4, 5], [0, 0, 9]]), ("cat", "dog", "ship"))
    assert list(zip(frame["true_label"], frame["predicted_label"], frame["count"], strict=True)) == [
        ("dog", "ship", 5),
        ("cat", "dog", 2),
        ("dog", "cat", 1),
    ]
    assert frame["share_of_errors"].tolist() == [5 / 8, 2 / 8, 1 / 8]
    assert frame["share_of_true"].tolist() == [0.5, 0.2, 0.1]
    assert top_confusions_frame(np.eye(2, dtype=int), ("cat", "dog")).empty

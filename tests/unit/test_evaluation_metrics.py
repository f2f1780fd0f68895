"""python -m pytest tests/unit/test_evaluation_metrics.py"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from cifar_core.evaluation import (
    Predictions,
    compute_accuracy,
    compute_confusion_matrix,
    compute_loss,
    confusion_frame,
    normalize_confusion_matrix,
    per_class_frame,
    select_cell,
    select_misclassified,
)

NAMES = tuple(f"class {number}" for number in range(10))


def make_predictions(seed=0, num_images=300, num_classes=10, scale=2.0, classes_present=None):
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, scale, (num_images, num_classes)).astype(np.float32)
    targets = generator.choice(classes_present or num_classes, num_images).astype(np.int64)
    indices = generator.permutation(10 * num_images)[:num_images].astype(np.int64)
    return Predictions(logits, targets, indices)


cases = st.builds(
    make_predictions,
    seed=st.integers(0, 2**32),
    num_images=st.integers(1, 60),
    num_classes=st.integers(2, 12),
    scale=st.sampled_from([0.01, 1.0, 30.0]),
    classes_present=st.just([0, 1]),
)


@settings(max_examples=60, deadline=None)
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


def test_cell_holds_its_images_most_certain_first():
    predictions = make_predictions(num_images=2000)
    matrix = compute_confusion_matrix(predictions, 10)
    for true_idx, pred_idx in ((3, 5), (5, 3), (2, 2)):
        frame = select_cell(predictions, true_idx, pred_idx)
        assert len(frame) == matrix[true_idx, pred_idx] > 0
        assert set(frame["true_idx"]) == {true_idx}
        assert set(frame["pred_idx"]) == {pred_idx}
        assert frame["prob_pred"].is_monotonic_decreasing
        for row in frame.itertuples():
            place = int(np.flatnonzero(predictions.indices == row.index)[0])
            assert row.prob_pred == predictions.probs[place].max()
            assert row.prob_true == predictions.probs[place, true_idx]


def test_rows_columns_and_everything():
    predictions = make_predictions()
    matrix = compute_confusion_matrix(predictions, 10)
    assert len(select_cell(predictions, 3, None)) == matrix[3].sum()
    assert len(select_cell(predictions, None, 3)) == matrix[:, 3].sum()
    everything = select_cell(predictions, None, None)
    assert sorted(everything["index"]) == sorted(predictions.indices)
    wrong = select_misclassified(predictions)
    assert len(wrong) == matrix.sum() - matrix.trace()
    assert (wrong["true_idx"] != wrong["pred_idx"]).all()
    assert (wrong["prob_pred"] >= wrong["prob_true"]).all()


def test_equally_certain_images_come_in_order_of_index():
    predictions = Predictions(np.tile(np.float32([0, 1]), (4, 1)), np.ones(4, np.int64), np.array([7, 2, 9, 0]))
    assert select_cell(predictions, 1, 1)["index"].tolist() == [0, 2, 7, 9]


def test_empty_cell_keeps_its_columns():
    predictions = Predictions(np.float32([[0, 1]]), np.array([1]), np.array([5]))
    frame = select_cell(predictions, 0, 0)
    assert list(frame.columns) == ["index", "true_idx", "pred_idx", "prob_pred", "prob_true"]
    assert frame.empty


@pytest.mark.parametrize(("true_idx", "pred_idx", "name"), [(10, 0, "true_idx 10"), (0, -1, "pred_idx -1")])
def test_unknown_class_is_refused(true_idx, pred_idx, name):
    with pytest.raises(ValueError, match=f"{name}; allowed: 0 to 9"):
        select_cell(make_predictions(), true_idx, pred_idx)

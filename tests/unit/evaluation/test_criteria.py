"""Which images stand behind a number, and in which order."""

import numpy as np
import pytest

from cifar_core.evaluation import Criteria, Predictions, compute_confusion_matrix, select_predictions
from cifar_core.evaluation.criteria import ORDERS
from tests.unit.predictions_helpers import make_predictions, predictions_of

COLUMNS = ["index", "true_idx", "pred_idx", "prob_pred", "prob_true", "margin", "loss"]


def test_cell_holds_its_images_most_certain_first():
    predictions = make_predictions(num_images=2000)
    matrix = compute_confusion_matrix(predictions, 10)
    for true_idx, pred_idx in ((3, 5), (5, 3), (2, 2)):
        frame = select_predictions(predictions, Criteria([true_idx], [pred_idx]))
        assert len(frame) == matrix[true_idx, pred_idx] > 0
        assert set(frame["true_idx"]) == {true_idx}
        assert set(frame["pred_idx"]) == {pred_idx}
        assert frame["prob_pred"].is_monotonic_decreasing
        for row in frame.itertuples():
            place = int(np.flatnonzero(predictions.indices == row.index)[0])
            probs = np.sort(predictions.probs[place])
            assert row.prob_pred == probs[-1]
            assert row.margin == probs[-1] - probs[-2]
            assert row.prob_true == predictions.probs[place, true_idx]
            assert row.loss == pytest.approx(-np.log(row.prob_true))


def test_rows_columns_groups_and_everything():
    predictions = make_predictions()
    matrix = compute_confusion_matrix(predictions, 10)
    assert len(select_predictions(predictions, Criteria([3]))) == matrix[3].sum()
    assert len(select_predictions(predictions, Criteria([], [3]))) == matrix[:, 3].sum()
    assert len(select_predictions(predictions, Criteria([1, 2], [0, 4]))) == matrix[np.ix_([1, 2], [0, 4])].sum()
    assert sorted(select_predictions(predictions)["index"]) == sorted(predictions.indices)


def test_outcomes_part_the_images():
    predictions = make_predictions()
    matrix = compute_confusion_matrix(predictions, 10)
    wrong = select_predictions(predictions, Criteria(outcome="wrong"))
    assert len(wrong) == matrix.sum() - matrix.trace()
    assert (wrong["true_idx"] != wrong["pred_idx"]).all()
    right = select_predictions(predictions, Criteria(outcome="right"))
    assert len(right) == matrix.trace()
    assert (right["prob_pred"] == right["prob_true"]).all()


def test_a_range_of_probabilities_includes_its_ends():
    predictions = predictions_of([[0.5, 0.3, 0.2], [0.25, 0.75, 0.0001], [0.9, 0.05, 0.05]], [0, 0, 0])
    bounds = predictions.probs.max(axis=1)
    frame = select_predictions(predictions, Criteria(lowest_prob=bounds[0], highest_prob=bounds[1]))
    assert frame["index"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("order", "column", "sign"),
    [
        ("most confident", "prob_pred", -1),
        ("least confident", "prob_pred", 1),
        ("smallest margin", "margin", 1),
        ("highest loss", "loss", -1),
    ],
)
def test_orders(order, column, sign):
    values = select_predictions(make_predictions(), order=order)[column].to_numpy()
    assert (np.diff(sign * values) >= 0).all()
    assert len(np.unique(values)) > 100


def test_each_pairs_worst_goes_round_the_pairs():
    predictions = predictions_of(
        [[0.1, 0.9, 0.01], [0.2, 0.8, 0.01], [0.3, 0.7, 0.01], [0.4, 0.1, 0.5], [0.1, 0.4, 0.5]], [0, 0, 0, 0, 1]
    )
    rows = select_predictions(predictions, order="each pair's worst")
    assert rows["index"].tolist() == [0, 3, 4, 1, 2]
    assert list(rows.columns) == COLUMNS


def test_equally_certain_images_come_in_order_of_index():
    predictions = Predictions(np.tile(np.float32([0, 1]), (4, 1)), np.ones(4, np.int64), np.array([7, 2, 9, 0]))
    for order in ORDERS:
        assert select_predictions(predictions, order=order)["index"].tolist() == [0, 2, 7, 9]


@pytest.mark.parametrize("order", ORDERS)
def test_empty_cell_keeps_its_columns(order):
    predictions = Predictions(np.float32([[0, 1]]), np.array([1]), np.array([5]))
    frame = select_predictions(predictions, Criteria([0], [0]), order)
    assert list(frame.columns) == COLUMNS
    assert frame.empty


@pytest.mark.parametrize(
    ("criteria", "name"), [(Criteria([10]), "true_classes 10"), (Criteria([], [-1]), "pred_classes -1")]
)
def test_unknown_class_is_refused(criteria, name):
    with pytest.raises(ValueError, match=f"{name}; allowed: 0 to 9"):
        select_predictions(make_predictions(), criteria)


def test_unknown_order_is_refused():
    with pytest.raises(ValueError, match="order 'size'; allowed: most confident, "):
        select_predictions(make_predictions(), order="size")

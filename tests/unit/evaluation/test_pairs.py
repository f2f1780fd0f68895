"""The same images under two networks, counted another way."""

import numpy as np
import pytest

from cifar_core.evaluation import compute_confusion_matrix
from cifar_core.evaluation.comparison import align_predictions, compare_networks, sort_into_piles
from cifar_core.evaluation.pairs import PILES, class_flows_frame, pairs_frame, select_moved, select_pile
from tests.unit.predictions_helpers import make_predictions

NAMES = tuple("abcdefghij")


@pytest.fixture(scope="module")
def pair():
    """Two networks that are right on about half of 400 images, told in different orders."""
    first = make_predictions(seed=1, num_images=400, bias=3.0)
    other = make_predictions(seed=2, num_images=400, bias=3.0)
    order = np.random.default_rng(0).permutation(400)
    logits = other.logits.copy()
    logits[np.arange(400), other.targets] -= 3
    logits[np.arange(400), first.targets] += 3
    second = type(first)(logits[order], first.targets[order], first.indices[order])
    return first, second


def test_piles_are_those_of_the_comparison(pair):
    frame, piles = pairs_frame(*pair), sort_into_piles(*pair)
    for pile in PILES:
        assert sorted(select_pile(frame, pile)["index"]) == getattr(piles, pile).tolist(), pile
        assert len(select_pile(frame, pile)) > 5


def test_what_changed_most_comes_first_and_where_both_are_wrong_the_surest_mistakes(pair):
    frame = pairs_frame(*pair)
    broken = select_pile(frame, "broken")
    assert (broken["true_first"] - broken["true_second"]).is_monotonic_decreasing
    alike = select_pile(frame, "wrong_alike")
    assert (alike["true_first"] + alike["true_second"]).is_monotonic_increasing
    with pytest.raises(ValueError, match="pile 'lost'; allowed: fixed"):
        select_pile(frame, "lost")


def test_what_moved_into_a_cell_less_what_moved_out_is_the_difference_of_the_matrices(pair):
    frame = pairs_frame(*pair)
    first, second = (compute_confusion_matrix(each, 10) for each in align_predictions(*pair))
    for true_idx in range(10):
        for pred_idx in range(10):
            rows = select_moved(frame, true_idx, pred_idx)
            come = int(rows["is_in"].sum())
            assert come - (len(rows) - come) == second[true_idx, pred_idx] - first[true_idx, pred_idx]
            assert set(rows["true_idx"]) <= {true_idx}
            assert ((rows["first_idx"] == pred_idx) != (rows["second_idx"] == pred_idx)).all()


def test_whole_rows_and_columns_of_the_matrix(pair):
    frame = pairs_frame(*pair)
    row = select_moved(frame, 3, None)
    expected = frame[(frame["true_idx"] == 3) & (frame["first_idx"] != frame["second_idx"])]
    assert sorted(row["index"]) == sorted(expected["index"])
    assert (row["is_in"] == (row["second_idx"] == 3)).all()
    column = select_moved(frame, None, 4)
    assert sorted(column["index"]) == sorted(frame[(frame["first_idx"] == 4) ^ (frame["second_idx"] == 4)]["index"])


def test_flows_of_classes_add_up_to_the_whole(pair):
    frame = pairs_frame(*pair)
    flows = class_flows_frame(frame, NAMES)
    piles = sort_into_piles(*pair)
    assert {pile: int(flows[pile].sum()) for pile in PILES} == {pile: len(getattr(piles, pile)) for pile in PILES}
    whole = compare_networks(piles)
    assert (flows["difference"] * flows["num_images"]).sum() / 400 == pytest.approx(whole.size)
    assert (flows["accuracy_second"] - flows["accuracy_first"]).to_numpy() == pytest.approx(flows["difference"])
    assert (flows["low"] < flows["difference"]).all()


def test_a_class_without_images_has_no_accuracy(pair):
    frame = pairs_frame(*pair)
    flows = class_flows_frame(frame[frame["true_idx"] != 2], NAMES)
    assert flows.loc[2, "num_images"] == 0
    assert np.isnan(flows.loc[2, "difference"])
    assert flows["difference"].notna().sum() == 9

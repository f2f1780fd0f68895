"""What most networks of one setting say of an image, beside most of another's."""

import numpy as np
import pytest

from cifar_core.evaluation import Predictions, PredictionsError
from cifar_core.evaluation.comparison import sort_into_piles
from cifar_core.evaluation.votes import find_telling_pair, select_turned, votes_frame
from tests.unit.predictions_helpers import make_predictions


def said(classes, targets, indices=None, sureness=5.0):
    logits = np.zeros((len(classes), 4), np.float32)
    logits[np.arange(len(classes)), classes] = sureness
    indices = np.arange(len(classes)) if indices is None else indices
    return Predictions(logits, np.array(targets, np.int64), np.array(indices, np.int64))


TARGETS = [0, 0, 0, 0, 0]
# Images: fixed by all, fixed by most, broken by all, undecided in the first, wrong in both.
FIRST = [said(classes, TARGETS) for classes in ([1, 1, 0, 0, 1], [1, 0, 0, 1, 2], [1, 1, 0, 2, 2])]
SECOND = [said(classes, TARGETS) for classes in ([0, 1, 2, 0, 3], [0, 0, 2, 0, 3], [0, 0, 3, 0, 3])]


def test_most_networks_of_each_setting_decide():
    frame = votes_frame(FIRST, SECOND)
    assert frame["right_first"].tolist() == [0, 1, 3, 1, 0]
    assert frame["right_second"].tolist() == [3, 2, 0, 3, 0]
    assert frame["turn"].tolist() == ["fixed", "fixed", "broken", "fixed", ""]
    assert frame["first_idx"].tolist() == [1, 1, 0, 0, 2]
    assert frame["second_idx"].tolist() == [0, 0, 2, 0, 3]
    assert select_turned(frame, "fixed")["index"].tolist() == [0, 3, 1]  # by how many agree


def test_half_of_them_are_not_most():
    frame = votes_frame(FIRST[:2], SECOND[:2])
    assert frame["turn"].tolist() == ["fixed", "", "broken", "", ""]
    halves = votes_frame(FIRST[:2], [SECOND[0], said([1] * 5, TARGETS)])
    assert halves["turn"].tolist() == ["", "", "broken", "", ""]


def test_one_network_of_each_gives_the_piles_of_a_pair():
    first, second = make_predictions(1, bias=3.0), make_predictions(1, bias=3.0)
    noise = np.random.default_rng(0).normal(0, 3, second.logits.shape).astype(np.float32)
    second = Predictions(second.logits + noise, second.targets, second.indices)
    frame, piles = votes_frame([first], [second]), sort_into_piles(first, second)
    for turn in ("fixed", "broken"):
        rows = select_turned(frame, turn)
        assert sorted(rows["index"]) == getattr(piles, turn).tolist()
        assert len(rows) > 10
        assert rows["shift"].abs().is_monotonic_decreasing


def test_only_what_all_are_about_is_counted_in_the_order_of_indices():
    few = said([0, 0], [0, 0], [4, 2])
    frame = votes_frame(FIRST, [*SECOND, few])
    assert frame["index"].tolist() == [2, 4]
    assert frame["right_second"].tolist() == [1, 1]
    with pytest.raises(PredictionsError, match="3 and 0 sets of predictions"):
        votes_frame(FIRST, [])


def test_a_network_that_gives_no_numbers_turns_nothing_by_them():
    broken = Predictions(np.full((5, 4), np.nan, np.float32), np.array(TARGETS), np.arange(5))
    frame = votes_frame(FIRST, [broken])
    assert np.isfinite(frame["shift"]).all()


@pytest.mark.parametrize(
    ("index", "turn", "place"), [(0, "fixed", 0), (1, "fixed", 2), (3, "fixed", 1), (0, "broken", None)]
)
def test_the_pair_that_shows_it_is_found(index, turn, place):
    assert find_telling_pair(FIRST, SECOND, index, turn) == place
    assert find_telling_pair(FIRST, SECOND, 99, turn) is None


def test_where_most_turn_some_pair_does():
    chance = np.random.default_rng(4)
    first, second = ([said(chance.integers(0, 2, 60), [0] * 60) for _ in range(5)] for _ in range(2))
    frame = votes_frame(first, second)
    for turn in ("fixed", "broken"):
        rows = select_turned(frame, turn)
        assert len(rows) > 3
        assert all(find_telling_pair(first, second, index, turn) is not None for index in rows["index"])

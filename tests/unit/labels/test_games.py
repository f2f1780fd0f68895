"""python -m pytest tests/unit/labels/test_games.py. The quiz beside people, and the planted errors."""

import numpy as np
import pytest

from cifar_core.labels.people import PeoplesAnswers
from cifar_core.labels.planted import NUM_PLANTED, NUM_TILES, Find, judge_flags, plant_errors, read_flags, write_flags
from cifar_core.labels.quiz import confusions_frame, draw_quiz, judge_quiz, read_answers, write_answers


@pytest.fixture(scope="module")
def people():
    """500 images of ten classes; of every tenth, half of the people say the next class."""
    labels = np.arange(500) % 10
    counts = np.zeros((500, 10), np.int64)
    counts[np.arange(500), labels] = 50
    hard = np.arange(0, 500, 10)
    counts[hard, labels[hard]], counts[hard, labels[hard] + 1] = 25, 26
    return PeoplesAnswers(counts), labels


def test_a_seed_draws_the_same_images_and_hard_ones_are_hard(people):
    answers, labels = people
    places = draw_quiz(answers, labels, 3, is_hard=False)
    assert len(set(places.tolist())) == 20
    assert draw_quiz(answers, labels, 3, is_hard=False).tolist() == places.tolist()
    assert draw_quiz(answers, labels, 4, is_hard=False).tolist() != places.tolist()
    assert (draw_quiz(answers, labels, 3, is_hard=True) % 10 == 0).all()


def test_answers_are_held_against_the_label_beside_the_others(people):
    answers, labels = people
    places = np.array([10, 21, 32, 43])
    preds = labels.copy()
    preds[32] = 7
    yours = np.array([1, 1, 2, 9])
    result = judge_quiz(places, yours, preds, labels, answers)
    assert (result.yours.value, result.network.value) == (0.5, 0.75)
    assert result.yours.low < 0.5 < result.yours.high
    assert result.people == pytest.approx(175 / 201)
    assert result.majority == 0.75
    assert result.frame["people_share"].tolist() == pytest.approx([26 / 51, 1, 1, 1])
    table = confusions_frame(result, answers)
    rows = table[["label_idx", "named_idx", "yours", "network"]].to_numpy().tolist()
    assert rows == [[0, 1, 1, 0], [3, 9, 1, 0], [2, 7, 0, 1]]
    assert table["people"].tolist() == pytest.approx([26 / 51, 0, 0])
    assert confusions_frame(judge_quiz(places, labels[places], labels, labels, answers), answers).empty


def test_answers_travel_in_an_address():
    assert write_answers([0, 9, 3], 72.6, is_hard=True) == "h093-73"
    found, seconds = read_answers("h093-73", 3, is_hard=True)
    assert (found.tolist(), seconds) == ([0, 9, 3], 73)
    assert read_answers("h093-73", 3, is_hard=False) is None, "those were other images"
    for text in (None, "", "a093", "a093-", "a09-73", "a0x3-73", "093-73", "a093-7300000", "a\u0660\u0661\u0662-73"):
        assert read_answers(text, 3, is_hard=False) is None


def game(seed=0, num_images=300):
    labels = np.arange(num_images) % 10
    probs = np.full((num_images, 10), 0.02)
    probs[np.arange(num_images), labels] = 0.82
    return plant_errors(1000 + np.arange(num_images), labels, probs, seed), labels


def test_planted_labels_are_others_and_the_ranking_finds_them():
    played, labels = game()
    assert (len(played.shown), int(played.is_planted.sum())) == (NUM_TILES, NUM_PLANTED)
    assert len(set(played.indices.tolist())) == NUM_TILES
    true = labels[played.indices - 1000]
    assert ((played.shown != true) == played.is_planted).all()
    assert judge_flags(played, played.ranking[:NUM_PLANTED]) == Find(NUM_PLANTED, 0, 0)
    assert game()[0].shown.tolist() == played.shown.tolist()
    assert game(seed=1)[0].indices.tolist() != played.indices.tolist()


def test_finds_and_false_alarms_are_counted_once_each():
    played, _ = game()
    planted, others = np.flatnonzero(played.is_planted), np.flatnonzero(~played.is_planted)
    flags = np.array([planted[0], planted[0], planted[3], others[5]])
    assert judge_flags(played, flags) == Find(2, 1, NUM_PLANTED - 2)
    assert judge_flags(played, flags[:0]) == Find(0, 0, NUM_PLANTED)


def test_few_images_make_a_small_game():
    played, _ = game(num_images=30)
    assert len(played.shown) == 30


def test_flags_travel_in_an_address():
    for places in ([], [0], [3, 79], list(range(80))):
        assert read_flags(write_flags(np.array(places, np.int64)), 80).tolist() == places
    for text in (None, "", "x", "-1", "F", "1" + "0" * 20, "0" * 70):
        assert read_flags(text, 80) is None

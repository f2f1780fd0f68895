"""What the components of labels send, and what they take from a browser."""

import numpy as np
import pytest

from dashboard.components import Doubt, Judged, Revealed
from dashboard.components.hunt import encode_hunt, read_places
from dashboard.components.judging import encode_judging, read_judged
from dashboard.components.quiz import read_finish
from tests.app.reading import unpack

IMAGES = np.zeros((2, 3, 32, 32), np.uint8)


def test_what_is_to_be_judged_travels_with_what_was_decided():
    doubts = [Doubt(7, 0, 1, "(98 %)"), Doubt(9, 1, 0, "(60 %)", "wrong", 2)]
    header, sprite = unpack(encode_judging(IMAGES, doubts, ("cat", "dog", "bird")))
    assert (header["ids"], header["judgements"], header["shown"]) == ([7, 9], ["", "wrong"], [None, 2])
    assert sprite


def test_decisions_are_checked():
    log = [[1, 7, "wrong", 2], [2, 9, "", None], [3.0, 7.0, "unsure", None]]
    mount, entries = read_judged({"mount": "a", "log": log}, {7, 9}, 3)
    assert mount == "a"
    assert entries == [
        (1, Judged(7, "wrong", 2)),
        (2, Judged(9, "", None)),
        (3, Judged(7, "unsure", None)),
    ]
    wrong = [[1, 8, "wrong", 2], [1, 7, "maybe", None], [1, 7, "wrong", 3], [1, 7, "wrong"], "x", [True, 7, "", None]]
    wrong += [[number, 7, "", None] for number in (float("inf"), float("nan"), 10**400)]
    wrong += [[1, float("inf"), "", None], [1, 7, "wrong", float("nan")]]
    assert read_judged({"mount": "a", "log": wrong}, {7, 9}, 3) == ("a", [])
    for value in (None, [], {"log": []}, {"mount": 1, "log": []}, {"mount": "a", "log": 3}):
        assert read_judged(value, {7, 9}, 3) is None


def test_answers_of_a_quiz_are_checked():
    assert read_finish({"answers": [0, 2.0], "seconds": 3.5}, 2, 3) == ([0, 2], 3.5)
    for answers, seconds in (([0], 1), ([0, 3], 1), ([0, 1.5], 1), ([0, True], 1), ([0, 1], -1), ([0, 1], "1")):
        assert read_finish({"answers": answers, "seconds": seconds}, 2, 3) is None
    assert read_finish(None, 2, 3) is None


def test_what_is_true_travels_only_once_the_game_is_over():
    header, _ = unpack(encode_hunt(IMAGES, ["cat", "dog"], 120, 1))
    assert header["revealed"] is None
    header, _ = unpack(encode_hunt(IMAGES, ["cat", "dog"], 120, 1, Revealed([1], [0], [1], ["cat", "bird"])))
    assert header["revealed"] == {"planted": [1], "flagged": [0], "others": [1], "names": ["cat", "bird"]}


@pytest.mark.parametrize("flagged", [[2], [-1], [True], ["0"], [0.5], None])
def test_places_are_checked(flagged):
    assert read_places({"flagged": flagged}, 2) is None


def test_places_are_taken_once():
    assert read_places({"flagged": [1, 0.0, 1]}, 2) == [0, 1]
    assert read_places({"flagged": []}, 2) == []
    assert read_places("x", 2) is None

"""What Trust says of results, the degenerate ones too."""

import math

import numpy as np
import pytest

from cifar_core.attribution import METHODS
from cifar_core.attribution.trust import Completeness, PerturbationCurve
from dashboard.explain.maps import explain_silence
from dashboard.explain.trust_view import describe_completeness, describe_curves
from dashboard.explain.verdict import judge
from dashboard.session.maps import Choice

RISING = np.arange(1024, dtype=np.float32).reshape(32, 32)


@pytest.mark.parametrize(
    ("total", "difference", "expected"),
    [
        (2.0, 2.05, "The sum is as promised (off by 2.4 % of the difference of scores)."),
        (
            2.0,
            4.0,
            "does not hold for this image and network: more steps or samples may mend it (off by 50.0 % of",
        ),
        (0.0, 0.0, "Image and baseline have the same score: there is nothing to part, as it should be."),
        (0.4, 1e-9, "there is nothing to part, yet the map's sum is off by 0.400."),
        (math.nan, 1.0, "The scores are not finite"),
    ],
)
def test_a_sum_is_judged_by_what_there_is_to_part(total, difference, expected):
    assert expected in describe_completeness(Completeness(total, difference))


def test_a_sum_of_noisy_copies_says_so():
    words = describe_completeness(Completeness(1.0, 1.0, copies_score=2.5, image_score=4.0))
    assert "noisy copies, which score 2.50 on average; the image itself scores 4.00" in words


def test_likeness_is_told_only_of_maps_that_differ_within():
    assert "Likeness 1.00: much alike" in judge(RISING, RISING).why
    shuffled = np.random.default_rng(0).permutation(RISING.ravel()).reshape(32, 32)
    assert "different" in judge(RISING, shuffled).why
    assert (judge(RISING, shuffled).colour, judge(RISING, RISING).colour) == ("green", "orange")
    assert "Cannot be checked" in judge(RISING, 0 * RISING).badge
    assert "The untrained network's map is zero everywhere" in judge(RISING, 0 * RISING).why
    assert "The trained network's map is zero everywhere" in judge(0 * RISING, RISING).why
    assert "no likeness to measure" in judge(RISING, np.ones_like(RISING)).why


def curve(probs, random_probs):
    return PerturbationCurve(np.linspace(0, 1, 3), np.array(probs), np.array([random_probs]))


def test_curves_that_never_move_say_nothing():
    still = curve([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])
    assert "says nothing about the map" in describe_curves({"Deletion": still, "Insertion": still})
    falls, rises = curve([1, 0.2, 0], [1, 0.6, 0]), curve([0, 0.8, 1], [0, 0.4, 1])
    assert "Better than chance in both." in describe_curves({"Deletion": falls, "Insertion": rises})
    assert "Better than chance in deletion alone: do not" in describe_curves({"Deletion": falls, "Insertion": falls})
    assert "Better than chance in insertion alone: do not" in describe_curves({"Deletion": rises, "Insertion": rises})
    assert "No better than chance in either: do not" in describe_curves({"Deletion": rises, "Insertion": falls})


@pytest.mark.parametrize(
    ("method", "options", "level", "expected"),
    [
        ("saliency", {}, 0, "no pixel changes this score"),
        ("input_x_gradient", {}, 0, "the image is its own baseline"),
        ("input_x_gradient", {}, 9, "no pixel changes this score"),
        ("deep_lift", {"baseline": "grey"}, 127, "the image is its own baseline"),
        ("deep_lift", {"baseline": "white"}, 255, "the image is its own baseline"),
        ("deep_lift", {"baseline": "white"}, 0, "no pixel changes this score"),
        ("deep_lift", {"baseline": "white"}, 127, "no pixel changes this score"),
        ("grad_cam", {"relu": True}, 0, "nothing in this layer speaks for the class"),
        ("grad_cam", {"relu": False}, 0, "no pixel changes this score"),
    ],
)
def test_a_silent_map_has_a_reason(method, options, level, expected):
    image = np.full((3, 32, 32), level, np.uint8)
    assert expected in explain_silence(Choice(METHODS[method], options), image)

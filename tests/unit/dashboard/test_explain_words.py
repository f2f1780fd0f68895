"""What Explain says of a prediction, and of where a map is strong."""

import numpy as np
import pytest

from dashboard.explain.spoken import describe_prediction
from dashboard.explain.subject import Subject
from dashboard.explain.taught_view import Pushes, push_tiles
from dashboard.session.maps import describe_focus

NAMES = ("cat", "dog", "ship")


@pytest.mark.parametrize(
    ("true_idx", "probs", "expected"),
    [
        (1, [0.9, 0.06, 0.04], "After epoch 7 **hare** takes this image of **dog** for **cat** (90.0 %; dog 6.0 %)."),
        (0, [0.9, 0.06, 0.04], "After epoch 7 **hare** rightly takes this image of cat for **cat** (90.0 %)."),
        (None, [0.9, 0.06, 0.04], "After epoch 7 **hare** takes this picture for **cat** (90.0 %)."),
        (1, [np.nan] * 3, "After epoch 7 the scores of **hare** are not finite: it takes this image for nothing."),
    ],
)
def test_a_prediction_is_one_sentence(true_idx, probs, expected):
    subject = Subject(np.zeros((3, 32, 32), np.uint8), true_idx, 3, "image 3")
    assert describe_prediction("hare", 7, np.array(probs), subject, NAMES) == expected


def test_a_map_is_said_to_look_somewhere_only_where_more_than_half_of_it_lies():
    values = np.zeros((32, 32), np.float32)
    assert describe_focus("Grad-CAM", "cat", values) == "Grad-CAM finds nothing that speaks for cat."
    assert describe_focus("Grad-CAM", "cat", values + 1) == "Grad-CAM finds what speaks for cat spread over the image."
    values[24:, :8] = 1
    words = "Grad-CAM looks mostly at the lower left: 100 % of what speaks for cat lies there."
    assert describe_focus("Grad-CAM", "cat", values) == words
    assert "mostly in the middle: " in describe_focus("Grad-CAM", "cat", np.pad(np.ones((8, 8), np.float32), 12))


def test_what_an_image_moved_is_told_where_the_network_is_all_but_certain():
    pushes = Pushes(0, 0.9999, np.array([4, 9]), np.array([2e-5, 1e-5]))
    said = [tile.label for tile in push_tiles(np.array([40, 90]), ["cat", "dog"], pushes, "cat")]
    assert said == ["cat \N{MINUS SIGN}0.0020", "dog \N{MINUS SIGN}0.0010"]


def test_of_a_network_from_elsewhere_no_epoch_is_told():
    subject = Subject(np.zeros((3, 32, 32), np.uint8), None, None, "picture")
    assert describe_prediction("guest", None, np.array([0.1, 0.7, 0.2]), subject, NAMES).startswith("**guest** takes")

"""What Errors says of suspicions and calibration, in words."""

from dashboard.errors.label_view import describe_none, describe_precision


def test_a_weak_networks_suspicions_come_with_what_is_known_of_them():
    words = describe_precision(0.7136)
    assert "right on 71.4 % of the images" in words
    assert "3 of 94 and 4 of 102" in words
    assert "own mistakes" not in describe_precision(0.94)


def test_no_suspicion_of_a_weak_network_says_nothing_of_the_labels():
    assert "says nothing of the labels" in describe_none(0.1)
    assert describe_none(0.94) == "No label is suspected."

"""The bar that shows how many of some images each class has."""

from dashboard.drawing.balance import width_for_names, write_balance

COLOURS = {"cat": "#e67e22", "dog": "#c0392b", "a<b": "#2f6fde"}


def test_a_bar_says_all_counts_and_escapes_names():
    written = write_balance({"cat": 3, "a<b": 1}, COLOURS)
    assert 'aria-label="Images of each class: cat 3, a&lt;b 1"' in written
    assert "a<b" not in written
    assert "dog" not in written


def test_names_stand_below_only_where_a_part_is_too_narrow_for_its_own():
    alone, even = width_for_names({"cat": 12}), width_for_names({"cat": 6, "dog": 6})
    uneven = width_for_names({"cat": 11, "dog": 1})
    assert alone < 60 < even < uneven
    assert f"@container (max-width: {uneven}px)" in write_balance({"cat": 11, "dog": 1}, COLOURS)

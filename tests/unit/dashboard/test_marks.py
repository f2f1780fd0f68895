"""python -m pytest tests/unit/dashboard/test_marks.py. Marks at changed fields."""

import re

from dashboard.train.marks import marks_css


def test_a_changed_field_is_marked_with_what_it_was():
    css = marks_css({"optimizer.learning_rate": (0.1, 0.05)})
    assert '.st-key-train_form-optimizer-learning_rate [data-testid="stWidgetLabel"] p::after' in css
    assert 'content: "was 0\\2e 1"' in css
    assert '[data-testid="stExpander"]:has(:is(.st-key-train_form-optimizer-learning_rate)) summary' in css


def test_nothing_changed_is_no_style():
    assert marks_css({}) == ""


def test_no_value_gets_out_of_its_string():
    css = marks_css({"training.device": ('"}</style><img src=x>\\', "cpu")})
    value = re.search('content: "was ([^"]*)"', css)[1]
    assert not set(value) & set("<>{}/;()")
    assert "</style" not in css

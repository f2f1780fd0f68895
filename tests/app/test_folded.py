"""python -m pytest tests/app/test_folded.py. What is drawn only while its box is open."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.driving import unfold


def page():
    import streamlit as st

    from dashboard.drawing.folded import render_folded

    def draw():
        st.session_state["times"] = st.session_state.get("times", 0) + 1
        st.dataframe({"case": [1, 2]})

    if st.toggle("Drawn", True):
        number = st.number_input("Cases", value=2)
        render_folded(f"Every case ({number})", draw, key="cases", is_open=st.session_state.get("at_first", False))


@pytest.fixture
def at():
    return AppTest.from_function(page).run()


def is_open(at):
    (box,) = at.expander
    assert bool(at.dataframe) == box.proto.expanded
    return box.proto.expanded


def test_nothing_is_drawn_before_the_box_is_opened(at):
    assert not is_open(at)
    assert "times" not in at.session_state
    unfold(at, "cases")
    assert is_open(at)
    assert at.session_state["times"] == 1


def test_an_open_box_stays_open_also_under_another_label(at):
    unfold(at, "cases")
    at.number_input[0].set_value(3).run()
    assert at.expander[0].label == "Every case (3)"
    assert is_open(at)
    at.run()
    assert is_open(at)


def test_a_box_that_comes_back_is_closed(at):
    unfold(at, "cases")
    at.toggle[0].set_value(False).run()
    at.toggle[0].set_value(True).run()
    assert not is_open(at)


def test_a_box_may_be_open_at_first():
    at = AppTest.from_function(page)
    at.session_state["at_first"] = True
    assert is_open(at.run())

"""python -m pytest tests/app/test_choices.py. Which page of a list is open."""

from streamlit.testing.v1 import AppTest


def draw():
    import numpy as np
    import streamlit as st

    from dashboard.drawing.choices import choose_page

    rows = np.arange(500) + st.session_state.get("from", 0)
    num_pages = st.session_state.get("pages", 5)
    page = choose_page(num_pages, "pages_of_it", listed=rows, first=st.session_state.get("first", 1))
    st.text(page)


def shown(app):
    assert not app.exception
    return app.text[0].value


def open_at(**values):
    app = AppTest.from_function(draw)
    for key, value in values.items():
        app.session_state[key] = value
    return app.run()


def test_a_page_stays_while_the_same_is_listed():
    app = open_at()
    assert shown(app) == "1"
    app.session_state["pages_of_it"] = 3
    assert shown(app.run()) == "3"
    assert shown(app.run()) == "3"


def test_another_list_begins_where_it_shall():
    app = open_at(first=2)
    assert shown(app) == "2"
    app.session_state["pages_of_it"] = 4
    assert shown(app.run()) == "4"
    app.session_state["from"], app.session_state["first"] = 1, 5
    assert shown(app.run()) == "5"
    app.session_state["from"], app.session_state["first"] = 2, 1
    assert shown(app.run()) == "1"


def test_a_page_asked_for_with_another_list_is_the_one():
    app = open_at()
    app.session_state["from"], app.session_state["pages_of_it"] = 7, 3
    assert shown(app.run()) == "3"


def test_a_list_of_one_page_asks_nothing_and_a_longer_one_after_it_begins_anew():
    app = open_at()
    app.session_state["pages_of_it"] = 4
    app.run()
    app.session_state["pages"], app.session_state["from"] = 1, 3
    assert shown(app.run()) == "1"
    app.session_state["pages"], app.session_state["from"] = 5, 4
    assert shown(app.run()) == "1"

"""python -m pytest tests/unit/dashboard/test_links.py. The pages as Streamlit is told of them."""

from dashboard.session import address
from dashboard.session.links import FIRST_PAGE, list_pages


def test_each_page_has_an_address_of_its_own_and_the_first_one_the_servers():
    assert {page.title: page.url_path for page in list_pages()} == {
        title: "" if title == FIRST_PAGE else title for title in address.PAGES
    }


def test_sessions_share_no_page():
    """Streamlit notes on the page itself that it may be drawn now, once."""
    one, other = list_pages(), list_pages()
    one[3]._can_be_called = True
    assert not other[3]._can_be_called
    assert not list_pages()[3]._can_be_called

"""What an address locks: its grammar, and what it does to runs."""

import pytest

from dashboard.lessons.link_view import make_link
from dashboard.session import address
from dashboard.session.links import SECTIONS
from dashboard.session.lock import PARTS, Lock, LockError, list_settings, parse_lock, write_lock


def test_the_addresses_know_all_pages():
    assert tuple(page for section in SECTIONS.values() for page in section) == address.PAGES


def test_a_lock_says_what_it_locks():
    lock = parse_lock("pages:explain,lessons;settings:optimizer.learning_rate,model;parts:break_it")
    assert lock.pages == ("Lessons", "Explain")
    assert [page for page in address.PAGES if lock.shows(page)] == ["Lessons", "Explain"]
    assert lock.holds("optimizer.learning_rate")
    assert lock.holds("model.width")
    assert not lock.holds("optimizer.momentum")
    assert (lock.hides("break_it"), lock.hides("test")) == (True, False)
    assert lock.describe() == [
        "Pages that stay: Lessons, Explain.",
        "Settings that stay as they are: learning rate, all of model.",
        "Hidden: Break it.",
    ]


def test_without_pages_all_stay():
    lock = parse_lock("parts:test")
    assert all(map(lock.shows, address.PAGES))
    assert not lock.is_empty
    assert Lock().is_empty


@pytest.mark.parametrize(
    "lock",
    [
        Lock(),
        Lock(pages=("Overview",)),
        Lock(settings=("optimizer.learning_rate", "data")),
        Lock(pages=address.PAGES, settings=list_settings(), parts=tuple(PARTS)),
    ],
)
def test_what_is_written_is_read(lock):
    text = write_lock(lock)
    assert (Lock() if text is None else parse_lock(text)) == lock


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("everything", "lock = 'everything' is not allowed; allowed: pages:, settings: and parts:"),
        ("pages:lessons;rooms:x", "lock = 'rooms:x' is not allowed"),
        ("pages:lesson", "lock, pages = 'lesson' is not allowed; allowed: overview, explore"),
        ("pages:", "lock, pages = '' is not allowed"),
        ("settings:learning_rate", "settings = 'learning_rate' is not allowed; allowed: data, augmentation, model"),
        ("parts:exam", "parts = 'exam' is not allowed; allowed: other_lessons, others, break_it"),
        ("parts:test;parts:delete", "lock, parts: twice"),
        ("parts:" + "x" * 5000, "lock, parts = 'xxxx"),
    ],
)
def test_what_is_no_lock_is_named(text, words):
    with pytest.raises(LockError) as raised:
        parse_lock(text)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("page", "here", "link"),
    [
        (
            "Lessons",
            "http://lab.school:8501/Lessons?room=link",
            "http://lab.school:8501/Lessons?lesson=luck&lock=parts:test",
        ),
        ("Overview", "https://school/lab/Lessons", "https://school/lab/?lesson=luck&lock=parts:test"),
        ("Train", None, "/Train?lesson=luck&lock=parts:test"),
    ],
)
def test_links_lead_to_the_server_that_one_is_on(page, here, link):
    assert make_link(page, {"lesson": "luck", "lock": "parts:test"}, here) == link

"""Links for a class: an instructor ticks what learners shall have, and gets an address to copy."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from cifar_core.config import SECTIONS
from dashboard.drawing.literal import literal
from dashboard.drawing.words import setting_names
from dashboard.lessons.subject import Lesson
from dashboard.session import address, state
from dashboard.session.lock import PARTS, Lock, list_settings, write_lock

_LESSON, _PAGE, _ADDRESS = "a lesson", "a page", "a page as I have set it up"
_ANY = "the list of all lessons"
_KEY = "link_"
# What is about who asks, or about another link; a link for others goes without.
_OWN = {address.LOCK.name, address.LEARNER.name, address.PREDICTED.name, address.SURE.name, address.ROOM.name}


def render_links(lessons: Mapping[str, Lesson]) -> None:
    """Draw the boxes, and the link that comes of them with what a learner will see."""
    st.markdown(
        "A link opens a lesson or a page for your learners with only what you want them to use. It guides; it is no "
        "protection: whoever opens the address without `lock` has everything."
    )
    left, right = st.columns(2, gap="large")
    with left:
        found = _choose_target(lessons)
        lock = _choose_lock()
    with right, st.container(border=True):
        if found is None:
            st.caption("Choose on the left what the link opens.")
            return
        page, carried = found
        if not lock.shows(page):
            stay = tuple(each for each in address.PAGES if lock.shows(each) or each == page)
            lock = Lock(stay, lock.settings, lock.parts)
        _render_link(page, carried, lock, lessons)


def _kept(name: str) -> dict[str, Any]:
    """Return what a widget takes that holds its value in this visit, whatever else is looked at meanwhile."""
    return {"key": f"{_KEY}{name}", "persist_state": "session"}


def _choose_target(lessons: Mapping[str, Lesson]) -> tuple[str, dict[str, str]] | None:
    """Draw what the link opens; return the page's title and what its address carries, None if that is not known yet."""
    opens = st.radio("The link opens", (_LESSON, _PAGE, _ADDRESS), horizontal=True, **_kept("opens"))
    if opens == _LESSON:
        titles = {"": _ANY} | {name: literal(lesson.question.title) for name, lesson in lessons.items()}
        state.keep_among(f"{_KEY}lesson", list(titles))
        name = st.selectbox("Which", list(titles), format_func=titles.__getitem__, **_kept("lesson"))
        return "Lessons", {address.LESSON.name: name} if name else {}
    if opens == _PAGE:
        return st.selectbox("Which", address.PAGES, **_kept("page")), {}
    text = st.text_input(
        "Its address",
        placeholder="http://.../Train?part=new&preset=quick",
        help="Set a page up in another tab as learners shall find it, with its run, settings or filters, and copy the "
        "address from there.",
        **_kept("address"),
    )
    return _read_target(text.strip()) if text.strip() else None


def _read_target(text: str) -> tuple[str, dict[str, str]] | None:
    """Read an address of this dashboard; one that is none is said."""
    try:
        parts = urlsplit(text)
        name = parts.path.rstrip("/").rpartition("/")[2]
        values = dict(parse_qsl(parts.query, max_num_fields=100))
    except ValueError:
        name, values = "?", {}
    page = name or "Overview"
    if page not in address.PAGES:
        allowed = f"an address of one of {', '.join(address.PAGES)}"
        st.error(f"address = {literal(text[:80])} is not allowed; allowed: {allowed}", icon=":material/link_off:")
        return None
    return page, {key: value for key, value in values.items() if key not in _OWN}


def _choose_lock() -> Lock:
    pages = st.pills(
        "Pages that stay",
        address.PAGES,
        selection_mode="multi",
        wrap=True,
        help="The one that the link opens stays in any case. None chosen: all stay.",
        **_kept("pages"),
    )
    names = setting_names(list_settings())
    titles = {section: f"all of {section}" for section in SECTIONS} | {
        path: f"{path.partition('.')[0]}: {name}" for path, name in names.items()
    }
    settings = st.multiselect(
        "Settings that stay as they are",
        list(titles),
        format_func=titles.__getitem__,
        help="On Train and Augment they can be read, and not changed. They have the value of the preset, or of the "
        "address that you gave.",
        **_kept("settings"),
    )
    st.markdown(":small[What is hidden]")
    parts = [part for part, words in PARTS.items() if st.checkbox(words.capitalize(), **_kept(f"part_{part}"))]
    return Lock(tuple(page for page in address.PAGES if page in pages) or None, tuple(settings), tuple(parts))


def _render_link(page: str, carried: dict[str, str], lock: Lock, lessons: Mapping[str, Lesson]) -> None:
    written = write_lock(lock)
    link = make_link(page, carried | ({} if written is None else {address.LOCK.name: written}), st.context.url)
    st.markdown("**The link**")
    st.code(link, language=None, wrap_lines=True)
    st.markdown("**What a learner will see**")
    lines = [_describe_target(page, carried, lessons), *lock.describe()]
    if lock.is_empty:
        lines.append("Everything else as you have it: nothing is locked.")
    else:
        lines.append("A line at the top of every page says that the link locks this, and how to leave.")
    st.markdown("\n".join(f"- {literal(line, most=None)}" for line in lines))


def make_link(page: str, values: Mapping[str, str], here: str | None) -> str:
    """Return an address of a page.

    Args:
        page: Its title.
        values: What it carries.
        here: The open page's, as the browser sees it: the link has the same server. Without, it is relative.
    """
    base = (here or "/").split("?")[0]
    folder = base[: base.rindex("/") + 1] if "/" in base else "/"
    name = "" if page == "Overview" else page
    query = urlencode(values, safe=":;,.")
    return f"{folder}{name}" + (f"?{query}" if query else "")


def _describe_target(page: str, carried: Mapping[str, str], lessons: Mapping[str, Lesson]) -> str:
    name = carried.get(address.LESSON.name, "")
    if page == "Lessons" and name in lessons:
        lesson = lessons[name]
        return f"Lesson {lesson.question.title}: {lesson.question.question}"
    if page == "Lessons":
        return "The list of all lessons."
    return f"The page {page}{', set up as in the address' if carried else ''}."

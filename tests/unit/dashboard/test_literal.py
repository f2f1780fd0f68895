"""python -m pytest tests/unit/dashboard/test_literal.py. What people wrote is shown as they wrote it."""

import sys

import pytest

from dashboard.drawing.literal import _seen_character, in_code, in_figure, literal, message, plain, plain_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand more", "two lines and more"),
        ("abc\u202etxt.exe\u2066\u200b\x00\x1b[0m", "abctxt.exe[0m"),
        ("naïve 猫 👩\u200d💻", "naïve 猫 👩\u200d💻"),
        ("x" * 200, "x" * 79 + "…"),
        ("\u202e\n", ""),
    ],
)
def test_what_cannot_be_seen_is_left_out_and_the_rest_is_cut(text, shown):
    assert plain(text) == shown


def test_of_what_python_calls_printable_nothing_is_left_out():
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert plain(f"{printable}\n", most=None) == " ".join("".join(map(_seen_character, printable)).split())


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("seed 3, batch_size=32 (quick-hare): 51 %", "seed 3, batch_size=32 (quick-hare): 51 %"),
        ("![a](http://b.c)", "!\\[a\\](http\\::small[]//b.c)"),
        ("<img src=x>", "\\<img src=x>"),
        (":red[x] :smile: :material/delete:", "\\:red\\[x\\] \\::small[]smile: \\::small[]material/delete:"),
        ("$x$ `y` *z* _a_ ~~b~~", "\\$x\\$ \\`y\\` \\*z\\* \\_a\\_ \\~\\~b\\~\\~"),
        ("1. one", "1\\. one"),
        ("# one", "\\# one"),
        ("a -> b <- c >= d -- e", "a -:small[]> b \\<:small[]- c >:small[]= d -:small[]- e"),
        ("a@b.cd www.e.f", "a:small[]@b.cd www:small[].e.f"),
        ("a\\b", "a\\\\b"),
    ],
)
def test_what_markdown_would_take_for_a_sign_is_escaped_and_nothing_else(text, escaped):
    assert literal(text) == escaped


def test_a_message_keeps_its_lines_and_its_length():
    assert message(ValueError("a: " + "x" * 100 + "\n*b*\n\n")) == "a: " + "x" * 100 + "  \n\\*b\\*"


def test_code_holds_any_path():
    assert (in_code("/a/b"), in_code("/a`b``")) == ("`/a/b`", "``` /a`b`` ```")


def test_a_figure_takes_no_html_and_no_formula():
    assert in_figure('<a href="//b">$x$</a> & c') == '&lt;a href="//b"&gt;&#36;x&#36;&lt;/a&gt; &amp; c'


def test_a_box_to_write_in_keeps_its_lines():
    assert plain_lines("one\u202e\r\n  two\n") == "one\n  two"

"""Words of people (names, notes, file names, messages that quote them) shown as they are, whatever is in them.

Streamlit reads Markdown in labels and messages, with signs of its own for colours, icons and emoji; plotly reads HTML.
An image in a name would ask another server for it.
"""

import html
import re
import unicodedata

LONGEST = 80  # characters of a name on a page

# What nobody sees but all of a line follows: text direction, control characters, parts of characters. Those that join
# two letters belong to some scripts and to emoji.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINERS = "\u200c\u200d"

# Underscores within a word and colons before a space mean nothing; most names and messages stay readable this way.
_SIGNS = re.compile(r"[\\`*\[\]<$~|&]|(?<![^\W_])_|_(?![^\W_])|:(?=\S)")
_FIRST = re.compile(r"^(\d+(?=[.)])|(?=[-+#>=]))")  # what makes a list, a heading or a rule of a line
# What Streamlit looks for in what is left after Markdown was read: icons and emoji, links, arrows and dashes. There a
# backslash does not help, but what is no longer one piece of text is not found.
_BREAKS = re.compile(
    r"(?<=\\:)(?=[^\s:]+:)|(?<=\\:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@)|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~])(?==)",
    re.I,
)
_BREAK = ":small[]"


def plain(text: str, most: int | None = LONGEST) -> str:
    """Return text in one line without what cannot be seen, cut to so many characters: where no Markdown is read."""
    words = " ".join(_seen(text).split())
    return words if most is None or len(words) <= most else words[: most - 1].rstrip() + "…"


def literal(text: str, most: int | None = LONGEST) -> str:
    """Return text so that Markdown shows it as it is, in one line, cut to so many characters."""
    escaped = _SIGNS.sub(r"\\\g<0>", plain(text, most))
    return _BREAKS.sub(_BREAK, _FIRST.sub(r"\1\\", escaped))


def in_code(text: str) -> str:
    """Return text as Markdown shows it in the letters of code: for paths, whole."""
    words = plain(text, most=None)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    pad = " " if "`" in words else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def message(error: object) -> str:
    """Return an error's message likewise, whole, its lines below each other."""
    lines = (literal(line, most=None) for line in str(error).splitlines())
    return "  \n".join(filter(None, lines))


def in_figure(text: str, most: int | None = LONGEST) -> str:
    """Return text so that plotly, which reads HTML and formulas, shows it as it is."""
    return html.escape(plain(text, most), quote=False).replace("$", "&#36;")


def plain_lines(text: str) -> str:
    """Return text of several lines without what cannot be seen: for a box to write in."""
    return "\n".join(map(_seen, text.splitlines()))


def _seen(text: str) -> str:
    # Of what Python calls printable, all is seen: most names, which pages draw by the hundred.
    return text if text.isprintable() else "".join(map(_seen_character, text))


def _seen_character(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _UNSEEN:
        return character
    return " " if character.isspace() else ""

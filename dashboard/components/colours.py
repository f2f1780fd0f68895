"""Colours that components share with charts, and how they reach the browser: with each component's CSS."""

RIGHT = "#2a6fbb"
WRONG = "#c85030"
# Marks on pictures: dark enough for a white sign on them.
RIGHT_MARK = "#3b7a57"
WRONG_MARK = "#b3261e"
# Blue against, orange for: told apart in every common kind of colour blindness.
AGAINST = "#1f5fa8"
FOR = "#c0461f"
FINDING = "#b4690e"
QUIET = "#8a94a6"

_NAMED = {
    "right": RIGHT,
    "wrong": WRONG,
    "right-mark": RIGHT_MARK,
    "wrong-mark": WRONG_MARK,
    "against": AGAINST,
    "for": FOR,
    "finding": FINDING,
    "quiet": QUIET,
}


def colour_css() -> str:
    """Return CSS that names the colours: `var(--lab-right)` in a component's CSS, `namedColour` in its JavaScript."""
    return ":host{" + "".join(f"--lab-{name}:{colour};" for name, colour in _NAMED.items()) + "}\n"

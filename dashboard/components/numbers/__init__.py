"""Number boxes that understand a decimal comma and say what they do not understand.

A browser drops what it takes for no part of a number: 0,05 became 5 without a word.
"""

from dashboard.components.registration import register

_COMPONENT = register(__file__)

WHOLE = "whole number"  # the placeholder of a box for whole numbers, by which the browser knows them


def watch_numbers() -> None:
    """Let all number boxes of a page read what is typed as people write numbers. Once a page."""
    _COMPONENT(key="numbers", data={"whole": WHOLE})

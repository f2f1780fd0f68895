"""Technical words of a page, each explained where it is tapped, and all of them behind one button.

The words are found in what is on the page already, and marked without changing it: what React drew stays as it is.
"""

from dashboard.components.registration import register

_COMPONENT = register(__file__)


def watch_words(address: str) -> None:
    """Mark the words of a page, and draw the button that lists them. Once a page.

    Args:
        address: Where the server answers with the glossary, a list of objects: name, says, words, labels.
    """
    _COMPONENT(key="words", data={"address": address}, width="content")

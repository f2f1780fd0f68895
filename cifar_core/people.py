"""Who sits here: a name that somebody gave. It signs nobody in; it says whose runs and answers something is."""

import os
import unicodedata

LONGEST_NAME = 40  # characters
_VARIABLE = "CIFAR_OWNER"


class PersonError(ValueError):
    """A name that cannot be one. Its text names the field, the value and what is allowed."""


def clean_name(text: str, field: str = "name") -> str:
    """Return a person's name in one spelling: without outer and double spaces.

    Args:
        text: As somebody wrote it.
        field: What an error calls it.

    Raises:
        PersonError: It is empty, too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise PersonError(
            f"{field} = {name[:60]!r} is not allowed; allowed: 1 to {LONGEST_NAME} letters, digits, signs"
        )
    return name


def is_same_person(first: str, second: str) -> bool:
    """Whether two names are one person's: case does not count. Nobody's is empty."""
    return first.casefold() == second.casefold()


def default_owner() -> str:
    """Return whose the runs are that this process starts unless told otherwise: $CIFAR_OWNER's, or nobody's ("").

    Raises:
        PersonError: What stands there is no name.
    """
    given = os.environ.get(_VARIABLE, "")
    return clean_name(given, f"${_VARIABLE}") if given.strip() else ""

"""Which image a gallery marks: a message of its own, since the gallery's is as large as its pictures."""

from dashboard.components.registration import register

_COMPONENT = register(__file__)


def mark_image(gallery: str, selected: int | None) -> None:
    """Move the mark of a gallery on the same page.

    Args:
        gallery: Its key.
        selected: The index of the image to mark; none if None, or if it is not on show.
    """
    _COMPONENT(key=f"{gallery}_mark", data={"gallery": gallery, "selected": selected})

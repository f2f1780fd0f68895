"""Which image a gallery marks: a message of its own, since the gallery's is as large as its pictures."""

from types import EllipsisType

from dashboard.components.registration import register

_COMPONENT = register(__file__)


def mark_image(gallery: str, selected: int | EllipsisType | None, round_: int = 0) -> None:
    """Move the mark of a gallery on the same page, and begin a round in which none of its images is ticked.

    Args:
        gallery: Its key.
        selected: The index of the image to mark; none if None, or if it is not on show. Left out (...), the mark stays.
        round_: Its number; the round that goes on keeps its ticks.
    """
    mark = {} if isinstance(selected, EllipsisType) else {"selected": selected}
    _COMPONENT(key=f"{gallery}_mark", data={"gallery": gallery, "round": round_} | mark)

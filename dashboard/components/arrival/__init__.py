"""Brings a part of the page into view: of what was drawn anew a browser shows what stands where one was."""

from dashboard.components.registration import register

_COMPONENT = register(__file__)


def render_arrival(target: str, count: int) -> None:
    """Scroll to a widget or container, and focus it if it is a button.

    Args:
        target: Its key.
        count: How often there was such a wish in this session. The same one is not fulfilled twice.
    """
    _COMPONENT(key="arrival", data={"target": target, "count": count})

"""How far a run is: words, a bar and numbers that stay up to date by themselves, and keep open charts up to date."""

from dataclasses import asdict, dataclass

from dashboard.components.registration import register

_COMPONENT = register(__file__)


@dataclass(frozen=True)
class Pulse:
    """How far a run is.

    Attributes:
        words: What it does just now, where, and how long that will take.
        share: Of all its steps, in [0, 1].
        numbers: Label, value, and what the value is of.
        stage: Changes when more of the page changes than this line and the charts, e.g. with each epoch.
        is_still: Whether it makes no steps just now.
        interval: Seconds after which to ask for the next.
    """

    words: str
    share: float
    numbers: list[tuple[str, str, str]]
    stage: str
    is_still: bool = False
    interval: float = 1.0


def render_pulse(pulse: Pulse, feed: str, *, key: str) -> None:
    """Show it, and ask the feed for it again and again; the part of the page around it is drawn anew with each stage.

    Args:
        pulse: As it is now.
        feed: Address, relative to the page, that answers with JSON {"pulse": Pulse, "charts": {label: chart}}; charts
            go to the `line_chart`s of those labels.
        key: The component's.
    """
    data = {"pulse": asdict(pulse) | {"key": repr(pulse)}, "feed": feed}
    _COMPONENT(key=key, data=data, height="content", on_passed_change=_redraw)


def _redraw() -> None:
    """Streamlit draws the part of the page anew after any callback; nothing else is to be done."""

"""Which sweep the address speaks of."""

from dashboard.session import address

NEW = address.NEW_SWEEP
# How a sweep is looked at, as the address has it, and in words.
CHARTS = {
    "all": "All settings",
    "one": "One setting",
    "two": "Two settings",
    "best": "Best so far",
    "runs": "All runs",
}


def chosen_sweep() -> str | None:
    """Return the id of the sweep that is open; `NEW` while one is defined, None while all are listed."""
    return address.SWEEP.value()


def open_sweep(sweep_id: str | None) -> None:
    """Open one, or the list of all. For callbacks."""
    turn_to(sweep_id)
    address.step_on()


def turn_to(sweep_id: str | None) -> None:
    """Likewise before the page is drawn."""
    address.SWEEP.choose(sweep_id)
    for parameter in (address.PLAN, address.CHART, address.BRUSH, address.ACROSS, address.UPWARDS):
        parameter.choose(None)

"""What is selected of a sweep, as the address has it: `optimizer.learning_rate:0.001:0.1,end:0.5:0.7`."""

from collections.abc import Mapping, Sequence

from dashboard.components.parallel import read_brushes
from dashboard.session import address


def chosen_brushes(keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return what the address selects on these axes; nothing where it says what cannot be."""
    found: dict[str, list[float]] = {}
    for part in (address.BRUSH.value() or "").split(","):
        name, _, ends = part.partition(":")
        try:
            found[name] = [float(end) for end in ends.split(":")]
        except ValueError:
            continue
    return read_brushes(found, keys)


def choose_brushes(brushes: Mapping[str, tuple[float, float]]) -> None:
    """Select others. For callbacks."""
    address.BRUSH.choose(",".join(f"{name}:{low:g}:{high:g}" for name, (low, high) in brushes.items()))
    address.step_on()

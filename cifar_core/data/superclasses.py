"""The two halves that the classes of each dataset fall into."""

from collections.abc import Sequence

_MEMBERS = {
    "transport": ("airplane", "automobile", "ship", "truck"),
    "animals": ("bird", "cat", "deer", "dog", "frog", "horse"),
    "shapes": ("disc", "ring", "square", "triangle", "cross", "star"),
    "textures": ("stripes", "checks", "dots", "waves"),
}


def find_superclasses(class_names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the superclasses that have members among the classes: their class indices by name, in order."""
    places = {name: place for place, name in enumerate(class_names)}
    found = {title: tuple(places[name] for name in members if name in places) for title, members in _MEMBERS.items()}
    return {title: members for title, members in found.items() if members}

"""The sentence that a view of Explore begins with: what it shows."""

from collections.abc import Callable

import numpy as np

from cifar_core.data import Dataset, Splits
from dashboard.drawing.literal import literal, plain
from dashboard.explore.filters import Filters, Shown
from dashboard.explore.traits import LARGEST_FIRST, order_title

_PURPOSES = {"train": "to learn from (train)", "val": "to choose by (val)", "test": "for the end (test)"}


def describe_shown(dataset: Dataset, shown: Shown, filters: Filters) -> str:
    """Say how many images the gallery holds, and which, as Markdown."""
    if not filters.num_on:
        of = f"**{dataset.num_images:,} images** of {dataset.num_classes} classes, 32x32 pixels each"
        return f"{of}. Press a class to see it alone, an image to see it large."
    count = len(shown.indices)
    of = f"**{count:,} of {dataset.num_images:,} images**"
    return f"{of}: {', '.join(_describe_filters(filters, literal))}. Press an image to see it large."


def describe_choice(filters: Filters) -> str:
    """Say which images the filters let through, where no Markdown is read: where a selection of them comes from."""
    return ", ".join(_describe_filters(filters, plain)) if filters.num_on else "all images"


def _describe_filters(filters: Filters, show: Callable[[str], str]) -> list[str]:
    classes = " and ".join(filter(None, (", ".join(filters.class_names[:-1]), *filters.class_names[-1:])))
    words = [classes or "all classes", "all splits" if filters.split == "all" else f"{filters.split} split"]
    if filters.selection is not None:
        words.append(f"selection {show(filters.selection.name)}")
    if filters.text:
        words.append(f"indices {show(filters.text)}")
    return [*words, _describe_order(filters)]


def _describe_order(filters: Filters) -> str:
    if filters.order == "index":
        return "last index first" if filters.is_reversed else "in the dataset's order"
    is_falling = filters.is_reversed != (filters.order in LARGEST_FIRST)
    return f"{'highest' if is_falling else 'lowest'} {order_title(filters.order).lower()} first"


def describe_balance(dataset: Dataset, splits: Splits) -> str:
    """Say how many images there are for what, and of each class, as Markdown."""
    counts = np.bincount(dataset.labels, minlength=dataset.num_classes)
    low, high = int(counts.min()), int(counts.max())
    of_each = f"{low:,} images" if low == high else f"{low:,} to {high:,} images"
    parts = ", ".join(f"{len(splits.indices(name)):,} {purpose}" for name, purpose in _PURPOSES.items())
    return f"**{of_each} of each of {dataset.num_classes} classes**: {parts}."

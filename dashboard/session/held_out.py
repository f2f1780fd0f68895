"""Of which split chosen images are, and that training refuses those of val and test, in words."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import ChosenImages, Dataset, Splits
from cifar_core.data.splits import UNUSED
from cifar_core.selections import compute_balance


def describe_splits(dataset: Dataset, splits: Splits, images: ChosenImages) -> str:
    """Say how many images there are of each split, e.g. "120 images: 100 train, 20 unused by this run"."""
    balance = compute_balance(images, dataset, splits)
    shown = {"unused by this run" if name == UNUSED else name: count for name, count in balance.splits.items() if count}
    parts = ", ".join(f"{count:,} {name}" for name, count in shown.items())
    num = len(images.indices)
    return f"{num:,} image{'' if num == 1 else 's'}: {parts}"


def describe_leak(splits: Splits, indices: NDArray[np.int64]) -> str:
    """Say that training refuses images of val or test, and why; empty if none of them is."""
    counts = {name: int(np.isin(indices, splits.indices(name)).sum()) for name in ("val", "test")}
    parts = " and ".join(f"{count:,} of {name}" for name, count in counts.items() if count)
    if not parts:
        return ""
    return (
        f"{parts} among them. To look at them alone that is fine; training refuses such a selection: what was chosen "
        "by looking at held-out images would make their accuracy a flattering one."
    )

"""How many of a published list's near-duplicates are found, and a contact sheet of what is found beside them.

python -m benchmarks.duplicates LIST.csv [SHEET.png]

The list is ciFAIR's (Barz and Denzler, 2020; https://cvjena.github.io/cifair/): columns TestID, TrainID, Distance,
Judgment, of which 1 is a near-duplicate. The three correlations were chosen by its even test images; ways to find
candidates were compared on all of it, and the usual threshold was also settled by looking at pairs of odd test images.
So the odd half's recall is close to, but not quite, that of a list never seen.
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cifar_core.data import Dataset, load_dataset
from cifar_core.data.duplicates import USUAL_LIKENESS, NearDuplicates, find_near_duplicates

_THRESHOLDS = (0.62, 0.65, 0.68, 0.7, 0.71, 0.72, 0.75, 0.8)
_PAIRS_IN_A_ROW = 8
_SHEET_PAIRS = 96
_NEAR_DUPLICATE = "1"


def read_list(path: Path, num_train: int) -> set[tuple[int, int]]:
    """Return (test, train) dataset indices of the near-duplicates in the list."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Judgment"] == _NEAR_DUPLICATE]
    return {(num_train + int(row["TestID"]), int(row["TrainID"])) for row in rows}


def measure(pairs: NearDuplicates, listed: set[tuple[int, int]], num_train: int) -> None:
    """Print recall on both halves of the list, and how many pairs of each kind are found."""
    print("likeness   recall even   recall odd   train-test pairs   of them listed   within test")
    for threshold in _THRESHOLDS:
        kept = pairs.above(threshold)
        found = set(zip(kept.first.tolist(), kept.second.tolist(), strict=True))
        halves = [{pair for pair in listed if pair[0] % 2 == parity} for parity in (0, 1)]
        even, odd = (len(half & found) / len(half) for half in halves)
        num_across = int((kept.second < num_train).sum())
        print(
            f"{threshold:8.2f} {even:13.1%} {odd:12.1%} {num_across:18,} {len(listed & found):16,} "
            f"{len(kept.first) - num_across:13,}"
        )


def draw_sheet(dataset: Dataset, pairs: NearDuplicates, path: Path) -> None:
    """Draw a random sample of pairs, in the order of their likeness, for somebody to judge."""
    places = np.random.default_rng(0).permutation(len(pairs.first))[:_SHEET_PAIRS]
    tiles = [_draw_pair(dataset, pairs, int(place)) for place in np.sort(places)]
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % _PAIRS_IN_A_ROW)
    rows = [np.concatenate(tiles[at : at + _PAIRS_IN_A_ROW], axis=1) for at in range(0, len(tiles), _PAIRS_IN_A_ROW)]
    sheet = Image.fromarray(np.concatenate(rows, axis=0))
    sheet.resize((sheet.width * 2, sheet.height * 2), Image.Resampling.NEAREST).save(path)


def _draw_pair(dataset: Dataset, pairs: NearDuplicates, place: int) -> NDArray[np.uint8]:
    first, second = dataset.images[pairs.first[place]], dataset.images[pairs.second[place]]
    first = first[..., ::-1] if pairs.is_mirrored[place] else first
    pair = np.concatenate([first, second], axis=2).transpose(1, 2, 0)
    return np.pad(pair, ((2, 2), (3, 3), (0, 0)), constant_values=255)


def main(arguments: list[str]) -> None:
    """Find the pairs, then compare with the list."""
    dataset, began = load_dataset(), time.perf_counter()
    listed = read_list(Path(arguments[0]), dataset.num_train)
    pairs = find_near_duplicates(dataset)
    print(f"{dataset.num_images:,} images in {time.perf_counter() - began:.0f} s")
    measure(pairs, listed, dataset.num_train)
    if len(arguments) > 1:
        kept = pairs.above(USUAL_LIKENESS)
        unlisted = [pair not in listed for pair in zip(kept.first.tolist(), kept.second.tolist(), strict=True)]
        draw_sheet(dataset, kept.where(np.array(unlisted)), Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])

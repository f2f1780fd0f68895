"""How many of a published list's near-duplicates are found, and a contact sheet of what is found beside them.

python -m benchmarks.duplicates [--quick] [LIST.csv [SHEET.png]]; without the list, how long the search takes.

The list is ciFAIR's (Barz and Denzler, 2020; https://cvjena.github.io/cifair/): columns TestID, TrainID, Distance,
Judgment, of which 1 is a near-duplicate. The three correlations were chosen by its even test images; ways to find
candidates were compared on all of it, and the usual threshold was also settled by looking at pairs of odd test images.
So the odd half's recall is close to, but not quite, that of a list never seen.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks._report import judge, print_report
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


def measure(pairs: NearDuplicates, listed: set[tuple[int, int]], num_train: int) -> float:
    """Print recall on both halves of the list, and how many pairs there are; return the odd, usual one."""
    usual = 0.0
    print("likeness   recall even   recall odd   train-test pairs   of them listed   within test")
    for threshold in _THRESHOLDS:
        kept = pairs.above(threshold)
        found = set(zip(kept.first.tolist(), kept.second.tolist(), strict=True))
        halves = [{pair for pair in listed if pair[0] % 2 == parity} for parity in (0, 1)]
        even, odd = (len(half & found) / len(half) for half in halves)
        usual = odd if threshold == USUAL_LIKENESS else usual
        num_across = int((kept.second < num_train).sum())
        print(
            f"{threshold:8.2f} {even:13.1%} {odd:12.1%} {num_across:18,} {len(listed & found):16,} "
            f"{len(kept.first) - num_across:13,}"
        )
    return usual


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


def main(arguments: list[str]) -> int:
    """Find the pairs, then compare with the list if there is one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates")
    parser.add_argument("list", nargs="?", type=Path, help="ciFAIR's duplicates_cifar10.csv")
    parser.add_argument("sheet", nargs="?", type=Path, help="where to draw pairs that the list lacks")
    parser.add_argument("--quick", action="store_true", help="a smoke run on a few hundred images")
    wanted = parser.parse_args(arguments)
    dataset = _shorten(load_dataset()) if wanted.quick else load_dataset()
    began = time.perf_counter()
    pairs = find_near_duplicates(dataset)
    goals = [judge(f"{dataset.num_images} images searched: seconds", time.perf_counter() - began, None)]
    if wanted.list is not None:
        listed = read_list(wanted.list, dataset.num_train)
        recall = measure(pairs, listed, dataset.num_train)
        goals.append(judge("listed pairs found, of odd test images", recall, 0.85, at_least=True))
        if wanted.sheet is not None:
            kept = pairs.above(USUAL_LIKENESS)
            unlisted = [pair not in listed for pair in zip(kept.first.tolist(), kept.second.tolist(), strict=True)]
            draw_sheet(dataset, kept.where(np.array(unlisted)), wanted.sheet)
    print_report("duplicates", goals)
    return 0


def _shorten(dataset: Dataset) -> Dataset:
    places = np.r_[:300, dataset.num_train : dataset.num_train + 100]
    return Dataset(dataset.images[places], dataset.labels[places], dataset.class_names, 300, dataset.source)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Test images whose label most of the people who were asked disagree with.

Northcutt, Athalye and Mueller (Pervasive label errors in test sets, 2021) showed 275 images of CIFAR-10's test set to
five people each and published the answers, `cifar10_mturk.json`. Whoever puts that file into the data folder has them.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.dataset import DataError, Dataset

FILE_NAME = "cifar10_mturk.json"
ADDRESS = "https://github.com/cleanlab/label-errors/blob/main/mturk/cifar10_mturk.json"
_MAJORITY = 3  # of five


def find_disputed(dataset: Dataset, data_dir: Path) -> NDArray[np.int64] | None:
    """Return the dataset indices of the disputed test images, ascending; None if the file is not there.

    Of the practice set none is known either.

    Raises:
        DataError: The file is not what was published, or is about other images.
    """
    path = data_dir / FILE_NAME
    if dataset.is_practice or not path.is_file():
        return None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        answers = [
            (int(entry["id"]), int(entry["given_original_label"]), int(entry["mturk"]["given"])) for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{FILE_NAME} in {data_dir} cannot be read; get it anew from {ADDRESS}") from error
    for place, label, _ in answers:
        if not 0 <= place < dataset.num_test or dataset.labels[dataset.num_train + place] != label:
            raise DataError(f"{FILE_NAME} in {data_dir} is about other images: image {place} has another label here")
    return np.array(sorted({dataset.num_train + place for place, _, given in answers if given < _MAJORITY}), np.int64)

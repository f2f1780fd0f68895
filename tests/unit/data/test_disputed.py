"""python -m pytest tests/unit/data/test_disputed.py."""

import json

import numpy as np
import pytest

from cifar_core.data import DataError, Dataset
from cifar_core.data.disputed import FILE_NAME, find_disputed
from cifar_core.data.duplicates import NearDuplicates

LABELS = np.array([0, 1, 2, 3, 4, 5], np.int64)


def create_dataset(source="cifar10"):
    names = tuple("abcdefghij")
    return Dataset(np.zeros((6, 3, 32, 32), np.uint8), LABELS, names, num_train=2, source=source)


def write(folder, *entries):
    rows = [
        {"id": place, "given_original_label": label, "mturk": {"given": given, "guessed": 5 - given}}
        for place, label, given in entries
    ]
    (folder / FILE_NAME).write_text(json.dumps(rows))


def test_labels_that_fewer_than_three_of_five_agree_with_are_disputed(tmp_path):
    assert find_disputed(create_dataset(), tmp_path) is None
    write(tmp_path, (3, 5, 2), (0, 2, 0), (1, 3, 3))
    assert find_disputed(create_dataset(), tmp_path).tolist() == [2, 5]
    assert find_disputed(create_dataset("practice"), tmp_path) is None


@pytest.mark.parametrize("entry", [(0, 3, 1), (4, 2, 1)])
def test_answers_about_other_images_are_refused(tmp_path, entry):
    write(tmp_path, entry)
    with pytest.raises(DataError, match="is about other images"):
        find_disputed(create_dataset(), tmp_path)


@pytest.mark.parametrize("text", ["", '{"a": 1}', '[{"id": 1}]', "[1]"])
def test_a_file_that_is_something_else_is_refused(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(DataError, match="get it anew"):
        find_disputed(create_dataset(), tmp_path)


def test_near_duplicates_that_count_are_those_of_training_images():
    pairs = NearDuplicates(*map(np.array, ([4, 3, 4, 5], [1, 5, 0, 3], [False] * 4, [0.9, 0.9, 0.8, 0.8])))
    assert pairs.test_images(num_train=2).tolist() == [4]

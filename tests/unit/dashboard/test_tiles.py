"""Which images a page shows, and what it says of them."""

import numpy as np
import pytest

from cifar_core.data import create_splits, load_dataset
from cifar_core.evaluation import Criteria, Predictions, select_predictions
from dashboard.drawing.tiles import label_tiles, prediction_tiles
from dashboard.explore.filters import parse_indices, select_images


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return load_dataset(tmp_path_factory.mktemp("practice"))


@pytest.fixture(scope="module")
def splits(dataset):
    return create_splits(dataset, 0.1, 0)


def test_filters_combine(dataset, splits):
    everything = select_images(dataset, splits, "all", [])
    assert np.array_equal(everything, np.arange(dataset.num_images))
    chosen = select_images(dataset, splits, "val", dataset.class_names[2:4])
    assert set(dataset.labels[chosen]) == {2, 3}
    assert np.isin(chosen, splits.indices("val")).all()
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) == np.isin(dataset.labels[splits.indices("val")], [2, 3]).sum()


def test_every_image_is_in_one_split(dataset, splits):
    for name in ("train", "val", "test"):
        indices = splits.indices(name)
        assert {splits.split_of(int(index)) for index in indices[[0, len(indices) // 2, -1]]} == {name}


def test_tiles_say_label_and_place(dataset):
    name = dataset.class_names[dataset.labels[7]]
    assert label_tiles(dataset, np.array([7]))[0].caption == f"{name}, image 7"


def test_tiles_of_predictions_say_what_was_taken_for_what(dataset):
    logits = np.log(np.array([[0.7, 0.2, 0.1] + [1e-9] * 7, [0.1, 0.8, 0.1] + [1e-9] * 7]))
    predictions = Predictions(logits.astype(np.float32), np.array([1, 1]), np.array([5, 9]))
    wrong, right = sorted(
        prediction_tiles(dataset, select_predictions(predictions, Criteria([1]))), key=lambda tile: tile.index
    )
    first, second = dataset.class_names[:2]
    assert wrong.caption == f"predicted {first} (70 %), true {second} (20 %), image 5"
    assert wrong.label == f"{second} \N{RIGHTWARDS ARROW} {first} 70\N{NO-BREAK SPACE}%"
    assert (wrong.tone, right.tone) == ("wrong", "right")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("7", [7]), (" 3-5 , 1 ", [3, 4, 5, 1]), ("2, 0-3, 2", [2, 0, 1, 3]), ("9", [9]), ("4 - 6", [4, 5, 6])],
)
def test_indices_and_ranges_are_read_in_the_order_written(text, expected):
    assert parse_indices(text, 10).tolist() == expected


@pytest.mark.parametrize("text", ["a", "1-", "-1", "3-1", "10", "5-10", "1.5", "1 2", "1--3", "999999999"])
def test_what_is_no_index_is_named_with_what_is_allowed(text):
    with pytest.raises(ValueError, match=r"allowed: indices from 0 to 9") as error:
        parse_indices(f"1, {text}", 10)
    assert f"'{text}'" in str(error.value)

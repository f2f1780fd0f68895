"""python -m pytest tests/unit/data/test_splits.py. Which images a run trains on, and what the others are to it."""

import numpy as np
import pytest

from cifar_core.config import DataConfig, RunConfig
from cifar_core.data import splits_of
from cifar_core.training.state import create_training_state


@pytest.mark.parametrize("fraction", [0.1, 0.5, 1.0])
def test_a_runs_train_split_is_what_it_trains_on(tiny_dataset, tiny_config, fraction):
    data = DataConfig(train_fraction=fraction, split_seed=4)
    splits = splits_of(tiny_dataset, data)
    state = create_training_state(tiny_config.model_copy(update={"data": data}), tiny_dataset, "cpu")
    assert sorted(state.pool.train.tolist()) == splits.train.tolist()
    assert len(splits.train) == pytest.approx(fraction * 216, abs=10)
    whole = splits_of(tiny_dataset, DataConfig(split_seed=4))
    assert np.array_equal(splits.val, whole.val)
    assert np.array_equal(splits.test, whole.test)
    assert np.isin(splits.train, whole.train).all()


def test_each_image_is_in_one_split_or_unused(tiny_dataset):
    splits = splits_of(tiny_dataset, DataConfig(train_fraction=0.3))
    found = [splits.split_of(index) for index in range(tiny_dataset.num_images)]
    for name in ("train", "val", "test"):
        assert [index for index, split in enumerate(found) if split == name] == splits.indices(name).tolist()
    assert found.count("unused") == tiny_dataset.num_images - sum(map(len, (splits.train, splits.val, splits.test)))
    assert found.count("unused") > 0
    assert "unused" not in [splits_of(tiny_dataset, RunConfig().data).split_of(index) for index in range(280)]

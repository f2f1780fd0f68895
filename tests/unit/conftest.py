"""What unit tests of runs share: a store whose workers never start, and a run that is marked as running in it."""

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from tests.unit.runs_helpers import IdleExecutor


@pytest.fixture
def executor():
    return IdleExecutor()


@pytest.fixture
def store(tmp_path, executor):
    return RunStore(tmp_path / "runs", executor)


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, {"training.device": "cpu", "training.num_epochs": 3})


@pytest.fixture
def run_dir(store, config):
    """A run that is marked as running and has no worker yet."""
    return store.record(store.submit(config)).run_dir

"""A run that was really trained, on the practice set, and nothing in it that a test may change."""

import shutil

import pytest

from cifar_core.config import (
    AugmentationConfig,
    DataConfig,
    LinearScheduleConfig,
    RunConfig,
    SGDConfig,
    SimpleCNNConfig,
    TrainingConfig,
)
from cifar_core.data import load_dataset, splits_of
from cifar_core.export import Subject
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from cifar_core.selections import SelectionStore, create_selection
from tests.unit.runs_helpers import IdleExecutor

CONFIG = RunConfig(
    data=DataConfig(train_fraction=0.15),
    augmentation=AugmentationConfig(crop_padding=2, horizontal_flip=True),
    model=SimpleCNNConfig(width=4, hidden_size=16, dropout=0.1, batch_norm=True),
    optimizer=SGDConfig(learning_rate=0.05),
    schedule=LinearScheduleConfig(),
    training=TrainingConfig(
        num_epochs=2, batch_size=64, device="cpu", precision="float32", num_threads=1, flip_averaging=True
    ),
)


@pytest.fixture(scope="session")
def practice_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    load_dataset(folder)
    return folder


@pytest.fixture(scope="session")
def trained_dir(tmp_path_factory, practice_dir):
    """A runs folder with one run: told to leave some images out, and somebody halved its learning rate on the way."""
    store, dataset = RunStore(tmp_path_factory.mktemp("runs"), IdleExecutor()), load_dataset(practice_dir)
    train = splits_of(dataset, CONFIG.data).train
    left_out = SelectionStore(store.runs_dir).save(create_selection("left out", train[::9]))
    config = with_overrides(CONFIG, {"data.exclude": left_out.content_hash})
    run_id = store.submit(config, name="A small <run>", data_dir=practice_dir)
    shutil.rmtree(SelectionStore(store.runs_dir).path("left-out").parent)  # the run has its own copy
    record = store.record(run_id)
    record.record_event("learning_rate", step=12, factor=0.5)
    change_status(record.run_dir, status="running")
    assert run_worker(record.run_dir, executor=IdleExecutor()) == 0
    return store.runs_dir


@pytest.fixture
def runs_dir(trained_dir, tmp_path):
    """A copy of its own for each test: looks at test are counted on a run."""
    shutil.copytree(trained_dir, tmp_path / "copied")
    return tmp_path / "copied"


@pytest.fixture
def record(runs_dir):
    [run_dir] = [path for path in runs_dir.iterdir() if path.is_dir()]
    return RunStore(runs_dir, IdleExecutor()).record(run_dir.name)


@pytest.fixture
def subject(record):
    return Subject(record)

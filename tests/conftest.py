"""What all tests share: folders of their own, a tiny dataset, and real CIFAR-10 only where it is asked for."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from cifar_core.config import (
    AugmentationConfig,
    OneCycleScheduleConfig,
    RunConfig,
    SGDConfig,
    SimpleCNNConfig,
    TrainingConfig,
)
from cifar_core.data import Dataset
from cifar_core.data.practice import practice_batches

# How long something takes is for benchmarks to tell: a first example may import for a second.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_REAL_DATA_DIR = os.environ.get("CIFAR_DATA_DIR", "")


def _has_real_data() -> bool:
    folder = Path(_REAL_DATA_DIR or "/nonexistent")
    return any((folder / name).exists() for name in ("cifar-10-batches-py", "cifar-10-python.tar.gz"))


def pytest_collection_modifyitems(items):
    skip = pytest.mark.skip(reason="CIFAR_DATA_DIR holds no CIFAR-10")
    for item in items:
        if item.get_closest_marker("real_data") and not _has_real_data():
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data_dir():
    return Path(_REAL_DATA_DIR)


@pytest.fixture(scope="session", autouse=True)
def own_local_disk(tmp_path_factory):
    """What lies beside no runs but on this machine's disk: indexes and locks, by the path of the runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIFAR_LOCAL_DIR", str(tmp_path_factory.mktemp("local")))
        patch.delenv("CIFAR_EXECUTOR", raising=False)
        patch.delenv("CIFAR_FORK_SERVER", raising=False)
        patch.delenv("CIFAR_RUNS_PER_DEVICE", raising=False)
        yield


@cache
def _draw_practice_set():
    return tuple(practice_batches())


@pytest.fixture(scope="session", autouse=True)
def practice_set_is_drawn_once():
    """Most tests that need images have a folder of their own without any: what stands in for them is drawn once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cifar_core.data.sources.practice_batches", _draw_practice_set)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_a_power_cut():
    """What tests write need not reach the disk: waiting for that took longer than much of what they try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda descriptor: None)
        patch.setattr(np.memmap, "flush", lambda array: None)
        yield


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """No test reads the user's data or writes into the user's runs."""
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CIFAR_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.delenv("CIFAR_PEOPLE_DIR", raising=False)
    monkeypatch.setenv("CIFAR_DEMO", "0")  # pages train nothing unasked


@pytest.fixture(scope="session")
def tiny_dataset():
    """240 training and 40 test images of ten classes that differ in brightness: learnable, and drawn in no time."""
    generator = np.random.default_rng(0)
    labels = np.tile(np.arange(10), 28).astype(np.int64)
    noise = generator.integers(-40, 40, size=(280, 3, 32, 32))
    images = np.clip(labels[:, None, None, None] * 20 + 30 + noise, 0, 255).astype(np.uint8)
    names = tuple(f"class {index}" for index in range(10))
    return Dataset(images=images, labels=labels, class_names=names, num_train=240, source="practice")


@pytest.fixture
def tiny_config():
    """A config with augmentation, dropout, momentum and a schedule that trains in a second."""
    return RunConfig(
        augmentation=AugmentationConfig(crop_padding=2, horizontal_flip=True),
        model=SimpleCNNConfig(width=4, hidden_size=16, dropout=0.2, batch_norm=True),
        optimizer=SGDConfig(learning_rate=0.05),
        schedule=OneCycleScheduleConfig(),
        training=TrainingConfig(num_epochs=3, batch_size=32, device="cpu", precision="float32", num_threads=1),
    )

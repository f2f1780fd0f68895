"""What page tests share: the practice set, a store whose workers never start, and runs in every state."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cifar_core.config import RunConfig, SimpleCNNConfig, TrainingConfig
from cifar_core.data import create_splits, load_dataset
from cifar_core.evaluation import Predictions, save_predictions
from cifar_core.runs import RunRecord, RunStore
from cifar_core.runs.executor import local_slots
from cifar_core.runs.journal import append_row
from cifar_core.runs.status import change_status, now
from cifar_core.training.events import EpochDone, StepsDone, TrainingStarted, event_row
from dashboard.session import cache

APP = Path(__file__).parents[2] / "streamlit_app.py"
STEPS_PER_EPOCH = 36


@pytest.fixture(scope="session")
def practice_dir(tmp_path_factory):
    """A data directory without CIFAR-10, its practice set drawn once."""
    data_dir = tmp_path_factory.mktemp("practice")
    load_dataset(data_dir)
    return data_dir


@pytest.fixture(autouse=True)
def server(own_folders, practice_dir, tmp_path, monkeypatch):
    """Each test meets a server that has just started, on the practice set and without a run."""
    monkeypatch.setenv("CIFAR_DATA_DIR", str(practice_dir))
    monkeypatch.delenv("CIFAR_CACHE_DIR", raising=False)
    monkeypatch.setattr("dashboard.session.frame.warm_up", lambda: None)
    monkeypatch.setattr("cifar_core.runs.register.LocalExecutor", IdleExecutor)
    # it would fit in the background
    monkeypatch.setattr("dashboard.labels.doubted_view.find_derived", lambda *of: None)
    forget_everything()
    st.cache_data.clear()
    yield
    forget_everything()


def forget_everything():
    """As a server that has just started."""
    st.cache_resource.clear()
    cache._store.cache_clear()


class IdleExecutor:
    """Takes runs and never trains them; its workers live until a test says otherwise."""

    engine, decides, raises_attempts = "local", True, False
    slots = staticmethod(local_slots)

    def __init__(self):
        self.started = []

    def submit(self, run_dir, then=()):
        self.started.append(run_dir.name)

    def was_killed(self, run_dir):
        return False

    def poll(self, run_dir):
        return True

    def cancel(self, run_dir):
        pass

    def logs(self, run_dir):
        return RunRecord(run_dir).log_tail()


@pytest.fixture
def open_page():
    """Open a page as a browser would: `open_page("Train", run=run_id)` is the cold link /Train?run=..."""

    def open_it(page, /, **parameters):
        at = AppTest.from_file(APP, default_timeout=60)
        if page != "Overview":  # which a browser asks for by the server's own address
            at.switch_page(f"dashboard/pages/{page}.py")
        for name, value in parameters.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception[0].value
        return at

    return open_it


@pytest.fixture
def page_config():
    return RunConfig(
        model=SimpleCNNConfig(width=4, hidden_size=16),
        training=TrainingConfig(num_epochs=4, batch_size=125, device="cpu", num_threads=1),
    )


@pytest.fixture
def lab(server, page_config):
    return Lab(page_config)


@pytest.fixture
def own_picture(tmp_path):
    """A PNG file of 90x60 pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mine.png")
    return (tmp_path / "mine.png").read_bytes()


class Lab:
    """A store, and what a worker would have written into its runs."""

    def __init__(self, config):
        self.store = RunStore()
        self.config = config

    def queue(self, name="waiting", config=None, preset=None):
        """A run that waits for its device."""
        run_id = self.submit(name, config, preset)
        change_status(self.record(run_id).run_dir, status="queued", message="", attempt=0, started_at=None)
        return run_id

    def run(self, name="active", num_epochs=2, status="running", config=None, preset=None):
        """A run with so many finished epochs whose worker lives."""
        run_id = self.submit(name, config, preset)
        self._train(run_id, num_epochs)
        change_status(self.record(run_id).run_dir, status=status, message="")
        return run_id

    def complete(self, name="finished", config=None, preset=None):
        """A run at its end: best epoch 3 of 4 with 60 % on val, then 55 %; 58 % and 54 % on test."""
        run_id = self.submit(name, config, preset)
        self._train(run_id, self.record(run_id).config().training.num_epochs)
        record = self.record(run_id)
        record.count_test_reading(by="end of the run")
        change_status(
            record.run_dir,
            status="completed",
            message="Finished.",
            finished_at=now(),
            images_per_second=None,
            seconds_left=None,
            test_accuracy_best=0.58,
            test_accuracy_last=0.54,
        )
        self._predict(record)
        return run_id

    def end(self, status, message, name="ended", num_epochs=2):
        """A run that ended before its time."""
        run_id = self.run(name, num_epochs)
        change_status(self.record(run_id).run_dir, status=status, message=message, finished_at=now(), seconds_left=None)
        return run_id

    def damage(self, file="status.json"):
        """A finished run, one file of whose record is cut off in the middle."""
        run_id = self.complete("damaged")
        (self.record(run_id).run_dir / file).write_text('{"status": "comp')
        return run_id

    def submit(self, name, config=None, preset=None):
        return self.store.submit(config or self.config, name=name, preset=preset)

    def record(self, run_id):
        return self.store.record(run_id)

    def _train(self, run_id, num_epochs):
        record = self.record(run_id)
        total = record.config().training.num_epochs
        environment = '{"data_source": "practice", "device": "cpu", "num_threads": 1}'
        (record.run_dir / "environment.json").write_text(environment)
        start = TrainingStarted("cpu", "float32", 1, 16_000, total * STEPS_PER_EPOCH, STEPS_PER_EPOCH, 1)
        append_row(record.run_dir / "metrics.jsonl", event_row(start))
        for epoch in range(1, num_epochs + 1):
            for event in _epoch_events(epoch, total):
                append_row(record.run_dir / "metrics.jsonl", event_row(event))
        best = min(num_epochs, max(total - 1, 1))
        change_status(
            record.run_dir,
            pid=os.getpid(),
            epoch=num_epochs,
            step=num_epochs * STEPS_PER_EPOCH,
            num_steps=total * STEPS_PER_EPOCH,
            seconds=12.0 * num_epochs,
            seconds_left=12.0 * (total - num_epochs),
            images_per_second=375.0,
            best_epoch=best,
            best_val_accuracy=_val_accuracy(best, total),
            last_val_accuracy=_val_accuracy(num_epochs, total),
            message="",
        )

    def _predict(self, record):
        config, status = record.config(), record.status()
        dataset = load_dataset()
        splits = create_splits(dataset, config.data.val_fraction, config.data.split_seed)
        files = {f"val-{epoch:04d}": "val" for epoch in range(1, status.num_epochs + 1)}
        for name, split in (files | {"test-best": "test", "test-last": "test"}).items():
            indices = splits.indices(split)
            predictions = _predictions(dataset.labels[indices], indices)
            save_predictions(record.run_dir / "predictions" / f"{name}.npz", predictions)


def _val_accuracy(epoch, total):
    """Up to 60 % in the epoch before the last, then down to 55 %."""
    return 0.55 if epoch == total and total > 1 else 0.3 + 0.3 * epoch / max(total - 1, 1)


def _epoch_events(epoch, total):
    first = (epoch - 1) * STEPS_PER_EPOCH
    for step in range(first + 9, first + STEPS_PER_EPOCH + 1, 9):
        yield StepsDone(epoch, step, math.exp(-step / 60), 1 - math.exp(-step / 80), 0.001, 375.0)
    value = _val_accuracy(epoch, total)
    step = epoch * STEPS_PER_EPOCH
    yield EpochDone(epoch, step, 1.2 - 0.1 * epoch, 0.2 * epoch, 1.5 - value, value, 0.001, 12.0, 375.0, True)


def _predictions(targets, indices):
    """Every third image is taken for the next class."""
    preds = np.where(np.arange(len(targets)) % 3 == 0, (targets + 1) % 10, targets)
    logits = np.zeros((len(targets), 10), np.float32)
    logits[np.arange(len(targets)), preds] = 3.0
    return Predictions(logits, targets.astype(np.int64), indices.astype(np.int64))

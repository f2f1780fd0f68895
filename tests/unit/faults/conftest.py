"""What fault tests share: a store whose workers never start, and a run that is marked as running in it."""

import errno
import os
import shutil
import subprocess

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


@pytest.fixture
def full_disk(monkeypatch):
    """Call it, and from the so many-th file on no new one finds room."""

    def fill(num_files=0):
        written = []

        def sync(path):
            written.append(path)
            if len(written) > num_files:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        monkeypatch.setattr("cifar_core.files._sync", sync)

    return fill


@pytest.fixture
def freeze():
    """Call it with a folder, and the system really lets nobody change anything in it."""
    frozen = []

    def make_read_only(folder):
        tool = shutil.which("chattr")
        if tool is None or subprocess.run([tool, "-R", "+i", folder], capture_output=True, check=False).returncode:
            pytest.skip("this file system cannot be made read-only here")
        frozen.append((tool, folder))

    yield make_read_only
    for tool, folder in frozen:
        subprocess.run([tool, "-R", "-i", folder], check=True)

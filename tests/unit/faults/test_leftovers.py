"""python -m pytest tests/unit/faults/test_leftovers.py. What dead processes left is swept, and nothing else."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cifar_core.runs import RunStore
from cifar_core.runs.leftovers import begun_name
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

ROOT = Path(__file__).parents[3]
OLD = time.time() - 7200
DIE = """
import os, signal, sys
from pathlib import Path
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore, submission
from tests.unit.runs_helpers import IdleExecutor
submission.write_status = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
config = with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})
RunStore(Path(sys.argv[1]), IdleExecutor()).submit(config)
"""


def leave(path, modified=None):
    """Make a file, or a folder with one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tmp":
        path.write_bytes(b"half")
    else:
        path.mkdir()
        (path / "config.json").write_text("{")
    if modified is not None:
        os.utime(path, (modified, modified))
    return path


def opened_anew(store):
    return RunStore(store.runs_dir, IdleExecutor())


@pytest.mark.parametrize(
    ("name", "modified", "goes"),
    [
        (".deleted-20260101-0000-brave-otter-1", None, True),
        (f".new-{socket.gethostname()}-{2**22 + 1}-00000000", None, True),
        (f".new-{socket.gethostname()}-{os.getpid()}-00000000", None, False),
        (f".new-{socket.gethostname()}-{os.getpid()}-00000000", OLD, False),
        (".new-else-where-12-00000000", None, False),
        (".new-else-where-12-00000000", OLD, True),
        (".presets.json.1.2.tmp", None, False),
        (".presets.json.1.2.tmp", OLD, True),
        ("20260101-0000-brave-otter", OLD, False),
        (".mine", OLD, False),
        ("mine", OLD, False),
    ],
    ids=range(11),  # the names differ from process to process, those of tests must not
)
def test_only_what_nobody_owns_is_swept(store, name, modified, goes):
    path = leave(store.runs_dir / name, modified)
    opened_anew(store)
    assert path.exists() is not goes


def test_a_name_of_a_run_in_the_making_tells_its_process(store):
    path = leave(store.runs_dir / begun_name())
    opened_anew(store)
    assert path.exists()


def test_an_empty_folder_of_a_run_is_swept(store):
    (store.runs_dir / "20260101-0000-brave-otter").mkdir()
    assert opened_anew(store).list_runs() == []
    assert not (store.runs_dir / "20260101-0000-brave-otter").exists()


@pytest.mark.skipif(os.name == "nt", reason="processes are not killed like that there")
def test_what_a_killed_process_left_of_a_run_is_swept(store):
    done = subprocess.run([sys.executable, "-c", DIE, store.runs_dir], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(store.runs_dir.glob(".new-*"))) == 1
    assert store.list_runs() == []
    opened_anew(store)
    assert not list(store.runs_dir.glob(".new-*"))


@pytest.mark.parametrize("status", ["completed", "running"])
def test_half_a_checkpoint_goes_once_the_run_has_ended(store, run_dir, status):
    change_status(run_dir, status=status)
    half = [leave(run_dir / folder / ".last.safetensors.1.2.tmp") for folder in ("checkpoints", "predictions")]
    beside = leave(run_dir / ".meta.json.1.2.tmp")
    opened_anew(store)
    assert [path.exists() for path in half] == [status == "running"] * 2
    assert beside.exists(), "a page may be writing it"
    os.utime(beside, (OLD, OLD))
    opened_anew(store)
    assert beside.exists() is (status == "running")


def test_a_run_that_is_lost_is_swept(store, executor, run_dir):
    half = leave(run_dir / "checkpoints" / ".last.safetensors.1.2.tmp")
    executor.alive = False
    store.refresh()
    assert not half.exists()


def test_a_worker_sweeps_what_the_one_before_left(run_dir):
    half = leave(run_dir / "checkpoints" / ".last.safetensors.1.2.tmp")
    run_worker(run_dir, pretend_fit(), IdleExecutor())
    assert not half.exists()


def test_what_was_swept_and_has_not_changed_since_is_not_looked_through_again(store, config, monkeypatch):
    run_id = store.submit(config)
    record = store.record(run_id)
    change_status(record.run_dir, status="completed")
    folder = record.checkpoint_path("last").parent
    folder.mkdir()
    before = time.time() - 7200
    looked = []
    monkeypatch.setattr("cifar_core.runs.leftovers.sweep_run", lambda run_dir: looked.append(Path(run_dir).name))
    opened_anew(store)
    assert looked == [run_id]
    for path in (folder, record.run_dir):
        os.utime(path, (before, before))
    opened_anew(store)
    assert looked == [run_id], "nothing came into its folders since two hours"
    leave(folder / ".last.safetensors.1.2.tmp", before)
    opened_anew(store)
    assert looked == [run_id, run_id]

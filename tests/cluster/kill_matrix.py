"""What is lost when something dies: python -m tests.cluster.kill_matrix [--what node,head] [--when before].

A run on a real Ray cluster loses the app that submitted it, the dispatcher, the node that trains it, or the head:
before its first checkpoint, while a checkpoint is written, or after one. It is then held against the same run, trained
by this machine alone and never interrupted: all that it measured, predicted and learned, bit by bit.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunError, RunRecord, RunStore
from tests.cluster.lab import HEAD, ROOT, Lab, find_processes, kill_dispatcher, run_inside, why_not

WHAT, WHEN = ("app", "dispatcher", "node", "head"), ("before", "during", "after")
SETTINGS = {
    "data.train_fraction": 0.3,
    "model.width": 4,
    "model.hidden_size": 16,
    "augmentation.horizontal_flip": True,
    "training.num_epochs": 4,
    "training.device": "cpu",
    "training.num_threads": 1,
    "training.precision": "float32",
    "training.batch_size": 16,
}
_SECONDS = 150.0


def main() -> int:
    """Print the table; exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--what", default=",".join(WHAT))
    parser.add_argument("--when", default=",".join(WHEN))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not chosen.inside:
        return _run_inside()
    rows = list(_fill(chosen.what.split(","), chosen.when.split(",")))
    sys.stdout.write((json.dumps(rows) if chosen.json else _table(rows)) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


def _run_inside() -> int:
    if reason := why_not():
        sys.stderr.write(f"{reason}\n")
        return 2
    done = run_inside("tests.cluster.kill_matrix", "--inside", *sys.argv[1:], timeout=3600)
    sys.stderr.write(done.stderr)
    sys.stdout.write(done.stdout)
    return done.returncode


def _fill(what: list[str], when: list[str]):
    with cluster() as (lab, store, config, expected):
        for thing in what:
            for moment in when:
                yield judge_cell(lab, store, config, expected, thing, moment)


@contextmanager
def cluster():
    """A cluster, a store whose runs it trains, settings, and what a run with them comes to on this machine alone."""
    with tempfile.TemporaryDirectory(prefix="matrix") as folder:
        runs_dir = Path(folder) / "runs"
        runs_dir.mkdir()
        os.environ["CIFAR_LOCAL_DIR"] = f"{folder}/local"
        os.environ["CIFAR_DATA_DIR"] = f"{folder}/data"
        config = with_overrides(PRESETS["notebook"].config, SETTINGS)
        expected = _train_alone(Path(folder) / "alone", config)
        with Lab(runs_dir, Path(folder) / "data") as lab:
            yield lab, _meet(runs_dir, lab), config, expected


def judge_cell(lab: Lab, store: RunStore, config, expected: dict[str, str], thing: str, moment: str) -> dict:
    """Let one run lose one thing at one moment, and hold what came of it against what was to come."""
    row = _cell(lab, store, config, thing, moment)
    equal = fingerprint(store.record(row["run"]).run_dir) == expected
    row["equal"] = equal and row["status"] == "completed"
    sys.stderr.write(f"{row}\n")
    if not row["equal"]:
        sys.stderr.write(lab.dispatcher_logs() + store.logs(row["run"]) + "\n")
    return row


def _meet(runs_dir: Path, lab: Lab) -> RunStore:
    """Return a store once both nodes have joined: three machines that start at once take a while on two cores."""
    store, until = RunStore(runs_dir), time.monotonic() + _SECONDS
    while True:
        with suppress(RunError):
            if len(store._executor.slots()) == 2:
                return store
        assert time.monotonic() < until, lab.logs()
        time.sleep(0.2)


def _train_alone(runs_dir: Path, config) -> dict[str, str]:
    store = RunStore(runs_dir, LocalExecutor())
    record = store.record(store.submit(config))
    while record.status().is_active:
        store.refresh()
        time.sleep(0.1)
    assert record.status().status == "completed", store.logs(record.run_id)
    return fingerprint(record.run_dir)


def fingerprint(run_dir: Path) -> dict[str, str]:
    """What a run came to, to the bit: weights, predictions of each epoch and of test, and what was measured."""
    found = {
        str(path.relative_to(run_dir)): hashlib.sha256(_content(path)).hexdigest()
        for folder in ("checkpoints", "predictions")
        for path in sorted((run_dir / folder).iterdir())
    }
    epochs = {row["epoch"]: row for row in RunRecord(run_dir).epoch_rows()}
    measured = ("train/loss", "train/accuracy", "val/loss", "val/accuracy")
    found["epochs"] = json.dumps([[epochs[number].get(name) for name in measured] for number in sorted(epochs)])
    return found


def _content(path: Path) -> bytes:
    """Of a checkpoint the tensors: what is written beside them counts the seconds, too."""
    if path.suffix != ".safetensors":
        import numpy as np

        with np.load(path) as arrays:
            return b"".join(name.encode() + arrays[name].tobytes() for name in sorted(arrays.files))
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return b"".join(name.encode() + file.get_tensor(name).tobytes() for name in sorted(file.keys()))


def _cell(lab: Lab, store: RunStore, config, thing: str, moment: str) -> dict:
    """Let one run lose one thing at one moment; return what came of it."""
    app, run_id = _submit(store, config, thing)
    record = store.record(run_id)
    _await(lambda: record.status().pid is not None, store, lab)
    epoch = _await_moment(record, moment, store, lab)
    before = record.status()
    killed_at = time.monotonic()
    if thing == "app":
        app.kill()
        app.wait()
    elif thing == "dispatcher":
        kill_dispatcher()
    else:
        lab.kill(HEAD if thing == "head" else before.hostname)
    _release(run_id)
    if thing != "app":
        # A node stays away until its run has gone on elsewhere; a head comes back, as its service has it.
        went = lambda: record.status().attempt > before.attempt or not record.status().is_active  # noqa: E731
        _await(went, store, None if thing == "node" else lab)
    went_on = time.monotonic() - killed_at
    _await(lambda: not record.status().is_active, store, lab)
    after = record.status()
    return {
        "what": thing,
        "when": moment,
        "run": run_id,
        "status": after.status,
        "epoch": epoch,
        "attempts": after.attempt,
        "from": before.hostname,
        "to": after.hostname,
        "seconds": round(went_on, 1),
        "lost": _count_repeated(record),
    }


def _submit(store: RunStore, config, thing: str):
    """Submit by this process, or by an app of its own that is to die."""
    if thing != "app":
        return None, store.submit(config)
    known = {run.run_id for run in store.list_runs()}
    words = [f"--set={name}={json.dumps(value)}" for name, value in SETTINGS.items()]
    app = subprocess.Popen([sys.executable, "-m", "cifar_core", "train", *words], cwd=ROOT, stderr=subprocess.DEVNULL)
    while True:
        fresh = {run.run_id for run in store.list_runs()} - known
        if fresh:
            return app, fresh.pop()
        assert app.poll() is None
        time.sleep(0.05)


def _await_moment(record, moment: str, store: RunStore, lab: Lab) -> int:
    """Return the epoch, once the moment has come."""
    if moment == "before":
        _await(lambda: record.status().step > 0, store, lab)
    elif moment == "after":
        _await(lambda: record.status().epoch == 2, store, lab)
    else:
        _await(lambda: record.status().epoch >= 1, store, lab)
        _halt_while_it_writes(record)
    return record.status().epoch


def _halt_while_it_writes(record) -> None:
    """Halt the worker while a file of its checkpoint is half written."""
    [worker] = find_processes(f"cifar_core.runs.worker {record.run_dir}")
    folder = record.run_dir / "checkpoints"
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if any(folder.glob(".*.tmp")):
            worker.send_signal(signal.SIGSTOP)
            time.sleep(0.02)
            if any(folder.glob(".*.tmp")):
                return
            worker.send_signal(signal.SIGCONT)
    raise AssertionError("no checkpoint was seen being written")


def _release(run_id: str) -> None:
    """Let a worker go on that was only halted; what died with its machine is gone."""
    for process in find_processes(run_id):
        with suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)


def _await(condition, store: RunStore, lab: Lab | None) -> None:
    until = time.monotonic() + _SECONDS
    while not condition():
        store.refresh()  # as an open page does
        if lab is not None:
            lab.look_after()
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def _count_repeated(record) -> int:
    """How many finished epochs were trained again."""
    rows = [json.loads(line) for line in record.files.metrics.read_text().splitlines()]
    epochs = [row["epoch"] for row in rows if row["kind"] == "epoch"]
    return len(epochs) - len(set(epochs))


def _table(rows: list[dict]) -> str:
    lines = [
        "| killed | when | attempts | trained by | goes on after | epochs trained twice | weights and all figures |"
    ]
    lines.append("|---|---|---|---|---|---|---|")
    for row in rows:
        hosts = row["from"] if row["from"] == row["to"] else f"{row['from']}, then {row['to']}"
        went_on = "at once" if row["what"] == "app" else f"{row['seconds']} s"
        equal = "the same to the bit" if row["equal"] else f"LOST ({row['status']})"
        when = f"{row['when']} a checkpoint (epoch {row['epoch']} done)"
        lines.append(f"| {row['what']} | {when} | {row['attempts']} | {hosts} | {went_on} | {row['lost']} | {equal} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

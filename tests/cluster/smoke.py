"""What CI sees of a real cluster, in one: python -m tests.cluster.smoke prints it as JSON.

A node dies and its run goes on elsewhere; the dispatcher dies and another one takes over; every command does its work.
"""

import json
import os
import subprocess
import sys
import time

from tests.cluster.kill_matrix import SETTINGS, cluster, judge_cell
from tests.cluster.lab import ROOT

SECONDS = 60.0
CELLS = (("node", "after"), ("dispatcher", "before"))


def main() -> None:
    """Print what came of it."""
    began = time.monotonic()
    with cluster() as (lab, store, config, expected):
        rows = [judge_cell(lab, store, config, expected, *each) for each in CELLS]
        found = {"rows": rows, "commands": _try_commands(store)}
    print(json.dumps(found | {"seconds": time.monotonic() - began}))


def _try_commands(store) -> dict:
    """Train, stop, resume and ask by the command line, each a process of its own."""
    long = SETTINGS | {"training.num_epochs": 60}
    settings = [f"--set={name}={json.dumps(value)}" for name, value in long.items()]
    started = _ask("train", *settings, "--detach", "--json")
    run_id = started["run_id"]
    _wait(lambda: store.record(run_id).status().step > 0)
    seen = _ask("executor", "--json")
    _ask("stop", run_id, "--json")
    _wait(lambda: not store.record(run_id).status().is_active)
    stopped = store.record(run_id).status().status
    resumed = _ask("resume", run_id, "--detach", "--json")
    _wait(lambda: store.record(run_id).status().attempt == 2 and store.record(run_id).status().pid is not None)
    doomed = _ask("train", *settings, "--detach", "--json")["run_id"]
    _wait(lambda: store.record(doomed).status().step > 0)
    store.discard(doomed)
    store.discard(run_id)
    nowhere = subprocess.run(
        [sys.executable, "-m", "cifar_core", "train", "--runs-dir", f"{store.runs_dir}-elsewhere", *settings],
        cwd=ROOT,
        env=os.environ | {"CIFAR_EXECUTOR": "127.0.0.1:1"},
        capture_output=True,
        text=True,
    )
    return {
        "executor": seen,
        "stopped": stopped,
        "resumed": resumed["status"],
        "is_discarded": not any((store.runs_dir / each).exists() for each in (doomed, run_id)),
        "nowhere": [nowhere.returncode, nowhere.stderr.strip().splitlines()[-1]],
    }


def _ask(*words: str) -> dict:
    done = subprocess.run([sys.executable, "-m", "cifar_core", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return json.loads(done.stdout.strip().splitlines()[-1])


def _wait(condition) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


if __name__ == "__main__":
    main()

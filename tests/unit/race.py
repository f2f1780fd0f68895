"""Processes that dispatch one queue at the same moment; python -m tests.unit.race RUNS_DIR is one of them.

They are commands, not children of multiprocessing: that would import the parent's `__main__`, which in a session that
has run Streamlit's AppTest is a page's script.
"""

import subprocess
import sys
from pathlib import Path

from cifar_core.runs.queue import dispatch
from tests.unit.runs_helpers import IdleExecutor

ROOT = Path(__file__).parents[2]


class PrintingExecutor(IdleExecutor):
    def submit(self, run_dir, then=()):
        print(run_dir.name, flush=True)


def started_in_a_race(runs_dir, just_before=lambda: None, num_processes=4):
    """Let processes dispatch at once; return the ids of the runs that they started, one entry for each start."""
    command = [sys.executable, "-m", "tests.unit.race", str(runs_dir)]
    racers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(num_processes)
    ]
    try:
        assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * num_processes
        just_before()
        for racer in racers:
            racer.stdin.write("go\n")
            racer.stdin.flush()
        outputs = [racer.communicate(timeout=60)[0] for racer in racers]
        assert [racer.returncode for racer in racers] == [0] * num_processes
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
    return [run_id for output in outputs for run_id in output.split()]


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(5):
        dispatch(Path(sys.argv[1]), PrintingExecutor())

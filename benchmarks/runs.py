"""What the record of runs costs: rows written, read and followed, live answers, five hundred runs listed and indexed.

python -m benchmarks.runs [--quick]. Uses CIFAR_DATA_DIR for the number of classes alone; without it, the practice set.
"""

import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request

from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor, fill_store, step_row, write_run
from cifar_core.runs import RunStore
from cifar_core.runs.journal import append_row
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.record import RunRecord
from cifar_core.training.events import EpochDone, StepsDone, TrainingStarted, event_row
from dashboard.session.cache import get_dataset, get_store
from dashboard.train.feed import create_routes

_SECONDS_A_ROW = 0.5  # of training: so often `fit` reports
_NUM_ROWS, _NUM_EPOCHS, _NUM_ANSWERS = (100, 1_600, 14_400, 100_000), 50, 40
_GOAL_READ, _GOAL_ANSWER, _GOAL_FIRST = 0.0005, 0.002, 0.3


def main(arguments: list[str]) -> int:
    """Measure and print a JSON line last."""
    quick = "--quick" in arguments
    num_rows, num_runs, repeats = (1_000, 40, 1) if quick else (10_000, 500, 7)
    with tempfile.TemporaryDirectory() as folder:
        goals = _measure_rows(Path(folder) / "one", num_rows, repeats)
        goals += _measure_feed(Path(folder) / "followed", (100, 1_600) if quick else _NUM_ROWS)
        goals += _measure_store(Path(folder) / "many", num_runs, repeats)
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3g}")
    print_report("runs", goals)
    return 0


def _measure_rows(run_dir: Path, num_rows: int, repeats: int) -> list[dict[str, Any]]:
    path = RunFiles(run_dir).metrics
    run_dir.mkdir()
    append_row(path, event_row(TrainingStarted("cpu", "float32", 2, 1, num_rows * 60, 600, 1)))
    rows = [_row(place) for place in range(num_rows)]
    started = time.perf_counter()
    for row in rows:
        append_row(path, row)
    a_row = (time.perf_counter() - started) / num_rows

    def read_all() -> object:
        return RunRecord(run_dir).step_rows()

    followed = RunRecord(run_dir)
    followed.step_rows()

    def read_tail() -> object:
        append_row(path, rows[-1])
        started = time.perf_counter()
        followed.step_rows()
        tails.append(time.perf_counter() - started)
        return None

    tails: list[float] = []
    first = _median(read_all, repeats)
    _median(read_tail, repeats)
    warm = _median(followed.step_rows, repeats)
    return [
        judge("a metric row, share of the time it tells of", a_row / _SECONDS_A_ROW, 0.01),
        judge(f"{num_rows} rows, read for the first time: seconds", first, None),
        judge(f"{num_rows} rows, read for a chart: seconds", warm, 0.03),
        judge("the tail of a growing file: seconds", statistics.median(tails), 0.005),
    ]


def _measure_feed(runs_dir: Path, counts: Sequence[int]) -> list[dict[str, Any]]:
    """What an open Train page's question costs, of ever longer runs: its own work alone, without the server's."""
    os.environ["CIFAR_RUNS_DIR"] = str(runs_dir)
    get_dataset()
    goals = []
    for count in counts:
        run_id, per_epoch = write_run(runs_dir, count, _NUM_EPOCHS, has_ended=False), count // _NUM_EPOCHS
        record = get_store().record(run_id)
        rows = [step_row(place, per_epoch) for place in range(count, count + 3 * _NUM_ANSWERS)]
        first = _time(partial(_answer, run_id, "Curves"))
        goals.append(judge(f"{count} rows, first answer of a new server: seconds", first, _GOAL_FIRST))
        goals.append(
            judge(f"{count} rows, an added one read: seconds", _follow(record, rows, record.step_rows), _GOAL_READ)
        )
        for view in ("Curves", "Steps"):
            taken = _follow(record, rows, partial(_answer, run_id, view))
            goals.append(judge(f"{count} rows, {view} answered with an added one: seconds", taken, _GOAL_ANSWER))
        taken = statistics.median(_time(partial(_answer, run_id, "Curves")) for _ in range(_NUM_ANSWERS))
        goals.append(judge(f"{count} rows, Curves answered when nothing is new: seconds", taken, _GOAL_ANSWER))
    return goals


def _follow(record: RunRecord, rows: list[dict[str, Any]], act: Callable[[], object]) -> float:
    taken = []
    for _ in range(_NUM_ANSWERS):
        append_row(record.files.metrics, rows.pop(0))
        taken.append(_time(act))
    return statistics.median(taken)


def _answer(run_id: str, view: str) -> None:
    (route,) = create_routes()
    scope = {"type": "http", "method": "GET", "path_params": {"run_id": run_id}, "headers": []}
    answer = route.endpoint(Request(scope | {"query_string": f"view={view}".encode()}))
    assert answer.status_code == 200


def _row(place: int) -> dict[str, Any]:
    epoch = 1 + place // 10
    if place % 10 == 9:
        return event_row(EpochDone(epoch, 60 * place, 1.0, 0.5, 1.0, 0.5, 0.001, 12.0, 375.0, True))
    return event_row(StepsDone(epoch, 60 * place, math.exp(-place / 5000), 0.5, 0.001, 375.0))


def _measure_store(runs_dir: Path, num_runs: int, repeats: int) -> list[dict[str, Any]]:
    store = fill_store(runs_dir, num_runs)
    store.list_runs()
    warm = _median(store.list_runs, repeats)
    fresh = _median(lambda: RunStore(runs_dir, executor=IdleExecutor()).list_runs(), repeats)

    def rebuild() -> object:
        for path in local_dir(runs_dir).glob("index.sqlite*"):
            path.unlink()
        return RunStore(runs_dir, executor=IdleExecutor()).list_runs()

    rebuilt = _median(rebuild, min(repeats, 3))
    return [
        judge(f"{num_runs} runs listed again: seconds", warm, 0.1),
        judge(f"{num_runs} runs listed by a new process's store: seconds", fresh, 0.1),
        judge(f"{num_runs} runs, their index rebuilt: seconds", rebuilt, 3.0),
    ]


def _median(act: Callable[[], object], repeats: int) -> float:
    return statistics.median(_time(act) for _ in range(repeats))


def _time(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How soon something happens after a start: a run's first step, a command's answer, a network on a new server's page.

python -m benchmarks.start [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

Seconds of the processor that a process takes from its start to its end, in turn with the least that each could take: a
process that imports torch and lets an optimizer step once (an optimizer imports torch's compiler), one that imports
torch alone, and a bare Python. A run trains one step of a tiny network and predicts nothing of test.

Where a dashboard is open, a fork server keeps a run's imports: the same run from its start to its end by the clock,
with it and without, in turn.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor
from benchmarks._waiting import wait
from cifar_core import forking
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunStore
from cifar_core.runs.executor import keep_imports, worker_environment
from cifar_core.runs.record import RunRecord

_STEP = (
    "import torch; weight = torch.nn.Parameter(torch.zeros(3)); optimizer = torch.optim.Adam([weight]); "
    "weight.sum().backward(); optimizer.step()"
)
_PATIENCE = 120.0  # seconds
_CODES = {
    "python": "pass",
    "torch": "import torch",
    "step": _STEP,
    "pages": "import dashboard.engine.networks",
    "command": "import cifar_core.cli",
}
_TINY = {
    "model.width": 4,
    "model.hidden_size": 4,
    "data.train_fraction": 0.01,
    "data.val_fraction": 0.02,
    "training.batch_size": 512,
    "training.num_epochs": 1,
    "training.num_threads": 1,
    "training.device": "cpu",
    "training.precision": "float32",  # else its steps are timed first, once a machine
    "training.evaluate_test": False,
}


def main(arguments: list[str]) -> int:
    """Start each in turn and print a JSON line last."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(1 if "--quick" in arguments else 5):
        for name, code in _CODES.items():
            seconds[name].append(_take([sys.executable, "-c", code], dict(os.environ)))
        seconds["run"].append(_train_one_step())
    seconds |= _time_runs(1 if "--quick" in arguments else 5)
    print_report("start", _judge({name: statistics.median(values) for name, values in seconds.items()}))
    return 0


def _judge(medians: dict[str, float]) -> list[dict[str, Any]]:
    goals = [
        judge("a run of one step: seconds of the processor", medians["run"], None),
        judge("the same, times torch and one step", medians["run"] / medians["step"], 1.4),
        judge("what each page with a network waits for: seconds of the processor", medians["pages"], None),
        judge("the same, times torch", medians["pages"] / medians["torch"], None),
        judge("a command: seconds of the processor", medians["command"], None),
        judge("torch: seconds of the processor", medians["torch"], None),
        judge("torch and one step: seconds of the processor", medians["step"], None),
        judge("python: seconds of the processor", medians["python"], None),
        judge("a run of one step, importing for itself: seconds by the clock", medians["plain"], None),
    ]
    if "forked" in medians:
        goals += [
            judge("the same with imports kept", medians["forked"], 2.0),
            judge("imports kept: times as soon as without", medians["plain"] / medians["forked"], None),
        ]
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.2f}", flush=True)
    return goals


def _train_one_step() -> float:
    with tempfile.TemporaryDirectory() as folder:
        record = _submit(RunStore(Path(folder), executor=IdleExecutor()))
        seconds = _take([sys.executable, "-m", "cifar_core.runs.worker", str(record.run_dir)], worker_environment())
        _require_completed(record)
    return seconds


def _submit(store: RunStore) -> RunRecord:
    return store.record(store.submit(with_overrides(PRESETS["notebook"].config, _TINY)))


def _require_completed(record: RunRecord) -> None:
    if (status := record.status()).status != "completed":
        raise RuntimeError(f"{status.status}: {status.message}")


def _time_runs(num_times: int) -> dict[str, list[float]]:
    """Return how long a run takes without and with a fork server; the latter only where processes can be copied."""
    seconds = defaultdict(list)
    keep_imports()
    if sys.platform == "linux":
        wait(forking.is_ready, _PATIENCE)
    kept = os.environ.get(forking.VARIABLE, "")
    for _ in range(num_times):
        for way, address in {"plain": "", "forked": kept}.items():
            os.environ[forking.VARIABLE] = address
            if address or way == "plain":
                seconds[way].append(_time_run())
    return seconds


def _time_run() -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        record = _submit(RunStore(Path(folder), executor=LocalExecutor()))
        wait(lambda: not record.status().is_active, _PATIENCE)
        seconds = time.perf_counter() - began
        _require_completed(record)
    return seconds


def _take(command: list[str], environment: dict[str, str]) -> float:
    """Return the seconds of the processor that a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

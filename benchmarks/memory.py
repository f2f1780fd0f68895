"""Memory of a training: what is estimated from its settings beside what its worker used at most.

python -m benchmarks.memory [--quick]. Presets in both number formats, and settings that need much, for a short epoch.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._report import judge, print_report
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.executor import LocalExecutor, worker_environment
from cifar_core.training.memory import estimate_memory

_GOAL = 0.25
_NUM_IMAGES = 4_000  # that an epoch needs at least, for two full batches of the largest size here
_FORMATS = ("float32", "bfloat16")
_MUCH: dict[str, tuple[str, dict[str, Any]]] = {
    "notebook, batch 2048": ("notebook", {"training.batch_size": 2048}),
    "mlp, 4 x 4096": ("mlp", {"model.hidden_size": 4096, "model.num_hidden_layers": 4}),
    "quick, width 128, batch 512": ("quick", {"model.width": 128, "training.batch_size": 512}),
    "resnet, batch 512, averaged": ("resnet", {"training.batch_size": 512, "training.ema_decay": 0.99}),
    "convnext, batch 256": ("notebook", {"model.name": "convnext", "training.batch_size": 256}),
}


class _Measured(LocalExecutor):
    """Runs the worker to its end at once, and keeps the most memory that the system counted for it."""

    most_bytes = 0

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        command = [sys.executable, "-m", "cifar_core.runs.worker", str(run_dir)]
        process = subprocess.Popen(command, env=worker_environment(), stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0  # it was waited for: nobody else may
        self.most_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print a line a config, and judge the farthest estimate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one preset only")
    is_quick = parser.parse_args().quick
    dataset = load_dataset()
    rows: list[dict[str, Any]] = []
    for title, config in _configs(dataset, is_quick).items():
        used = _measure(config)
        estimated = estimate_memory(config, len(dataset.images)).total
        rows.append({"config": title, "estimated_bytes": estimated, "used_bytes": used})
        print(f"{title:<42} estimated {estimated / 1e6:6.0f} MB, used {used / 1e6:6.0f} MB: {estimated / used:.2f}")
    farthest = max(abs(row["estimated_bytes"] / row["used_bytes"] - 1) for row in rows)
    goals = [judge("estimated memory: farthest from what is used", farthest, _GOAL)]
    print_report("memory", goals, data_source=dataset.source, rows=rows)


def _configs(dataset: Dataset, is_quick: bool) -> dict[str, RunConfig]:
    share = min(1.0, (500 if is_quick else _NUM_IMAGES) / (0.9 * dataset.num_train))
    short = {"training.num_epochs": 1, "training.device": "cpu", "data.train_fraction": round(share, 3)}
    plain: dict[str, tuple[str, dict[str, Any]]] = {name: (name, {}) for name in PRESETS}
    wanted = plain | _MUCH
    titles = ["mlp"] if is_quick else list(wanted)
    return {
        f"{title}, {precision}": with_overrides(
            PRESETS[wanted[title][0]].config, {**wanted[title][1], **short, "training.precision": precision}
        )
        for title in titles
        for precision in (_FORMATS[:1] if is_quick else _FORMATS)
    }


def _measure(config: RunConfig) -> int:
    with tempfile.TemporaryDirectory() as folder:
        executor = _Measured()
        store = RunStore(Path(folder), executor)
        status = store.record(store.submit(config)).status()
        if status.status != "completed":
            raise SystemExit(f"the run {status.status}: {status.message}")
    return executor.most_bytes


if __name__ == "__main__":
    main()

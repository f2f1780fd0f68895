"""First and warm load of the dataset and its memory, beside reading the same folder plainly.

python -m benchmarks.data [--quick]. Uses CIFAR_DATA_DIR; with --quick, or without CIFAR-10 there, the practice set.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._report import judge, print_report

_LOAD = """
import json, sys, time, psutil
from cifar_core.data import load_dataset
before = psutil.Process().memory_info().rss
began = time.perf_counter()
dataset = load_dataset()
seconds = time.perf_counter() - began
total = sum(int(dataset.images[start:start + 1000].max()) for start in range(0, len(dataset.images), 1000))
memory = (psutil.Process().memory_info().rss - before) / 1e6
print(json.dumps([seconds, memory]))
"""
_PLAIN = """
import json, os, pickle, time
from pathlib import Path
import numpy as np
folder = Path(os.environ["CIFAR_DATA_DIR"]) / "cifar-10-batches-py"
began = time.perf_counter()
parts = [pickle.loads(path.read_bytes(), encoding="bytes")[b"data"] for path in sorted(folder.glob("*_batch*"))]
np.concatenate(parts)
print(json.dumps([time.perf_counter() - began, 0.0]))
"""


def main(arguments: list[str]) -> int:
    """Measure in fresh processes, interleaved, and print a JSON line last."""
    quick = "--quick" in arguments
    has_real = (Path(os.environ.get("CIFAR_DATA_DIR", "data")) / "cifar-10-batches-py").is_dir() and not quick
    first, warm, memory, plain = [], [], [], []
    for _ in range(1 if quick else 5):
        with tempfile.TemporaryDirectory() as folder:
            env = os.environ | {"CIFAR_CACHE_DIR": folder}
            if not has_real:
                env["CIFAR_DATA_DIR"] = folder
            first.append(_run(_LOAD, env)[0])
            seconds, megabytes = _run(_LOAD, env)
            warm.append(seconds)
            memory.append(megabytes)
            if has_real:
                plain.append(_run(_PLAIN, env)[0])
    goals = [
        judge("first load, seconds", statistics.median(first), 6.0),
        judge("warm load, seconds", statistics.median(warm), 0.05),
        judge("memory after touching every image, MB", statistics.median(memory), 250.0),
    ]
    if plain:
        print(f"reading the same files plainly: {statistics.median(plain):.2f} s")
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3f} (goal {goal['goal']})")
    print_report("data", goals, source="folder" if has_real else "practice")
    return 0


def _run(script: str, env: dict[str, str]) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

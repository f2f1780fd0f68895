"""How long it takes until a selection of 1,000 images is the filter of Explore, and until a list of many is drawn.

python -m benchmarks.selections [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Pages are
drawn by the script runner alone: what a browser adds, Explore's own benchmark shows.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks._report import judge, print_report
from cifar_core.data import load_dataset
from cifar_core.runs import default_runs_dir
from cifar_core.selections import SelectionStore, create_selection

_ROOT = Path(__file__).parents[1]
_GOAL_SECONDS = 0.3
_NUM_IMAGES, _NUM_SELECTIONS = 1_000, 50


def main(arguments: list[str]) -> int:
    """Print a line a figure, and JSON last."""
    quick = "--quick" in arguments
    repeats = 2 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CIFAR_RUNS_DIR": folder, "CIFAR_DEMO": "0"}
        if quick:
            os.environ["CIFAR_DATA_DIR"] = f"{folder}/data"
        dataset = load_dataset()
        store = SelectionStore(default_runs_dir())
        for number in range(_NUM_SELECTIONS):
            indices = np.random.default_rng(number).choice(dataset.num_train, _NUM_IMAGES, replace=False)
            store.save(create_selection(f"number {number}", indices, fingerprint=dataset.fingerprint))
        goals = [
            judge(f"{_NUM_SELECTIONS} selections read, milliseconds", 1000 * _median(store.all, repeats), None),
            judge(f"{_NUM_IMAGES:,} images as Explore's filter, seconds", _filter(repeats), _GOAL_SECONDS),
            judge(f"list of {_NUM_SELECTIONS} selections drawn, seconds", _list(repeats), None),
        ]
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3g}", flush=True)
    print_report("selections", goals, data_source=dataset.source)
    return 0


def _open(**parameters: str) -> AppTest:
    page = AppTest.from_file(_ROOT / "streamlit_app.py", default_timeout=120)
    page.switch_page("dashboard/pages/Explore.py")
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def _filter(repeats: int) -> float:
    """Choose one selection after another, as the box in Filters does."""
    page = _open()
    box = next(each for each in page.selectbox if each.label == "Only the selection")
    options = iter(range(_NUM_SELECTIONS))

    def choose() -> None:
        box.set_value(f"number-{next(options)}")
        page.run()
        assert not page.exception

    return _median(choose, repeats)


def _list(repeats: int) -> float:
    page = _open(view="Selections")
    return _median(page.run, repeats)


def _median(act: Callable[[], Any], repeats: int) -> float:
    act()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

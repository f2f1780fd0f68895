"""How cost grows: with images, width, depth, epochs, runs and sessions.

python -m benchmarks.growth [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

Each thing grows while all else stays. The exponent says how: 0 not at all, 1 in line, 2 with the square; it is that of
the last doubling or so, where what does not grow counts least.
"""

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._app import opened_app
from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor, fill_store
from benchmarks._viewer import Viewer
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.data.duplicates import find_near_duplicates
from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.track import create_track, read_epoch
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.training.device import count_cores, reproducible, resolve_device
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on

_NUM_STEPS = 5
_NUM_VAL = 5000

Ask = Callable[[], object]


def main(arguments: list[str]) -> int:
    """Measure what grows, one after another, and print a JSON line last."""
    quick = "--quick" in arguments
    dataset, repeats = load_dataset(), 1 if quick else 5
    goals: list[dict[str, Any]] = []
    for what, sizes, prepare in _cases(dataset, quick):
        goals += _measure(what, sizes, prepare, repeats)
    goals += _measure_sessions((1, 5) if quick else (1, 5, 20, 50), repeats)
    print_report("growth", goals, num_threads=count_cores())
    return 0


def _cases(dataset: Dataset, quick: bool) -> Iterator[tuple[str, Sequence[int], Callable[[int], Any]]]:
    """What grows, over which sizes, and how to get ready for one of them: a context that gives what is timed."""
    device = resolve_device("auto")
    simple, resnet = PRESETS["notebook"].config, PRESETS["resnet"].config

    def steps(config: RunConfig, path: str) -> Callable[[int], Any]:
        return lambda size: _steps(with_overrides(config, {path: size, "training.batch_size": 64}), dataset, device)

    yield "five steps, width of simple_cnn", (8, 16) if quick else (16, 32, 64, 128), steps(simple, "model.width")
    yield "five steps, depth of ResNet", (8, 14) if quick else (8, 20, 32, 56), steps(resnet, "model.depth")
    images = (200, 400) if quick else (5_000, 10_000, 20_000)
    yield "near-duplicates among training and as many test images", images, lambda size: _duplicates(dataset, size)
    yield "learning dynamics, epochs", (5, 10) if quick else (10, 100, 300), _track
    yield "all runs listed", (20, 40) if quick else (100, 500, 2000), _list_runs


@contextmanager
def _steps(config: RunConfig, dataset: Dataset, device: str) -> Iterator[Ask]:
    with reproducible(device, 0):
        state = create_training_state(config, dataset, device)
        state.model.train()
        batch = next(iterate_batches(state, 1))

        def step() -> float:
            for _ in range(_NUM_STEPS):
                loss, _ = train_on(state, batch)
            return float(loss)  # waits for the device

        yield step


@contextmanager
def _duplicates(dataset: Dataset, size: int) -> Iterator[Ask]:
    """As many training as test images, drawn from the training images."""
    count = min(size, dataset.num_train // 2)
    part = replace(dataset, images=dataset.images[: 2 * count], labels=dataset.labels[: 2 * count], num_train=count)
    yield lambda: find_near_duplicates(part)


@contextmanager
def _track(num_epochs: int) -> Iterator[Ask]:
    draws = np.random.default_rng(0)
    targets, indices = draws.integers(10, size=_NUM_VAL), np.arange(_NUM_VAL)
    epochs = [
        read_epoch(Predictions(draws.normal(size=(_NUM_VAL, 10)).astype(np.float32), targets, indices))
        for _ in range(num_epochs)
    ]
    yield lambda: create_track(range(1, num_epochs + 1), epochs).is_right.mean()


@contextmanager
def _list_runs(count: int) -> Iterator[Ask]:
    with tempfile.TemporaryDirectory() as folder:
        fill_store(Path(folder), count).list_runs()
        yield lambda: RunStore(Path(folder), executor=IdleExecutor()).list_runs()


def _measure(what: str, sizes: Sequence[int], prepare: Callable[[int], Any], repeats: int) -> list[dict[str, Any]]:
    """Time all sizes in turn, each once before it counts."""
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        asks = {size: stack.enter_context(prepare(size)) for size in sizes}
        for turn in range(repeats + 1):
            for size, ask in asks.items():
                started = time.perf_counter()
                ask()
                if turn:
                    taken[size].append(time.perf_counter() - started)
    return _judge(what, {size: statistics.median(seconds) for size, seconds in taken.items()})


def _measure_sessions(sizes: Sequence[int], repeats: int) -> list[dict[str, Any]]:
    """Overview, asked for by more and more sessions at once."""
    seconds: dict[int, float] = {}
    with opened_app() as (app, _), ExitStack() as stack:
        viewers: list[Viewer] = []
        for size in sizes:
            viewers += [stack.enter_context(Viewer(app.port, "")) for _ in range(size - len(viewers))]
            for viewer in viewers:
                viewer.wait()
            if len(viewers) == 1:
                time.sleep(15)  # a new server imports torch behind its first page
            with ThreadPoolExecutor(size) as pool:
                taken = [each for turn in range(repeats + 1) for each in pool.map(Viewer.rerun, viewers) if turn]
            seconds[size] = statistics.median(taken)
    return _judge("a page, sessions asking at once", seconds)


def _judge(what: str, seconds: dict[int, float]) -> list[dict[str, Any]]:
    goals = [judge(f"{what}: {size}, seconds", value, None) for size, value in seconds.items()]
    (low, first), (high, last) = list(seconds.items())[-2:]
    exponent = math.log(last / first) / math.log(high / low)
    print(f"{what}: {', '.join(f'{size} {value:.3g} s' for size, value in seconds.items())}; exponent {exponent:.1f}")
    return [*goals, judge(f"{what}: exponent", exponent, None)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

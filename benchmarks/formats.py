"""Images a second in the number format that `auto` takes here, beside each format that could have been asked for.

python -m benchmarks.formats [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

Every preset's own network, optimizer, batch size and augmentation, as it trains: steps over batches of an epoch. The
formats take turns, a step each, and the fastest step of each counts: what else the machine does slows them down, never
speeds them up. `auto` chooses by a measurement of its own, kept nowhere else.
"""

import os
import sys
import tempfile
import time
from itertools import cycle, islice
from typing import Any

from benchmarks._report import judge, print_report
from cifar_core.augmentation import Batch
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.training.device import reproducible, resolve_device
from cifar_core.training.precision import FORMATS, choose_precision
from cifar_core.training.state import TrainingState, create_training_state, iterate_batches
from cifar_core.training.step import train_on

_MOST_IMAGES = 500  # of a batch on a CPU: a step of `speed` would take seconds


def main(arguments: list[str]) -> int:
    """Measure each preset and print a JSON line last."""
    quick = "--quick" in arguments
    dataset, device = load_dataset(), resolve_device("auto")
    goals: list[dict[str, Any]] = []
    for name, preset in list(PRESETS.items())[: 1 if quick else None]:
        config = _shorten(preset.config, device, quick)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["CIFAR_CACHE_DIR"] = folder
            started = time.perf_counter()
            chosen = choose_precision(config, device).precision
            choosing = time.perf_counter() - started
        speeds = _take_turns(config, dataset, device, chosen, 3.0 if quick else 20.0)
        words = ", ".join(f"{way} {speed:,.0f}" for way, speed in speeds.items())
        print(f"{name}: auto is {chosen}, chosen in {choosing:.1f} s; images/s: {words}", flush=True)
        share = speeds["auto"] / max(speeds[precision] for precision in FORMATS)
        goals.append(judge(f"{name}: auto, share of the faster format", share, 0.97, at_least=True))
        goals.append(judge(f"{name}: bfloat16, times float32", speeds["bfloat16"] / speeds["float32"], None))
        goals.append(judge(f"{name}: choosing, seconds", choosing, None))
    print_report("formats", goals, device=device)
    return 0


def _shorten(config: RunConfig, device: str, quick: bool) -> RunConfig:
    most = 64 if quick else _MOST_IMAGES if device == "cpu" else config.training.batch_size
    return with_overrides(config, {"training.batch_size": min(config.training.batch_size, most)})


def _take_turns(config: RunConfig, dataset: Dataset, device: str, chosen: str, seconds: float) -> dict[str, float]:
    """Return the most images a second of each way; one network of each, so that none warms up for another."""
    formats = {"auto": chosen} | {precision: precision for precision in FORMATS}
    with reproducible(device, config.training.num_threads):
        states = {way: create_training_state(config, dataset, device, precision) for way, precision in formats.items()}
        batches = {way: cycle(list(islice(iterate_batches(states[way], 1), 8))) for way in states}
        fastest, started = dict.fromkeys(states, 0.0), time.perf_counter()
        while time.perf_counter() - started < seconds:
            for way, state in states.items():
                state.model.train()
                fastest[way] = max(fastest[way], _step(state, next(batches[way])))
    return fastest


def _step(state: TrainingState, batch: Batch) -> float:
    """Return the images a second of one step."""
    started = time.perf_counter()
    loss, _ = train_on(state, batch)
    loss.item()  # waits for the device
    return len(batch.targets) / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

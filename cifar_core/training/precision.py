"""Which number format to train in: the configured one, or the faster one here, measured once and kept on disk."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from cifar_core.config import RunConfig
from cifar_core.data import default_data_dir
from cifar_core.data.cache import find_cache_dir
from cifar_core.files import write_text_atomically
from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import read_checkpoint_header
from cifar_core.training.device import count_threads, has_bfloat16, list_devices, processor_name, reproducible
from cifar_core.training.optimizer import create_optimizer, set_learning_rate
from cifar_core.training.step import train_step

FORMATS = ("float32", "bfloat16")

# Instructions alone do not tell on a CPU: with them, bfloat16 takes from 0.6 to 1.5 times as long as float32.
_MEASURED_DEVICES = frozenset(("cpu",))
# So much faster must the less exact format be.
_WORTH_IT = 1.02
# What a measurement takes: about a second, and a fraction of a batch where a step would take longer than this.
_SECONDS, _STEP_SECONDS = 1.5, 0.06
_FEWEST_TURNS, _MOST_TURNS = 6, 30
_FEWEST_IMAGES = 64
_VERSION = 1


@dataclass(frozen=True)
class PrecisionChoice:
    """A number format, and what it was chosen by.

    Attributes:
        precision: "float32" or "bfloat16".
        timing: Milliseconds of processor time that a step takes on one thread in each format; empty where nothing was
            measured.
    """

    precision: str
    timing: dict[str, float] = field(default_factory=dict)


def choose_precision(config: RunConfig, device: str) -> PrecisionChoice:
    """Return the configured format; for "auto" the faster one of this network, batch size and threads on this machine.

    It is measured once, on a throwaway network, and kept: the same settings then give the same numbers. The random
    state is left as it was.

    Args:
        config: The run's.
        device: As `resolve_device` returns it.
    """
    if not _is_open(config, device):
        return PrecisionChoice(_ruled(config, device))
    path = _kept_path(config, device)
    timing = _load_timing(path)
    if timing is None:
        measured = measure_formats(config, device)
        timing = _load_timing(path) or measured  # another process may have kept one since
        if timing is measured:
            _keep_timing(path, timing)
    return PrecisionChoice(pick_format(timing), timing)


def expect_precision(config: RunConfig, device: str) -> str | None:
    """Return the format that a run would take, without measuring; None where it would have to be measured first."""
    if not _is_open(config, device):
        return _ruled(config, device)
    timing = _load_timing(_kept_path(config, device))
    return None if timing is None else pick_format(timing)


def precision_so_far(config: RunConfig, device: str, last: Path) -> str | None:
    """Return the number format of a run's last checkpoint; None if there is none to go on from."""
    return resume_precision(config, device, read_checkpoint_header(last).environment) if last.exists() else None


def resume_precision(config: RunConfig, device: str, environment: Mapping[str, Any]) -> str:
    """Return the format that a begun run goes on in, whatever would be chosen now.

    Args:
        config: The run's.
        device: As `resolve_device` returns it.
        environment: Of the run's checkpoint. One from before formats were measured does not name it: then "auto" was
            bfloat16 wherever there were instructions for it.
    """
    precision = environment.get("precision")
    return precision if config.training.precision == "auto" and precision in FORMATS else _ruled(config, device)


def pick_format(timing: Mapping[str, float]) -> str:
    """Return the faster format; float32, the more exact one, unless bfloat16 is faster by two per cent."""
    return "bfloat16" if timing["float32"] >= _WORTH_IT * timing["bfloat16"] else "float32"


def measure_formats(config: RunConfig, device: str) -> dict[str, float]:
    """Return the milliseconds that a step of a new network of this config takes in each format.

    Where a step of a whole batch takes long, it is one of fewer images.
    """
    with reproducible(device, num_threads=1):  # threads that wait for a busy core would be timed, too
        classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3).train().to(device)
        nn.Module.to(classifier, memory_format=torch.channels_last)
        optimizer = create_optimizer(config.optimizer, classifier)
        set_learning_rate(optimizer, config.optimizer.learning_rate / 1000)  # it is about time, not about loss
        images = torch.rand(min(_FEWEST_IMAGES, config.training.batch_size), 3, 32, 32, device=device)
        seconds = time_in_turn({"small": partial(_step, classifier, optimizer, images, "float32")}, turns=2)["small"]
        size = min(config.training.batch_size, max(len(images), int(len(images) * _STEP_SECONDS / seconds)))
        images = torch.rand(size, 3, 32, 32, device=device)
        steps = {precision: partial(_step, classifier, optimizer, images, precision) for precision in FORMATS}
        return {precision: round(1000 * seconds, 3) for precision, seconds in time_in_turn(steps).items()}


def time_in_turn(
    steps: Mapping[str, Callable[[], None]],
    *,
    turns: int = _MOST_TURNS,
    clock: Callable[[], float] = time.thread_time,
) -> dict[str, float]:
    """Return the fewest seconds that each step took of several turns.

    They alternate, in one order and the other, for about a second and a half: what else the machine does then slows
    all of them alike, and the fewest seconds are those with the least of it. They are processor time: what another
    process takes away is not counted. The first turn warms up: it is never the quickest.
    """
    fewest, started = dict.fromkeys(steps, math.inf), clock()
    for turn in range(turns):
        if turn >= _FEWEST_TURNS and clock() - started >= _SECONDS:
            break
        for name in steps if turn % 2 == 0 else reversed(list(steps)):
            before = clock()
            steps[name]()
            fewest[name] = min(fewest[name], clock() - before)
    return fewest


def _step(model: nn.Module, optimizer: optim.Optimizer, images: Tensor, precision: str) -> None:
    targets = torch.zeros(len(images), dtype=torch.int64, device=images.device)
    loss, _ = train_step(model, optimizer, images, targets, label_smoothing=0.1, precision=precision)
    loss.item()  # waits for the device


def _is_open(config: RunConfig, device: str) -> bool:
    """Whether only a measurement tells. Without instructions for it, bfloat16 is imitated, and slower for certain."""
    is_measured = device.partition(":")[0] in _MEASURED_DEVICES
    return config.training.precision == "auto" and is_measured and has_bfloat16(device)


def _ruled(config: RunConfig, device: str) -> str:
    precision = config.training.precision
    return precision if precision != "auto" else "bfloat16" if has_bfloat16(device) else "float32"


def _kept_path(config: RunConfig, device: str) -> Path:
    """A file for each case, named after all that decides how long its steps take."""
    facts = {
        "version": _VERSION,
        "processor": _processor(device),
        "torch": torch.__version__,
        "model": config.model.model_dump(mode="json"),
        "batch_size": config.training.batch_size,
        "num_threads": count_threads(config.training.num_threads),
        "device": device,
    }
    key = hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=8).hexdigest()
    return find_cache_dir(default_data_dir()) / "formats" / f"{key}.json"


def _processor(device: str) -> str:
    return next((info.title for info in list_devices() if info.name == device != "cpu"), processor_name())


def _load_timing(path: Path) -> dict[str, float] | None:
    """Return what was measured before; None if nothing was, or it is damaged."""
    try:
        stored = json.loads(path.read_bytes())
        timing = {precision: float(stored[precision]) for precision in FORMATS}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return timing if all(math.isfinite(value) and value > 0 for value in timing.values()) else None


def _keep_timing(path: Path, timing: Mapping[str, float]) -> None:
    with suppress(OSError):  # where nothing can be written, it is measured again
        write_text_atomically(path, json.dumps(dict(timing)))

"""What a run would be: its network's size, the memory it needs and the time it takes here. Nothing is kept of it."""

import math
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset, splits_of
from cifar_core.models import summarize_config
from cifar_core.training.device import measure_free_memory, resolve_device
from cifar_core.training.epoch_weights import estimate_weights_bytes
from cifar_core.training.memory import estimate_memory, explain_shortage
from cifar_core.training.precision import expect_precision
from cifar_core.training.probe import probe_speed


@dataclass(frozen=True)
class TrainingPlan:
    """What would be trained.

    Attributes:
        model: The network's name.
        num_parameters: Weights in all layers.
        num_trainable: Those that training changes.
        macs: Multiply-accumulates for one image.
        num_train: Training images.
        num_epochs: Passes over them.
        device: Where, e.g. "cuda:0".
        precision: "float32" or "bfloat16".
        memory_bytes: Estimate of the most that is held at once where it trains.
        free_bytes: What is free there now; None where nobody can say.
        weights_bytes: Estimate of what the weights of every epoch take of the disk; 0 if they are not kept.
        epoch_seconds: Estimate for an epoch here, the look at val included; None where the memory is too small to try.
        shortage: Why it would not fit; empty if it does.
    """

    model: str
    num_parameters: int
    num_trainable: int
    macs: int
    num_train: int
    num_epochs: int
    device: str
    precision: str
    memory_bytes: int
    free_bytes: int | None
    weights_bytes: int
    epoch_seconds: float | None
    shortage: str

    def facts(self) -> dict[str, Any]:
        """Return all of it by name, numbers rounded to what is known of them."""
        seconds = None if self.epoch_seconds is None else float(f"{self.epoch_seconds:.3g}")
        return asdict(self) | {"epoch_seconds": seconds, "fits": not self.shortage}


def plan_training(config: RunConfig, dataset: Dataset, contents: Contents = MappingProxyType({})) -> TrainingPlan:
    """Describe a run before there is one. A throwaway network trains for two seconds, to see how fast that is here.

    Args:
        config: Of the run.
        dataset: The images; only read.
        contents: The images that `config.data` refers to.

    Raises:
        DataError: They are not at hand, or none that may be trained on.
        DeviceError: The configured device is not on this machine.
    """
    device = resolve_device(config.training.device)
    splits = splits_of(dataset, config.data, contents)
    summary = summarize_config(config.model, num_classes=dataset.num_classes)
    shortage = explain_shortage(config, len(dataset.images), device)
    epoch_seconds = None if shortage else float(probe_speed(config, dataset, contents).epoch_seconds[0])
    return TrainingPlan(
        model=config.model.name,
        num_parameters=summary.num_parameters,
        num_trainable=summary.num_trainable,
        macs=summary.macs,
        num_train=len(splits.train),
        num_epochs=config.training.num_epochs,
        device=device,
        precision=expect_precision(config, device) or "float32",
        memory_bytes=estimate_memory(config, len(dataset.images), device).total,
        free_bytes=measure_free_memory(device),
        weights_bytes=estimate_weights_bytes(config),
        epoch_seconds=epoch_seconds,
        shortage=shortage,
    )


def describe_plan(plan: TrainingPlan) -> str:
    """Say it in two lines."""
    size = (
        f"{plan.model}: {plan.num_parameters:,} parameters ({plan.num_trainable:,} trained), "
        f"{plan.macs:,} multiply-accumulates an image, {plan.num_train:,} training images."
    )
    seconds = plan.epoch_seconds
    time = (
        ""
        if seconds is None
        else f"about {_round(seconds):g} s an epoch, {_round(seconds * plan.num_epochs):g} s in all; "
    )
    disk = f", {plan.weights_bytes / 1e6:,.0f} MB of disk for every epoch's weights" if plan.weights_bytes else ""
    memory = f"about {plan.memory_bytes / 1e9:.1f} GB of memory{disk}"
    return f"{size}\nOn {plan.device} in {plan.precision}: {time}{memory}."


def _round(seconds: float) -> float:
    """To two digits: more is not known."""
    return round(seconds, max(1 - math.floor(math.log10(max(seconds, 1e-3))), 0))

"""The networks that ways are compared on, with their settings, and how many images make an epoch."""

from dataclasses import dataclass

from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS

_CROP_AND_FLIP = {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True}


@dataclass(frozen=True)
class Case:
    """A network with its settings.

    Attributes:
        config: What a run of it would be.
        num_images: How many an epoch trains on.
        goal: How many times the course's way `fit` is to reach; None if nothing is asked.
    """

    config: RunConfig
    num_images: int
    goal: float | None = None


def list_cases(dataset: Dataset, device: str, quick: bool) -> dict[str, Case]:
    """Return the networks by name: on a GPU whole epochs, on a CPU as many images as take some seconds."""
    whole = int(0.9 * dataset.num_train)
    is_gpu = device != "cpu"

    def size(on_cpu: int) -> int:
        return min(whole, 640 if quick else whole if is_gpu else on_cpu)

    batch_size = 2000 if is_gpu else 500
    changes = {"training.device": "auto"}
    speed = {  # airbench94's width; the preset's own is a matter of its minutes
        "model.width": 64,
        "training.batch_size": min(batch_size, size(2_000) // 4),
        "augmentation.crop_padding": 4,
    }
    return {
        "simple_cnn": Case(
            with_overrides(PRESETS["notebook"].config, _CROP_AND_FLIP | changes), size(20_000), 20.0 if is_gpu else 3.0
        ),
        "resnet": Case(with_overrides(PRESETS["resnet"].config, changes), size(2_000)),
        "speed": Case(with_overrides(PRESETS["speed"].config, speed | changes), size(2_000)),
    }

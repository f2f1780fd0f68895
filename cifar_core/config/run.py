"""One training run, whole."""

from typing import Any

from cifar_core.config.data import AugmentationConfig, DataConfig
from cifar_core.config.fields import Section
from cifar_core.config.models import ModelConfig, SimpleCNNConfig
from cifar_core.config.optimizers import AdamConfig, OptimizerConfig
from cifar_core.config.schedules import ConstantScheduleConfig, ScheduleConfig
from cifar_core.config.training import TrainingConfig


class RunConfig(Section):
    """One training run, whole. `model_dump_json()` of it, kept in the run's record, rebuilds the run."""

    data: DataConfig = DataConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    model: ModelConfig = SimpleCNNConfig()
    optimizer: OptimizerConfig = AdamConfig()
    schedule: ScheduleConfig = ConstantScheduleConfig()
    training: TrainingConfig = TrainingConfig()


SECTIONS: tuple[str, ...] = tuple(RunConfig.model_fields)


def section_choices(section: str) -> dict[str, type[Section]]:
    """Return the classes a section may be chosen to have, by their `name`; one without a choice has one, keyed ""."""
    annotation: Any = RunConfig.model_fields[section].annotation
    members = getattr(annotation, "__args__", None)
    if members is None:
        return {"": annotation}
    offered = [member for member in members if getattr(member, "is_offered", True)]
    return {member.model_fields["name"].default: member for member in offered}

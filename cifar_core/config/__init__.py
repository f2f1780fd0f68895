"""RunConfig: everything that decides a training run, and the one home of its bounds, defaults and help texts.

Widgets, command-line overrides and error messages all derive from the fields below. A section whose options depend on
a choice (`model`, `optimizer`, `schedule`) is a union told apart by `name`, so an option that does not apply cannot be
set.
"""

from cifar_core.config.data import AugmentationConfig, DataConfig
from cifar_core.config.fields import Section
from cifar_core.config.models import (
    ConvNeXtConfig,
    CustomConfig,
    ImportedConfig,
    MLPConfig,
    ModelConfig,
    ResNetConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    VGGConfig,
)
from cifar_core.config.optimizers import (
    MULTIPLIERS,
    AdamConfig,
    AdamWConfig,
    MuonConfig,
    OptimizerConfig,
    RMSpropConfig,
    SGDConfig,
)
from cifar_core.config.run import SECTIONS, RunConfig, section_choices
from cifar_core.config.schedules import (
    ConstantScheduleConfig,
    CosineScheduleConfig,
    LinearScheduleConfig,
    OneCycleScheduleConfig,
    ScheduleConfig,
    StepScheduleConfig,
)
from cifar_core.config.training import TrainingConfig

__all__ = [
    "MULTIPLIERS",
    "SECTIONS",
    "AdamConfig",
    "AdamWConfig",
    "AugmentationConfig",
    "ConstantScheduleConfig",
    "ConvNeXtConfig",
    "CosineScheduleConfig",
    "CustomConfig",
    "DataConfig",
    "ImportedConfig",
    "LinearScheduleConfig",
    "MLPConfig",
    "ModelConfig",
    "MuonConfig",
    "OneCycleScheduleConfig",
    "OptimizerConfig",
    "RMSpropConfig",
    "ResNetConfig",
    "RunConfig",
    "SGDConfig",
    "ScheduleConfig",
    "Section",
    "SimpleCNNConfig",
    "SpeedCNNConfig",
    "StepScheduleConfig",
    "TrainingConfig",
    "VGGConfig",
    "section_choices",
]

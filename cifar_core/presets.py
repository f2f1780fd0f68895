"""Named RunConfigs to start from."""

from dataclasses import dataclass

from cifar_core.config import (
    AdamConfig,
    AugmentationConfig,
    CosineScheduleConfig,
    DataConfig,
    LinearScheduleConfig,
    MLPConfig,
    MuonConfig,
    OneCycleScheduleConfig,
    ResNetConfig,
    RunConfig,
    SGDConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    TrainingConfig,
    VGGConfig,
)


@dataclass(frozen=True)
class Preset:
    """A config with a name and a reason."""

    name: str
    title: str
    description: str
    config: RunConfig


_CROP_AND_FLIP = AugmentationConfig(crop_padding=4, padding_mode="reflect", horizontal_flip=True)

_ALL = (
    Preset(
        name="notebook",
        title="Course notebook",
        description="The course's network and settings: two convolutions, Adam, ten epochs, no regularisation.",
        config=RunConfig(
            data=DataConfig(normalization="half"),
            model=SimpleCNNConfig(),
            optimizer=AdamConfig(learning_rate=1e-3),
            training=TrainingConfig(num_epochs=10, batch_size=64),
        ),
    ),
    Preset(
        name="quick",
        title="Quick",
        description="The most to be had of CIFAR-10 in six minutes on two CPU cores: batch norm, crop and flip, Muon.",
        config=RunConfig(
            # Short runs learn more from a gentle crop than from the usual four pixels.
            augmentation=AugmentationConfig(crop_padding=2, horizontal_flip=True),
            model=VGGConfig(width=32, num_blocks=3, last_width=192, convs_per_block=2),
            optimizer=MuonConfig(learning_rate=0.05, weight_decay=0.05),
            schedule=CosineScheduleConfig(warmup_fraction=0.1),
            training=TrainingConfig(num_epochs=10, batch_size=128, label_smoothing=0.1),
        ),
    ),
    Preset(
        name="mlp",
        title="Multilayer perceptron",
        description="Dense layers only. The baseline: how far does one get without looking at neighbouring pixels?",
        config=RunConfig(
            data=DataConfig(normalization="half"),
            model=MLPConfig(),
            optimizer=AdamConfig(learning_rate=1e-3),
            training=TrainingConfig(num_epochs=10, batch_size=64),
        ),
    ),
    Preset(
        name="resnet",
        title="ResNet-20",
        description="Twenty layers with shortcuts, crop and flip, one cycle. For a GPU, or for patience.",
        config=RunConfig(
            augmentation=_CROP_AND_FLIP,
            model=ResNetConfig(depth=20, width=16),
            optimizer=SGDConfig(learning_rate=0.2, weight_decay=5e-4),
            schedule=OneCycleScheduleConfig(warmup_fraction=0.25),
            training=TrainingConfig(num_epochs=30, batch_size=128),
        ),
    ),
    Preset(
        name="speed",
        title="Speed",
        description="Seven convolutions on a whitening layer, Muon, alternating flip, flip averaging (Jordan, 2024): "
        "seconds on a large GPU, about 25 minutes on two CPU cores.",
        config=RunConfig(
            augmentation=AugmentationConfig(crop_padding=2, alternating_flip=True),
            model=SpeedCNNConfig(),
            optimizer=MuonConfig(learning_rate=0.24, momentum=0.6, weight_decay=0.02, fixed_length=True),
            schedule=LinearScheduleConfig(warmup_fraction=0.0),
            training=TrainingConfig(num_epochs=12, batch_size=2000, label_smoothing=0.2, flip_averaging=True),
        ),
    ),
)

# What a form starts from.
FIRST_PRESET = "notebook"

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}

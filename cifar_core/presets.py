"""Named RunConfigs to start from."""

from dataclasses import dataclass

from cifar_core.config import (
    AdamConfig,
    AugmentationConfig,
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
)


@dataclass(frozen=True)
class Preset:
    """A config with a name and a reason."""

    name: str
    title: str
    description: str
    config: RunConfig


_CROP_AND_FLIP = AugmentationConfig(crop_padding=4, padding_mode="reflect", horizontal_flip=True)


def _speed_config(
    *,
    width: int,
    num_epochs: int,
    batch_size: int,
    learning_rate: float,
    train_fraction: float = 1.0,
    val_fraction: float = 0.1,
    shift_averaging: bool = False,
    save_every_epoch: bool = False,
) -> RunConfig:
    """Return Jordan's recipe for a budget; benchmarks/README.md tells what each part of it is worth."""
    return RunConfig(
        data=DataConfig(train_fraction=train_fraction, val_fraction=val_fraction),
        # Short runs learn more from a gentle crop than from the usual four pixels.
        augmentation=AugmentationConfig(crop_padding=2, alternating_flip=True),
        model=SpeedCNNConfig(width=width),
        optimizer=MuonConfig(
            learning_rate=learning_rate,
            momentum=0.6,
            weight_decay=0.02,
            fixed_length=True,
            num_iterations=3,
            bias_multiplier=450.0,
        ),
        schedule=LinearScheduleConfig(warmup_fraction=0.0),
        training=TrainingConfig(
            num_epochs=num_epochs,
            batch_size=batch_size,
            label_smoothing=0.2,
            flip_averaging=True,
            shift_averaging=shift_averaging,
            save_every_epoch=save_every_epoch,
        ),
    )


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
        name="minute",
        title="One minute",
        description="The most to be had of CIFAR-10 in a minute on two CPU cores: a small whitened network with Muon.",
        config=_speed_config(width=32, num_epochs=3, batch_size=256, learning_rate=0.12, save_every_epoch=True),
    ),
    Preset(
        name="demo",
        title="Demo",
        description="What is trained at the first start, to have something to look at: a small network, two fifths of "
        "the images, and a look at val every few seconds.",
        config=_speed_config(
            width=16, num_epochs=9, batch_size=128, learning_rate=0.12, train_fraction=0.4, save_every_epoch=True
        ),
    ),
    Preset(
        name="quick",
        title="Quick",
        description="The most to be had of CIFAR-10 in six minutes on two CPU cores: the same network, wider, and "
        "longer.",
        config=_speed_config(width=48, num_epochs=9, batch_size=256, learning_rate=0.12),
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
        description="Seven convolutions on a whitening layer, Muon, alternating flip, averaged views (Jordan, 2024), "
        "and one image in fifty held out, not one in ten: seconds on a large GPU, some 40 minutes on two CPU cores.",
        config=_speed_config(
            width=96, num_epochs=12, batch_size=500, learning_rate=0.17, val_fraction=0.02, shift_averaging=True
        ),
    ),
)

# What a form starts from.
FIRST_PRESET = "notebook"

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}

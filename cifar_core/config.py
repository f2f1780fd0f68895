"""RunConfig: everything that decides a training run, and the one home of its bounds, defaults and help texts.

Widgets, command-line overrides and error messages all derive from the fields below. A section whose options depend on
a choice (`model`, `optimizer`, `schedule`) is a union told apart by `name`, so an option that does not apply cannot be
set.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import ComputedFieldInfo, FieldInfo


def _sentence_case(name: str, _info: FieldInfo | ComputedFieldInfo) -> str:
    return name.replace("_", " ").capitalize()


def _dropout(of: str) -> Any:
    return Field(
        0.0,
        ge=0,
        le=0.9,
        description=f"Share of {of} silenced at random in each training step.",
        json_schema_extra={"step": 0.05},
    )


def _amount(description: str, at_most: float, step: float = 0.05) -> Any:
    return Field(0.0, ge=0, le=at_most, description=f"{description} 0: off.", json_schema_extra={"step": step})


def _learning_rate(default: float) -> Any:
    return Field(
        default,
        gt=0,
        le=10,
        description="Size of a step along the gradient. Too small learns slowly, too large never settles or diverges.",
        json_schema_extra={"format": "%g", "step": 0.001},
    )


def _momentum() -> Any:
    return Field(
        0.9,
        ge=0,
        lt=1,
        description="Share of the last step that is carried into the next one.",
        json_schema_extra={"step": 0.05},
    )


def _weight_decay(default: float) -> Any:
    return Field(
        default,
        ge=0,
        le=1,
        description="Pull of the weights towards zero at each step. Biases and normalisation layers are left alone.",
        json_schema_extra={"format": "%g", "step": 0.0001},
    )


class Section(BaseModel):
    """A frozen group of settings that refuses unknown names and non-finite numbers."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        field_title_generator=_sentence_case,
    )


class DataConfig(Section):
    """Which images train, which choose, and how pixels are scaled."""

    normalization: Literal["none", "half", "dataset"] = Field(
        "dataset",
        description="How pixels in [0, 1] are scaled. none: not at all. half: (pixel - 0.5) / 0.5. "
        "dataset: minus the mean, over the standard deviation of each colour in the training images.",
    )
    val_fraction: float = Field(
        0.1,
        ge=0.02,
        le=0.5,
        description="Share of the official training images held out to choose the epoch and the settings.",
        json_schema_extra={"step": 0.01},
    )
    split_seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Decides which images are held out. Keep it fixed while you compare runs."
    )


class AugmentationConfig(Section):
    """What is done to a training image at random before the network sees it, in the order of the fields."""

    crop_padding: int = Field(
        0, ge=0, le=16, description="Pad each side by so many pixels, then cut 32x32 at a random place. 0: no crop."
    )
    padding_mode: Literal["zero", "reflect"] = Field("reflect", description="What the padding is filled with.")
    horizontal_flip: bool = Field(False, description="Mirror every second image, drawn at random for each epoch.")
    vertical_flip: bool = Field(False, description="Turn every second image upside down, drawn for each epoch.")
    policy: Literal["none", "rand_augment", "trivial_augment"] = Field(
        "none",
        description="Torchvision's ready-made mixes of operations. rand_augment (Cubuk et al., 2019): several of one "
        "strength. trivial_augment (Mueller and Hutter, 2021): one of any strength. Image by image, so slower.",
    )
    policy_operations: int = Field(2, ge=1, le=4, description="Operations that rand_augment does in a row.")
    policy_magnitude: int = Field(9, ge=0, le=30, description="Strength of rand_augment's operations, up to 30.")
    rotation: float = Field(
        0.0,
        ge=0,
        le=180,
        description="Turn by up to so many degrees either way. What comes in from outside is black.",
        json_schema_extra={"step": 5.0, "format": "%g"},
    )
    translation: float = _amount("Shift by up to this share of the side, each way, in whole pixels.", 0.5)
    scaling: float = _amount("Enlarge or shrink by up to this share.", 0.5)
    brightness: float = _amount("Multiply all pixels by a factor of 1 plus or minus up to this.", 1)
    contrast: float = _amount("Move pixels away from or towards the image's mean grey by up to this share.", 1)
    saturation: float = _amount("Strengthen or fade colours by up to this share.", 1)
    hue: float = _amount("Turn the colour wheel by up to this share of a full turn, either way.", 0.5)
    grayscale: float = _amount("Share of images that lose their colours.", 1)
    noise: float = _amount("Standard deviation of Gaussian noise added to pixels in [0, 1].", 0.5, step=0.01)
    cutout_size: int = Field(
        0, ge=0, le=32, description="Side of a grey square laid over a random place (DeVries and Taylor, 2017). 0: off."
    )
    erasing: float = _amount(
        "Share of images of which a random rectangle, 2 to 33 % of the area, turns grey (Zhong et al., 2017).", 1
    )
    mixup_alpha: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Blend each image, and its label, with another one (Zhang et al., 2017). The share is drawn from "
        "Beta(alpha, alpha): small values blend little, 1 anything. 0: off.",
        json_schema_extra={"step": 0.1},
    )
    cutmix_alpha: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Paste a rectangle of another image and mix the labels by area (Yun et al., 2019), the area drawn "
        "from Beta(alpha, alpha). 0: off. With mixup on too, each image gets one of the two.",
        json_schema_extra={"step": 0.1},
    )

    @property
    def mixes_labels(self) -> bool:
        """Whether targets become shares of two classes."""
        return self.mixup_alpha > 0 or self.cutmix_alpha > 0


class MLPConfig(Section):
    """Dense layers only: the baseline that a convolutional network has to beat."""

    name: Literal["mlp"] = "mlp"
    hidden_size: int = Field(512, ge=4, le=4096, description="Units in each hidden layer.")
    num_hidden_layers: int = Field(2, ge=1, le=8, description="Dense layers between the pixels and the ten scores.")
    dropout: float = _dropout("hidden units")
    batch_norm: bool = Field(False, description="Normalise each hidden layer over the batch.")


class SimpleCNNConfig(Section):
    """The course's network: two convolutions with pooling, one hidden dense layer."""

    name: Literal["simple_cnn"] = "simple_cnn"
    width: int = Field(32, ge=4, le=256, description="Filters of the first convolution; the second has twice as many.")
    hidden_size: int = Field(512, ge=4, le=4096, description="Units in the dense layer before the ten scores.")
    dropout: float = _dropout("the dense layer's units")
    batch_norm: bool = Field(False, description="Normalise each convolution's output over the batch.")


class VGGConfig(Section):
    """Blocks of 3x3 convolutions, each at half the resolution and with twice the channels of the one before."""

    name: Literal["vgg"] = "vgg"
    width: int = Field(32, ge=4, le=256, description="Filters of the first block; doubled from block to block.")
    num_blocks: int = Field(
        3, ge=1, le=5, description="Blocks. Each halves the resolution after its first convolution."
    )
    last_width: int = Field(
        0,
        ge=0,
        le=4096,
        description="Filters of the last block, the cheapest to widen. 0: twice those of the one before.",
    )
    convs_per_block: int = Field(2, ge=1, le=4, description="Convolutions in each block.")
    dropout: float = _dropout("the pooled features")
    batch_norm: bool = Field(True, description="Normalise each convolution's output over the batch.")


class ResNetConfig(Section):
    """The residual network of He et al. (2015) for CIFAR: three stages of blocks with shortcuts."""

    name: Literal["resnet"] = "resnet"
    depth: int = Field(
        20,
        ge=8,
        le=110,
        description="Weighted layers, 6n + 2: 8, 14, 20, 26, 32 ... 110.",
        json_schema_extra={"step": 6},
    )
    width: int = Field(16, ge=4, le=256, description="Channels of the first stage; doubled in each further stage.")
    dropout: float = _dropout("the pooled features")

    @model_validator(mode="after")
    def _depth_fits_three_stages(self) -> Self:
        if (self.depth - 2) % 6:
            raise ValueError(f"depth {self.depth} is not 6n + 2; allowed: 8, 14, 20, 26, 32 ... 110")
        return self


class SGDConfig(Section):
    """Stochastic gradient descent with momentum."""

    name: Literal["sgd"] = "sgd"
    learning_rate: float = _learning_rate(0.05)
    momentum: float = _momentum()
    nesterov: bool = Field(True, description="Look ahead along the momentum before the gradient is applied.")
    weight_decay: float = _weight_decay(5e-4)

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov true needs a momentum above 0; allowed: nesterov false, or momentum above 0")
        return self


class AdamConfig(Section):
    """Adam (Kingma and Ba, 2014): a step size of its own for every weight."""

    name: Literal["adam"] = "adam"
    learning_rate: float = _learning_rate(1e-3)
    weight_decay: float = _weight_decay(0.0)


class AdamWConfig(Section):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2017)."""

    name: Literal["adamw"] = "adamw"
    learning_rate: float = _learning_rate(1e-3)
    weight_decay: float = _weight_decay(0.05)


class MuonConfig(Section):
    """Muon (Jordan, 2024) for filters and hidden layers: every direction of a weight matrix learns equally fast."""

    name: Literal["muon"] = "muon"
    learning_rate: float = _learning_rate(0.05)
    momentum: float = _momentum()
    weight_decay: float = _weight_decay(0.05)


class ConstantScheduleConfig(Section):
    """The same learning rate from the first step to the last."""

    name: Literal["constant"] = "constant"


class CosineScheduleConfig(Section):
    """A linear warm-up, then half a cosine down to zero."""

    name: Literal["cosine"] = "cosine"
    warmup_fraction: float = Field(
        0.05,
        ge=0,
        le=0.5,
        description="Share of all steps in which the learning rate climbs to its full value.",
        json_schema_extra={"step": 0.05},
    )


class OneCycleScheduleConfig(Section):
    """Up to the full learning rate and down again in one cycle (Smith, 2018)."""

    name: Literal["one_cycle"] = "one_cycle"
    warmup_fraction: float = Field(
        0.3,
        ge=0.01,
        le=0.9,
        description="Share of all steps in which the learning rate climbs from a 25th to its full value.",
        json_schema_extra={"step": 0.05},
    )


class TrainingConfig(Section):
    """How long, in what portions, and on what the network is trained."""

    num_epochs: int = Field(10, ge=1, le=1000, description="Passes over the training images.")
    batch_size: int = Field(
        128,
        ge=2,
        le=4096,
        description="Images per step. Larger batches give smoother, fewer steps; scale the learning rate with them.",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the target spread evenly over all classes, so that the network need not be certain.",
        json_schema_extra={"step": 0.05},
    )
    early_stopping_patience: int = Field(
        0, ge=0, le=200, description="End the run after so many epochs without a better val accuracy. 0: never."
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Decides initial weights, order of images, augmentation and dropout."
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|(cuda|xpu)(:[0-9]{1,2})?)$",
        description="Where to train: auto (the fastest there is), cpu, cuda, cuda:1, mps or xpu.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Number format of the arithmetic. auto: bfloat16 where the hardware is faster with it."
    )
    compile: bool = Field(False, description="Let torch.compile fuse operations: a slower start, faster steps.")
    num_threads: int = Field(0, ge=0, le=256, description="CPU threads for training. 0: one for each core.")


ModelConfig = Annotated[MLPConfig | SimpleCNNConfig | VGGConfig | ResNetConfig, Field(discriminator="name")]
OptimizerConfig = Annotated[SGDConfig | AdamConfig | AdamWConfig | MuonConfig, Field(discriminator="name")]
ScheduleConfig = Annotated[
    ConstantScheduleConfig | CosineScheduleConfig | OneCycleScheduleConfig, Field(discriminator="name")
]


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
    """Return the classes a section may have, keyed by its `name`; a section without a choice has one, keyed ""."""
    annotation: Any = RunConfig.model_fields[section].annotation
    members = getattr(annotation, "__args__", None)
    if members is None:
        return {"": annotation}
    return {member.model_fields["name"].default: member for member in members}

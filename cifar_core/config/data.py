"""Which images train, and what is done to them."""

from typing import Literal

from pydantic import Field

from cifar_core.config.fields import ON_WITH, Section, amount_field, selection_field


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
        description="Share of the official training images held out to choose the epoch and the settings. The fewer, "
        "the more train, but the less they tell: 1,000 images know an accuracy near 90 % to 2 points, 5,000 to 1.",
        json_schema_extra={"step": 0.01},
    )
    split_seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Decides which images are held out. Keep it fixed while you compare runs."
    )
    train_fraction: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Share of the training images that is used, the same of each class: see what more data brings.",
        json_schema_extra={"step": 0.1},
    )
    label_noise: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the training images whose label is replaced by a wrong one, to see a network memorise. "
        "Val and test keep theirs.",
        json_schema_extra={"step": 0.05},
    )
    only: str = selection_field("Train on the images of this selection alone.")
    exclude: str = selection_field("Train without the images of this selection.")
    oversample: str = selection_field("Show the images of this selection several times an epoch.")
    oversample_weight: int = Field(
        2,
        ge=2,
        le=20,
        description="How many times an epoch shows the images of the oversampled selection, augmented anew each time.",
        json_schema_extra={ON_WITH: "oversample"},
    )
    relabel: str = selection_field("Train the images of this selection with the classes it says they show.", "classes")

    @property
    def held_out(self) -> tuple[float, int]:
        """What decides which images are val: runs of the same dataset that agree on it are judged by the same ones."""
        return self.val_fraction, self.split_seed


class AugmentationConfig(Section):
    """What is done to a training image at random before the network sees it, in the order of the fields."""

    crop_padding: int = Field(
        0, ge=0, le=16, description="Pad each side by so many pixels, then cut 32x32 at a random place. 0: no crop."
    )
    padding_mode: Literal["zero", "reflect"] = Field("reflect", description="What the padding is filled with.")
    horizontal_flip: bool = Field(False, description="Mirror every second image, drawn at random for each epoch.")
    alternating_flip: bool = Field(
        False,
        description="Mirror half of the images in odd epochs and the other half in even ones, so that any two epochs "
        "show both sides of each (Jordan, 2024). Takes the place of the random flip.",
    )
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
    translation: float = amount_field("Shift by up to this share of the side, each way, in whole pixels.", 0.5)
    scaling: float = amount_field("Enlarge or shrink by up to this share.", 0.5)
    brightness: float = amount_field("Multiply all pixels by a factor of 1 plus or minus up to this.", 1)
    contrast: float = amount_field("Move pixels away from or towards the image's mean grey by up to this share.", 1)
    saturation: float = amount_field("Strengthen or fade colours by up to this share.", 1)
    hue: float = amount_field("Turn the colour wheel by up to this share of a full turn, either way.", 0.5)
    grayscale: float = amount_field("Share of images that lose their colours.", 1)
    noise: float = amount_field("Standard deviation of Gaussian noise added to pixels in [0, 1].", 0.5, step=0.01)
    cutout_size: int = Field(
        0,
        ge=0,
        le=32,
        description="Side of a grey square around a random place, cut off at the edges (DeVries and Taylor, 2017); an "
        "odd one covers all its pixels, where the paper's code covers one less. 0: off.",
    )
    erasing: float = amount_field(
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

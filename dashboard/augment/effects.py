"""Every augmentation that training knows, as people speak of it: what it teaches, when it hurts, its usual strength.

What it does stands in `cifar_core.augmentation`, its bounds in `AugmentationConfig`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cifar_core.config import AugmentationConfig

Value = bool | int | float | str


@dataclass(frozen=True, eq=False)
class Effect:
    """One augmentation.

    Attributes:
        name: What it is known by.
        title: In words.
        teaches: What the network learns from it, a sentence.
        hurts: When it does harm, a sentence.
        typical: Settings that switch it on, as strong as it usually is.
        options: Settings that mean something only while it is on.
    """

    name: str
    title: str
    teaches: str
    hurts: str
    typical: Mapping[str, Value]
    options: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All its settings."""
        return (*self.typical, *self.options)

    def is_on(self, config: AugmentationConfig) -> bool:
        """Whether a config uses it."""
        return all(
            getattr(config, field) == value if isinstance(value, str) else bool(getattr(config, field))
            for field, value in self.typical.items()
        )

    def alone(self, config: AugmentationConfig) -> AugmentationConfig:
        """Return a config with nothing else: as strong as in this one, or as usual where this one has it off."""
        own = {field: getattr(config, field) for field in self.fields}
        return AugmentationConfig(**(own if self.is_on(config) else own | dict(self.typical)))


EFFECTS = (
    Effect(
        "crop",
        "Random crop",
        "It does not matter where in the picture a thing stands.",
        "Hurts when so much is cut off that the thing itself is gone.",
        {"crop_padding": 4},
        ("padding_mode",),
    ),
    Effect(
        "flip",
        "Horizontal flip",
        "A car that drives to the left is the same as one that drives to the right.",
        "Hurts where left and right differ, as in letters; of these classes in none.",
        {"horizontal_flip": True},
    ),
    Effect(
        "alternating_flip",
        "Alternating flip",
        "As horizontal flip, without leaving a side to luck: any two epochs in a row show both.",
        "Takes the place of the random flip, and hurts where that would.",
        {"alternating_flip": True},
    ),
    Effect(
        "vertical_flip",
        "Vertical flip",
        "Up and down do not matter, as in pictures from space or through a microscope.",
        "Hurts here: photographs have an up and a down, and no test image stands on its head.",
        {"vertical_flip": True},
    ),
    Effect(
        "rotation",
        "Rotation",
        "A camera held at an angle changes nothing.",
        "Hurts beyond some 30°: corners turn black, and what stands upright is seldom seen so.",
        {"rotation": 15.0},
    ),
    Effect(
        "translation",
        "Shift",
        "Things may stand off the centre; what comes in from outside is black.",
        "Hurts beyond some 10 pixels: what the label names may have left the picture.",
        {"translation": 0.125},
    ),
    Effect(
        "scaling",
        "Zoom",
        "Near or far, it is the same thing.",
        "Hurts when small things shrink to a few pixels, or large ones reach out of the picture.",
        {"scaling": 0.2},
    ),
    Effect(
        "brightness",
        "Brightness",
        "Sun or shade does not change what a thing is.",
        "Hurts when images become black or white: a label without a picture.",
        {"brightness": 0.4},
    ),
    Effect(
        "contrast",
        "Contrast",
        "Haze and hard light do not change what a thing is.",
        "Hurts when images become plain grey: a label without a picture.",
        {"contrast": 0.4},
    ),
    Effect(
        "saturation",
        "Saturation",
        "Pale or strong, the colours of a thing may vary.",
        "Hurts little; at 100 % some images lose their colours.",
        {"saturation": 0.5},
    ),
    Effect(
        "hue",
        "Hue",
        "The paint of a car says nothing about its being a car.",
        "Hurts when turned far: green speaks for a frog, blue for a sky, and that clue is lost.",
        {"hue": 0.1},
    ),
    Effect(
        "grayscale",
        "Greyscale",
        "Shape has to do where there is no colour.",
        "Hurts when most images are grey: test images have their colours.",
        {"grayscale": 0.2},
    ),
    Effect(
        "noise",
        "Noise",
        "The grain of a poor camera is to be looked through.",
        "Hurts when strong: it hides the small parts that tell a cat from a dog.",
        {"noise": 0.08},
    ),
    Effect(
        "cutout",
        "Cutout",
        "No single part may decide: with the head covered, the rest has to do.",
        "Hurts when the square covers all of a thing: a label without evidence.",
        {"cutout_size": 12},
    ),
    Effect(
        "erasing",
        "Random erasing",
        "As cutout, with rectangles of any shape, in some of the images.",
        "Hurts when nearly every image is hit, some of them where it matters.",
        {"erasing": 0.5},
    ),
    Effect(
        "mixup",
        "Mixup",
        "Between two classes the answer should change little by little: fewer answers that are sure and wrong.",
        "Hurts short trainings and small networks, which learn more slowly from blends.",
        {"mixup_alpha": 1.0},
    ),
    Effect(
        "cutmix",
        "CutMix",
        "Each part of a picture speaks for its own class, by its area.",
        "Hurts when the pasted part hides the thing while the label still counts it.",
        {"cutmix_alpha": 1.0},
    ),
    Effect(
        "rand_augment",
        "RandAugment",
        "Many kinds of change in a row, all of one strength, without tuning each.",
        "Hurts short trainings and small networks when strong; slow, since it goes image by image.",
        {"policy": "rand_augment"},
        ("policy_operations", "policy_magnitude"),
    ),
    Effect(
        "trivial_augment",
        "TrivialAugment",
        "One change an image, of any kind and strength: nothing to tune.",
        "Hurts short trainings and small networks; slow, since it goes image by image.",
        {"policy": "trivial_augment"},
    ),
)

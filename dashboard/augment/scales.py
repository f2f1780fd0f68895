"""The settings of augmentations in the units of people: pixels, degrees, per cent."""

from dataclasses import dataclass

from cifar_core.config import AugmentationConfig
from dashboard.augment.effects import EFFECTS, Effect


@dataclass(frozen=True)
class Scale:
    """How a slider tells a setting.

    Attributes:
        title: What is set.
        unit: Behind the number, with the space before it.
        factor: What a setting is multiplied with to be shown.
        step: Of the slider, in units.
        sign: Before the number.
    """

    title: str
    unit: str
    factor: float = 1
    step: float = 1
    sign: str = ""

    @property
    def format(self) -> str:
        """What a slider writes, as printf takes it."""
        number = "%d" if self.step == int(self.step) else "%.1f"
        return f"{self.sign}{number}{self.unit.replace('%', '%%')}"

    def show(self, value: float) -> float:
        """Return a setting in units, rounded to the slider's step: a whole number if that is one."""
        shown = round(value * self.factor / self.step) * self.step
        return int(shown) if self.step == int(self.step) else round(shown, 4)

    def read(self, shown: float, field: str) -> float:
        """Return what the config calls so many units."""
        value = shown / self.factor
        return int(value) if AugmentationConfig.field_schemas()[field]["type"] == "integer" else round(value, 6)

    def describe(self, value: float) -> str:
        """Return a setting in words, e.g. "±15°"."""
        return f"{self.sign}{round(value * self.factor, 2):g}{self.unit}"


SCALES = {
    "crop_padding": Scale("Padding at each side", " pixels"),
    "rotation": Scale("Largest turn, either way", "°", sign="±"),
    "translation": Scale("Largest shift, each way", " pixels", 32, sign="±"),
    "scaling": Scale("Largest change of size", " %", 100, sign="±"),
    "brightness": Scale("Largest change of brightness", " %", 100, sign="±"),
    "contrast": Scale("Largest change of contrast", " %", 100, sign="±"),
    "saturation": Scale("Largest change of saturation", " %", 100, sign="±"),
    "hue": Scale("Largest turn of the colour wheel", "°", 360, sign="±"),
    "grayscale": Scale("Probability", " % of images", 100),
    "noise": Scale("Standard deviation", " % of the pixel range", 100),
    "cutout_size": Scale("Side of the square", " pixels"),
    "erasing": Scale("Probability", " % of images", 100),
    "mixup_alpha": Scale("How much is blended: little at 0.1, anything at 1", "", step=0.1, sign="alpha "),
    "cutmix_alpha": Scale("How much is pasted: little or all at 0.1, anything at 1", "", step=0.1, sign="alpha "),
    "policy_operations": Scale("Changes in a row", " operations"),
    "policy_magnitude": Scale("How strong each is", " of 30", sign="strength "),
}


def describe_strength(effect: Effect, config: AugmentationConfig) -> str:
    """Return how strong an effect is in a config that has it on, e.g. "±15°" or "half of the images"."""
    if effect.name == "alternating_flip":
        return "every second epoch"
    if effect.name.endswith("flip"):
        return "50 % of images"
    words = [SCALES[field].describe(getattr(config, field)) for field in effect.fields if field in SCALES]
    return ", ".join(words) or "any strength"


def describe_pipeline(config: AugmentationConfig) -> str:
    """Return what is on, e.g. "random crop (4 pixels), rotation (±15°)"; nothing if nothing is."""
    on = [effect for effect in EFFECTS if effect.is_on(config)]
    return ", ".join(f"{in_sentence(effect.title)} ({describe_strength(effect, config)})" for effect in on)


def in_sentence(title: str) -> str:
    """A name such as CutMix keeps its capitals."""
    return title.lower() if title[1:].islower() and title != "Mixup" else title

"""Words of caution: augmentations that may change a label, or that show what no test image shows."""

from cifar_core.config import AugmentationConfig

_LARGE_ROTATION = 30.0
_LARGE_SHIFT = 0.3
_LARGE_HUE = 0.2


def list_cautions(config: AugmentationConfig) -> dict[str, str]:
    """Return why an augmentation may do harm on CIFAR-10, by the field that causes it; empty if none does."""
    cautions = {
        "vertical_flip": (
            config.vertical_flip,
            "CIFAR's photographs have an up and a down: upside-down trucks appear in no test image, so the network "
            "spends capacity on pictures it will never be asked about.",
        ),
        "rotation": (
            config.rotation > _LARGE_ROTATION,
            "Few photographs are tilted by more than 30 degrees. Larger turns cut corners off, fill them with black, "
            "and make upright animals and vehicles rare.",
        ),
        "translation": (
            config.translation > _LARGE_SHIFT,
            "Objects fill most of the 32x32 pixels: shifted by more than 30 %, what the label names may have left.",
        ),
        "hue": (
            config.hue > _LARGE_HUE,
            "Colour tells classes apart here (blue sky, green frogs): a large turn of the colour wheel hides that.",
        ),
        "grayscale": (
            config.grayscale > 0.5,
            "Most images lose their colours, but test images have theirs.",
        ),
        "cutout_size": (
            config.cutout_size > 20,
            "A square this large can hide the whole object: what is left has a label but no evidence for it.",
        ),
        "noise": (
            config.noise > 0.2,
            "At 32x32 pixels this much noise hides the small parts that tell a cat from a dog.",
        ),
        "brightness": (
            config.brightness > 0.8,
            "Some images turn black: a picture of nothing still carries its label.",
        ),
        "contrast": (
            config.contrast > 0.8,
            "Some images turn plain grey: a picture of nothing still carries its label.",
        ),
    }
    return {field: sentence for field, (is_risky, sentence) in cautions.items() if is_risky}

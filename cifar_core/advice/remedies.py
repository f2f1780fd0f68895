"""Experiments that answer a finding: the next one that a run's settings do not use yet."""

from cifar_core.advice.finding import Changes
from cifar_core.config import RunConfig


def regularize(config: RunConfig) -> tuple[str, Changes]:
    """Return the first remedy against overfitting that is not in use, as a suggestion and as settings by path."""
    augmentation = config.augmentation
    if config.data.only:
        return "Train on all images, not on those of the selection alone: more are harder to learn by heart.", {
            "data.only": ""
        }
    if not augmentation.crop_padding and not augmentation.horizontal_flip:
        return "Switch on crop and flip: the network then never sees the same image twice.", {
            "augmentation.crop_padding": 4,
            "augmentation.horizontal_flip": True,
        }
    if "dropout" in type(config.model).model_fields and not dropout_of(config):
        return "Set dropout to 0.3: no unit can then rely on another one.", {"model.dropout": 0.3}
    if not config.training.label_smoothing:
        return "Set label smoothing to 0.1: it need not be certain of every training image.", {
            "training.label_smoothing": 0.1
        }
    if not augmentation.cutout_size:
        return "Add cutout of 12 pixels: it must then look at all of each object.", {"augmentation.cutout_size": 12}
    return "Stop early, after 3 epochs without a better val accuracy.", {"training.early_stopping_patience": 3}


def enlarge(config: RunConfig) -> tuple[str, Changes]:
    """Return a network with more to learn with, if it has one number for that, as a suggestion and as settings."""
    for name in ("width", "hidden_size"):
        info = type(config.model).model_fields.get(name)
        if info is not None:
            value = 2 * getattr(config.model, name)
            most = next((rule.le for rule in info.metadata if hasattr(rule, "le")), value)
            if value <= most:
                return f"Double the {name.replace('_', ' ')} to {value}: a larger network can learn more.", {
                    f"model.{name}": value
                }
    return "Train with another network and compare the two.", {"model.name": "vgg"}


def slow_down(config: RunConfig) -> tuple[str, Changes]:
    """Return shorter steps, as a suggestion and as settings by path."""
    rate = float(f"{config.optimizer.learning_rate / 3:.2g}")
    return f"Train with a learning rate of {rate:g}, a third.", {"optimizer.learning_rate": rate}


def dropout_of(config: RunConfig) -> float:
    """Return the share of units left out while training; 0 for a network without dropout."""
    return float(getattr(config.model, "dropout", 0.0))

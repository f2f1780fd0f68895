"""The questions that come with this, each a YAML file of the schema `Question`."""

from functools import cache
from importlib.resources import files

from cifar_core.experiments.question import Question, parse_question

# In the order in which a course asks them.
ORDER = (
    "luck",
    "convolution",
    "learning-rate",
    "batch-size",
    "normalisation",
    "optimizer",
    "batch-norm",
    "dropout",
    "augmentation",
    "depth",
    "amount-of-data",
    "label-noise",
    "confusion",
)


@cache
def list_lessons() -> dict[str, Question]:
    """Return the lessons by name, in the course's order."""
    folder = files(__package__)
    return {
        name: parse_question((folder / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml") for name in ORDER
    }

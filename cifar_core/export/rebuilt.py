"""What a rebuilt run is trained with and held against, where it was taken to; `train.py` of its zip calls this."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open

from cifar_core.training.checkpoint import read_checkpoint_header
from cifar_core.training.events import EpochDone, Event
from cifar_core.training.monitor import Monitor, Outputs

_PARTS = ("model/", "average/")


def hash_weights(path: Path) -> str:
    """Return the SHA-256 of a checkpoint's weights: names, shapes, number formats and every bit, in order of names.

    Neither the optimizer nor the header, which tells of seconds and versions, is part of it.
    """
    digest = hashlib.sha256()
    with safe_open(path, framework="np") as file:
        for name in sorted(key for key in file.keys() if key.startswith(_PARTS)):  # noqa: SIM118
            tensor = file.get_tensor(name)
            digest.update(f"{name} {tensor.dtype} {tensor.shape}\n".encode())
            digest.update(tensor.tobytes())
    return digest.hexdigest()


class Replay(Monitor):
    """Lets a run go as far as the one it repeats, changes the learning rate where somebody did, and prints epochs.

    Args:
        expected: As `expected.json` has it.
    """

    def __init__(self, expected: Mapping[str, Any]) -> None:
        self._num_steps = int(expected["step"])
        self._changes = [(int(step), float(factor)) for step, factor in expected["learning_rate_changes"]]

    def on_event(self, event: Event) -> None:
        """Print a line for each epoch."""
        if isinstance(event, EpochDone):
            print(  # noqa: T201 - it is what a script shows
                f"Epoch {event.epoch}: train loss {event.train_loss:.4f}, val accuracy {event.val_accuracy:.2%}, "
                f"{event.seconds:.0f} s",
                flush=True,
            )

    def before_step(self, step: int) -> bool:
        """End where the run ended."""
        return step < self._num_steps

    def learning_rate_factor(self, step: int) -> float:
        """Return the product of all changes up to a step."""
        return math.prod(factor for first, factor in self._changes if first <= step)


@dataclass(frozen=True)
class Comparison:
    """A rebuilt run against the one it repeats.

    Attributes:
        is_equal: Whether all weights are, to the bit, of the best and the last epoch.
        words: What that means, for people.
    """

    is_equal: bool
    words: str

    def __str__(self) -> str:
        return self.words


def compare(outputs: Outputs, expected: Mapping[str, Any]) -> Comparison:
    """Hold the weights of a rebuilt run against those of the run it repeats.

    Args:
        outputs: Of the rebuilt run.
        expected: As `expected.json` has it.

    Raises:
        CheckpointError: It has finished no epoch.
    """
    last = outputs.checkpoint_path("last")
    header = read_checkpoint_header(last)
    found = {which: hash_weights(outputs.checkpoint_path(which)) for which in ("best", "last")}
    if found == expected["weights"]:
        return Comparison(True, "The weights are equal to the bit.")
    accuracy, before = header.progress.best_val_accuracy or 0.0, expected["val_accuracy"]
    reasons = [*_explain(header.environment, expected), *expected["remarks"]]
    return Comparison(
        False,
        f"The weights differ. Val accuracy {accuracy:.2%}, where it was {before:.2%}; "
        f"{'within' if abs(accuracy - before) <= expected['tolerance'] else 'beyond'} the "
        f"{100 * expected['tolerance']:.1f} points that chance allows. {' '.join(reasons)}".strip(),
    )


def _explain(environment: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Say what was other than when the run was trained."""
    parts = {"device": "device", "num_threads": "number of threads", "precision": "number format", "torch": "torch"}
    return [
        f"Other {words}: {environment.get(name)}, where it was {expected[name]}."
        for name, words in parts.items()
        if _public(environment.get(name)) != _public(expected[name])
    ]


def _public(value: Any) -> str:
    """Return a version without what marks one build of it, as in "2.14.1+cpu"; anything else as it is."""
    return str(value).partition("+")[0]

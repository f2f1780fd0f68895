"""Ways to train the same network on the same images, each measured in images a second, in a process of its own.

`task` is what all get, `clock` how their epochs are timed; every other module is a way, with one function `measure`.
"""

import json
import os
import subprocess
import sys
from typing import Literal, NamedTuple, get_args

from cifar_core.config import RunConfig
from cifar_core.runs.executor import worker_environment

Way = Literal["course", "keras", "lightning", "fastai", "loop", "fit", "limit"]
WAYS: tuple[Way, ...] = get_args(Way)

COURSE = ("the course's way, 0 workers", "the course's way, 2 workers")
FIT = "fit"
IN_TURN, LIMIT, FLOAT32 = "fit, in turn with the limits", "limit", "limit in float32"
_OWN: tuple[Way, ...] = ("fit", "limit")

# Keras takes torch only when it is told before its import; what libraries warn of each other is no figure.
_FOR_PEERS = {"KERAS_BACKEND": "torch", "PYTHONWARNINGS": "ignore"}


class Pace(NamedTuple):
    """How fast an epoch goes.

    Attributes:
        steps: Images a second while it trains, without val.
        whole: Images a second of the epoch with everything that belongs to it: a look at val, checkpoints, reports.
            None where that was not measured.
    """

    steps: float
    whole: float | None = None


class MissingPackageError(RuntimeError):
    """What a way needs cannot be imported here."""


def measure_way(way: Way, config: RunConfig, num_images: int) -> dict[str, Pace]:
    """Measure in a new process: ours in the environment that workers get, every other in the one there is.

    Args:
        way: Which.
        config: Network, optimizer, batch size, augmentation, number format, device.
        num_images: How many an epoch trains on.

    Returns:
        By name; a way may consist of several.

    Raises:
        MissingPackageError: The way's package is not here, or does not go with the others.
    """
    command = [sys.executable, "-m", "benchmarks._ways", way, config.model_dump_json(), str(num_images)]
    environment = worker_environment() if way in _OWN else os.environ | _FOR_PEERS
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer = json.loads(output.splitlines()[-1])
    if "missing" in answer:
        raise MissingPackageError(answer["missing"])
    return {name: Pace(*pace) for name, pace in answer.items()}

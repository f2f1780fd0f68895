"""Where runs train: a device of a host, with room for one run or for as many as somebody declared."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cifar_core.runs.exceptions import RunError

SHARES = "CIFAR_RUNS_PER_DEVICE"
_ALLOWED = 'allowed: a number from 1 to 64, or one a kind of device, e.g. "cuda=3,cpu=1"'
_MOST = 64
# The best first: what a run that leaves it open trains on, if there is one of them.
_KINDS = ("cuda", "mps", "xpu", "cpu")


class Slot(NamedTuple):
    """Room for one run: a device, as its host calls it, e.g. "cuda:0"."""

    host: str
    device: str

    @property
    def kind(self) -> str:
        """The device without its number."""
        return self.device.partition(":")[0]


def fitting(wanted: str, slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots where a run may train, in their order.

    Args:
        wanted: As `training.device` has it: "auto" for the best kind that there is, a kind for any device of it, or one
            with its number; all slots if empty.
        slots: Those there are.
    """
    slots = list(slots)
    if wanted == "auto":
        kinds = {slot.kind for slot in slots}
        wanted = next((kind for kind in _KINDS if kind in kinds), "")
    return [slot for slot in slots if wanted in ("", slot.kind, slot.device)]


def find_free(slots: Sequence[Slot], busy: Counter[Slot]) -> Slot | None:
    """Return a slot that no run has, on the host where most are free; None if all are taken.

    Args:
        slots: Those a run may have; a device that several runs share occurs as often.
        busy: How many runs train on each.
    """
    free = Counter(slots) - busy
    hosts = Counter(slot.host for slot in free.elements())
    return max(free, key=lambda slot: hosts[slot.host], default=None)  # the first of several


def count_runs_per_device(device: str) -> int:
    """Return how many runs share a device, as $CIFAR_RUNS_PER_DEVICE declares; one if it does not.

    Raises:
        RunError: What it says is not allowed.
    """
    declared = os.environ.get(SHARES, "").strip()
    kind = device.partition(":")[0]
    if not declared:
        return 1
    shares = dict(_parse(part, declared) for part in declared.split(","))
    return shares.get(kind, shares.get("", 1))


def _parse(part: str, declared: str) -> tuple[str, int]:
    kind, _, number = part.strip().rpartition("=")
    if not number.isdecimal() or not 1 <= int(number) <= _MOST or kind not in ("", *_KINDS):
        raise RunError(f"{SHARES} = {declared!r} is not allowed; {_ALLOWED}")
    return kind, int(number)

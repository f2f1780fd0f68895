"""What trains where: the slots of the engine, and the run that has each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cifar_core.runs.cluster.front import EngineExecutor
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import LOCAL, Executor
from cifar_core.runs.index import RunSummary
from cifar_core.runs.ownership import read_note
from cifar_core.runs.queue import slot_of
from cifar_core.runs.slots import Slot, fitting
from cifar_core.training.device import DeviceError


@dataclass(frozen=True)
class Place:
    """A slot, and which run trains there; none if it is free."""

    slot: Slot
    run: RunSummary | None


@dataclass(frozen=True)
class Engine:
    """What trains the runs of a folder.

    Attributes:
        name: "local" or "ray".
        address: As $CIFAR_EXECUTOR has it; empty for this machine.
        places: All slots, as last heard of, and runs that train on a slot that has gone since.
        problem: What keeps it from training, in a sentence; empty if nothing is known.
    """

    name: str
    address: str
    places: tuple[Place, ...]
    problem: str = ""

    @property
    def num_free(self) -> int:
        """How many slots are free."""
        return sum(place.run is None for place in self.places)

    @property
    def num_hosts(self) -> int:
        """On how many machines they are."""
        return len({place.slot.host for place in self.places})


def describe_engine(runs_dir: Path, executor: Executor, summaries: Sequence[RunSummary]) -> Engine:
    """Say which engine trains, its slots, and what runs where.

    Args:
        runs_dir: Of the runs.
        executor: Of this process.
        summaries: All runs.
    """
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    if not isinstance(executor, EngineExecutor):
        return Engine(LOCAL, "", _fill(executor.slots(), active))
    slots = list_known_slots(runs_dir, executor)
    return Engine(executor.engine, executor.address, _fill(slots, active), executor.problem())


def list_known_slots(runs_dir: Path, executor: Executor, device: str = "") -> list[Slot]:
    """Return where a run may train that asks for a device, as last heard of; nobody is asked, and nothing started."""
    if executor.decides:
        try:
            return executor.slots(device)
        except (DeviceError, RunError):
            return []
    note = read_note(runs_dir)
    return fitting(device, note.slots) if note is not None and note.engine == executor.engine else []


def _fill(slots: Sequence[Slot], active: Sequence[RunSummary]) -> tuple[Place, ...]:
    """Give each run a slot of its device, and those that have none a place of their own."""
    rest = list(active)
    places = []
    for slot in slots:
        run = next((run for run in rest if slot_of(run.status) == slot), None)
        if run is not None:
            rest.remove(run)
        places.append(Place(slot, run))
    return (*places, *(Place(slot_of(run.status), run) for run in rest))

"""Ray as a dispatcher sees it: nodes, and one retriable task a run."""

import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from cifar_core import __version__
from cifar_core.failures import explain
from cifar_core.runs.cluster.front import RAY
from cifar_core.runs.cluster.node import train_here
from cifar_core.runs.cluster.tasks import Ending
from cifar_core.runs.slots import SHARES, Slot, count_runs_per_device

# How often Ray starts a task again whose node died.
_MOST_RETRIES = 20
_LOOK_SECONDS = 0.2


@ray.remote
def train(run_dir: str, release: str, shares: str) -> Ending:
    """Train a run on this node."""
    gpus = ray.get_gpu_ids()
    return train_here(Path(run_dir), f"cuda:{gpus[0]}" if gpus else "cpu", release, shares)


class RayTasks:
    """Tasks on the cluster that this process is a part of."""

    name = RAY

    def __init__(self) -> None:
        self._endings: dict[Any, Ending] = {}
        self._nodes: dict[Any, str] = {}  # which node each task was meant for

    def slots(self) -> list[Slot]:
        """Return those of all nodes that live: their GPUs, and a processor each."""
        return [slot for node in self._living() for slot in _slots_of(node)]

    def start(self, run_dir: Path, slot: Slot) -> Any:
        """Start a task, on the slot's node if that lives. Its worker has the GPU that Ray gives it."""
        options: dict[str, Any] = {"name": run_dir.name, "max_retries": _MOST_RETRIES, "num_cpus": 1}
        node = self._find_node(slot.host)
        if slot.kind == "cuda":
            options["num_gpus"] = 1 / count_runs_per_device(slot.device)
        if node is not None:
            options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(node, soft=True)
        handle = train.options(**options).remote(str(run_dir), __version__, os.environ.get(SHARES, ""))
        self._nodes[handle] = node or ""
        return handle

    def ending(self, handle: Any) -> Ending | None:
        """Return how a task ended; None while it waits, runs, or is started again."""
        if handle not in self._endings:
            if not ray.wait([handle], timeout=0)[0]:
                return None
            self._endings[handle] = _read_ending(handle)
            self._nodes.pop(handle, None)
        return self._endings[handle]

    def kill(self, handle: Any) -> None:
        """End a task and its worker at once."""
        ray.cancel(handle, force=True)

    def wait(self, seconds: float, is_called: Callable[[], bool]) -> bool:
        """Wait until a task ends or somebody calls, or for so long; return whether one of these happened."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if is_called():
                return True
            running = list(self._nodes)
            if running and ray.wait(running, timeout=_LOOK_SECONDS)[0]:
                return True
            if not running:
                time.sleep(_LOOK_SECONDS)
        return False

    def _living(self) -> list[dict[str, Any]]:
        return [node for node in ray.nodes() if node["Alive"]]

    def _find_node(self, host: str) -> str | None:
        """Return the node of a host for which the fewest tasks are meant; None if it has gone."""
        taken = Counter(self._nodes.values())
        nodes = [node["NodeID"] for node in self._living() if node["NodeManagerHostname"] == host]
        return min(nodes, key=lambda node: taken[node], default=None)


def _slots_of(node: dict[str, Any]) -> list[Slot]:
    host, resources = str(node["NodeManagerHostname"]), node["Resources"]
    devices = [f"cuda:{number}" for number in range(int(resources.get("GPU", 0)))]
    if resources.get("CPU", 0) >= 1:
        devices.append("cpu")
    return [Slot(host, device) for device in devices for _ in range(count_runs_per_device(device))]


def _read_ending(handle: Any) -> Ending:
    try:
        return ray.get(handle)
    except ray.exceptions.RayTaskError as error:  # the record could not be written, say
        return Ending(problem=f"The run could not be started: {explain(error.cause)}")
    except ray.exceptions.RayError:  # it was ended on request, or its nodes died more often than it is started again
        return Ending()

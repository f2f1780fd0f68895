"""An engine that does at once what a test says: nodes die, tasks are started again, workers begin and end."""

import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cifar_core.runs.cluster.dispatcher import Dispatcher
from cifar_core.runs.cluster.node import begin_attempt
from cifar_core.runs.cluster.tasks import Ending
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.slots import Slot
from cifar_core.runs.worker import run_worker
from cifar_core.runs.workers import release
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

ADDRESS = "10.0.0.1:6379"


@dataclass(eq=False)
class FakeTask:
    """One task: where it was meant to run, and how it ended."""

    run_dir: Path
    slot: Slot
    ending: Ending | None = None
    is_killed: bool = False
    keepers: list = field(default_factory=list)

    def begin(self, host, device="cpu"):
        """What the task does on a node, up to where its worker has the run; again, after a node died."""
        begin_attempt(self.run_dir, host, device)
        with on_host(host):
            self.keepers.append(StatusKeeper(self.run_dir))
            release(self.run_dir)  # or this process would count as a living worker
        return self.keepers[-1]

    def finish(self, host="node-a", fit=None):
        """Train the run to its end on a node."""
        begin_attempt(self.run_dir, host, "cpu")
        with on_host(host):
            run_worker(self.run_dir, fit or pretend_fit(), IdleExecutor())
        self.ending = Ending()


class FakeTasks:
    """Starts tasks that do what a test has them do."""

    name = "ray"

    def __init__(self, *places):
        self.places = [Slot(*place) for place in places]
        self.started = []

    def slots(self):
        return list(self.places)

    def start(self, run_dir, slot):
        self.started.append(FakeTask(run_dir, slot))
        return self.started[-1]

    def ending(self, handle):
        return handle.ending

    def kill(self, handle):
        handle.is_killed, handle.ending = True, Ending()

    def of(self, run_id):
        """The tasks of a run, in the order they were started."""
        return [task for task in self.started if task.run_dir.name == run_id]


def dispatcher_of(runs_dir, tasks, owner=ADDRESS):
    return Dispatcher(runs_dir, tasks, owner)


def turn(dispatcher):
    """What the actor does each second."""
    if dispatcher.beat():
        dispatcher.look()
        return dispatcher.beat()
    return False


@contextmanager
def on_host(name):
    """Let this process believe that it runs on another machine."""
    before = socket.gethostname
    socket.gethostname = lambda: name
    try:
        yield
    finally:
        socket.gethostname = before

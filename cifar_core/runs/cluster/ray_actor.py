"""The dispatcher as a Ray actor: it looks at the runs all the time."""

import logging
import os
import threading
import time
from pathlib import Path

import ray

from cifar_core.files import Stamp
from cifar_core.runs.cluster.dispatcher import Dispatcher
from cifar_core.runs.cluster.ray_tasks import RayTasks
from cifar_core.runs.ownership import read_bell
from cifar_core.runs.slots import SHARES

_BEAT_SECONDS, _LOOK_EVERY = 1.0, 5
_READY_SECONDS = 30.0

_log = logging.getLogger("cifar_core.dispatcher")


class DispatcherActor:
    """Lets a dispatcher look at the runs: when somebody rings, when a task ends, and every few seconds."""

    def __init__(self, runs_dir: str, shares: str) -> None:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        if shares:
            os.environ[SHARES] = shares
        self._runs_dir = Path(runs_dir)
        self._problem = "" if self._runs_dir.is_dir() else f"the cluster's head has no folder {runs_dir}"
        self._has_looked = threading.Event()
        self._bell: Stamp | None = None
        self._num_turns = 0
        if not self._problem:
            threading.Thread(target=self._work, name="dispatcher", daemon=True).start()

    def wait_until_ready(self) -> str:
        """Return why it cannot look after the runs; empty once it does."""
        self._has_looked.wait(0 if self._problem else _READY_SECONDS)
        return self._problem

    def _work(self) -> None:
        tasks = RayTasks()
        dispatcher = Dispatcher(self._runs_dir, tasks, ray.get_runtime_context().gcs_address)
        is_called = True
        while True:
            try:
                self._turn(dispatcher, is_called)
                is_called = tasks.wait(_BEAT_SECONDS, self._is_rung)
            except Exception:  # whatever it was, the next look may go better, and the runs wait for it
                _log.exception("A look at the runs failed")
                time.sleep(_BEAT_SECONDS)

    def _turn(self, dispatcher: Dispatcher, is_called: bool) -> None:
        if dispatcher.beat() and (is_called or self._num_turns % _LOOK_EVERY == 0):
            self._bell = read_bell(self._runs_dir)
            dispatcher.look()
            dispatcher.beat()
        self._has_looked.set()
        self._num_turns += 1

    def _is_rung(self) -> bool:
        return read_bell(self._runs_dir) != self._bell

"""Executors that train nothing, and a `fit` that pretends to."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from cifar_core.runs.executor import local_slots
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import change_status
from cifar_core.training.events import EpochDone, FitResult, StepsDone, TrainingStarted

STEPS_PER_EPOCH = 5


class IdleExecutor:
    """Notes what it is asked to do; its workers are alive as long as `alive` says so."""

    engine, decides, raises_attempts = "local", True, False
    slots = staticmethod(local_slots)

    def __init__(self):
        self.submitted = []
        self.alive = True

    def submit(self, run_dir, then=()):
        self.submitted.append(run_dir.name)

    def poll(self, run_dir):
        return self.alive

    def was_killed(self, run_dir):
        return False

    def cancel(self, run_dir):
        pass

    def logs(self, run_dir):
        return ""


def pretend_fit(seconds_per_step=0.0):
    """Return a `fit` that reports events like the real one, without any training."""

    def fit(config, dataset, outputs, monitor):
        num_epochs = config.training.num_epochs
        num_steps = num_epochs * STEPS_PER_EPOCH
        first = len(RunRecord(outputs.run_dir).epoch_rows()) + 1
        monitor.on_event(TrainingStarted("cpu", "float32", 1, 10, num_steps, STEPS_PER_EPOCH, first))
        step = (first - 1) * STEPS_PER_EPOCH
        for epoch in range(first, num_epochs + 1):
            if not monitor.before_epoch(epoch):
                return result("parked", f"Parked after {epoch - 1} of {num_epochs} epochs.", epoch - 1)
            for _ in range(STEPS_PER_EPOCH):
                if not monitor.before_step(step):
                    return result("stopped", "Stopped on request.", epoch - 1)
                time.sleep(seconds_per_step)
                step += 1
                monitor.on_event(
                    StepsDone(epoch, step, 2.0, 0.25, 0.1 * monitor.learning_rate_factor(step - 1), 1000.0)
                )
            monitor.on_event(EpochDone(epoch, step, 2.0, 0.25, 1.9, 0.2 + 0.01 * epoch, 0.1, 0.5, 1000.0, True))
        return result("completed", f"Completed {num_epochs} epochs.", num_epochs)

    return fit


def result(status, message, epoch):
    accuracy = 0.2 + 0.01 * epoch if epoch else None
    test = None if status == "parked" else accuracy
    return FitResult(status, message, epoch or None, epoch, accuracy, accuracy, test, test, 0.5 * epoch)


def wait_until(condition, seconds=30.0):
    """Return once the condition holds; fail after some seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


@contextmanager
def stand_in_worker(run_dir, status="running", **changes):
    """A process that was started as the run's worker and only sleeps; the run's status names it."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", "cifar_core.runs.worker", str(run_dir)]
    process = subprocess.Popen(command)
    change_status(run_dir, status=status, **{"pid": process.pid, "hostname": socket.gethostname()} | changes)
    try:
        yield process
    finally:
        process.kill()
        process.wait()

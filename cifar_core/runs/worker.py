"""The process that trains one run: python -m cifar_core.runs.worker RUN_DIR.

It knows only its run directory. The same command serves every executor.
"""

import json
import logging
import os
import platform
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from cifar_core import __version__
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.files import write_text_atomically
from cifar_core.runs.commands import take_commands
from cifar_core.runs.executor import LocalExecutor
from cifar_core.runs.journal import append_row
from cifar_core.runs.queue import dispatch
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import RunError, RunStatus, now, read_status, write_status
from cifar_core.training.events import EpochDone, Event, FitResult, StepsDone, TrainingStarted, event_row

_HEARTBEAT_SECONDS = 2.0
_COMMANDS_SECONDS = 0.2

Fit = Callable[[RunConfig, Dataset, Path, Callable[[Event], None], Callable[[], bool]], FitResult]

_log = logging.getLogger("cifar_core.worker")


class SupersededError(RuntimeError):
    """A newer attempt owns the run; this worker must not write any more."""


class StatusKeeper:
    """Writes the run's status for as long as this attempt owns it. Shared by the training and the heartbeat thread."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._lock = threading.Lock()
        self._status = read_status(run_dir)
        process = psutil.Process()
        self.update(pid=process.pid, pid_started=process.create_time(), hostname=socket.gethostname())

    @property
    def status(self) -> RunStatus:
        """As last written here."""
        return self._status

    def update(self, **changes: Any) -> None:
        """Write the status with some fields replaced and a fresh heartbeat.

        Raises:
            SupersededError: A newer attempt owns the run.
        """
        with self._lock:
            self.check()
            self._status = self._status.model_copy(update={**changes, "heartbeat": now()})
            write_status(self._run_dir, self._status)

    def check(self) -> None:
        """Raise SupersededError if a newer attempt owns the run, or somebody has given this one up."""
        try:
            current = read_status(self._run_dir)
        except RunError as error:
            raise SupersededError(str(error)) from error
        if current.attempt != self._status.attempt or current.status not in ("running", "paused"):
            raise SupersededError(f"attempt {self._status.attempt} of {self._run_dir.name} is no longer the owner")


class Reporter:
    """What `fit` talks to: it records events, and answers whether to stop."""

    def __init__(self, run_dir: Path, keeper: StatusKeeper) -> None:
        self._record = RunRecord(run_dir)
        self._keeper = keeper
        self._stop = threading.Event()
        self._commands_at = 0.0
        self._started_at = time.perf_counter()
        self._first_step = 0
        self._paused_seconds = 0.0

    def ask_to_stop(self) -> None:
        """End the run after its present step, also while it pauses."""
        self._stop.set()

    def on_event(self, event: Event) -> None:
        """Append the event to the metrics and bring the status up to date."""
        self._keeper.check()
        append_row(self._record.run_dir / "metrics.jsonl", {**event_row(event), "time": round(now(), 3)})
        match event:
            case TrainingStarted():
                self._note_start(event)
            case StepsDone():
                self._keeper.update(
                    step=event.step,
                    images_per_second=event.images_per_second,
                    seconds_left=self._seconds_left(event.step),
                )
            case EpochDone():
                self._note_epoch(event)

    def should_stop(self) -> bool:
        """Read commands a few times a second; hold the training here while it is paused."""
        if time.perf_counter() - self._commands_at >= _COMMANDS_SECONDS:
            self._commands_at = time.perf_counter()
            self._keeper.check()
            self._obey(take_commands(self._record.run_dir))
        return self._stop.is_set()

    def _obey(self, commands: list[Any]) -> None:
        for place, command in enumerate(commands):
            if command == "stop":
                self._stop.set()
            elif command == "pause" and "resume" not in commands[place:]:
                self._pause()

    def _pause(self) -> None:
        self._keeper.update(status="paused", message="Paused.", images_per_second=None, seconds_left=None)
        self._record.record_event("paused", step=self._keeper.status.step)
        paused_at = time.perf_counter()
        while not self._stop.is_set():
            commands = take_commands(self._record.run_dir)
            if "stop" in commands:
                self._stop.set()
            if "resume" in commands:
                break
            self._stop.wait(_COMMANDS_SECONDS)
        self._paused_seconds += time.perf_counter() - paused_at
        self._keeper.update(status="running", message="")
        self._record.record_event("continued", step=self._keeper.status.step)

    def _note_start(self, event: TrainingStarted) -> None:
        self._started_at = time.perf_counter()
        self._first_step = (event.first_epoch - 1) * event.steps_per_epoch
        self._keeper.update(
            device=event.device,
            message="",
            num_steps=event.num_steps,
            step=self._first_step,
            epoch=event.first_epoch - 1,
        )

    def _note_epoch(self, event: EpochDone) -> None:
        changes: dict[str, Any] = {"last_val_accuracy": event.val_accuracy}
        if event.is_best:
            changes |= {"best_epoch": event.epoch, "best_val_accuracy": event.val_accuracy}
        spent = (self._keeper.status.seconds or 0.0) + event.seconds
        left = self._seconds_left(event.step)
        self._keeper.update(epoch=event.epoch, step=event.step, seconds=spent, seconds_left=left, **changes)

    def _seconds_left(self, step: int) -> float | None:
        """Steps to do at the pace of this attempt so far, looks at val included."""
        done = step - self._first_step
        elapsed = time.perf_counter() - self._started_at - self._paused_seconds
        return (self._keeper.status.num_steps - step) * elapsed / done if done > 0 else None


def run_worker(run_dir: Path, fit: Fit | None = None) -> int:
    """Train the run to its end, record how it ended, and start the next one in the queue.

    Args:
        run_dir: A run whose status says `running`.
        fit: What trains; `cifar_core.training.fit.fit` if None.

    Returns:
        The exit code: 0 if the run ended by itself or on request, 1 if it failed, 2 if it belongs to another worker.
    """
    try:
        keeper = StatusKeeper(run_dir)
        reporter = Reporter(run_dir, keeper)
        _listen_for_signals(reporter)
        _start_heartbeat(keeper)
        code = _train(run_dir, keeper, reporter, fit)
    except SupersededError as error:
        _log.warning("Gave up: %s", error)
        return 2
    dispatch(run_dir.parent, LocalExecutor())
    return code


def _train(run_dir: Path, keeper: StatusKeeper, reporter: Reporter, fit: Fit | None) -> int:
    try:
        result = _fit(run_dir, reporter, fit)
    except SupersededError:
        raise
    except Exception as error:
        # The boundary of the process: whatever it was, the record must say that the run failed, and why.
        _log.exception("The run failed")
        reason = str(error).splitlines()[0] if str(error) else ""
        keeper.update(
            status="failed", message=f"{type(error).__name__}: {reason}", finished_at=now(), seconds_left=None
        )
        return 1
    if result.test_accuracy_best is not None:
        RunRecord(run_dir).count_test_reading(by="end of the run")
    keeper.update(
        status=result.status,
        message=result.message,
        finished_at=now(),
        seconds_left=None,
        images_per_second=None,
        epoch=result.last_epoch,
        best_epoch=result.best_epoch,
        best_val_accuracy=result.best_val_accuracy,
        last_val_accuracy=result.last_val_accuracy,
        test_accuracy_best=result.test_accuracy_best,
        test_accuracy_last=result.test_accuracy_last,
        seconds=result.seconds,
    )
    return 0


def _fit(run_dir: Path, reporter: Reporter, fit: Fit | None) -> FitResult:
    record = RunRecord(run_dir)
    config, meta = record.config(), record.meta()
    dataset = load_dataset(Path(meta.data_dir) if meta.data_dir else None)
    _check_same_data(record, dataset)
    write_text_atomically(run_dir / "environment.json", _describe_environment(config, dataset))
    train = fit or _import_fit()
    return train(config, dataset, run_dir, reporter.on_event, reporter.should_stop)


def _import_fit() -> Fit:
    """Import torch only now: the process has told its pid before the seconds that takes."""
    from cifar_core.training.fit import fit

    return fit


def _check_same_data(record: RunRecord, dataset: Dataset) -> None:
    before = record.environment().get("data_fingerprint", dataset.fingerprint)
    if before != dataset.fingerprint:
        source = record.environment().get("data_source")
        raise RunError(f"this run began on other data ({source}); allowed: continue it on the same images")


def _describe_environment(config: RunConfig, dataset: Dataset) -> str:
    from importlib.metadata import version

    from cifar_core.training.device import count_cores, list_devices, resolve_device, resolve_precision

    device = resolve_device(config.training.device)
    title = next((info.title for info in list_devices() if info.name == device), device)
    facts = {
        "cifar_lab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{package: version(package) for package in ("torch", "torchvision", "numpy")},
        "device": device,
        "device_title": title,
        "precision": resolve_precision(config.training.precision, device),
        "num_threads": config.training.num_threads or count_cores(),
        "num_cores": count_cores(),
        "data_source": dataset.source,
        "data_fingerprint": dataset.fingerprint,
        "num_train": dataset.num_train,
        "num_test": dataset.num_test,
    }
    return json.dumps(facts, indent=1)


def _listen_for_signals(reporter: Reporter) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        reporter.ask_to_stop()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)


def _start_heartbeat(keeper: StatusKeeper) -> None:
    def beat() -> None:
        while keeper.status.is_active:
            time.sleep(_HEARTBEAT_SECONDS)
            try:
                if keeper.status.is_active:
                    keeper.update()
            except SupersededError:
                return

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()


def main() -> int:
    """Run the worker on the directory named on the command line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    return run_worker(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())

"""The process that trains one run, or those of an experiment: python -m cifar_core.runs.worker RUN_DIR ...

It knows only its run directories. The same command serves every executor.
"""

import json
import logging
import os
import platform
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from cifar_core import __version__
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.failures import explain, is_disk_full, is_out_of_memory
from cifar_core.files import write_text_atomically
from cifar_core.processes import NICE_TRAINING, allow_many_files, end_with_starter, let_others_first
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import LOCAL, Executor, LocalExecutor
from cifar_core.runs.keeper import StatusKeeper, SupersededError
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.leftovers import sweep_run
from cifar_core.runs.queue import dispatch, take_next
from cifar_core.runs.record import RunMeta, RunRecord
from cifar_core.runs.reporter import Reporter, StoppedUnbegunError
from cifar_core.runs.slots import count_runs_per_device
from cifar_core.runs.status import LESS_MEMORY, RunStatus, StatusName, now
from cifar_core.runs.workers import release
from cifar_core.selections import read_kept
from cifar_core.training.device import limit_memory, resolve_device, share_cores
from cifar_core.training.events import FitResult
from cifar_core.training.monitor import Monitor

Fit = Callable[[RunConfig, Dataset, RunFiles, Monitor], FitResult]

_log = logging.getLogger("cifar_core.worker")


def run_worker(
    run_dir: Path, fit: Fit | None = None, executor: Executor | None = None, then: Sequence[Path] = ()
) -> int:
    """Train the run to its end, record how it ended, and start the next one in the queue, if no engine does.

    Args:
        run_dir: A run whose status says `running`.
        fit: What trains; `cifar_core.training.fit.fit` if None. Tests put something quicker here.
        executor: What starts the next worker; this machine if None.
        then: Runs that this process may go on with: its caller looks after the queue.

    Returns:
        The exit code: 0 if the run ended by itself or on request, 1 if it failed, 2 if it belongs to another worker.
    """
    try:
        keeper = StatusKeeper(run_dir)
    except (SupersededError, RunError) as error:
        _log.warning("Gave up: %s", error)
        return 2
    try:
        sweep_run(run_dir)
        reporter = Reporter(run_dir, keeper)
        _listen_for_signals(reporter)
        keeper.start_heartbeat()
        return _train(run_dir, keeper, reporter, fit)
    except SupersededError as error:
        _log.warning("Gave up: %s", error)
        return 2
    except OSError as error:
        _log.error("How the run ended could not be written: %s", explain(error))
        return 1
    finally:
        release(run_dir)
        if not then and keeper.status.engine in ("", LOCAL):  # another engine looks after its queue itself
            _start_next(run_dir.parent, executor or LocalExecutor())


def run_experiment(run_dirs: Sequence[Path], fit: Fit | None = None, executor: Executor | None = None) -> int:
    """Train runs one after another, each as `run_worker` does, for as long as nobody else is due.

    torch is imported once, which takes as long as a small run. A run that failed, or was stopped, is the last one of
    this process: another one goes on with the others.

    Returns:
        The exit code of the last run.
    """
    executor = executor or LocalExecutor()
    run_dir, then = run_dirs[0], list(run_dirs[1:])
    while True:
        code = run_worker(run_dir, fit, executor, then)
        following = _take_next(run_dir, then, executor)
        if following is None:
            return code
        run_dir = following
        then.remove(following)


def _take_next(run_dir: Path, then: Sequence[Path], executor: Executor) -> Path | None:
    """Return which run is next here; None if it is another process's turn, which has been started then."""
    if not then:
        return None  # run_worker has looked after the others
    try:
        ended_well = RunRecord(run_dir).status().status in ("completed", "parked", "diverged")
        return take_next(run_dir, then if ended_well else (), executor)
    except (OSError, RunError) as error:
        _log.warning("The next run was not started: %s", explain(error))
        return None


def _start_next(runs_dir: Path, executor: Executor) -> None:
    """Whoever looks at the runs next does it if it cannot be done now."""
    try:
        dispatch(runs_dir, executor)
    except (OSError, RunError) as error:
        _log.warning("The next run was not started: %s", explain(error))


def _train(run_dir: Path, keeper: StatusKeeper, reporter: Reporter, fit: Fit | None) -> int:
    try:
        result = _fit(run_dir, reporter, fit)
        remarks = [result.message, reporter.remark]
        if result.test_accuracy_best is not None:
            keeper.check()
            remarks.append(_count_test_reading(RunRecord(run_dir)))
    except SupersededError:
        raise
    except StoppedUnbegunError:
        _end(keeper, "stopped", "Stopped on request, before its first step.")  # with what earlier attempts have
        return 0
    except Exception as error:
        # The boundary of the process: whatever it was, the record must say that the run failed, and why.
        _log.error("The run failed", exc_info=not is_disk_full(error))
        _end(keeper, "failed", _describe(error, keeper.status))
        return 1
    _end(
        keeper,
        result.status,
        " ".join(filter(None, remarks)),
        epoch=result.last_epoch,
        best_epoch=result.best_epoch,
        best_val_accuracy=result.best_val_accuracy,
        last_val_accuracy=result.last_val_accuracy,
        test_accuracy_best=result.test_accuracy_best,
        test_accuracy_last=result.test_accuracy_last,
        seconds=result.seconds,
    )
    return 0


def _end(keeper: StatusKeeper, status: StatusName, message: str, **results: Any) -> None:
    keeper.end(status=status, message=message, finished_at=now(), seconds_left=None, images_per_second=None, **results)


def _count_test_reading(record: RunRecord) -> str:
    """Count the look at test; return what to remark if that does not work: what was trained counts all the same."""
    try:
        record.count_test_reading(by="end of the run")
    except OSError as error:
        return f"The look at test is not counted: {explain(error)}."
    return ""


def _describe(error: Exception, status: RunStatus) -> str:
    """Return for people what ended a run, and what helps."""
    if is_disk_full(error):
        return f"The disk is full. Free some space, then resume. {status.resumption}"
    if is_out_of_memory(error):
        where = "of the computer" if status.device in ("", "cpu") else f"of {status.device}"
        return f"The memory {where} is full. {LESS_MEMORY}"
    return ": ".join([type(error).__name__, *str(error).splitlines()[:1]])


def _fit(run_dir: Path, reporter: Reporter, fit: Fit | None) -> FitResult:
    record = RunRecord(run_dir)
    config, meta = record.config(), record.meta()
    reporter.while_preparing()
    dataset = load_dataset(_find_data_dir(meta))
    _check_same_data(record, dataset)
    _check_real_data(meta, dataset)
    reporter.while_preparing()
    device = resolve_device(config.training.device)
    num_sharing = count_runs_per_device(device)
    limit_memory(device, num_sharing)
    share_cores(device, num_sharing)
    facts = _describe_environment(config, dataset) | _precision_so_far(record)
    write_text_atomically(record.files.environment, json.dumps(facts, indent=1))
    train = fit or _import_fit(record)
    return train(config, dataset, record.files, reporter)


def _import_fit(record: RunRecord) -> Fit:
    """Import torch only now: the process has told its pid before the seconds that takes."""
    from cifar_core.training.fit import fit

    return partial(fit, contents=read_kept(record.run_dir, record.config().data))


def _find_data_dir(meta: RunMeta) -> Path | None:
    """Return where the images are here: on another machine than the run was submitted on, its own $CIFAR_DATA_DIR."""
    is_elsewhere = meta.data_host not in ("", socket.gethostname())
    if meta.data_dir is None or (is_elsewhere and os.environ.get("CIFAR_DATA_DIR")):
        return None
    return Path(meta.data_dir)


def _check_real_data(meta: RunMeta, dataset: Dataset) -> None:
    """No machine trains on the practice set in place of the images that the run was submitted with."""
    if meta.data_kind in ("folder", "archive") and dataset.source == "practice":
        raise RunError(
            f"{meta.data_dir} holds no CIFAR-10 on {socket.gethostname()}; allowed: the same path on every machine, or "
            "$CIFAR_DATA_DIR there names its own"
        )


def _check_same_data(record: RunRecord, dataset: Dataset) -> None:
    before = record.environment().get("data_fingerprint", dataset.fingerprint)
    if before != dataset.fingerprint:
        source = record.environment().get("data_source")
        raise RunError(f"this run began on other data ({source}); allowed: continue it on the same images")


def _precision_so_far(record: RunRecord) -> dict[str, Any]:
    """What a run that goes on said of its number format: it keeps that. A new one says it when training starts."""
    if not record.checkpoint_path("last").exists():
        return {}
    environment = record.environment()
    return {name: environment[name] for name in ("precision", "precision_timing") if name in environment}


def _describe_environment(config: RunConfig, dataset: Dataset) -> dict[str, Any]:
    from importlib.metadata import version

    from cifar_core.training.device import count_cores, count_threads, list_devices

    device = resolve_device(config.training.device)
    title = next((info.title for info in list_devices() if info.name == device), device)
    return {
        "cifar_lab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{package: version(package) for package in ("torch", "torchvision", "numpy")},
        "device": device,
        "device_title": title,
        "num_threads": count_threads(config.training.num_threads),
        "num_cores": count_cores(),
        "data_source": dataset.source,
        "data_fingerprint": dataset.fingerprint,
        "num_train": dataset.num_train,
        "num_test": dataset.num_test,
    }


def _listen_for_signals(reporter: Reporter) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        reporter.ask_to_stop()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)


def main() -> int:
    """Run the worker on the directory named on the command line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    end_with_starter()
    allow_many_files()
    let_others_first(NICE_TRAINING)
    return run_experiment([Path(word) for word in sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

"""The process that brings one sweep to its end: python -m cifar_core.sweeps.driver RUNS_DIR SWEEP_ID.

It keeps nothing: killed at any moment, the next one finds in the record what was meant and goes on.
"""

import logging
import sys
import time
from pathlib import Path

from cifar_core.locks import LockedError
from cifar_core.overrides import ConfigError
from cifar_core.processes import NICE_TRAINING, let_others_first
from cifar_core.runs import RunError, RunStore
from cifar_core.sweeps import steps
from cifar_core.sweeps.record import Sweep
from cifar_core.sweeps.store import SweepStore

_LOOK_SECONDS = 1.0
# Pages that ask whether a sweep is driven hold its lock for an instant.
_PATIENT_SECONDS = 2.0
# A disk that is full, a folder that hangs: tried again for so long.
_PATIENCE_SECONDS = 300.0

_log = logging.getLogger("cifar_core.sweeps")


def drive(sweeps: SweepStore, sweep_id: str, look_seconds: float = _LOOK_SECONDS) -> None:
    """Advance a sweep until it is over or stopped; at once if another process does.

    Raises:
        RunError: It cannot be read, or could not be advanced for minutes.
        ConfigError: Optuna is not installed.
    """
    while not _is_done(sweeps.get(sweep_id)):
        try:
            with sweeps.driving(sweep_id, _PATIENT_SECONDS):
                _advance(sweeps, sweep_id, look_seconds)
        except LockedError:
            return
        # Looked at once more, now that others may drive: it may have been extended in between.


def _advance(sweeps: SweepStore, sweep_id: str, look_seconds: float) -> None:
    failed_since: float | None = None
    while True:
        try:
            if _is_done(sweeps.advance(sweep_id)):
                return
            failed_since = None
        except RunError as error:
            _log.warning("Not advanced: %s", error)
            failed_since = failed_since or time.monotonic()
            if time.monotonic() - failed_since > _PATIENCE_SECONDS:
                raise
        time.sleep(look_seconds)


def _is_done(sweep: Sweep) -> bool:
    return sweep.state != "running" or steps.is_over(sweep) or sweep.is_of_newer


def main() -> int:
    """Drive the sweep that is named on the command line, in the background of everything else."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    let_others_first(NICE_TRAINING)
    try:
        drive(SweepStore(RunStore(Path(sys.argv[1]))), sys.argv[2])
    except (RunError, ConfigError) as error:
        _log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The records that are open in this process, so that each is read once, whoever asks for it."""

import threading
from collections import OrderedDict
from pathlib import Path

from cifar_core.runs.record import RunRecord

_MOST = 128


class RecordShelf:
    """Keeps the records used last. Safe between threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._records: OrderedDict[Path, RunRecord] = OrderedDict()

    def get(self, run_dir: Path) -> RunRecord:
        """Return the record of a run directory, the same one each time while it is kept."""
        with self._lock:
            record = self._records.pop(run_dir, None) or RunRecord(run_dir)
            self._records[run_dir] = record
            if len(self._records) > self._most:
                self._records.popitem(last=False)
            return record

    def drop(self, run_dir: Path) -> None:
        """Forget a record, since its directory goes."""
        with self._lock:
            self._records.pop(run_dir, None)

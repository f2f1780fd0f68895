"""python -m pytest tests/unit/test_jobs.py. Work that processes of their own do, as those see it who ask for it."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np

from cifar_core import jobs
from cifar_core.derived import DerivedStore, Request
from cifar_core.export.shelf import ExportShelf, Order
from cifar_core.importing.orders import ImportDesk, ImportOrder
from cifar_core.jobs import JobBoard, seldom


def test_of_many_who_want_the_same_at_once_one_starts_it(tmp_path, monkeypatch):
    started = []

    def start(*_):
        started.append(1)
        time.sleep(0.05)  # as long as the system takes
        return SimpleNamespace(pid=os.getpid())

    monkeypatch.setattr(jobs, "start_detached", start)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: JobBoard(tmp_path).start("a", "module", []), range(8)))
    assert len(started) == 1


def test_of_many_steps_some_are_told_of(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: clock.now))
    told = []
    tell = seldom(lambda share, words: told.append((share, words)))
    for step in range(10):
        clock.now = step / 10
        tell(clock.now, words="step")
    assert told[0] == (0.0, "step")
    assert 4 <= len(told) <= 5


def test_a_training_within_a_job_is_told_how_many_threads_it_has(tmp_path, monkeypatch):
    told = []

    def start(module, arguments, log, environment):
        told.append(environment["CIFAR_THREADS"])
        return SimpleNamespace(pid=os.getpid())

    monkeypatch.setattr(jobs, "start_detached", start)
    JobBoard(tmp_path).start("a", "module", [])
    JobBoard(tmp_path).start("b", "module", [], num_threads=4)
    assert told == ["1", "4"]


class Ends:
    """A process that ends, its result written, as soon as somebody has looked whether it lives."""

    def __init__(self, monkeypatch, write):
        look, self._is_over, self._write = jobs._start_time, False, write
        monkeypatch.setattr(jobs, "_start_time", lambda pid: None if self._is_over else self._end(look(pid)))

    def _end(self, started):
        self._is_over = True
        self._write()
        return started


def test_what_ends_while_somebody_asks_has_not_failed(tmp_path, monkeypatch):
    board, result = JobBoard(tmp_path), tmp_path / "result"
    board.tell("a", 0.5, os.getpid())
    Ends(monkeypatch, lambda: result.write_text("there"))
    assert board.progress("a", result.exists).state == "done"  # it lived when it was asked about
    assert board.progress("a", result.exists).state == "done"
    result.unlink()
    lost = board.progress("a", result.exists)
    assert (lost.state, lost.message) == ("failed", "The computation ended early: it left no message")


def test_what_is_derived_while_somebody_asks_is_done(tmp_path, monkeypatch):
    store, request = DerivedStore(tmp_path), Request("features", "abc")
    store.tell(request, 0.5, os.getpid())
    Ends(monkeypatch, lambda: store.save(request, {"a": np.zeros(1)}))
    assert store.progress(request).state == "done"


def test_what_is_imported_while_somebody_asks_is_done(tmp_path, monkeypatch):
    desk, order = ImportDesk(tmp_path), ImportOrder("model.onnx", str(tmp_path))
    desk.tell(order, 0.5, os.getpid())
    Ends(monkeypatch, lambda: desk.note_result(order, "run"))
    assert desk.progress(order.key).state == "done"


def test_what_is_exported_while_somebody_asks_is_done(tmp_path, monkeypatch):
    shelf, order, made = ExportShelf(tmp_path), Order("csv", ("run",), str(tmp_path)), []
    monkeypatch.setattr(ExportShelf, "find", lambda *_: made[0] if made else None)
    shelf.tell(order, 0.5, os.getpid())
    Ends(monkeypatch, lambda: made.append("a file"))
    assert shelf.progress(order).state == "done"

"""python -m pytest tests/unit/test_jobs.py. Work that processes of their own do, as those see it who ask for it."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from cifar_core import jobs
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

"""A class on one server: thirty learners who click every five seconds while a run trains, on all pages of a lesson.

python -m benchmarks.load [--quick] [--minutes 30] [--learners 30]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice
set. Says how long pages take, what went wrong, and what memory the server needs: before anybody came, while all are
there, and after all tabs were closed. The learners are simulated on the same cores; their share is said, too.
"""

import argparse
import http.client
import re
import resource
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import psutil

from benchmarks._app import get_store, served_app, start_training
from benchmarks._learner import Learner
from benchmarks._report import judge, print_report
from benchmarks._waiting import wait
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from tests.browser.app import App

_GOAL_SECONDS = 1.0
_PACE = 5.0
_LOOK_SECONDS = 10.0
_NUM_ENDED = 3
# Streamlit forgets a closed tab after two minutes, when the next one comes or goes.
_FORGOTTEN_SECONDS = 130.0
_SETTINGS = {"training.num_epochs": 2, "training.device": "cpu", "data.train_fraction": 0.05}


@dataclass(frozen=True)
class _Look:
    """The server at one moment: since the first click, in seconds; its memory, files and processor time."""

    seconds: float
    bytes: int
    files: int
    sessions: int
    cpu_seconds: float


def main() -> None:
    """Let them come, click and go; print what was seen, and judge the slowest twentieth of all clicks."""
    wanted = _parse()
    with served_app() as app:
        runs = _train_some(app)
        record = start_training(app, quick=wanted.quick)
        _warm_up(app, runs, record.run_id)
        looks = [_look(app, 0.0)]
        began, own_cpu = time.monotonic(), _own_cpu_seconds()
        learners = [
            Learner(app.port, f"Learner {number + 1}", runs, record.run_id, wanted.pace, number)
            for number in range(wanted.learners)
        ]
        images_before = record.status().step
        with ExitStack() as stack:
            for learner in learners:
                stack.enter_context(learner)
            while time.monotonic() - began < 60 * wanted.minutes:
                time.sleep(min(_LOOK_SECONDS, 60 * wanted.minutes))
                looks.append(_look(app, time.monotonic() - began))
                _tell(looks[-1])
            for learner in learners:
                learner.ask_to_leave()
        seconds = time.monotonic() - began
        own_cpu = (_own_cpu_seconds() - own_cpu) / seconds
        steps = record.status().step - images_before
        after = _wait_for_nobody(app, began, quick=wanted.quick)
        is_training = record.status().status == "running"
        get_store(app).stop(record.run_id)
    _report(learners, looks, after, seconds=seconds, own_cpu=own_cpu, steps=steps, is_training=is_training)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run of half a minute")
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--learners", type=int, default=None)
    wanted = parser.parse_args()
    wanted.minutes = wanted.minutes or (0.3 if wanted.quick else 30.0)
    wanted.learners = wanted.learners or (4 if wanted.quick else 30)
    wanted.pace = 1.0 if wanted.quick else _PACE
    return wanted


def _report(
    learners: Sequence[Learner],
    looks: Sequence[_Look],
    after: _Look,
    *,
    seconds: float,
    own_cpu: float,
    steps: int,
    is_training: bool,
) -> None:
    by_page: dict[str, list[float]] = {}
    for learner in learners:
        for page, taken in learner.seconds.items():
            by_page.setdefault(page or "Overview", []).extend(taken)
    for page, taken in sorted(by_page.items()):
        print(_describe(page, taken))
    clicks = [each for taken in by_page.values() for each in taken]
    feeds = [each for learner in learners for each in learner.feed_seconds]
    errors = [error for learner in learners for error in learner.errors]
    print(_describe("all clicks", clicks))
    print(_describe("what open pages ask", feeds))
    for error in errors[:20]:
        print(f"error: {error}")
    first, peak = looks[0], max(looks, key=lambda look: look.bytes)
    half = next(look for look in looks if look.seconds >= looks[-1].seconds / 2)
    a_session = (peak.bytes - first.bytes) / len(learners)
    server_cpu = (looks[-1].cpu_seconds - first.cpu_seconds) / max(looks[-1].seconds, 1e-9)
    goals = [
        judge("p95 of a click: seconds", float(np.quantile(clicks, 0.95)), _GOAL_SECONDS),
        judge("p95 of what open pages ask: seconds", float(np.quantile(feeds, 0.95)), None),
        judge("errors", len(errors), 0),
        judge("memory a learner, at its highest: MB", a_session / 1e6, None),
        judge("memory before anybody came: MB", first.bytes / 1e6, None),
        judge("memory at its highest: MB", peak.bytes / 1e6, None),
        judge("memory in the second half, more than at its begin: MB", (looks[-1].bytes - half.bytes) / 1e6, None),
        judge("memory after all tabs were closed: MB", after.bytes / 1e6, None),
        judge("sessions left after all tabs were closed", after.sessions, 0),
        judge("the server's share of a core", server_cpu, None),
        judge("the learners' share of a core", own_cpu, None),
        judge("training went on, steps a second", steps / seconds if is_training else 0.0, None),
    ]
    print_report("load", goals, learners=len(learners), clicks=len(clicks), minutes=seconds / 60)


def _describe(what: str, seconds: Sequence[float]) -> str:
    median, p95, longest = np.quantile(seconds, (0.5, 0.95, 1.0))
    return f"{what:<20} {len(seconds):6} times: median {median:.3f} s, p95 {p95:.3f}, longest {longest:.3f}"


def _train_some(app: App) -> list[str]:
    """Short runs to look into, of three seeds."""
    store = get_store(app)
    config = with_overrides(PRESETS["notebook"].config, _SETTINGS)
    seeded = [with_overrides(config, {"training.seed": seed}) for seed in range(_NUM_ENDED)]
    run_ids = [store.submit(each, name="ended", owner=f"Learner {seed + 1}") for seed, each in enumerate(seeded)]
    wait(lambda: not any(store.record(run_id).status().is_active for run_id in run_ids), 600)
    return run_ids


def _warm_up(app: App, runs: Sequence[str], training: str) -> None:
    """What the first visitor brings in, torch above all, is no session's: one learner who walks over all pages once."""
    with Learner(app.port, "First", runs, training, 0.0, 0) as first:
        wait(lambda: sum(map(len, first.seconds.values())) >= 25 or bool(first.errors), 300)
    if first.errors:
        raise RuntimeError(f"the first visitor saw: {first.errors[0]}")


def _look(app: App, seconds: float) -> _Look:
    process = psutil.Process(app.process.pid)
    times = process.cpu_times()
    return _Look(seconds, process.memory_info().rss, process.num_fds(), _count_sessions(app), times.user + times.system)


def _tell(look: _Look) -> None:
    print(
        f"{look.seconds:6.0f} s: {look.bytes / 1e6:6.0f} MB, {look.files:4} files, {look.sessions:3} sessions, "
        f"{look.cpu_seconds:.0f} s of processor time",
        flush=True,
    )


def _count_sessions(app: App) -> int:
    """Tabs that are open, as the server counts them."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    connection.request("GET", "/_stcore/metrics?families=active_sessions")
    text = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r"^active_sessions(?:\{[^}]*\})? (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _wait_for_nobody(app: App, began: float, *, quick: bool) -> _Look:
    """What is left once the tabs are closed, Streamlit has forgotten them, and one more came and went."""
    time.sleep(2.0 if quick else _FORGOTTEN_SECONDS)
    with Learner(app.port, "Last", ["none"], "none", 0.0, 0) as last:
        wait(lambda: bool(last.seconds), 60)
    time.sleep(3.0)
    look = _look(app, time.monotonic() - began)
    _tell(look)
    return look


def _own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()

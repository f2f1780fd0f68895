"""python -m pytest tests/unit/runs/test_fairness.py. Whose run is next, whatever comes in whichever order."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStatus, RunStore, RunSummary
from cifar_core.runs.fairness import fair_order, last_served, turn_of
from cifar_core.runs.status import change_status
from tests.unit.runs_helpers import IdleExecutor

_PEOPLE = ("", "ada", "Ben", "cleo")
# A run of somebody's is submitted, with a priority; or the device is free (None).
_EVENTS = st.lists(st.none() | st.tuples(st.sampled_from(_PEOPLE), st.integers(0, 2)), max_size=40)


def waiting_run(number, owner, priority=0, *, is_demo=False, at=None):
    status = RunStatus(submitted_at=number if at is None else at)
    return RunSummary(run_id=f"{number:04d}", owner=owner, priority=priority, is_demo=is_demo, status=status)


class Desk:
    """A queue for one device, with a clock that ticks at every event."""

    def __init__(self):
        self.clock, self.waiting, self.served, self.started = count(1), [], {}, []

    def submit(self, owner, priority=0):
        self.waiting.append(waiting_run(next(self.clock), owner, priority))
        return self.waiting[-1]

    def start(self):
        if self.waiting:
            run = fair_order(self.waiting, self.served)[0]
            self.waiting.remove(run)
            self.served[turn_of(run)] = float(next(self.clock))
            self.started.append(run)


@given(_EVENTS)
def test_nobody_who_waits_is_overtaken_by_anybody_twice(events):
    desk, overtaken = Desk(), {}  # by who waits: who was started meanwhile
    for event in events:
        if event is None:
            desk.start()
            last = turn_of(desk.started[-1]) if desk.started else None
            overtaken = {who: [*by, last] for who, by in overtaken.items() if who != last}
        else:
            desk.submit(*event)
        owners = {turn_of(run) for run in desk.waiting}
        overtaken = {who: overtaken.get(who, []) for who in owners}
        assert all(len(by) == len(set(by)) for by in overtaken.values())


@given(_EVENTS)
def test_the_order_on_show_is_the_order_of_starts_while_nobody_comes(events):
    desk = Desk()
    for event in events:
        desk.start() if event is None else desk.submit(*event)
    shown, num_before = fair_order(desk.waiting, desk.served), len(desk.started)
    for _ in shown:
        desk.start()
    assert desk.started[num_before:] == shown


@given(_EVENTS)
def test_somebodys_own_runs_go_by_priority_then_by_time(events):
    desk = Desk()
    for event in events:
        desk.start() if event is None else desk.submit(*event)
    shown = fair_order(desk.waiting, desk.served)
    assert sorted(shown, key=lambda run: run.run_id) == sorted(desk.waiting, key=lambda run: run.run_id)
    for who in _PEOPLE:
        own = [(-run.priority, run.run_id) for run in shown if run.owner == who]
        assert own == sorted(own)


@given(st.integers(1, 30), st.integers(1, 30))
def test_ever_new_names_overtake_nobody_for_ever(num_own, num_names):
    desk = Desk()
    for _ in range(num_own):
        desk.submit("ada")
    desk.start()
    for number in range(num_names):
        desk.submit(f"name {number}")
        desk.submit(f"and {number}")
        desk.start()
    own = [place for place, run in enumerate(desk.started) if run.owner == "ada"]
    # Two came while the first run went on; whoever came later waits for the second.
    assert len(own) >= 2 or num_own == 1 or num_names <= 2


def test_who_comes_new_is_before_the_next_run_of_who_has_just_been_served():
    desk = Desk()
    for _ in range(5):
        desk.submit("ada")
    desk.start()
    desk.submit("Ben")
    assert [run.owner for run in fair_order(desk.waiting, desk.served)][:3] == ["Ben", "ada", "ada"]


def test_case_makes_nobody_somebody_else_and_demos_come_last():
    runs = [waiting_run(1, "", is_demo=True), waiting_run(2, "Ada"), waiting_run(3, "ada"), waiting_run(4, "Ben")]
    assert [run.run_id for run in fair_order(runs, {})] == ["0002", "0004", "0003", "0001"]
    assert fair_order([], {}) == []


@pytest.mark.parametrize("num_runs", [1, 3])
def test_the_store_lets_people_take_turns(tmp_path, num_runs):
    store = RunStore(tmp_path / "runs", executor=IdleExecutor())
    config = with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})
    for _ in range(1 + num_runs):
        store.submit(config, owner="Ada")
    other = store.submit(config, owner="Ben")
    mine = [run.run_id for run in store.waiting() if run.owner == "Ada"]
    assert [run.owner for run in store.waiting()] == ["Ben", *["Ada"] * num_runs]
    (running,) = [run for run in store.list_runs() if run.status.status == "running"]
    change_status(store.record(running.run_id).run_dir, status="completed")
    store.refresh()
    assert store.record(other).status().status == "running"
    assert [run.run_id for run in store.waiting()] == mine
    assert last_served(store.list_runs()).keys() == {"ada", "ben"}


def test_a_run_says_whose_it_is_and_an_older_one_nobodys(tmp_path):
    store = RunStore(tmp_path / "runs", executor=IdleExecutor())
    run_id = store.submit(PRESETS["notebook"].config, owner="Zoë <b>")
    (several,) = store.submit_experiment("abc", [("one", PRESETS["notebook"].config)], owner="Ben")
    assert {run.run_id: run.owner for run in store.list_runs()} == {run_id: "Zoë <b>", several: "Ben"}
    record = store.record(run_id)
    text = record.files.meta.read_text(encoding="utf-8")
    record.files.meta.write_text(text.replace('"owner"', '"of_an_older_release"'), encoding="utf-8")
    assert (record.meta().owner, store.list_runs()[1].owner) == ("", "")

"""python -m pytest tests/unit/cluster. An engine's events in every order: submit, die, come back, two at once."""

import itertools
import threading

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunError
from cifar_core.runs import watch as watch_module
from cifar_core.runs.cluster.tasks import Ending
from cifar_core.runs.keeper import StatusKeeper, SupersededError
from cifar_core.runs.ownership import read_note
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status, read_status
from tests.unit.cluster.engine import FakeTasks, dispatcher_of, on_host, turn
from tests.unit.runs_helpers import wait_until


def state(page, run_id):
    return page.record(run_id).status().status


@pytest.fixture
def run_id(page, dispatcher, config):
    """A run whose task was started and has not begun."""
    submitted = page.submit(config)
    turn(dispatcher)
    return submitted


def test_what_is_submitted_becomes_a_task_a_run_as_long_as_slots_are_free(page, dispatcher, tasks, config):
    run_ids = [page.submit(config) for _ in range(3)]
    assert tasks.started == [], "a page starts nothing itself"
    turn(dispatcher)
    assert [task.run_dir.name for task in tasks.started] == run_ids[:2]
    assert [state(page, run_id) for run_id in run_ids] == ["running", "running", "queued"]
    assert {task.slot.host for task in tasks.started} == {"node-a", "node-b"}
    tasks.started[0].finish()
    turn(dispatcher)
    assert [task.run_dir.name for task in tasks.started] == run_ids
    assert state(page, run_ids[0]) == "completed"


def test_a_device_that_several_runs_share_takes_as_many(page, dispatcher, tasks, config):
    tasks.places = tasks.places[:1] * 3
    for _ in range(4):
        page.submit(config)
    turn(dispatcher)
    assert len(tasks.started) == 3


def test_a_run_waits_for_a_device_that_no_node_has_yet(page, dispatcher, tasks, config):
    run_id = page.submit(with_overrides(config, {"training.device": "cuda"}))
    turn(dispatcher)
    assert (state(page, run_id), tasks.started) == ("queued", [])
    tasks.places += FakeTasks(("node-c", "cuda:0")).places
    turn(dispatcher)
    assert [task.slot for task in tasks.started] == [("node-c", "cuda:0")]


def test_a_worker_whose_node_dies_is_not_lost_and_goes_on_elsewhere(page, dispatcher, tasks, run_id, elapse):
    [task] = tasks.started
    first = task.begin("node-a")
    assert (first.status.attempt, first.status.hostname) == (1, "node-a")
    elapse(3600)  # the engine is about to start it again: only the engine knows
    turn(dispatcher)
    assert state(page, run_id) == "running"
    second = task.begin("node-b")
    assert (second.status.attempt, second.status.hostname) == (2, "node-b")
    with pytest.raises(SupersededError):
        first.update(step=7)
    second.update(step=9)
    assert read_status(task.run_dir).step == 9
    assert len(tasks.started) == 1


def test_with_no_retries_left_it_is_lost_and_can_be_resumed(page, dispatcher, tasks, run_id):
    tasks.started[0].begin("node-a")
    tasks.started[0].ending = Ending()
    turn(dispatcher)
    assert state(page, run_id) == "lost"
    page.resume_run(run_id)
    turn(dispatcher)
    assert len(tasks.of(run_id)) == 2
    assert tasks.started[1].begin("node-b").status.attempt == 2


@pytest.mark.parametrize(
    ("ending", "status", "words"),
    [
        (Ending(was_killed=True), "lost", "out of memory"),
        (Ending(problem="node-a has CIFAR Lab 0.1"), "failed", "node-a has CIFAR Lab 0.1"),
    ],
)
def test_a_run_says_why_its_task_ended(page, dispatcher, tasks, run_id, ending, status, words):
    tasks.started[0].ending = ending
    turn(dispatcher)
    told = page.record(run_id).status()
    assert told.status == status
    assert words in told.message


def test_a_new_dispatcher_takes_up_what_the_directories_say(page, runs_dir, tasks, config):
    before = dispatcher_of(runs_dir, tasks)
    run_ids = [page.submit(config) for _ in range(4)]
    turn(before)
    old = tasks.started[0].begin("node-a")
    fresh = FakeTasks(("node-a", "cpu"), ("node-b", "cpu"))
    after = dispatcher_of(runs_dir, fresh)
    turn(after)
    assert {task.run_dir.name for task in fresh.started} == set(run_ids[:2])
    assert [state(page, run_id) for run_id in run_ids] == ["running", "running", "queued", "queued"]
    fresh.of(run_ids[0])[0].begin("node-b")
    with pytest.raises(SupersededError):
        old.update(step=1)
    for task in list(fresh.started):
        task.finish()
    turn(after)
    assert {task.run_dir.name for task in fresh.started} == set(run_ids)


def test_what_an_ended_run_left_is_not_taken_up(page, runs_dir, tasks, run_id):
    tasks.started[0].finish()
    fresh = FakeTasks(("node-a", "cpu"))
    turn(dispatcher_of(runs_dir, fresh))
    assert fresh.started == []
    assert state(page, run_id) == "completed"


def test_a_run_of_a_machine_that_trains_by_itself_is_left_to_it(page, dispatcher, tasks, run_id, elapse):
    change_status(tasks.started[0].run_dir, engine="local", hostname="laptop", pid=5, heartbeat=1.0)
    other = dispatcher_of(page.runs_dir, FakeTasks(("node-a", "cpu")))
    turn(other)
    assert state(page, run_id) == "running"
    elapse(61)
    turn(other)
    assert state(page, run_id) == "lost", "its heartbeat stood still for a minute of the dispatcher's own"


def test_of_two_dispatchers_one_decides(runs_dir, dispatcher, tasks, page, config, elapse):
    page.submit(config)
    other = FakeTasks(("node-z", "cpu"))
    second = dispatcher_of(runs_dir, other, "10.9.9.9:6379")
    assert not turn(second)
    turn(dispatcher)
    assert (len(tasks.started), other.started) == (1, [])
    assert not turn(second)
    elapse(61)
    assert turn(second), "the first has been silent for a minute"
    assert read_note(runs_dir).owner == "10.9.9.9:6379"


def test_two_workers_of_one_attempt_are_one(tasks, run_id):
    [task] = tasks.started
    first = task.begin("node-a")
    with on_host("node-b"), pytest.raises(SupersededError, match="node-a"):
        StatusKeeper(task.run_dir)
    first.update(step=3)
    assert read_status(task.run_dir).step == 3


def test_two_tasks_at_once_leave_one_worker(tasks, run_id):
    [task] = tasks.started
    first, second = task.begin("node-a"), task.begin("node-b")
    outcomes = []
    for keeper in (first, second):
        try:
            keeper.update(step=1)
            outcomes.append(keeper.status.hostname)
        except SupersededError:
            pass
    assert outcomes == ["node-b"]


EVENTS = ("dispatcher", "node", "stop", "turn")


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)), ids="-".join)
def test_whatever_dies_in_whichever_order_a_stop_is_obeyed_and_nothing_is_lost(
    page, runs_dir, dispatcher, tasks, run_id, order
):
    """A run with an epoch done is told to stop, loses its node and its dispatcher, and ends as stopped all the same."""
    run_dir = page.record(run_id).run_dir
    tasks.started[0].begin("node-a").update(epoch=1)
    present, engine = dispatcher, tasks
    for event in order:
        if event == "dispatcher":
            engine = FakeTasks(("node-a", "cpu"), ("node-b", "cpu"))
            present = dispatcher_of(runs_dir, engine)
        elif event == "node" and engine.of(run_id):
            engine.of(run_id)[-1].begin("node-b")
        elif event == "stop":
            page.stop(run_id)
        else:
            turn(present)
    turn(present)
    assert read_status(run_dir).epoch == 1
    engine.of(run_id)[-1].finish("node-b")
    turn(present)
    assert state(page, run_id) == "stopped"
    assert not [other for other in page.list_runs() if other.status.status in ("lost", "failed")]


def test_a_run_that_was_paused_pauses_again_where_it_goes_on(page, tasks, run_id):
    page.pause(run_id)
    [task] = tasks.started
    for host in ("node-a", "node-b"):
        reporter = Reporter(task.run_dir, task.begin(host))
        waiting = threading.Thread(target=reporter.before_step, args=(0,))
        with on_host(host):
            waiting.start()
            wait_until(lambda: state(page, run_id) == "paused", 10)
            assert page.record(run_id).status().hostname == host
            reporter.ask_to_stop()
            waiting.join()


@pytest.mark.parametrize("before", ["queued", "running"])
def test_discarding_ends_the_task_and_nothing_is_left(page, dispatcher, tasks, config, before, monkeypatch):
    tasks.places = tasks.places[:1]
    run_ids = [page.submit(config) for _ in range(2)]
    turn(dispatcher)
    doomed = run_ids[0] if before == "running" else run_ids[1]
    monkeypatch.setattr("cifar_core.runs.store.time.sleep", lambda _: turn(dispatcher))
    page.discard(doomed)
    assert not (page.runs_dir / doomed).exists()
    assert [task.is_killed for task in tasks.of(doomed)] == [True] * (before == "running")
    turn(dispatcher)
    assert state(page, next(run_id for run_id in run_ids if run_id != doomed)) == "running"


def test_a_stop_takes_a_waiting_run_out_of_the_queue_though_the_page_decides_nothing(page, dispatcher, tasks, config):
    tasks.places = tasks.places[:1]
    run_ids = [page.submit(config) for _ in range(2)]
    turn(dispatcher)
    page.stop(run_ids[1])
    page.stop(run_ids[0])
    turn(dispatcher)
    assert [state(page, run_id) for run_id in run_ids] == ["running", "stopped"]
    tasks.started[0].finish()
    assert state(page, run_ids[0]) == "stopped"


def test_a_full_disk_keeps_the_queue_as_it_is_and_says_so(page, dispatcher, tasks, config, monkeypatch):
    page.submit(config)

    def refuse(*_):
        raise RunError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("cifar_core.runs.cluster.dispatcher.start_free", refuse)
        turn(dispatcher)
        assert "disk is full" in read_note(page.runs_dir).problem
        assert "disk is full" in page._executor.problem()
    turn(dispatcher)
    assert read_note(page.runs_dir).problem == ""
    assert len(tasks.started) == 1


@pytest.fixture
def elapse(monkeypatch):
    """Let so many seconds pass on this machine."""
    passed = [1000.0]
    monkeypatch.setattr(watch_module.time, "monotonic", lambda: passed[0])

    def let_pass(seconds):
        passed[0] += seconds

    return let_pass

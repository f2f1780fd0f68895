"""python -m pytest tests/app/test_engine.py. Pages of a server that leaves training to an engine."""

import time

import pytest

from cifar_core.runs import RunStore, Slot
from cifar_core.runs.cluster import front
from cifar_core.runs.ownership import QueueNote, write_note
from cifar_core.runs.status import change_status
from dashboard.session.activity import list_active
from dashboard.session.cache import get_store
from dashboard.train.beneath import Beneath
from dashboard.train.feed import read_feed
from tests.app.conftest import forget_everything
from tests.app.driving import press
from tests.app.reading import texts
from tests.app.test_live_feed import ask

NOTE = QueueNote(
    engine="ray",
    owner="10.0.0.1:6379",
    beat=5,
    slots=(Slot("node-a", "cuda:0"), Slot("node-a", "cpu"), Slot("node-b", "cpu")),
)


@pytest.fixture
def cluster(lab, monkeypatch):
    """A cluster of two machines, as its dispatcher's note has it, and who would have started one."""
    begun = []
    monkeypatch.setenv("CIFAR_EXECUTOR", "ray://10.0.0.1:10001")
    monkeypatch.setattr(front, "_FIRST_SECONDS", 0.0)
    monkeypatch.setattr(front, "start_dispatcher", lambda *_: begun.append("started"))
    monkeypatch.setattr(front, "begin_dispatcher", lambda *_: begun.append("begun"))
    forget_everything()
    lab.store = RunStore()
    write_note(lab.store.runs_dir, NOTE)
    return lab


def test_train_says_where_it_would_train_and_queues_there(open_page, cluster):
    at = open_page("Train")
    assert "Trains on a cluster of 2 machines: 3 of 3 slots are free." in texts(at)
    press(at, "Start training")
    [run] = cluster.store.list_runs()
    assert run.status.status == "queued"
    assert "begins next" in ask(run.run_id)[1]["pulse"]["words"]


def test_a_run_is_told_of_with_its_machine(open_page, cluster):
    run_id = cluster.run("hare")
    change_status(cluster.record(run_id).run_dir, engine="ray", hostname="node-a", device="cuda:0")
    assert list_active(cluster.store.list_runs(), time.time())[0].words.endswith(", on node-a, cuda:0")
    record = cluster.record(run_id)
    assert "on node-a, cuda:0" in read_feed(cluster.store, record, record.status(), "Curves", Beneath())[0].words
    at = open_page("Train", part="new")
    assert "2 of 3 slots are free" in texts(at)


def test_a_machine_alone_is_not_named(open_page, lab):
    lab.run("hare")
    assert "on " not in list_active(lab.store.list_runs(), time.time())[0].words
    assert "cluster" not in texts(open_page("Train"))


def test_a_cluster_that_is_silent_is_said_to_be(open_page, cluster, monkeypatch):
    run_id = cluster.queue("waiting")
    store = get_store()
    store.refresh()
    store._executor._sight.since -= 75
    at = open_page("Train", part="new")
    assert any("The Ray cluster" in warning.value and "has said nothing for" in warning.value for warning in at.warning)
    assert "has said nothing for" in ask(run_id)[1]["pulse"]["words"]

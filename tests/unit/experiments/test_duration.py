"""How long runs take here is told by those that were trained here."""

import socket

import pytest

from cifar_core.experiments import ExperimentStore, expect_seconds, list_lessons, pace_of, read_paces
from cifar_core.experiments.question import parse_question
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from tests.unit.experiments.test_question import WHOLE
from tests.unit.runs_helpers import IdleExecutor

QUESTION = parse_question(WHOLE, "rate.yaml")
CONFIG = QUESTION.config("slow", 0)


@pytest.fixture
def runs(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


def train(runs, run_id, seconds, **status):
    record = runs.record(run_id)
    (record.run_dir / "environment.json").write_text('{"data_source": "practice"}')
    ended = {"status": "completed", "hostname": socket.gethostname(), "last_val_accuracy": 0.5}
    change_status(record.run_dir, **ended | {"epoch": 10, "seconds": seconds} | status)


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({"training.seed": 5}, True),
        ({"training.num_epochs": 3}, True),
        ({"optimizer.learning_rate": 0.5}, True),
        ({"data.label_noise": 0.4}, True),
        ({"optimizer.name": "sgd"}, False),
        ({"training.batch_size": 7}, False),
        ({"data.train_fraction": 0.5}, False),
        ({"model.width": 5}, False),
        ({"augmentation.horizontal_flip": True}, False),
    ],
)
def test_an_epoch_takes_as_long_whatever_matters_not(changes, is_same):
    assert (pace_of(with_overrides(CONFIG, changes)) == pace_of(CONFIG)) == is_same


def test_the_latest_whole_runs_of_this_machine_and_these_images_tell(runs):
    for seconds in (900.0, 10.0, 20.0, 20.0, 30.0, 30.0):  # the first is too long ago
        train(runs, runs.submit(CONFIG), seconds)
    for changed in ({"hostname": "elsewhere"}, {"status": "stopped"}, {"epoch": 0}):
        train(runs, runs.submit(CONFIG), 5000.0, **changed)
    paces = read_paces(runs.list_runs(), "practice")
    assert paces == {pace_of(CONFIG): 2.0}
    assert read_paces(runs.list_runs(), "cifar10") == {}
    longer = with_overrides(CONFIG, {"training.num_epochs": 30})
    assert expect_seconds([CONFIG, longer], paces) == 2.0 * (CONFIG.training.num_epochs + 30)
    assert expect_seconds([CONFIG, with_overrides(CONFIG, {"model.width": 5})], paces) is None


def test_lessons_share_what_they_can(runs):
    lessons = list_lessons()
    paces = {pace_of(lesson.config(arm.name, 0)) for lesson in lessons.values() for arm in lesson.arms}
    assert len(paces) < 20


def test_progress_counts_runs_and_tells_the_time_left(runs):
    experiments = ExperimentStore(runs)
    experiment = experiments.start(QUESTION, num_seeds=2)
    first, second = experiment.runs["slow"][0], experiment.runs["fast"][0]
    change_status(runs.record(first).run_dir, step=0, num_steps=100)
    unknown = experiments.progress(experiment, {})
    assert (unknown.num_done, unknown.num_left, unknown.share, unknown.seconds_left) == (0, 4, 0.0, None)

    train(runs, first, 40.0)
    change_status(runs.record(second).run_dir, status="running", step=50, num_steps=100)
    progress = experiments.progress(experiment, {pace_of(CONFIG): 4.0})
    assert (progress.num_done, progress.num_left, progress.num_ended) == (1, 3, 0)
    assert progress.share == pytest.approx(1.5 / 4)
    assert progress.seconds_left == pytest.approx(2.5 * 4.0 * CONFIG.training.num_epochs)

    experiments.stop(experiment)
    for run_id in experiment.run_ids[1:]:
        change_status(runs.record(run_id).run_dir, status="stopped")
    ended = experiments.progress(experiment, {})
    assert (ended.num_done, ended.num_left, ended.num_ended, ended.share) == (1, 0, 3, 1.0)


def test_what_was_stopped_goes_on(runs):
    experiments = ExperimentStore(runs)
    experiment = experiments.start(QUESTION, num_seeds=2)
    train(runs, experiment.runs["slow"][0], 40.0)
    for run_id in set(experiment.run_ids) - {experiment.runs["slow"][0]}:
        change_status(runs.record(run_id).run_dir, status="stopped")
    assert experiments.is_over(experiment)
    experiments.go_on(experiment)
    states = {run.run_id: run.status.status for run in runs.list_runs()}
    assert states[experiment.runs["slow"][0]] == "completed"
    assert states[experiment.runs["fast"][0]] == "running"
    assert sorted(states.values()) == ["completed", "queued", "queued", "running"]

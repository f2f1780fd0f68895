"""python -m pytest tests/unit/sweeps/test_sweeps.py. Sweeps whose runs are pretended: every order of events."""

import json
import math
from statistics import mean

import numpy as np
import pytest

from cifar_core.evaluation.intervals import mean_interval
from cifar_core.evaluation.scorecard import expected_best
from cifar_core.locks import LockedError
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.status import change_status
from cifar_core.sweeps import (
    Budget,
    SweepStore,
    compare_winner,
    create_plan,
    find_importance,
    is_over,
    is_search_over,
    measure_luck,
    read_space,
    report_fresh,
    sweep_facts,
)
from cifar_core.sweeps.driver import drive
from cifar_core.sweeps.sampling import Tried, suggest
from tests.unit.runs_helpers import IdleExecutor

pytest.importorskip("optuna")

TREE = {"search": {"optimizer.learning_rate": "log:1e-4:1"}, "budget": 9, "settings": {"training.num_epochs": 9}}


@pytest.fixture
def runs(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture
def sweeps(runs):
    return SweepStore(runs)


def plan(**changes):
    return create_plan({**TREE, **changes})


def quality(config):
    """The closer to 0.01 the better; a seed adds a little."""
    distance = abs(math.log10(config.optimizer.learning_rate) + 2)
    return round(0.7 - 0.1 * distance + 0.001 * (config.training.seed % 7), 6)


class Trainers:
    """Pretend to train what waits or runs, as far as each run may."""

    def __init__(self, sweeps):
        self.sweeps, self.trained = sweeps, {}

    def train(self, run):
        config, record = run.config, self.sweeps.runs.record(run.run_id)
        until = record.meta().park_after
        first, last = run.status.epoch + 1, min(until or 10**9, config.training.num_epochs)
        for epoch in range(first, last + 1):
            row = {
                "kind": "epoch",
                "epoch": epoch,
                "val/accuracy": quality(config) * epoch / config.training.num_epochs,
            }
            with record.files.metrics.open("a") as file:
                file.write(json.dumps(row) + "\n")
            self.trained[run.run_id] = self.trained.get(run.run_id, 0) + 1
        is_whole = last == config.training.num_epochs
        test = {"test_accuracy_last": 0.6} if is_whole and config.training.evaluate_test else {}
        if test:
            record.count_test_reading(by="end of the run")
            record.files.environment.write_text('{"num_test": 10000}')
        accuracy = quality(config) * last / config.training.num_epochs
        change_status(
            record.run_dir,
            status="completed" if is_whole else "parked",
            epoch=last,
            last_val_accuracy=accuracy,
            seconds=10.0 * last,
            **test,
        )

    def train_all(self):
        for run in self.sweeps.runs.list_runs():
            if run.status.is_active:
                self.train(run)

    def finish(self, sweep_id, most=50):
        for _ in range(most):
            sweep = self.sweeps.advance(sweep_id)
            if is_over(sweep) or sweep.state != "running":
                return sweep
            self.train_all()
        raise AssertionError("it does not end")


@pytest.fixture
def trainers(sweeps):
    return Trainers(sweeps)


def statuses(runs):
    return sorted(run.status.status for run in runs.list_runs())


@pytest.mark.parametrize("sampler", ["random", "quasi-random", "tpe"])
def test_a_sweep_tries_what_its_budget_allows_and_reads_no_test(sweeps, trainers, sampler):
    sweep = trainers.finish(sweeps.start(plan(sampler=sampler, budget=14)).id)
    assert len(sweep.trials) == 14
    assert len({trial.values["optimizer.learning_rate"] for trial in sweep.trials}) == 14
    best = sweep.ranking()[0]
    assert best.score == max(trial.score for trial in sweep.trials)
    assert best.score == quality(sweep.config(best, 0))
    for run in sweeps.runs.list_runs():
        assert (run.experiment, run.test_readings, run.config.training.evaluate_test) == (sweep.id, 0, False)
    assert sweeps.get(sweep.id) == sweep
    assert sweeps.list_sweeps() == [sweep]


def test_samplers_that_do_not_learn_are_asked_at_once_so_that_one_process_trains_all(sweeps, runs):
    sweeps.advance(sweeps.start(plan()).id)
    assert len(runs.list_runs()) == 9
    learning = sweeps.start(plan(sampler="tpe", budget=40))
    assert len(sweeps.advance(learning.id).trials) == 10


def test_halving_sends_the_best_on_under_the_original_number_of_epochs(sweeps, runs, trainers):
    sweep = trainers.finish(sweeps.start(plan(halving={"factor": 3}, budget=27)).id)
    epochs = sorted(trainers.trained.values())
    assert epochs == [1] * 18 + [3] * 6 + [9] * 3
    assert all(run.config.training.num_epochs == 9 for run in runs.list_runs())
    first = sorted(sweep.trials, key=lambda trial: -trial.scores[0])
    assert {trial.number for trial in first[:9]} == {trial.number for trial in sweep.trials if trial.rung >= 1}
    assert [trial.number for trial in sweep.ranking()[:3]] == [trial.number for trial in first[:3]]
    assert statuses(runs) == ["completed"] * 3 + ["parked"] * 24
    assert all(run.test_readings == 0 for run in runs.list_runs())


def test_several_seeds_of_a_configuration_count_with_their_mean(sweeps, runs, trainers):
    sweep = trainers.finish(sweeps.start(plan(num_seeds=3, budget=9)).id)
    assert len(sweep.trials) == 3
    assert len(runs.list_runs()) == 9
    for trial in sweep.trials:
        assert trial.score == pytest.approx(mean(quality(sweep.config(trial, seed)) for seed in range(3)))


def test_a_budget_of_minutes_ends_with_them(sweeps, trainers):
    sweep = trainers.finish(sweeps.start(plan(budget="10 min", settings={"training.num_epochs": 9})).id)
    assert 600 <= sweep.seconds < 600 + 2 * 90 + 1  # at most those that were on their way
    assert len(sweep.trials) in (7, 8)


def test_runs_that_fail_are_no_result_and_those_that_diverge_guess(sweeps, runs):
    sweep = sweeps.advance(sweeps.start(plan(budget=3)).id)
    ids = [trial.runs[0] for trial in sweep.trials]
    change_status(runs.record(ids[0]).run_dir, status="diverged")
    change_status(runs.record(ids[1]).run_dir, status="failed")
    runs.stop(ids[2])
    change_status(runs.record(ids[2]).run_dir, status="completed", last_val_accuracy=0.5)
    sweep = sweeps.advance(sweep.id)
    assert [trial.score for trial in sweep.trials] == [0.1, None, 0.5]
    assert is_over(sweep)


def test_a_sweep_of_which_everything_fails_stops_by_itself(sweeps, runs):
    sweep = sweeps.start(plan(budget="99 min"))
    for _ in range(20):
        sweep = sweeps.advance(sweep.id)
        for run in runs.list_runs():
            change_status(runs.record(run.run_id).run_dir, status="failed")
    assert sweep.state == "stopped"
    assert len(sweep.trials) < 10
    assert "came to nothing" in sweep.message


def test_a_run_that_lost_its_worker_is_taken_up_again_but_not_for_ever(sweeps, runs):
    sweep = sweeps.advance(sweeps.start(plan(budget=1)).id)
    (run_id,) = sweep.run_ids
    for attempt in (1, 2, 3):
        change_status(runs.record(run_id).run_dir, status="lost", attempt=attempt)
        sweeps.advance(sweep.id)
        assert runs.record(run_id).status().status == "running"
    change_status(runs.record(run_id).run_dir, status="lost", attempt=4)
    assert is_over(sweeps.advance(sweep.id))
    assert runs.record(run_id).status().status == "lost"


class _KilledError(BaseException):
    """The process is gone; nothing behind it is done."""


@pytest.mark.parametrize("at", range(12))
def test_killed_at_any_write_it_goes_on_and_nothing_is_done_twice(sweeps, runs, trainers, monkeypatch, at):
    """Before and after each time that the record is written or runs are submitted, resumed, or look at test."""
    sweep_id = sweeps.start(plan(halving={"factor": 3}, budget=6)).id
    calls = {"left": at}

    def dying(function):
        def call(*arguments, **named):
            for moment in ("before", "after"):
                if calls["left"] == 0:
                    calls["left"] = -1
                    raise _KilledError
                calls["left"] -= 1
                if moment == "before":
                    result = function(*arguments, **named)
            return result

        return call

    for owner, name in ((sweeps, "_write"), (runs, "submit_experiment"), (runs, "resume_runs"), (runs, "look_at_test")):
        monkeypatch.setattr(owner, name, dying(getattr(owner, name)))
    is_promoted = False
    for _ in range(60):
        try:
            sweep = sweeps.advance(sweep_id)
            if is_over(sweep) and is_promoted:
                break
            if is_search_over(sweep) and sweep.promotion is None:
                sweeps.promote(sweep_id, top=2, num_seeds=2)
                is_promoted = True
        except _KilledError:
            is_promoted = sweeps.get(sweep_id).promotion is not None
        trainers.train_all()
    sweep = sweeps.get(sweep_id)
    assert is_over(sweep)
    assert len(sweep.trials) == 6
    assert len(runs.list_runs()) == 6 + 4
    # Six for one epoch, two of them for two more, one of these to its end; and four with fresh seeds.
    assert sorted(trainers.trained.values()) == [1] * 4 + [3] + [9] * 5
    assert sum(run.test_readings for run in runs.list_runs()) == 1


def test_stopped_it_asks_for_nothing_and_goes_on_where_it_was(sweeps, runs, trainers):
    sweep = sweeps.advance(sweeps.start(plan(halving={"factor": 3})).id)
    trainers.train(next(run for run in runs.list_runs() if run.status.is_active))
    sweep = sweeps.stop(sweep.id)
    assert sweep.state == "stopped"
    for run in runs.list_runs():  # its worker obeys
        if run.status.is_active:
            change_status(runs.record(run.run_id).run_dir, status="stopped")
    before = runs.list_runs()
    assert len(sweeps.advance(sweep.id).trials) == 9
    assert [run.status.status for run in runs.list_runs()] == [run.status.status for run in before]
    sweeps.go_on(sweep.id)
    sweep = trainers.finish(sweep.id)
    assert sorted(trainers.trained.values()) == [1] * 6 + [3] * 2 + [9]


def test_who_stops_all_runs_stops_the_sweep_that_would_start_more(sweeps, runs, trainers):
    sweep = sweeps.advance(sweeps.start(plan(halving={"factor": 3})).id)
    trainers.train(next(run for run in runs.list_runs() if run.status.is_active))
    runs.stop_all()
    for run in runs.list_runs():
        if run.status.is_active:
            change_status(runs.record(run.run_id).run_dir, status="stopped")
    sweep = sweeps.advance(sweep.id)
    assert sweep.state == "stopped"
    assert sweep.message.startswith("Stopped, as its run ")
    assert not any(run.status.is_active for run in runs.list_runs())
    sweeps.go_on(sweep.id)
    trainers.finish(sweep.id)
    assert sorted(trainers.trained.values()) == [1] * 6 + [3] * 2 + [9]


def test_what_is_added_is_halved_by_itself(sweeps, trainers):
    sweep = trainers.finish(sweeps.start(plan(halving={"factor": 3})).id)
    first = {trial.number: trial.values for trial in sweep.trials}
    sweep = sweeps.extend(sweep.id, Budget(num_runs=9))
    sweep = trainers.finish(sweep.id)
    assert len(sweep.trials) == 18
    assert {trial.number: trial.values for trial in sweep.trials[:9]} == first
    assert len({str(trial.values) for trial in sweep.trials}) == 18
    assert [sum(trial.rung == rung for trial in sweep.trials[9:]) for rung in range(3)] == [6, 2, 1]
    with pytest.raises(ConfigError, match="budget 3 min is not allowed here; allowed: runs"):
        sweeps.extend(sweep.id, Budget(minutes=3))
    with pytest.raises(ConfigError, match="budget 18 runs and 2000 runs more is not allowed; allowed: up to 2,000"):
        sweeps.extend(sweep.id, Budget(num_runs=2000))


def test_the_best_are_trained_again_with_fresh_seeds_and_one_looks_at_test_once(sweeps, runs, trainers):
    sweep_id = sweeps.start(plan(budget=6)).id
    sweeps.advance(sweep_id)
    with pytest.raises(RunError, match="goes on, or nothing"):
        sweeps.promote(sweep_id)
    trainers.finish(sweep_id)
    sweeps.promote(sweep_id, top=3, num_seeds=4)
    sweep = trainers.finish(sweep_id)
    fresh = report_fresh(sweep)
    assert [each.trial.number for each in fresh] == [trial.number for trial in sweep.ranking()[:3]]
    for each in fresh:
        assert set(each.scores) == {1, 2, 3, 4}  # the sweep had 0
        assert each.mean == pytest.approx(mean(quality(sweep.config(each.trial, seed)) for seed in (1, 2, 3, 4)))
        assert each.low < each.mean < each.high
    assert sweep.promotion.winner == fresh[0].trial.number
    assert sweep.promotion.test_run == sweep.promotion.runs[fresh[0].trial.number][1]
    assert (sweep.promotion.test_accuracy, sweep.promotion.num_test) == (0.6, 10_000)
    assert {run.run_id: run.test_readings for run in runs.list_runs() if run.test_readings} == {
        sweep.promotion.test_run: 1
    }
    with pytest.raises(RunError, match="promoted already"):
        sweeps.promote(sweep_id)
    facts = json.loads(json.dumps(sweep_facts(sweep, 5000)))
    assert facts["promotion"]["winner"] == sweep.promotion.winner
    assert facts["promotion"]["test_interval"] == pytest.approx([0.5904, 0.6096], abs=1e-3)
    assert facts["luck"]["num_tried"] == 6
    assert compare_winner(sweep).size == pytest.approx(fresh[0].mean - fresh[1].mean)


def test_who_wants_no_look_at_test_gets_none(sweeps, runs, trainers):
    sweep_id = trainers.finish(sweeps.start(plan(budget=3)).id).id
    sweeps.promote(sweep_id, top=2, num_seeds=2, reads_test=False)
    sweep = trainers.finish(sweep_id)
    assert sweep.promotion.winner is not None
    assert sum(run.test_readings for run in runs.list_runs()) == 0


def test_a_look_at_test_that_is_taken_out_of_the_queue_is_not_asked_for_again(sweeps, runs, trainers):
    sweep_id = trainers.finish(sweeps.start(plan(budget=3)).id).id
    sweeps.promote(sweep_id, top=2, num_seeds=2)
    while sweeps.advance(sweep_id).promotion.winner is None:
        trainers.train_all()
    run_id = sweeps.get(sweep_id).promotion.test_run
    runs.submit(sweeps.get(sweep_id).config(sweeps.get(sweep_id).trials[0], 9))  # has the device
    sweeps.advance(sweep_id)
    assert runs.record(run_id).status().status == "queued"
    runs.stop(run_id)
    promotion = sweeps.advance(sweep_id).promotion
    assert (promotion.is_over, promotion.test_accuracy) == (True, None)
    assert (runs.record(run_id).status().status, runs.record(run_id).test_readings()) == ("completed", 0)


def test_a_driver_brings_it_to_its_end_and_a_second_one_leaves(sweeps, runs, trainers, monkeypatch):
    sweep_id = sweeps.start(plan(halving={"factor": 3})).id
    monkeypatch.setattr("cifar_core.sweeps.driver.time.sleep", lambda _: trainers.train_all())
    with sweeps.driving(sweep_id):
        drive(SweepStore(runs), sweep_id, 0)
    assert sweeps.get(sweep_id).trials == ()
    drive(sweeps, sweep_id, 0)
    assert is_over(sweeps.get(sweep_id))
    assert not sweeps.is_driven(sweep_id)


def test_damaged_and_missing_sweeps_are_named(sweeps, runs):
    sweep = sweeps.start(plan())
    for strange in ("nothing", "", "..", "../sweeps/" + sweep.id, "x\0y", "x" * 5000):
        with pytest.raises(RunError, match="does not exist"):
            sweeps.get(strange)
    path = runs.runs_dir / "sweeps" / sweep.id / "sweep.json"
    path.write_text(path.read_text()[:50])
    with pytest.raises(RunError, match="is damaged"):
        sweeps.get(sweep.id)
    assert sweeps.list_sweeps() == []


def test_settings_that_no_run_can_have_together_are_refused_and_counted(sweeps, trainers):
    """Between its ends a range may hold what is not allowed: a depth of 6n + 2, where Nesterov needs a momentum."""
    search = {"optimizer.nesterov": "true,false", "optimizer.momentum": "0,0.9"}
    tree = {"settings": {"optimizer.name": "sgd", "training.num_epochs": 1}, "budget": 8, "sampler": "random"}
    with pytest.raises(ValueError, match="nesterov true needs a momentum"):
        plan(search=search, **tree)
    swapped = {"optimizer.nesterov": "false,true", "optimizer.momentum": "0,0.9"}
    sweep = trainers.finish(sweeps.start(plan(search=swapped, **tree)).id)
    refused = [trial for trial in sweep.trials if trial.refused]
    assert refused
    assert all("nesterov true needs a momentum" in trial.refused and not trial.runs for trial in refused)
    assert len(sweep.trials) == 8


@pytest.mark.parametrize("sampler", ["random", "quasi-random", "tpe"])
def test_the_record_alone_decides_what_is_asked_next(sampler):
    dimensions = plan(
        search={"optimizer.learning_rate": "log:1e-4:1", "model.width": "8,16", "training.batch_size": "32:512"}
    )
    space = read_space(dimensions.base(), dimensions.search)
    tried = []
    for number in range(14):
        (values,) = suggest(space, sampler, 5, tried)
        assert values == suggest(space, sampler, 5, list(tried))[0]
        tried.append(Tried(values, 0.5 + 0.01 * number if number % 4 else None))
    assert suggest(space, sampler, 6, []) != suggest(space, sampler, 5, [])


def test_a_sampler_that_learns_tries_more_where_it_was_good():
    space = read_space(plan().base(), {"optimizer.learning_rate": "log:1e-4:1"})

    def play(sampler):
        tried = []
        for _ in range(40):
            (values,) = suggest(space, sampler, 1, tried)
            distance = abs(math.log10(values["optimizer.learning_rate"]) + 2)
            tried.append(Tried(values, 0.7 - 0.1 * distance))
        return np.mean([each.score for each in tried[20:]])

    assert play("tpe") > play("random") + 0.05


def test_importance_names_the_setting_that_matters_and_refuses_where_it_would_mislead():
    space = read_space(plan().base(), {"optimizer.learning_rate": "log:1e-4:1", "model.dropout": "0:0.5"})
    values = suggest(space, "quasi-random", 0, [], 40)
    tried = [Tried(each, 0.7 - 0.1 * abs(math.log10(each["optimizer.learning_rate"]) + 2)) for each in values]
    shares, words = find_importance(space, "quasi-random", tried)
    assert shares["optimizer.learning_rate"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)
    assert "PED-ANOVA" in words
    assert find_importance(space, "tpe", tried)[0] == {}
    assert "its own choices" in find_importance(space, "tpe", tried)[1]
    few = find_importance(space, "random", tried[:19])
    assert few == ({}, "Importance is told from 20 configurations on; 19 have a result.")


def test_the_interval_of_a_mean_is_students():
    stats = pytest.importorskip("scipy.stats")
    values = [0.61, 0.63, 0.62, 0.66]
    expected = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected)


def test_luck_is_told_as_large_as_it_is_where_all_are_equally_good(sweeps, trainers, monkeypatch):
    """Equally good configurations whose figures only chance tells apart: what is told is about what is seen."""
    chance = np.random.default_rng(0)
    fixed = {}

    def equal(config):
        key = (config.optimizer.learning_rate, config.training.seed)
        return fixed.setdefault(key, 0.6 + 0.01 * chance.standard_normal())

    monkeypatch.setattr("tests.unit.sweeps.test_sweeps.quality", equal)
    sweep_id = trainers.finish(sweeps.start(plan(budget=60, sampler="random")).id).id
    sweeps.promote(sweep_id, top=3, num_seeds=20, reads_test=False)
    luck = measure_luck(trainers.finish(sweep_id), 5000)
    assert luck.seed_deviation == pytest.approx(0.01, abs=0.002)
    assert luck.of_seeds == pytest.approx(expected_best(0.01, 60), abs=0.006)
    assert luck.seen == pytest.approx(luck.of_seeds, abs=0.012)


def test_without_optuna_one_is_told_how_to_get_it(sweeps, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(ConfigError, match=r"needs Optuna, .*requirements-sweep\.txt"):
        sweeps.start(plan())


def test_the_same_plan_is_begun_once_however_many_press(sweeps):
    first, is_new = sweeps.start_once(plan())
    assert is_new
    assert sweeps.start_once(plan()) == (first, False)
    assert sweeps.start_once(plan(budget=10))[1]
    assert len(sweeps.list_sweeps()) == 2


def test_what_was_extended_meanwhile_is_not_extended_again(sweeps):
    sweep = sweeps.start(plan())
    sweeps.extend(sweep.id, Budget(num_runs=3), seen=sweep.budget)
    with pytest.raises(RunError, match="was extended meanwhile, to 12 runs"):
        sweeps.extend(sweep.id, Budget(num_runs=3), seen=sweep.budget)


def test_a_stopped_sweep_may_be_promoted_and_searches_no_more(sweeps, runs, trainers):
    sweep = sweeps.advance(sweeps.start(plan()).id)
    for run in sorted(runs.list_runs(), key=lambda run: run.status.status == "queued")[:4]:
        trainers.train(run)
    sweeps.advance(sweep.id)
    with pytest.raises(RunError, match="goes on, or nothing came of it; allowed: one whose search is over, or stopped"):
        sweeps.promote(sweep.id)
    sweeps.stop(sweep.id)
    for run in runs.list_runs():
        if run.status.is_active:  # its worker hears of it
            change_status(runs.record(run.run_id).run_dir, status="stopped")
    sweeps.promote(sweep.id, top=2, num_seeds=2)
    done = trainers.finish(sweep.id)
    assert (done.is_closed, done.promotion.is_over, done.message) == (True, True, "")
    assert sum(bool(trial.scores) for trial in done.trials) == 4
    assert len(runs.list_runs()) == 9 + 4


def test_what_a_newer_release_wrote_is_looked_at_and_never_written(sweeps, runs):
    sweep = sweeps.start(plan())
    path = runs.runs_dir / "sweeps" / sweep.id / "sweep.json"
    tree = json.loads(path.read_text()) | {"format": 2, "later": "kept"}
    path.write_text(json.dumps(tree))
    for act in (sweeps.advance, sweeps.stop, sweeps.go_on, sweeps.promote):
        with pytest.raises(RunError, match="can only be looked at: a newer release wrote it"):
            act(sweep.id)
    drive(sweeps, sweep.id)
    assert json.loads(path.read_text()) == tree
    assert sweeps.list_unreadable() == {}
    path.write_text(json.dumps(tree | {"plan": {"sampler": "later"}}))
    assert list(sweeps.list_unreadable()) == [sweep.id]
    with pytest.raises(RunError, match="cannot be shown: a newer release wrote it"):
        sweeps.get(sweep.id)
    path.write_text("{")
    with pytest.raises(RunError, match="is damaged"):
        sweeps.get(sweep.id)


def test_who_asks_whether_a_sweep_is_driven_does_not_keep_its_driver_away(sweeps, monkeypatch):
    """A page holds the lock for an instant, just when the driver wants it."""
    waited = []
    monkeypatch.setattr(sweeps, "driving", lambda sweep_id, patience=0.0: waited.append(patience) or _locked())
    drive(sweeps, sweeps.start(plan()).id)
    assert waited[0] >= 1


def _locked():
    raise LockedError("somebody looks")

"""Experiments on disk, and what runs answer."""

import json

import numpy as np
import pytest

from cifar_core.cli import main
from cifar_core.evaluation import as_saved, save_predictions
from cifar_core.experiments import Drawn, ExperimentStore, Found, answer_claim, describe_power, usual_deviation
from cifar_core.experiments.measures import parse_measure
from cifar_core.experiments.question import Claim, parse_question
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_experiment
from tests.unit.experiments.test_question import WHOLE
from tests.unit.predictions_helpers import make_predictions
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

QUESTION = parse_question(WHOLE, "rate.yaml")
CLAIM = QUESTION.claims[0]


@pytest.fixture
def runs(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture
def experiments(runs):
    return ExperimentStore(runs)


def end(runs, run_id, accuracy, status="completed", seconds=2.0, **more):
    change_status(runs.record(run_id).run_dir, status=status, last_val_accuracy=accuracy, seconds=seconds, **more)


def found(*accuracies, seconds=2.0):
    return {seed: Found(accuracy, seconds) for seed, accuracy in enumerate(accuracies)}


def test_an_experiment_is_what_its_file_says(experiments, runs):
    experiment = experiments.start(QUESTION, num_seeds=2, predictions={0: "supported"}, learner="Ada")
    assert experiments.get(experiment.id) == experiment
    assert experiments.list_experiments() == [experiment]
    assert set(experiment.runs) == {"slow", "fast"}
    assert experiment.seeds == [0, 1]
    assert all(run.experiment == experiment.id for run in runs.list_runs())
    assert not experiments.is_over(experiment)
    # Whole pairs first, so that one that is stopped has something to say.
    order = [runs.record(run_id).config().training.seed for run_id in (run.run_id for run in runs.waiting())]
    assert order == [0, 1, 1]


def test_claims_are_answered_from_the_runs(experiments, runs):
    experiment = experiments.start(QUESTION, num_seeds=3)
    for arm, base in (("slow", 0.4), ("fast", 0.5)):
        for seed, run_id in experiment.runs[arm].items():
            end(runs, run_id, base + 0.001 * seed)
    (answer,) = experiments.answers(experiment)
    assert (answer.num_pairs, answer.verdict, answer.seconds_more) == (3, "supported", 12.0)
    assert answer.effect.size == pytest.approx(0.1)
    assert answer.differences == pytest.approx({0: 0.1, 1: 0.1, 2: 0.1})
    assert answer.sentence.startswith("Supported here: fast is +10.0 points beside slow")
    assert experiments.is_over(experiment)


def test_runs_that_failed_are_left_out_and_those_that_diverged_guess(experiments, runs):
    experiment = experiments.start(QUESTION, num_seeds=3)
    for seed, run_id in experiment.runs["slow"].items():
        end(runs, run_id, 0.4, "failed" if seed == 0 else "completed")
    for run_id in experiment.runs["fast"].values():
        end(runs, run_id, None, "diverged")
    results = experiments.results(experiment)
    assert (set(results["slow"]), set(results["fast"])) == ({1, 2}, {0, 1, 2})
    (answer,) = experiments.answers(experiment)
    assert (answer.num_pairs, answer.verdict) == (2, "contradicted")
    assert answer.effect.size == pytest.approx(-0.3)


def test_a_claim_about_a_confusion_reads_what_the_runs_said_of_val(experiments, runs):
    text = WHOLE.replace("is better.}", "is better., measure: 'confusion:cat>dog'}")
    experiment = experiments.start(parse_question(text, "rate.yaml"), num_seeds=3)
    expected = {}
    for arm in ("slow", "fast"):
        for seed, run_id in experiment.runs[arm].items():
            end(runs, run_id, 0.4, "diverged" if (arm, seed) == ("slow", 2) else "completed", epoch=4)
            if (arm, seed) != ("fast", 1):  # its predictions are gone
                predictions = make_predictions(seed, num_images=400, bias=1.0 if arm == "fast" else 0.0)
                path = runs.record(run_id).files.predictions_path("val", 4)
                path.parent.mkdir(exist_ok=True)
                save_predictions(path, predictions)
                expected[arm, seed] = parse_measure("confusion:cat>dog").compute(as_saved(predictions))
    (answer,) = experiments.answers(experiment)
    assert answer.differences == pytest.approx(
        {0: expected["fast", 0] - expected["slow", 0], 2: expected["fast", 2] - 0.1}
    )
    assert answer.sentence.startswith("Undecided: ")
    assert "points in the share of val cats taken for dogs, which chance can make" in answer.sentence


def test_what_was_drawn_is_kept_and_old_records_have_nothing_drawn(experiments, runs):
    drawn = Drawn(arm="fast", values=(0.2, 0.4))
    experiment = experiments.start(QUESTION, num_seeds=2, drawn=drawn)
    assert experiments.get(experiment.id).drawn == drawn
    path = runs.runs_dir / "experiments" / experiment.id / "experiment.json"
    tree = json.loads(path.read_text())
    for name in ("form", "full_size", "look_at"):
        del tree["question"][name]
    del tree["drawn"], tree["question"]["claims"][0]["measure"]
    path.write_text(json.dumps(tree))
    assert experiments.get(experiment.id) == experiment.model_copy(update={"drawn": None})


def test_the_usual_deviation_pools_experiments():
    first = answer_claim(CLAIM, {"slow": found(0.4, 0.4, 0.4), "fast": found(0.41, 0.42, 0.43)})
    second = answer_claim(CLAIM, {"slow": found(0.4, 0.4), "fast": found(0.5, 0.52)})
    alone = answer_claim(CLAIM, {"slow": found(0.4), "fast": found(0.9)})
    assert usual_deviation([first, second, alone]) == pytest.approx(((2 * 0.01**2 + 0.0002) / 3) ** 0.5)
    assert usual_deviation([alone]) is None
    same = answer_claim(CLAIM, {"slow": found(0.4, 0.4), "fast": found(0.5, 0.5)})
    assert usual_deviation([same]) is None


@pytest.mark.parametrize(
    ("num_seeds", "deviation", "words"),
    [
        (
            3,
            None,
            "With 3 seeds, differences below about 3 to 9 points will mostly end as undecided, if seeds lie as far",
        ),
        (3, 0.012, "below about 3.5 points will mostly end as undecided, if seeds lie as far apart as earlier runs"),
        (5, 0.003, "below about 1.3 points will mostly not show,"),
        (3, 0.2, "below about 43 points will mostly end as undecided,"),
    ],
)
def test_what_so_many_seeds_can_show_is_said(num_seeds, deviation, words):
    assert words in describe_power(num_seeds, 0.01, deviation)


def test_more_seeds_are_new_ones(experiments):
    experiment = experiments.start(QUESTION, num_seeds=2)
    grown = experiments.add_seeds(experiment, 3)
    assert grown.seeds == [0, 1, 2, 3, 4]
    assert experiments.get(experiment.id).runs["fast"].keys() == {0, 1, 2, 3, 4}
    assert grown.runs["fast"][0] == experiment.runs["fast"][0]


def test_what_is_stopped_keeps_what_is_done(experiments, runs):
    experiment = experiments.start(QUESTION, num_seeds=2)
    first = runs.record(experiment.runs["slow"][0]).run_dir
    run_experiment([first], pretend_fit(), IdleExecutor())
    change_status(runs.record(experiment.runs["fast"][0]).run_dir, status="queued")
    experiments.stop(experiment)
    states = {run.run_id: run.status.status for run in runs.list_runs()}
    assert sorted(states.values()) == ["completed", "stopped", "stopped", "stopped"]
    (answer,) = experiments.answers(experiment)
    assert (answer.num_pairs, answer.verdict, answer.effect) == (0, None, None)
    assert answer.sentence.startswith("Not answered yet: No seed has")


def test_damaged_and_missing_experiments_are_named(experiments, runs):
    experiment = experiments.start(QUESTION, num_seeds=2)
    with pytest.raises(RunError, match="'nothing' does not exist"):
        experiments.get("nothing")
    for strange in ("", "..", "../experiments/" + experiment.id, "x\0y", "x" * 5000):
        with pytest.raises(RunError, match="does not exist"):
            experiments.get(strange)
    path = runs.runs_dir / "experiments" / experiment.id / "experiment.json"
    path.write_text(path.read_text()[:50])
    with pytest.raises(RunError, match="is damaged"):
        experiments.get(experiment.id)
    assert experiments.list_experiments() == []


@pytest.mark.parametrize(
    ("first", "second", "verdict", "words"),
    [
        ((0.4, 0.41, 0.42), (0.5, 0.51, 0.52), "supported", "Supported here: B is +10.0 points beside A"),
        ((0.5, 0.51, 0.52), (0.4, 0.42, 0.41), "contradicted", "Contradicted here: B is -10.0 points beside A"),
        ((0.5, 0.5, 0.5), (0.501, 0.5, 0.499), "no difference", "No difference larger than 0.3 points here"),
        ((0.5, 0.5, 0.5), (0.56, 0.52, 0.51), "undecided", "Undecided: +3.0 points, which chance can make"),
        (
            (0.5, 0.5, 0.5),
            (0.514, 0.52, 0.526),
            "undecided",
            "Undecided: +2.0 points, which is more than chance makes, but may be less than the 1 that matter",
        ),
    ],
)
def test_sentences_say_no_more_than_the_interval(first, second, verdict, words):
    answer = answer_claim(Claim(first="A", second="B", says="B is better."), {"A": found(*first), "B": found(*second)})
    assert answer.verdict == verdict
    assert answer.sentence.startswith(words)
    assert "3 seeds)" in answer.sentence
    assert ("3 more seeds take about 12 s" in answer.sentence) == (verdict == "undecided")


def test_verdicts_on_known_effects_are_right_as_often_as_they_say():
    chance = np.random.default_rng(3)
    verdicts = []
    for _ in range(1000):
        first = found(*chance.normal(0.5, 0.01, 5))
        second = found(*chance.normal(0.5, 0.01, 5))  # nothing is better
        verdicts.append(answer_claim(CLAIM, {"slow": first, "fast": second}).verdict)
    wrong = sum(verdict in ("supported", "contradicted") for verdict in verdicts)
    assert wrong <= 50  # of the 5 % of intervals without 0, the few that lie beyond the margin


@pytest.mark.slow
def test_the_command_asks_trains_and_answers(capsys, tmp_path):
    tiny = "{data.train_fraction: 0.02, model.width: 4, model.hidden_size: 16, training.num_epochs: 1}"
    (tmp_path / "mine.yaml").write_text(WHOLE.replace("title:", f"settings: {tiny}\ntitle:"))
    arguments = ["experiment", str(tmp_path / "mine.yaml"), "--seeds", "2", "--runs-dir", str(tmp_path / "r"), "--json"]
    assert main(arguments) == 0
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {arm: len(by_seed) for arm, by_seed in facts["arms"].items()} == {"slow": 2, "fast": 2}
    (claim,) = facts["claims"]
    assert (claim["num_pairs"], claim["verdict"] is None) == (2, False)
    store = RunStore(tmp_path / "r", IdleExecutor())
    assert len({run.status.pid for run in store.list_runs()}) == 1
    assert [run.test_readings for run in store.list_runs()] == [0] * 4
    assert all(run.status.test_accuracy_best is None for run in store.list_runs())
    assert not list((tmp_path / "r").glob("*/predictions/test*"))


def test_commands_list_lessons_and_refuse_others(capsys):
    assert main(["lessons", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert listed[0]["name"] == "luck"
    assert main(["lesson", "magic"]) == 2
    assert "lesson 'magic' does not exist; allowed: luck," in capsys.readouterr().err
    assert main(["lesson", "dropout", "--break-it", "--full-size"]) == 2
    assert "break_it and full_size are both set" in capsys.readouterr().err
    assert main(["experiment", "nowhere.yaml"]) == 2
    assert "nowhere.yaml cannot be read" in capsys.readouterr().err

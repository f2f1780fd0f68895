"""What one learner did: read from the experiments, written, and read back with every check."""

import json

import pytest

from cifar_core.cli import main
from cifar_core.experiments import ExperimentStore
from cifar_core.experiments.class_folder import ClassFolder, read_record
from cifar_core.experiments.learner_page import draw_page
from cifar_core.experiments.learners import (
    LARGEST_FILE,
    LearnerError,
    first_seed,
    hash_question,
    parse_record,
    read_learner,
    read_learners,
    write_record,
)
from cifar_core.experiments.question import parse_question
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from tests.unit.experiments.test_question import WHOLE
from tests.unit.runs_helpers import IdleExecutor

QUESTION = parse_question(WHOLE, "rate.yaml")
FACTS = {"data_source": "practice", "device_title": "CPU", "num_threads": 2, "torch": "2.14.1"}


@pytest.fixture
def runs(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


def ask(runs, learner, base=0.4, gain=0.1, **given):
    """An experiment of somebody whose runs have ended."""
    store = ExperimentStore(runs)
    experiment = store.start(QUESTION, learner=learner, first_seed=first_seed(learner), num_seeds=2, **given)
    for arm, more in (("slow", 0.0), ("fast", gain)):
        for place, run_id in enumerate(experiment.runs[arm].values()):
            record = runs.record(run_id)
            (record.run_dir / "environment.json").write_text(json.dumps(FACTS))
            accuracy = base + more + 0.003 * place * bool(more)
            change_status(record.run_dir, status="completed", last_val_accuracy=accuracy, seconds=2.0)
    return experiment


def written(runs, **changes):
    """Ada's record as JSON, with some of its experiment changed."""
    tree = json.loads(write_record(read_learner(runs, "Ada")))
    for path, value in changes.items():
        place = tree["experiments"][0]
        *way, last = path.split("__")
        for part in way:
            place = place[int(part) if isinstance(place, list) else part]
        place[last] = value
    return json.dumps(tree).encode()


def test_a_record_says_what_the_experiments_on_disk_say(runs):
    first = ask(runs, "Ada", predictions={0: "supported"}, confidences={0: 80})
    ask(runs, "Bob")
    second = ask(runs, "ada")
    record = read_learner(runs, "Ada")
    assert [asked.id for asked in record.experiments] == [first.id, second.id]
    asked = record.experiments[0]
    seed = first_seed("Ada")
    assert asked.accuracies == {"slow": {seed: 0.4, seed + 1: 0.4}, "fast": {seed: 0.5, seed + 1: 0.503}}
    assert asked.differences[0] == pytest.approx({seed: 0.1, seed + 1: 0.103})
    assert asked.verdicts == ("supported",)
    assert (asked.predictions, asked.confidences, asked.data) == ({0: "supported"}, {0: 80}, "practice")
    assert (asked.machine, asked.versions) == ({"device_title": "CPU", "num_threads": "2"}, {"torch": "2.14.1"})
    assert [each.learner for each in read_learners(runs)] == ["Ada", "Bob"]
    assert read_learner(runs, "").experiments == ()


def test_a_record_survives_its_file_to_the_bit(runs):
    ask(runs, "Ada", base=1 / 3, predictions={0: "contradicted"})
    record = read_learner(runs, "Ada")
    assert parse_record(write_record(record).encode(), "ada.json") == record


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "ada.json: not JSON; allowed: a file that a learner exported"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "schema = list is not allowed; allowed: 'cifar-lab-learner'"),
        (b'{"schema": "other"}', "schema = 'other' is not allowed"),
        (b'{"schema": "cifar-lab-learner", "version": 2}', "version = 2 is not allowed; allowed: 1"),
        (b" " * (LARGEST_FILE + 1), "2.0 MB; allowed: up to 2 MB"),
    ],
)
def test_what_is_no_record_is_named(content, words):
    with pytest.raises(LearnerError, match=words.replace("[", r"\[")):
        parse_record(content, "ada.json")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hash": "0" * 16}, "experiments, 0: hash = '0000000000000000' is not allowed; allowed: '"),
        ({"data": 5}, "experiments, 0, data = 5 is not allowed: input should be a valid string"),
        ({"predictions": {"0": "yes"}}, "predictions, 0 = 'yes' is not allowed: input should be 'supported'"),
        ({"predictions": {"7": "supported"}}, "predictions, claim = 7 is not allowed; allowed: 0 to 0"),
        ({"confidences": {"0": 30}}, "confidences, 0 = 30 is not allowed: input should be greater than or equal to 50"),
        ({"accuracies__fast": {"0": 1.5}}, "accuracies, fast, 0 = 1.5 is not allowed: input should be less than"),
        ({"accuracies__fast": {"0": float("nan")}}, "accuracies, fast, 0 = nan is not allowed"),
        ({"accuracies__fast": {"-3": 0.5}}, "accuracies, fast, -3 = '-3' is not allowed: input should be greater"),
        ({"accuracies__other": {"0": 0.5}}, "accuracies, arm = 'other' is not allowed; allowed: slow, fast"),
        ({"differences": []}, "0 differences; allowed: 1, one for each claim"),
        ({"differences": [{"5": 0.1}]}, "differences, claim 0, seed = 5 is not allowed; allowed: one of both arms"),
        ({"question__margin": 1}, "question, margin = 1 is not allowed: extra inputs are not permitted"),
        ({"question__preset": "magic"}, "question: preset = 'magic' is not allowed; allowed: "),
    ],
)
def test_what_is_wrong_in_a_record_is_named(runs, changes, words):
    ask(runs, "Ada")
    with pytest.raises(LearnerError) as raised:
        parse_record(written(runs, **changes), "ada.json")
    assert words in str(raised.value)
    assert str(raised.value).startswith("ada.json: ")


def test_differences_that_the_accuracies_do_not_make_are_refused(runs):
    ask(runs, "Ada")
    seed = first_seed("Ada")
    with pytest.raises(LearnerError, match=f"seed {seed} = 0.3 is not allowed; allowed: 0.1, as the accuracies say"):
        parse_record(written(runs, differences=[{str(seed): 0.3}]), "ada.json")


def test_what_decides_runs_and_claims_decides_the_hash():
    same = QUESTION.model_copy(update={"why": "Because.", "num_seeds": 9})
    assert hash_question(same) == hash_question(QUESTION)
    assert hash_question(QUESTION.broken()) != hash_question(QUESTION)
    claim = QUESTION.claims[0].model_copy(update={"margin": 0.2})
    assert hash_question(QUESTION.model_copy(update={"claims": (claim,)})) != hash_question(QUESTION)


def test_each_name_has_seeds_of_its_own_everywhere():
    assert (first_seed(""), first_seed("Ada"), first_seed("ADA")) == (0, 735200, 735200)
    starts = {first_seed(f"learner {place}") for place in range(30)}
    assert len(starts) >= 29
    assert all(start % 100 == 0 and 100 <= start <= 1_000_000 for start in starts)


def test_kept_files_are_read_again_and_damaged_ones_named(runs):
    ask(runs, "Ada")
    folder, record = ClassFolder(runs.runs_dir), read_learner(runs, "Ada")
    assert folder.read() == ([], [])
    path = folder.keep(record)
    folder.keep(record)
    assert folder.read() == ([record], [])
    assert read_record(path) == record
    (path.parent / "broken.json").write_text("{")
    records, problems = folder.read()
    assert records == [record]
    assert problems == ["broken.json: not JSON; allowed: a file that a learner exported"]
    assert runs.list_runs(), "the runs are listed beside that folder"
    folder.forget()
    assert folder.read() == ([], [])


def test_the_page_holds_all_and_loads_nothing(runs):
    ask(runs, "Ada <b>", predictions={0: "supported"}, confidences={0: 80})
    page = draw_page(read_learner(runs, "Ada <b>"))
    assert "Ada &lt;b&gt;" in page
    assert "<b>" not in page
    assert 'Predicted: &quot;fast&quot; is better, 80 % sure <span class="right">' in page
    assert "Supported here: fast is +10." in page
    assert "Of 1 predictions that these runs decide, 1 were right." in page
    assert f"40.0 % (seed {first_seed('Ada <b>')})" in page
    assert "width=device-width" in page
    assert not {"http", "src=", "<script", "@import"} & {
        word for word in ("http", "src=", "<script", "@import") if word in page
    }


def test_the_command_writes_what_the_class_reads(runs, tmp_path, capsys):
    ask(runs, "Ada", predictions={0: "supported"}, confidences={0: 80})
    where = ["--runs-dir", str(runs.runs_dir)]
    assert main(["learner", "Ada", "--export", str(tmp_path / "ada.json"), *where]) == 0
    assert main(["learner", "ada", "--export", str(tmp_path / "ada.html"), *where]) == 0
    assert "<!doctype html>" in (tmp_path / "ada.html").read_text()
    capsys.readouterr()
    assert main(["class", str(tmp_path / "ada.json"), str(tmp_path / "ada.json"), "--json"]) == 0
    out = capsys.readouterr().out
    assert 'Ada expected "fast" is better, 80 % sure.' in out
    facts = json.loads(out.splitlines()[-1])
    (claim,) = facts["lessons"][0]["claims"]
    assert (claim["num_seeds"], claim["num_copies"], claim["verdict"]) == (2, 0, "supported")
    assert facts["calibration"][0]["num_right"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["learner", "Eve"], "learner 'Eve' asked nothing here; allowed: Ada"),
        (
            ["learner", "Ada", "--export", "ada.txt"],
            "--export 'ada.txt' is not allowed; allowed: a file that ends in .json",
        ),
        (["learner", "Ada", "--export", "/proc/ada.json"], "--export '/proc/ada.json' cannot be written"),
        (["learner", " "], "name = '' is not allowed"),
    ],
)
def test_what_the_command_cannot_do_is_said_in_a_line(runs, capsys, arguments, words):
    ask(runs, "Ada")
    assert main([*arguments, "--runs-dir", str(runs.runs_dir)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_file_that_is_no_record_pools_nothing(tmp_path, capsys):
    (tmp_path / "x.json").write_text("[]")
    assert main(["class", str(tmp_path / "x.json"), "--json"]) == 2
    assert main(["class", str(tmp_path / "none.json")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "x.json: schema = list" in captured.err
    assert "none.json cannot be read" in captured.err

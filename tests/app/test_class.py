"""Learners on one server, and what a class hands in: records, the wall, and predictions held against it."""

import json

import pytest

from cifar_core.experiments import ExperimentStore, list_lessons
from cifar_core.experiments.class_folder import ClassFolder
from cifar_core.experiments.learners import first_seed, read_learner, write_record
from dashboard.lessons import handed_in
from tests.app.driving import labels, press
from tests.app.reading import bars, dot_charts, labelled, texts
from tests.app.test_lessons import end

NAME = "batch-norm"
ARMS = ("without", "with batch norm")


@pytest.fixture(autouse=True)
def _no_probe(monkeypatch):
    monkeypatch.setattr("dashboard.session.pacing.find_derived", lambda *of: None)


@pytest.fixture
def experiments(lab):
    return ExperimentStore(lab.store)


def ask(lab, experiments, learner, gains, prediction="supported", sure=None, seed=None):
    """An experiment of a learner whose runs have ended: by pair of runs, by how much batch norm was better."""
    experiment = experiments.start(
        list_lessons()[NAME],
        num_seeds=len(gains),
        predictions={0: prediction},
        confidences={} if sure is None else {0: sure},
        learner=learner,
        first_seed=first_seed(learner) if seed is None else seed,
    )
    for gain, first, second in zip(gains, *(experiment.runs[arm].values() for arm in ARMS), strict=True):
        end(lab, first, 0.4)
        end(lab, second, 0.4 + gain)
    return experiment


def test_a_name_is_given_once_and_kept_with_what_one_asks(open_page, experiments):
    at = open_page("Lessons", lesson=NAME, predicted="s")
    labelled(at.text_input, "Your name").set_value("  Ada  L. ").run()
    assert at.query_params["learner"] == "Ada L."
    at.get("button_group")
    labelled(at.button, "Run it").click().run()
    (experiment,) = experiments.list_experiments()
    assert experiment.learner == "Ada L."
    first = first_seed("Ada L.")
    assert experiment.seeds == [*range(first, first + list_lessons()[NAME].num_seeds)]


def test_how_sure_one_is_goes_with_the_prediction(open_page, experiments):
    at = open_page("Lessons", lesson="convolution", predicted="sn", sure="80,")
    labelled(at.button, "Run it").click().run()
    (experiment,) = experiments.list_experiments()
    assert (experiment.predictions, experiment.confidences) == ({0: "supported", 1: "no difference"}, {0: 80})
    assert "sure" not in at.query_params
    at = open_page("Lessons", lesson="convolution", experiment="new", sure="81,x")
    assert not at.exception


def test_a_name_that_cannot_be_is_said(open_page):
    at = open_page("Lessons", learner="x" * 41)
    assert "is not allowed; allowed: 1 to 40 letters" in at.warning[0].value


def test_the_list_shows_what_this_learner_did(open_page, lab, experiments):
    ask(lab, experiments, "Bob", (0.1, 0.11, 0.12))
    said = texts(open_page("Lessons"))
    assert "Supported. You predicted 1 of the 1 decided." in said
    said = texts(open_page("Lessons", learner="Ada"))
    assert "Supported" not in said
    assert "Marks and verdicts are of what Ada asked." in said
    said = texts(open_page("Lessons", learner="bob"))
    assert "Supported. You predicted 1 of the 1 decided." in said


def test_a_learner_predicts_before_the_answers_of_others_are_shown(open_page, lab, experiments):
    theirs = ask(lab, experiments, "Bob", (0.1, 0.11, 0.12))
    at = open_page("Lessons", lesson=NAME, learner="Ada")
    assert "Run it" in labels(at)
    at = open_page("Lessons", lesson=NAME, learner="Ada", experiment=theirs.id)
    assert "Supported here" in texts(at)


def test_what_one_did_is_listed_and_taken_along(open_page, lab, experiments):
    assert "Say who you are" in open_page("Lessons", room="mine").info[0].value
    ask(lab, experiments, "Ada", (0.1, 0.11, 0.12), prediction="contradicted", sure=90)
    at = open_page("Lessons", room="mine", learner="Ada")
    said = texts(at)
    assert f"**1 of {len(list_lessons())}** lessons are answered." in said
    assert "Of your 1 predictions that your runs decide, **0** came true." in said
    assert 'You said "without" is better, 90 % sure: it is otherwise.' in said
    assert {"For your class", "As a page to read"} <= {button.proto.label for button in at.get("download_button")}
    assert "has asked nothing here yet" in open_page("Lessons", room="mine", learner="Eve").info[0].value


def test_learners_of_one_server_are_pooled(open_page, lab, experiments):
    ask(lab, experiments, "Ada", (0.1, 0.11, 0.12), sure=90)
    ask(lab, experiments, "Bob", (0.09, 0.1, 0.1), prediction="no difference", sure=60)
    ask(lab, experiments, "", (0.1, 0.1), prediction="supported")
    at = open_page("Lessons", room="class")
    said = texts(at)
    assert "8 seeds)." in said
    assert "Supported here: with batch norm is +10" in said
    assert "**What was expected**: 2 of 3 were right." in said
    assert "**2 of 3** predictions came true" in said
    arms, wall = dot_charts(at)
    assert [(row["name"], len(row["dots"])) for row in arms["rows"]] == [("without", 8), ("with batch norm", 8)]
    rows = [(row["name"], len(row["dots"]), row["interval"] is None) for row in wall["rows"]]
    own = [("without a name ✓", 2, True), ("Bob ✗", 3, True), ("Ada ✓", 3, True)]
    assert sorted(rows[:3]) == sorted(own)
    assert rows[3] == ("all together", 0, False)
    guesses = [
        ("without better", [], ["0"]),
        ("no difference", [], ["1"]),
        ("with batch norm better", ["so it is"], ["2"]),
    ]
    assert bars(at) == guesses
    tables = [frame.value for frame in at.dataframe]
    assert tables[1]["By learner"].tolist() == ["Ada", "Bob", "without a name"]
    assert tables[1]["Came true"].tolist() == ["1 of 1", "0 of 1", "1 of 1"]
    assert tables[2]["Came true"].tolist() == ["0 of 1", "1 of 1"]


def test_equal_runs_of_equal_seeds_are_said_to_count_once(open_page, lab, experiments):
    for learner in ("Ada", "Bob", "Cem"):
        ask(lab, experiments, learner, (0.1, 0.11, 0.12), seed=0)
    said = texts(open_page("Lessons", room="class"))
    assert "3 seeds)." in said
    assert "6 pairs of runs equal another learner's of the same seed to the bit: copies, not evidence" in said


def test_an_empty_class_says_how_to_fill_it(open_page):
    assert "Nothing to show yet" in open_page("Lessons", room="class").info[0].value


class File:
    """What Streamlit's uploader gives."""

    def __init__(self, name, content):
        self.name, self._content = name, content

    def getvalue(self):
        return self._content


def test_files_are_pooled_in_the_visit_and_kept_if_wanted(open_page, lab, experiments, monkeypatch):
    ask(lab, experiments, "Ada", (0.1, 0.11, 0.12))
    content = write_record(read_learner(lab.store, "Ada")).encode()
    tree = json.loads(content)
    tree["learner"], tree["experiments"][0]["id"] = "Zoe", "elsewhere"
    seeds = {str(seed): str(seed + 50) for seed in experiments.list_experiments()[0].seeds}
    text = json.dumps(tree)
    for old, new in seeds.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    files = [File("zoe.json", text.encode()), File("bad <b>.json", b"{")]
    monkeypatch.setattr(handed_in.st, "file_uploader", lambda *args, **kwargs: None)
    monkeypatch.setattr(handed_in.state, "widget_value", lambda key: files)
    at = open_page("Lessons", room="class")
    box = next(each for each in at.expander if "files" in each.label)
    assert (box.label, box.proto.expanded) == ("Learners' files: 1 of this visit", True), (
        "what is to be done is in view"
    )
    assert "bad \\<b>.json: not JSON; allowed: a file that a learner exported" in at.error[0].value
    assert "6 seeds)." in texts(at)
    folder = ClassFolder(lab.store.runs_dir)
    assert folder.read() == ([], [])
    press(at, "Keep them beside the runs")
    assert "6 seeds)." in texts(at)
    assert "copies, not evidence" not in texts(at), "what is kept counts once in the visit that brought it"
    assert [record.learner for record in folder.read()[0]] == ["Zoe"]
    files.clear()
    assert "6 seeds)." in texts(open_page("Lessons", room="class"))
    at = open_page("Lessons", room="class")
    press(at, "Take them away")
    assert "3 seeds)." in texts(at)
    assert folder.read() == ([], [])

"""python -m pytest tests/app/test_labels.py. Labels: doubts, verdicts, people beside the network, and the game."""

import json

import numpy as np
import pytest

from cifar_core.data import Dataset, DownloadError, DownloadProgress, load_dataset
from cifar_core.evaluation import Predictions, save_predictions
from cifar_core.labels.known import VOTES
from cifar_core.labels.published import PEOPLE, VERDICTS, Published
from cifar_core.labels.verdicts import VerdictStore
from cifar_core.overrides import with_overrides
from cifar_core.selections import SelectionStore
from dashboard.components import Judged
from dashboard.labels import fetch_view, marks
from tests.app.driving import labels, press, save_weights
from tests.app.reading import galleries, texts, unpack
from tests.app.test_opening import BUTTON

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NUM_TRAIN = 400


@pytest.fixture
def run_id(lab):
    run_id = lab.complete("hare")
    save_weights(lab.record(run_id))
    return run_id


@pytest.fixture
def photographs(tmp_path, monkeypatch, own_folders):
    """A dataset as large as CIFAR-10's test images and as empty as memory allows, and files that speak of it."""
    classes = np.tile(np.arange(10), (NUM_TRAIN + 10_000) // 10)
    images = np.broadcast_to(np.zeros(1, np.uint8), (len(classes), 3, 32, 32))
    dataset = Dataset(images, classes, NAMES, NUM_TRAIN, "cifar10-unverified", fingerprint="f")
    monkeypatch.setattr("dashboard.session.cache.load_dataset", lambda data_dir: dataset)
    monkeypatch.setenv("CIFAR_PEOPLE_DIR", str(tmp_path / "people"))
    monkeypatch.setattr(Published, "is_original", lambda published, content: content != b"other")
    (tmp_path / "people").mkdir()
    return dataset


@pytest.fixture
def people_dir(photographs, tmp_path):
    """Five votes each on three labels; and people who all say the label, but of every hundredth image most the next."""
    folder, test = tmp_path / "people", photographs.labels[NUM_TRAIN:]
    entries = [
        {
            "id": place,
            "given_original_label": int(test[place]),
            "our_guessed_label": int((test[place] + 1) % 10),
            "mturk": dict(zip(VOTES, votes, strict=True)),
        }
        for place, votes in ((3, (1, 4, 0, 0)), (14, (2, 1, 1, 1)), (25, (5, 0, 0, 0)))
    ]
    (folder / VERDICTS.name).write_text(json.dumps(entries))
    counts = np.zeros((10_000, 10), np.int64)
    counts[np.arange(10_000), test] = 50
    hard = np.arange(0, 10_000, 100)
    counts[hard, test[hard]], counts[hard, (test[hard] + 1) % 10] = 10, 40
    np.save(folder / PEOPLE.name, counts)
    return folder


@pytest.fixture
def tested(lab, run_id, photographs):
    """The run's predictions of all test images: every fourth is taken for the next class."""
    test = photographs.labels[NUM_TRAIN:]
    preds = np.where(np.arange(10_000) % 4 == 0, (test + 1) % 10, test)
    predictions = Predictions(4 * np.eye(10, dtype=np.float32)[preds], test, NUM_TRAIN + np.arange(10_000))
    save_predictions(lab.record(run_id).files.predictions_path("test", "best"), predictions)
    return run_id


@pytest.fixture
def doubts(monkeypatch):
    """What heads say of the practice set's first 1,000 images: the first sixty are doubted, less and less."""
    dataset = load_dataset()
    train = np.arange(1000)
    given = dataset.labels[train]
    probs = np.full((1000, 10), 0.01)
    probs[train, given] = 0.91
    first = np.arange(60)
    probs[first, given[first]], probs[first, (given[first] + 1) % 10] = 0.001 * first + 0.02, 0.8
    arrays = {"train": train, "labels": given.copy(), "probs": probs}
    monkeypatch.setattr("dashboard.labels.doubted_view.find_derived", lambda *of: arrays)
    return arrays


def judging(at):
    """What is to be judged, as sent."""
    headers = [unpack(element.proto.bytes)[0] for element in at.get("bidi_component") if element.proto.bytes]
    return next(header for header in headers if "suggested" in header)


def hunted(at):
    headers = [unpack(element.proto.bytes)[0] for element in at.get("bidi_component") if element.proto.bytes]
    return next(header for header in headers if "revealed" in header)


@pytest.mark.parametrize("view", ["Doubted", "Game"])
def test_without_a_run_a_button_trains_one(open_page, view):
    assert BUTTON in labels(open_page("Labels", labels=view))


def test_while_doubts_are_computed_it_says_how(open_page, run_id):
    assert "fitted five times" in texts(open_page("Labels", run=run_id))


def test_doubted_labels_are_ranked_with_both_labels(open_page, run_id, doubts):
    at = open_page("Labels", run=run_id)
    said = texts(at)
    assert "**60 of 1,000 training labels are doubted**" in said
    assert "97.6 %" in said
    assert "You have judged none of the 60 yet." in said
    sent = judging(at)
    assert sent["ids"] == list(range(48))
    assert sent["given"] == doubts["labels"][:48].tolist()
    assert sent["suggested"] == ((doubts["labels"][:48] + 1) % 10).tolist()
    assert judging(open_page("Labels", run=run_id, doubted_page="2"))["ids"] == list(range(48, 60))


def test_of_a_run_that_trained_with_noise_the_precision_is_counted(open_page, lab, doubts, monkeypatch):
    run_id = lab.complete("noisy", with_overrides(lab.config, {"data.label_noise": 0.1}))
    save_weights(lab.record(run_id))
    doubts["labels"][:45] = (doubts["labels"][:45] + 1) % 10
    doubts["probs"][:45] = np.roll(doubts["probs"][:45], 1, axis=1)
    said = texts(open_page("Labels", run=run_id))
    assert "trained with 10 % of its labels replaced" in said
    assert "of the first 60, 45 are replaced ones (75.0 %" in said


def test_marks_are_kept_counted_shown_and_put_aside(open_page, run_id, doubts, tmp_path):
    dataset = load_dataset()
    judged = [Judged(0, "wrong", 4), Judged(1, "right", None), Judged(2, "wrong", 6), Judged(3, "wrong", 1)]
    assert marks.keep_marks(dataset, dataset.labels, [*judged, Judged(3, "", None)])
    at = open_page("Labels", run=run_id)
    assert "You have judged 3 of 60: 2 wrong, 1 right." in texts(at)
    assert "67 % are wrong (95 % interval 21 to 94)" in texts(at)
    assert judging(at)["judgements"][:5] == ["wrong", "right", "wrong", "", ""]
    assert judging(at)["shown"][:3] == [4, None, 6]
    only = judging(open_page("Labels", run=run_id, doubted="wrong"))
    assert only["ids"] == [0, 2]
    assert 0 not in judging(open_page("Labels", run=run_id, doubted="not judged yet"))["ids"]

    frame = marks.marked_frame(marks.find_marks(dataset, dataset.labels), dataset.labels, dataset.class_names)
    assert frame["verdict"].tolist() == ["wrong", "right", "wrong"]
    assert frame["shows"].tolist() == [dataset.class_names[4], "", dataset.class_names[6]]


def test_marks_that_cannot_be_read_are_said_and_left_alone(open_page, run_id, doubts, tmp_path):
    dataset = load_dataset()
    VerdictStore(tmp_path / "runs", dataset.fingerprint).decide([1], "right")
    path = tmp_path / "runs" / "verdicts" / f"{dataset.fingerprint}.json"
    path.write_text("{")
    at = open_page("Labels", run=run_id)
    assert any("is damaged" in error.value for error in at.error)
    assert path.read_text() == "{"


@pytest.mark.parametrize("view", ["Known", "People"])
def test_nobody_judged_the_practice_set(open_page, run_id, view):
    at = open_page("Labels", run=run_id, labels=view)
    assert "nobody judged it" in at.info[0].value
    assert "Get CIFAR-10" in [link.proto.label for link in at.main.get("page_link")]


@pytest.mark.parametrize(("view", "published"), [("Known", VERDICTS), ("People", PEOPLE)])
def test_a_file_that_is_missing_is_offered_with_its_licence(
    open_page, run_id, photographs, tmp_path, monkeypatch, view, published
):
    def fetch(which, data_dir, *, on_progress, should_stop):
        on_progress(DownloadProgress(10, 100, 1.0))
        raise DownloadError(f"its checksum is 00, not {which.sha256[:4]}; the file was removed")

    monkeypatch.setattr(fetch_view, "fetch_published", fetch)
    at = open_page("Labels", run=run_id, labels=view)
    assert published.licence in at.info[0].value
    assert published.name in at.info[0].value
    button = next(label for label in labels(at) if label.startswith(f"Download {published.name}"))
    press(at, button)
    fetch_view._job(tmp_path / "nowhere", published).join(5)
    for _ in range(50):
        if at.error:
            break
        at.run()
    assert "its checksum is 00" in at.error[0].value
    assert any(label.startswith("Try again") for label in labels(at))


def test_a_file_of_another_checksum_is_refused_with_the_reason(open_page, run_id, people_dir):
    for view, published in (("Known", VERDICTS), ("People", PEOPLE)):
        (people_dir / published.name).write_bytes(b"other")
        at = open_page("Labels", run=run_id, labels=view)
        assert "is not the published file: its SHA-256 begins with" in at.error[0].value
        assert any(label.startswith(f"Download {published.name}") for label in labels(at))


def test_known_verdicts_are_shown_and_mark_other_galleries(open_page, tested, people_dir):
    at = open_page("Labels", run=tested, labels="Known")
    assert "judged **3 test labels**" in texts(at)
    (shown,) = galleries(at)
    assert shown["ids"] == [NUM_TRAIN + 3, NUM_TRAIN + 14]
    assert "5 people: 1 cat, 4 deer" in shown["captions"][0]
    assert shown["badges"] == ["?", "?"]
    kept = galleries(open_page("Labels", run=tested, labels="Known", votes="kept"))[0]
    assert (kept["ids"], kept["badges"]) == ([NUM_TRAIN + 25], [])
    explored = galleries(open_page("Explore", split="test"))[0]
    assert [place for place, badge in enumerate(explored["badges"]) if badge] == [3, 14]
    assert "Disputed label, 5 people: 1 cat, 4 deer" in explored["captions"][3]
    opened = open_page("Explore", split="test", image=str(NUM_TRAIN + 3))
    assert "Disputed label] 5 people: 1 cat, 4 deer" in texts(opened)
    wrong = galleries(open_page("Errors", run=tested, on="test", which="all"))[0]
    assert wrong["badges"][wrong["ids"].index(NUM_TRAIN + 14)] == "?" if NUM_TRAIN + 14 in wrong["ids"] else True


def test_the_disputed_ones_become_a_filter_of_errors(open_page, tested, people_dir, tmp_path):
    at = open_page("Labels", run=tested, labels="Known")
    press(at, "Only disputed ones on Errors")
    assert at.header[0].value == "Errors"
    (selection,) = SelectionStore(tmp_path / "runs").all()
    assert selection.images.indices.tolist() == [NUM_TRAIN + 3, NUM_TRAIN + 14]
    assert (at.query_params["selection"], at.query_params["on"]) == (selection.id, "test")


def test_the_card_tells_test_three_ways(open_page, tested, people_dir):
    said = texts(open_page("Errors", run=tested, show="Score card"))
    for line in ("Test less disputed labels", "Test, labels corrected"):
        assert line in said


def test_people_beside_the_network(open_page, tested, people_dir, lab):
    at = open_page("Labels", run=tested, labels="People", people="Mistakes")
    said = texts(at)
    assert "**99.2 %**" in said, "one person alone: 1 of 100 images at 10 of 50"
    assert "**99.0 %**" in said, "most people"
    assert "Of its **2,500** mistakes **2,400** (96 %)" in said
    assert "On **100** (4.0 %) most people err, too" in said
    at.session_state["labels_pile_aside"] = True
    at.run()
    assert "2,400 images, hare beside people." in texts(at), "where a selection of them comes from"
    piles = galleries(
        open_page("Labels", run=tested, labels="People", people="Mistakes", people_pile="Wrong, but people too")
    )
    assert set(piles[0]["ids"]) == set((NUM_TRAIN + np.arange(0, 10_000, 100)).tolist())
    assert piles[0]["labels"][0].endswith("people\N{NO-BREAK SPACE}20\N{NO-BREAK SPACE}%")
    assert lab.record(tested).test_readings() == 3, "the run's end, and two sessions"


def test_the_matrix_is_of_network_minus_people(open_page, tested, people_dir):
    at = open_page("Labels", run=tested, labels="People", people="Matrix")
    assert "in 50.0 % of such images, people in 0.0 %: +50.0 points" in texts(at)
    assert "take airplane for automobile (8.0 % of their answers; the network 50.0 %)" in texts(at)
    other = open_page("Labels", run=tested, labels="People", people="Matrix", people_cell="ship,truck")
    assert "**ship called truck** by the network: 500 images" in texts(other)
    open_page("Labels", run=tested, labels="People", people="Matrix", people_cell="x,y")


def test_doubts_are_set_against_each_other(open_page, tested, people_dir):
    at = open_page("Labels", run=tested, labels="People", people="Doubt")
    assert "Where all people agree (9,900 images)" in texts(at)
    assert "(100)" in texts(at)


def test_the_quiz_is_told_of_beside_all_others(open_page, tested, people_dir, photographs):
    at = open_page("Labels", run=tested, labels="People")
    assert "Name twenty images" in texts(at)
    answers = "3" * 20
    at = open_page("Labels", run=tested, labels="People", quiz="4", answers=f"a{answers}-42")
    assert " in 42 s, 2.1 s an image" in texts(at)
    (shown,) = galleries(at)
    assert len(shown["ids"]) == 20
    mine = [photographs.labels[index] == 3 for index in shown["ids"]]
    assert shown["tones"] == ["right" if is_right else "wrong" for is_right in mine]
    press(at, "Another twenty")
    assert at.query_params["quiz"] == "5"
    assert "answers" not in at.query_params
    for damaged in ("a333-4", "x", "3" * 20, f"h{answers}-42"):
        assert "Name twenty images" in texts(open_page("Labels", run=tested, labels="People", answers=damaged))


def test_a_link_that_hides_test_hides_people_beside_the_network(open_page, tested, people_dir, lab):
    at = open_page("Labels", run=tested, labels="People", lock="parts:test")
    assert "hides test" in at.info[0].value
    assert lab.record(tested).test_readings() == 1


def test_the_game_tells_nothing_before_it_is_over(open_page, run_id):
    at = open_page("Labels", run=run_id, labels="Game", game="3")
    assert "**8 wrong labels** that are planted" in texts(at)
    assert hunted(at)["revealed"] is None


def test_the_game_counts_you_against_the_ranking(open_page, run_id):
    at = open_page("Labels", run=run_id, labels="Game", game="3", flagged="ff")
    revealed = hunted(at)["revealed"]
    assert revealed["flagged"] == list(range(8))
    found = len(set(revealed["planted"]) & set(range(8)))
    theirs = len(set(revealed["planted"]) & set(revealed["others"]))
    assert len(revealed["others"]) == 8
    assert f"With 8 clicks you found **{found} of 8**" in texts(at)
    assert f"the ranking **{theirs}**" in texts(at)
    press(at, "Again, with other images")
    assert (at.query_params["game"], "flagged" in at.query_params) == ("4", False)
    nothing = open_page("Labels", run=run_id, labels="Game", flagged="0")
    assert "You pointed at nothing" in texts(nothing)
    assert hunted(nothing)["revealed"]["others"] == []

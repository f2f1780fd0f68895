"""python -m pytest tests/unit/test_cli_data.py. What taught an answer, which labels are doubted, what images endure."""

import json
from itertools import pairwise

import numpy as np
import pytest

from cifar_core.cli import main
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, labels_for_training, splits_of
from cifar_core.evaluation.predictions import Predictions, save_predictions
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.status import change_status
from cifar_core.selections import SelectionStore, create_selection
from cifar_core.training.checkpoint import Progress, save_checkpoint
from tests.unit.runs_helpers import IdleExecutor

SETTINGS = {
    "model.width": 4,
    "model.hidden_size": 16,
    "training.device": "cpu",
    "training.precision": "float32",
    "data.label_noise": 0.05,
}


@pytest.fixture(scope="module")
def dataset():
    """Ten classes of 60 training and 10 test images, told apart by their colours."""
    generator = np.random.default_rng(0)
    labels = np.tile(np.arange(10), 70).astype(np.int64)
    colours = generator.uniform(40, 215, (10, 3))
    noise = generator.normal(size=(700, 3, 32, 32)) * 12
    images = np.clip(colours[labels][:, :, None, None] + noise, 0, 255).astype(np.uint8)
    return Dataset(images, labels, tuple(f"kind{index}" for index in range(10)), 600, "practice")


@pytest.fixture
def run(tmp_path, dataset, monkeypatch):
    """A run whose network was never trained: even so its features tell colours apart."""
    for module in ("choosing", "influencing", "labelling", "enduring"):
        monkeypatch.setattr(f"cifar_core.cli.{module}.load_dataset", lambda data_dir: dataset)
    monkeypatch.setattr("cifar_core.runs.submission.load_dataset", lambda data_dir: dataset)
    config = with_overrides(RunConfig(), SETTINGS)
    run_dir = tmp_path / "runs" / RunStore(tmp_path / "runs", IdleExecutor()).submit(config)
    files, classifier = RunFiles(run_dir), create_classifier(config, mean=(0.5,) * 3, std=(0.2,) * 3)
    save_checkpoint(files.checkpoint_path("best"), config, classifier, Progress(epoch=1, best_epoch=1))
    for split, name in (("val", 1), ("test", "best")):
        indices = splits_of(dataset, config.data).indices(split)
        files.predictions_path(split, name).parent.mkdir(exist_ok=True)
        save_predictions(
            files.predictions_path(split, name), predict(classifier, dataset.images, dataset.labels, indices)
        )
    change_status(run_dir, status="completed", epoch=1, best_epoch=1)
    return run_dir


def ask(capsys, *arguments):
    capsys.readouterr()
    assert main([*map(str, arguments), "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_influence_names_images_of_the_class_and_what_would_be_without_them(run, dataset, capsys, tmp_path):
    index = int(splits_of(dataset, RunConfig().data).test[3])
    facts = ask(capsys, "influence", run.name, index, "--top", 30)
    assert (facts["split"], facts["label"], facts["predicted"]) == ("test", "kind3", "kind3")
    assert sum(facts["probs"].values()) == pytest.approx(1, abs=1e-5)
    (answer,) = facts["answers"]  # predicted and true are one class
    helpful = answer["helpful"]
    assert len(helpful) == 30
    assert np.mean([each["label"] == "kind3" for each in helpful[:20]]) > 0.9
    assert all(first["score"] >= second["score"] > 0 for first, second in pairwise(helpful))
    assert all(each["score"] < 0 for each in answer["harmful"])
    made = create_selection("threes", [each["index"] for each in helpful])
    SelectionStore(tmp_path / "runs").save(made)
    without = ask(capsys, "influence", run.name, index, "--without", "threes")["without"]
    assert (without["selection"], without["num_images"]) == ("threes", 30)
    assert without["before"]["kind3"] == pytest.approx(facts["probs"]["kind3"], abs=1e-6)
    assert without["after"]["kind3"] < without["before"]["kind3"] - 0.001


def test_an_image_that_trained_is_told_apart_from_the_others(run, dataset, capsys):
    train = splits_of(dataset, with_overrides(RunConfig(), SETTINGS).data).train
    answer = ask(capsys, "influence", run.name, train[0], "--target", "kind1")["answers"][0]
    assert answer["class"] == "kind1"
    assert answer["of_itself"] is not None
    assert train[0] not in [each["index"] for name in ("helpful", "harmful") for each in answer[name]]


def test_labels_find_planted_noise_and_make_a_selection_of_it(run, dataset, capsys, tmp_path):
    config = with_overrides(RunConfig(), SETTINGS)
    planted = np.flatnonzero(labels_for_training(dataset, config.data) != dataset.labels)
    facts = ask(capsys, "labels", run.name, "--top", 20, "--select", "doubted")
    found = [row["index"] for row in facts["labels"]]
    assert len(planted) == 27
    assert np.isin(found, planted).mean() > 0.9
    suggested = [row["suggested"] == dataset.class_names[dataset.labels[row["index"]]] for row in facts["labels"]]
    assert np.mean(suggested) > 0.9
    kept = SelectionStore(tmp_path / "runs").get("doubted")
    assert kept.images.indices.tolist() == sorted(found)
    assert "of train that run" in kept.origin
    assert facts["labels"][0]["verdict"] is None
    ask(capsys, "verdict", found[0], "--label", "wrong", "--shows", "kind2")
    assert ask(capsys, "verdict", found[0])["shows"] == "kind2"
    assert ask(capsys, "labels", run.name, "--top", 1)["labels"][0]["verdict"] == "wrong"
    ask(capsys, "verdict", found[0], "--label", "right", "--given", dataset.class_names[dataset.labels[found[0]]])
    assert ask(capsys, "labels", run.name, "--top", 1)["labels"][0]["verdict"] is None, "it trained with another label"


def test_labels_of_test_are_by_its_predictions_and_counted(run, capsys):
    store = RunStore(run.parent)
    before = store.record(run.name).test_readings()
    facts = ask(capsys, "labels", run.name, "--split", "test")
    assert "accuracies" not in facts  # nobody has published votes on these images
    assert store.record(run.name).test_readings() == before + 1
    assert ask(capsys, "labels", run.name, "--split", "val")["num_suspects"] == 0  # an untrained network doubts nothing


def test_robustness_is_a_table_and_a_look_at_test_is_counted(run, dataset, capsys):
    facts = ask(capsys, "robustness", run.name, "--num-images", 20)
    assert facts["num_images"] == 20
    assert facts["test_readings"] == 0
    assert len(facts["corruptions"]) == 15
    means = [corruption["mean"] for corruption in facts["corruptions"]]
    assert facts["mean_corruption_error"] == pytest.approx(1 - np.mean(means))
    assert all(len(corruption["accuracies"]) == 5 for corruption in facts["corruptions"])
    assert ask(capsys, "robustness", run.name, "--num-images", 20, "--split", "test")["test_readings"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["influence", "{run}", "700"], "index 700 is not allowed; allowed: 0 to 699"),
        (["influence", "{run}", "3", "--target", "cow"], "--target 'cow' is no class; allowed: kind0"),
        (["influence", "{run}", "3", "--without", "none"], "selection 'none' does not exist"),
        (["influence", "{run}", "3", "--epoch", "last"], "has no last weights"),
        (["influence", "20990101-0000-no-run", "3"], "20990101-0000-no-run"),
        (["verdict", "3", "--label", "maybe"], "--label 'maybe'"),
        (["verdict", "3", "--label", "wrong", "--shows", "cow"], "--shows 'cow' is no class"),
        (["verdict", "700"], "index 700 is not allowed"),
        (["robustness", "{run}", "--num-images", "3"], "--num-images '3'"),
    ],
)
def test_bad_input_is_one_line(run, arguments, words, capsys):
    assert main([word.format(run=run.name) for word in arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert words in error
    assert len(error.splitlines()) == 1


@pytest.fixture
def people(tmp_path, monkeypatch):
    """A dataset as large as CIFAR-10's test images, a run that takes every fourth for the next class, and people."""
    labels = np.tile(np.arange(10), 1004).astype(np.int64)
    images = np.broadcast_to(np.zeros(1, np.uint8), (len(labels), 3, 32, 32))
    dataset = Dataset(images, labels, tuple("abcdefghij"), 40, "cifar10-unverified", fingerprint="f")
    monkeypatch.setattr("cifar_core.cli.peopling.load_dataset", lambda data_dir: dataset)
    monkeypatch.setattr("cifar_core.runs.submission.load_dataset", lambda data_dir: dataset)
    monkeypatch.setattr("cifar_core.labels.published.Published.is_original", lambda published, content: True)
    run_id = RunStore(tmp_path / "runs", IdleExecutor()).submit(RunConfig())
    path = RunFiles(tmp_path / "runs" / run_id).predictions_path("test", "best")
    path.parent.mkdir(exist_ok=True)
    test = labels[40:]
    preds = np.where(np.arange(10_000) % 4 == 0, (test + 1) % 10, test)
    save_predictions(path, Predictions(4 * np.eye(10, dtype=np.float32)[preds], test, 40 + np.arange(10_000)))
    return run_id, 50 * np.eye(10, dtype=np.int64)[test]


def test_a_run_is_held_against_people_who_looked(people, capsys, tmp_path, monkeypatch):
    run_id, counts = people
    assert main(["people", run_id]) == 2
    assert "It is not part of this project: get it from https:" in capsys.readouterr().err

    def fetch(published, data_dir, on_progress):
        data_dir.mkdir(exist_ok=True)
        np.save(data_dir / published.name, counts) if published.name.endswith("npy") else None

    monkeypatch.setattr("cifar_core.cli.peopling.fetch_published", fetch)
    facts = ask(capsys, "people", run_id, "--download")
    assert (facts["one_person"], facts["most_people"], facts["network"]["value"]) == (1, 1, 0.75)
    assert facts["mistakes"]["where_unanimous"] == 2_500
    assert facts["gaps"][0] | {"label": "", "named": ""} == {"label": "", "named": "", "network": 0.5, "people": 0}
    assert RunStore(tmp_path / "runs").record(run_id).test_readings() == 1

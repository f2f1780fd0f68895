"""What else than accuracy a claim can be about."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, recall_score

from cifar_core.data import CIFAR10_CLASS_NAMES
from cifar_core.evaluation import PredictionsError, as_saved, save_predictions
from cifar_core.experiments.measures import parse_measure, read_measure
from tests.unit.predictions_helpers import make_predictions

CAT, DOG = (CIFAR10_CLASS_NAMES.index(name) for name in ("cat", "dog"))


def test_measures_agree_with_sklearn():
    predictions = make_predictions(bias=1.0)
    truth, said = predictions.targets, predictions.preds
    shares = confusion_matrix(truth, said, labels=range(10), normalize="true")
    assert parse_measure("accuracy").compute(predictions) == np.mean(truth == said)
    recall = recall_score(truth, said, labels=[CAT], average=None)[0]
    assert parse_measure("recall:cat").compute(predictions) == pytest.approx(recall)
    assert parse_measure("confusion:cat>dog").compute(predictions) == pytest.approx(shares[CAT, DOG])
    mixed = (shares[CAT, DOG] + shares[DOG, CAT]) / 2
    assert parse_measure("confusion:cat<>dog").compute(predictions) == pytest.approx(mixed)
    with pytest.raises(PredictionsError, match="no image of class 'cat'"):
        parse_measure("recall:cat").compute(make_predictions(classes_present=[0, 1]))


@pytest.mark.parametrize(
    ("text", "words", "more"),
    [
        ("accuracy", "val accuracy", "is better"),
        ("recall:deer", "share of val deer told rightly", "tells more deer rightly"),
        ("confusion:cat>dog", "share of val cats taken for dogs", "takes more cats for dogs"),
        (
            "confusion:cat<>dog",
            "share of val cats and dogs taken for each other",
            "mixes up more cats and dogs",
        ),
    ],
)
def test_measures_have_words(text, words, more):
    measure = parse_measure(text)
    assert (measure.words, measure.more) == (words, more)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("speed", "allowed: accuracy, recall:CLASS"),
        ("recall:", "no such measure"),
        ("recall:lion", "no class 'lion'; allowed: airplane"),
        ("confusion:cat", "no such measure"),
        ("confusion:cat>lion", "no class 'lion'"),
        ("confusion:cat>cat", "another class, or recall:cat"),
    ],
)
def test_what_cannot_be_measured_is_named(text, words):
    with pytest.raises(ValueError, match="allowed") as caught:
        parse_measure(text)
    assert words in str(caught.value)


def test_a_file_is_read_once_until_it_changes(tmp_path, monkeypatch):
    path, predictions = tmp_path / "val-0001.npz", make_predictions(bias=1.0)
    assert read_measure(path, "recall:cat") is None
    save_predictions(path, predictions)
    expected = parse_measure("recall:cat").compute(as_saved(predictions))
    assert read_measure(path, "recall:cat") == expected
    with monkeypatch.context() as patched:
        patched.setattr("cifar_core.experiments.measures.load_predictions", None)
        assert read_measure(path, "recall:cat") == expected
    path.write_bytes(b"PK")
    assert read_measure(path, "recall:cat") is None

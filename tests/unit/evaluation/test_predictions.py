"""python -m pytest tests/unit/evaluation/test_predictions.py"""

import contextlib
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cifar_core.evaluation import (
    Predictions,
    PredictionsError,
    as_saved,
    compute_accuracy,
    compute_loss,
    load_predictions,
    save_predictions,
)


def make_predictions(num_images=200, scale=5.0, seed=0):
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, scale, (num_images, 10)).astype(np.float32)
    return Predictions(logits, generator.integers(0, 10, num_images), np.arange(50_000, 50_000 + num_images))


def assert_equal(left, right):
    for name in ("logits", "targets", "indices"):
        first, second = getattr(left, name), getattr(right, name)
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)


def test_probs_are_a_softmax():
    predictions = make_predictions()
    np.testing.assert_allclose(predictions.probs.sum(axis=1), 1, atol=1e-12)
    expected = np.exp(predictions.logits.astype(np.float64))
    np.testing.assert_allclose(predictions.probs, expected / expected.sum(axis=1, keepdims=True), rtol=1e-12)
    assert predictions.probs.dtype == np.float64
    np.testing.assert_array_equal(predictions.preds, predictions.probs.argmax(axis=1))
    assert predictions.preds.dtype == np.int64


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"logits": np.zeros((0, 10), np.float32)}, r"logits of shape \(0, 10\)"),
        ({"logits": np.zeros((2, 1), np.float32)}, r"logits of shape \(2, 1\)"),
        ({"logits": np.zeros((2, 3))}, "logits of dtype float64; allowed: float32"),
        ({"targets": np.array([0, 1], np.int32)}, "targets of dtype int32; allowed: int64"),
        ({"targets": np.array([0])}, r"targets of shape \(1,\); allowed: \(2,\)"),
        ({"targets": np.array([0, 3])}, "targets from 0 to 3; allowed: 0 to 2"),
        ({"targets": np.array([-1, 2])}, "targets from -1 to 2; allowed: 0 to 2"),
        ({"indices": np.array([0, 1, 2])}, r"indices of shape \(3,\)"),
        ({"indices": np.array([0, -1])}, "indices from -1"),
    ],
)
def test_what_does_not_fit_together_is_refused(fields, match):
    whole = {"logits": np.zeros((2, 3), np.float32), "targets": np.array([0, 2]), "indices": np.array([0, 1])}
    with pytest.raises(PredictionsError, match=match):
        Predictions(**whole | fields)


def test_loading_gives_exactly_what_as_saved_says(tmp_path):
    predictions = make_predictions()
    save_predictions(tmp_path / "val-0001.npz", predictions)
    loaded = load_predictions(tmp_path / "val-0001.npz")
    assert_equal(loaded, as_saved(predictions))
    assert_equal(Predictions(predictions.logits, loaded.targets, loaded.indices), predictions)
    assert compute_loss(loaded) == compute_loss(as_saved(predictions))
    assert compute_accuracy(loaded) == compute_accuracy(predictions)
    assert compute_loss(loaded) == pytest.approx(compute_loss(predictions), rel=1e-3)


def test_file_is_small_and_alone_in_its_folder(tmp_path):
    save_predictions(tmp_path / "val-0001.npz", make_predictions(5000))
    assert [path.name for path in tmp_path.iterdir()] == ["val-0001.npz"]
    assert (tmp_path / "val-0001.npz").stat().st_size < 130_000


rows = arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(2, 5)), elements=st.floats(-3e4, 3e4, width=32))


@settings(max_examples=200)
@given(rows)
def test_rounding_never_changes_the_predicted_class(logits):
    predictions = Predictions(logits, np.zeros(len(logits), np.int64), np.arange(len(logits)))
    saved = as_saved(predictions)
    np.testing.assert_array_equal(saved.preds, predictions.preds)
    np.testing.assert_array_equal(saved.probs.argmax(axis=1), predictions.preds)
    assert np.isfinite(saved.logits).all()
    np.testing.assert_allclose(saved.probs, predictions.probs, atol=2e-3)


def test_winner_by_a_hair_stays_the_winner():
    logits = np.float32([[1.0, 1.00001, 0.0], [1.00001, 1.0, 0.0], [1.0, 1.0, 0.0]])
    assert as_saved(Predictions(logits, np.zeros(3, np.int64), np.arange(3))).preds.tolist() == [1, 0, 0]


def test_scores_of_a_diverged_network_survive_without_warnings(tmp_path):
    logits = np.float32([[np.nan, 0, 1], [np.inf, 0, 1], [-np.inf, 0, 1]])
    predictions = Predictions(logits, np.array([0, 0, 2]), np.arange(3))
    save_predictions(tmp_path / "last.npz", predictions)
    loaded = load_predictions(tmp_path / "last.npz")
    assert np.isnan(compute_loss(loaded))
    assert loaded.preds[2] == 2


def test_saving_replaces_the_old_file_and_leaves_it_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "test-best.npz"
    save_predictions(path, make_predictions(seed=1))
    save_predictions(path, make_predictions(seed=2))
    assert_equal(load_predictions(path), as_saved(make_predictions(seed=2)))

    def fail(file, **_):
        file.write(b"half a file")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="No space left"):
        save_predictions(path, make_predictions(seed=3))
    assert [entry.name for entry in tmp_path.iterdir()] == ["test-best.npz"]
    assert_equal(load_predictions(path), as_saved(make_predictions(seed=2)))


def test_what_the_file_has_no_room_for_is_refused(tmp_path):
    many = Predictions(np.zeros((1, 257), np.float32), np.array([256]), np.array([0]))
    with pytest.raises(PredictionsError, match="num_classes 257; allowed: up to 256"):
        save_predictions(tmp_path / "many.npz", many)
    far = Predictions(np.zeros((1, 2), np.float32), np.array([0]), np.array([2**31]))
    with pytest.raises(PredictionsError, match="indices up to 2147483648"):
        save_predictions(tmp_path / "far.npz", far)


def test_missing_file_is_told_from_a_broken_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_predictions(tmp_path / "val-0009.npz")


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04", pickle.dumps({"log_probs": 1}), b"\x93NUMPY\x01"])
def test_file_of_something_else_is_named(tmp_path, content):
    path = tmp_path / "val-0002.npz"
    path.write_bytes(content)
    with pytest.raises(PredictionsError, match=r"val-0002\.npz is not a file of predictions"):
        load_predictions(path)


class Trap:
    """Unpickled, it would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("wrong", ["missing", "dtype", "shape", "target", "pickle", "single"])
def test_archive_of_other_arrays_is_named(tmp_path, wrong):
    fields = {"log_probs": np.zeros((2, 3), np.float16), "targets": np.zeros(2, np.uint8)}
    fields["indices"] = np.zeros(2, np.int32)
    path = tmp_path / "val-0003.npz"
    if wrong == "missing":
        del fields["targets"]
    elif wrong == "dtype":
        fields["log_probs"] = fields["log_probs"].astype(np.float32)
    elif wrong == "shape":
        fields["targets"] = np.zeros(3, np.uint8)
    elif wrong == "target":
        fields["targets"][0] = 3
    elif wrong == "pickle":
        fields["log_probs"] = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(path, **fields)
    if wrong == "single":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    with pytest.raises(PredictionsError, match=r"val-0003\.npz is not a file of predictions"):
        load_predictions(path)
    assert not (tmp_path / "sprung").exists()


@settings(max_examples=150)
@given(st.data())
def test_damaged_file_is_refused_or_reads_as_before(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "val-0004.npz"
    save_predictions(path, make_predictions(20))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with contextlib.suppress(PredictionsError):
        assert_equal(load_predictions(path), as_saved(make_predictions(20)))

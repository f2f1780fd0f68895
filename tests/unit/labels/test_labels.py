"""python -m pytest tests/unit/labels/test_labels.py. Labels that may be wrong, and verdicts on them by hand."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cifar_core.influence.head import Evidence, fit_head, with_ones
from cifar_core.labels.suspects import _deal, compute_out_of_fold, suspects_frame
from cifar_core.labels.verdicts import VerdictError, VerdictStore


@pytest.fixture(scope="module")
def evidence():
    """2,000 images of four classes that overlap a little, one label in twenty replaced."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 2000)
    features = 2.5 * np.eye(4)[labels] + generator.normal(size=(2000, 4)) * 0.6
    planted = generator.choice(2000, 100, replace=False)
    noisy = labels.copy()
    noisy[planted] = (labels[planted] + generator.integers(1, 4, 100)) % 4
    return Evidence(with_ones(features), noisy, 4), planted, labels


def test_planted_noise_is_found_first_and_its_class_is_suggested(evidence):
    noisy, planted, labels = evidence
    probs = compute_out_of_fold(noisy)
    frame = suspects_frame(np.arange(2000), noisy.labels, probs)
    assert np.isin(frame["index"][:80], planted).mean() > 0.95
    found = frame[np.isin(frame["index"], planted)]
    assert (found["suggested_idx"].to_numpy() == labels[found["index"]]).mean() > 0.95
    assert (np.diff(frame["score"]) <= 0).all()
    assert (frame["given_idx"] != frame["suggested_idx"]).all()


def test_no_image_is_judged_by_a_head_that_was_fitted_to_it(evidence):
    noisy, _, _ = evidence
    probs = compute_out_of_fold(noisy)
    assert probs.sum(axis=1) == pytest.approx(1)
    folds = _deal(noisy.labels, 4)
    out = np.flatnonzero(folds == 2)
    head = fit_head(noisy.at(np.flatnonzero(folds != 2)))
    assert probs[out] == pytest.approx(head.probs(noisy.inputs[out]), abs=1e-6)
    for class_idx in range(4):
        counts = np.bincount(folds[noisy.labels == class_idx])
        assert np.ptp(counts) <= 1
    warm = compute_out_of_fold(noisy, fit_head(noisy).weights)
    assert warm == pytest.approx(probs, abs=1e-5)


def test_verdicts_are_kept_by_image(tmp_path):
    store = VerdictStore(tmp_path, "f00d")
    assert store.all() == {}
    store.decide([9, 4], "wrong", 3)
    store.decide([9], "unsure")
    verdicts = store.all()
    assert [(index, verdict.word, verdict.label) for index, verdict in verdicts.items()] == [
        (4, "wrong", 3),
        (9, "unsure", None),
    ]
    store.forget([4, 77])
    assert list(store.all()) == [9]
    assert VerdictStore(tmp_path, "beef").all() == {}
    with pytest.raises(VerdictError, match="verdict 'maybe' is not allowed; allowed: right, wrong, unsure"):
        store.decide([1], "maybe")


def test_of_threads_that_decide_at_once_none_loses_anything(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: VerdictStore(tmp_path, "f00d").decide([index], "right"), range(24)))
    assert list(VerdictStore(tmp_path, "f00d").all()) == list(range(24))


@pytest.mark.parametrize("text", ["{", "[]", '{"verdicts": [{"index": 1, "word": "maybe"}]}', '{"verdicts": 3}'])
def test_damaged_verdicts_are_said_and_not_written_over(tmp_path, text):
    store = VerdictStore(tmp_path, "f00d")
    store.decide([1], "right")
    path = tmp_path / "verdicts" / "f00d.json"
    path.write_text(text)
    with pytest.raises(VerdictError, match=r"f00d.json is damaged"):
        store.decide([2], "right")
    assert path.read_text() == text


def test_a_verdict_is_on_the_label_that_was_judged(tmp_path):
    store, labels = VerdictStore(tmp_path, "f00d"), np.array([3, 5, 7])
    store.decide([0], "right", given=3)
    store.decide([1], "wrong", 2, given=5)
    store.decide([2], "unsure")
    assert list(store.all(labels)) == [0, 1, 2]
    noisy = np.array([4, 5, 7])
    assert list(store.all(noisy)) == [1, 2]
    store.decide([0], "wrong", 3, given=4)
    assert (store.all(noisy)[0].word, store.all(labels)[0].word) == ("wrong", "right")
    assert store.all()[0].word == "wrong", "of several on one image the newest"
    store.decide([0], "unsure", given=4)
    store.forget([0], given=3)
    assert [(verdict.index, verdict.word) for verdict in store.all(noisy).values() if verdict.index == 0] == [
        (0, "unsure")
    ]
    assert 0 not in store.all(labels)
    store.forget([0, 1])
    assert list(store.all()) == [2]

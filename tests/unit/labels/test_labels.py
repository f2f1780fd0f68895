"""python -m pytest tests/unit/labels/test_labels.py. Labels that may be wrong, and what people say of them."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cifar_core.data import DataError, Dataset
from cifar_core.influence.head import Evidence, fit_head, with_ones
from cifar_core.labels.people import compare_with_people, people_matrix
from cifar_core.labels.published import (
    PEOPLE,
    VERDICTS,
    PeoplesAnswers,
    find_disputed,
    load_people,
    load_verdicts,
    score_three_ways,
)
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


@pytest.fixture(scope="module")
def dataset():
    """As large as CIFAR-10's test images and as empty as memory allows."""
    labels = np.tile(np.arange(10), 1001)
    images = np.broadcast_to(np.zeros(1, np.uint8), (10_010, 3, 32, 32))
    names = tuple("abcdefghij")
    return Dataset(images, labels, names, 10, "cifar10-unverified", fingerprint="f")


def vote(place, given, guessed, votes):
    names = ("given", "guessed", "neither", "both")
    return {
        "id": place,
        "given_original_label": given,
        "our_guessed_label": guessed,
        "mturk": dict(zip(names, votes, strict=True)),
    }


def test_votes_are_read_and_correct_accuracies(tmp_path, dataset):
    entries = [vote(13, 3, 5, (1, 4, 0, 0)), vote(2, 2, 4, (5, 0, 0, 0)), vote(27, 7, 1, (2, 1, 1, 1))]
    (tmp_path / VERDICTS.name).write_text(json.dumps(entries))
    verdicts = load_verdicts(tmp_path, dataset)
    assert verdicts.places.tolist() == [2, 13, 27]
    assert verdicts.is_disputed.tolist() == [False, True, True]
    assert verdicts.is_corrected.tolist() == [False, True, False]
    assert not verdicts.is_original
    assert find_disputed(tmp_path, dataset).tolist() == [23, 37]
    labels = dataset.labels[10:]
    preds = labels.copy()
    preds[[13, 27, 100]] = 5, 1, labels[100] - 1
    accuracies = score_three_ways(preds, labels, verdicts)
    assert accuracies.published == (pytest.approx(0.9997), 10_000)
    assert accuracies.undisputed == (pytest.approx(9997 / 9998), 9998)
    assert accuracies.corrected == (pytest.approx(9998 / 9999), 9999)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "[1]",
        json.dumps([vote(13, 3, 5, (1, 4, 0, 1))]),
        json.dumps([vote(13, 3, 12, (1, 4, 0, 0))]),
        json.dumps([vote(10_000, 0, 5, (1, 4, 0, 0))]),
        json.dumps([vote(13, 3, 5, (1, 4, 0, 0))] * 2),
    ],
)
def test_a_file_that_is_something_else_is_said(tmp_path, dataset, content):
    (tmp_path / VERDICTS.name).write_text(content)
    with pytest.raises(DataError, match=r"cifar10_mturk.json in .* is not what it should be: get it anew from https"):
        load_verdicts(tmp_path, dataset)
    with pytest.raises(DataError):
        find_disputed(tmp_path, dataset)


def test_without_votes_or_on_other_images_nothing_is_known_to_be_disputed(tmp_path, dataset, tiny_dataset):
    assert find_disputed(tmp_path, dataset) is None
    (tmp_path / VERDICTS.name).write_text(json.dumps([vote(13, 3, 5, (1, 4, 0, 0))]))
    assert find_disputed(tmp_path, tiny_dataset) is None


def test_votes_on_other_labels_are_refused(tmp_path, dataset):
    (tmp_path / VERDICTS.name).write_text(json.dumps([vote(13, 4, 5, (1, 4, 0, 0))]))
    with pytest.raises(DataError, match="speaks of other labels than those of test"):
        load_verdicts(tmp_path, dataset)


@pytest.mark.parametrize(("load", "published"), [(load_verdicts, VERDICTS), (load_people, PEOPLE)])
def test_what_is_missing_is_said_with_its_place_and_licence(tmp_path, dataset, tiny_dataset, load, published):
    with pytest.raises(DataError, match="is not part of this project: get it from https:") as caught:
        load(tmp_path, dataset)
    for word in (published.name, published.licence, str(tmp_path)):
        assert word in str(caught.value)
    with pytest.raises(DataError, match="speaks of CIFAR-10's test images, not of the practice set"):
        load(tmp_path, tiny_dataset)


def test_peoples_answers_are_shares_with_an_entropy(tmp_path, dataset):
    counts = np.zeros((10_000, 10), np.int64)
    labels = dataset.labels[10:]
    counts[np.arange(10_000), labels] = 50
    counts[0, labels[0]], counts[0, (labels[0] + 1) % 10] = 25, 25
    np.save(tmp_path / PEOPLE.name, counts)
    people = load_people(tmp_path, dataset)
    assert people.probs[0].max() == 0.5
    assert people.entropy[:2] == pytest.approx([np.log(2), 0])
    assert people.accuracy(labels) == pytest.approx((9_999 * 50 + 25) / 500_000)
    for wrong in (counts[:, :9], counts - 1, counts.astype(float), np.zeros_like(counts)):
        np.save(tmp_path / PEOPLE.name, wrong)
        with pytest.raises(DataError, match="is not what it should be"):
            load_people(tmp_path, dataset)
    (tmp_path / PEOPLE.name).write_bytes(b"\x93NUMPY")
    with pytest.raises(DataError, match="is not what it should be"):
        load_people(tmp_path, dataset)


def test_mistakes_are_sorted_by_how_hard_they_are_for_people():
    labels = np.array([0, 1, 1, 0, 1, 0])
    counts = np.array([[50, 0], [2, 48], [20, 30], [20, 30], [0, 50], [10, 40]])
    preds = np.array([1, 0, 0, 1, 1, 0])
    people = PeoplesAnswers(counts, True)
    beside = compare_with_people(preds, labels, people)
    found = [np.flatnonzero(mask).tolist() for mask in vars(beside).values()]
    assert found == [[3], [2], [0, 1], [5]]
    matrix = people_matrix(people, labels)
    assert matrix[0] == pytest.approx([80 / 150, 70 / 150])
    assert matrix[1] == pytest.approx([22 / 150, 128 / 150])

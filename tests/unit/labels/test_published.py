"""python -m pytest tests/unit/labels/test_published.py. What others have published: fetched, checked, and told."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from cifar_core.data import DataError, Dataset, DownloadError
from cifar_core.evaluation.predictions import Predictions
from cifar_core.labels import published as publishing
from cifar_core.labels.known import find_verdicts, load_verdicts, score_three_ways, verdicts_frame
from cifar_core.labels.people import (
    PeoplesAnswers,
    compare_with_people,
    correlate_doubts,
    doubt_frame,
    load_people,
    people_matrix,
)
from cifar_core.labels.published import PEOPLE, VERDICTS, Published, fetch_published, find_published
from tests.unit.data_files import serving


@pytest.fixture(autouse=True)
def drawn(request, monkeypatch):
    """Files that a test draws stand for the published ones, but where their checksum is what it is about."""
    if "checksum" not in request.node.name:
        monkeypatch.setattr(Published, "is_original", lambda published, content: True)


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
    assert verdicts.indices.tolist() == [12, 23, 37]
    assert verdicts.is_disputed.tolist() == [False, True, True]
    assert verdicts.is_corrected.tolist() == [False, True, False]
    assert (verdicts.disputed.tolist(), verdicts.corrections) == ([23, 37], {23: 5})
    labels = dataset.labels[10:]
    preds = labels.copy()
    preds[[13, 27, 100]] = 5, 1, labels[100] - 1
    predictions = Predictions(np.eye(10, dtype=np.float32)[preds], labels, np.arange(10, 10_010))
    shuffled = np.random.default_rng(0).permutation(10_000)
    for rows in (np.arange(10_000), shuffled):
        ways = score_three_ways(Predictions(*(part[rows] for part in vars(predictions).values())), verdicts)
        found = [(share.value, share.num_images) for share in vars(ways).values()]
        assert found == [(0.9997, 10_000), (9997 / 9998, 9998), (9998 / 9999, 9999)]
        assert all(share.low < share.value < share.high for share in vars(ways).values())
    frame = verdicts_frame(verdicts)
    assert frame["index"].tolist() == [23, 37, 12], "those first that the fewest people kept"
    assert frame["guessed"].tolist() == [4, 1, 0]


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
        find_verdicts(tmp_path, dataset)


def test_without_votes_or_on_other_images_nothing_is_known_to_be_disputed(tmp_path, dataset, tiny_dataset):
    assert find_verdicts(tmp_path, dataset) is None
    (tmp_path / VERDICTS.name).write_text(json.dumps([vote(13, 3, 5, (1, 4, 0, 0))]))
    assert find_verdicts(tmp_path, tiny_dataset) is None


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
    assert people.majority_accuracy(labels) == 1
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
    people = PeoplesAnswers(counts)
    beside = compare_with_people(preds, labels, people)
    found = [np.flatnonzero(mask).tolist() for mask in vars(beside).values()]
    assert found == [[3], [2], [0, 1], [5]]
    matrix = people_matrix(people, labels)
    assert matrix[0] == pytest.approx([80 / 150, 70 / 150])
    assert matrix[1] == pytest.approx([22 / 150, 128 / 150])


def test_the_checksum_of_a_file_that_is_there_is_checked_and_a_wrong_one_refused(tmp_path, dataset, monkeypatch):
    for published, load in ((VERDICTS, load_verdicts), (PEOPLE, load_people)):
        (tmp_path / published.name).write_bytes(b"something else")
        begins = hashlib.sha256(b"something else").hexdigest()[:12]
        with pytest.raises(DataError, match=f"begins with {begins}, not {published.sha256[:12]}") as caught:
            load(tmp_path, dataset)
        assert "is not the published file" in str(caught.value)
        assert published.home in str(caught.value)


def test_a_file_may_lie_in_a_folder_of_its_own(tmp_path, dataset, monkeypatch):
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / VERDICTS.name).write_text(json.dumps([vote(13, 3, 5, (1, 4, 0, 0))]))
    assert find_published(VERDICTS, tmp_path) is None
    monkeypatch.setenv("CIFAR_PEOPLE_DIR", str(tmp_path / "people"))
    assert find_published(VERDICTS, tmp_path) == tmp_path / "people" / VERDICTS.name
    assert find_verdicts(tmp_path, dataset).disputed.tolist() == [23]
    (tmp_path / VERDICTS.name).write_text(json.dumps([vote(27, 7, 5, (1, 4, 0, 0))]))
    assert find_verdicts(tmp_path, dataset).disputed.tolist() == [37], "beside the data it is looked for first"


def test_it_is_fetched_with_its_checksum_to_where_it_is_looked_for(tmp_path, monkeypatch):
    content, told = b"x" * 50_000, []
    with serving(content, "slow") as server:
        drawn = replace(PEOPLE, url=server.url, sha256=hashlib.sha256(content).hexdigest())
        path = fetch_published(drawn, tmp_path, on_progress=told.append)
        assert (path.name, path.read_bytes()) == (PEOPLE.name, content)
        assert told[-1].bytes_done == len(content)
        monkeypatch.setenv("CIFAR_PEOPLE_DIR", str(tmp_path / "people"))
        assert fetch_published(drawn, tmp_path).parent == tmp_path / "people"
        wrong = replace(drawn, sha256="0" * 64, name="other.npy")
        with pytest.raises(DownloadError, match=r"its checksum is .* the file was removed"):
            fetch_published(wrong, tmp_path)
    assert not list((tmp_path / "people").glob("other*"))


def test_addresses_name_the_very_version():
    for published in (VERDICTS, PEOPLE):
        assert published.url.endswith(published.name)
        assert len(published.url.split("/")[5]) == 40, "a commit"
    assert publishing.NUM_TEST == 10_000


def test_doubts_are_compared_in_bins_and_by_rank():
    counts = np.array([[50, 0], [50, 0], [49, 1], [30, 20], [25, 25]])
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4], [0.5, 0.5]])
    labels, people = np.zeros(5, np.int64), PeoplesAnswers(counts)
    frame, bins = doubt_frame(probs, labels, people)
    assert bins.tolist() == [0, 0, 1, 4, 4]
    assert frame["num_images"].tolist() == [2, 1, 2]
    assert frame["right"].tolist() == [0.5, 1, 1]
    assert frame["confidence"].tolist() == pytest.approx([0.85, 0.7, 0.55])
    assert frame["people_right"].tolist() == pytest.approx([1, 0.98, 0.55])
    assert (frame["right_low"] < frame["right"]).all()
    assert frame["high"].tolist() == [0, 0.1, 0.75]
    entropies = -(probs * np.log(probs)).sum(axis=1)
    assert correlate_doubts(probs, people) == pytest.approx(spearmanr(people.entropy, entropies).statistic)
    assert np.isnan(correlate_doubts(np.full((5, 2), 0.5), people))


@pytest.mark.real_data
def test_people_alone_are_right_on_95_of_100(real_data_dir):
    from cifar_core.data import load_dataset

    dataset = load_dataset(real_data_dir)
    if find_published(PEOPLE, real_data_dir) is None:
        pytest.skip("CIFAR-10H is not beside the data")
    people = load_people(real_data_dir, dataset)
    labels = dataset.labels[dataset.num_train :]
    assert people.accuracy(labels) == pytest.approx(0.95236, abs=1e-5)
    assert people.majority_accuracy(labels) == 0.9921

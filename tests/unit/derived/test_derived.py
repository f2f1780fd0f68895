"""python -m pytest tests/unit/derived/test_derived.py. Made once, by a process, kept by what it depends on."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cifar_core.data import create_splits, load_dataset, splits_of
from cifar_core.data.duplicates import NearDuplicates
from cifar_core.data.similarity import find_nearest, scale_features
from cifar_core.data.traits import TRAIT_NAMES
from cifar_core.derived import KINDS, DerivedStore, Request, paces_options, trial_options
from cifar_core.derived.worker import work_on
from cifar_core.evaluation import as_saved
from cifar_core.evaluation.views import Views
from cifar_core.inference.features import extract_features
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.selections import SelectionError, SelectionStore, create_selection
from cifar_core.training.checkpoint import Progress, save_checkpoint
from cifar_core.training.probe import Probe
from cifar_core.training.range_test import RangeTest
from tests.unit.runs_helpers import wait_until


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    load_dataset(folder)
    return folder


@pytest.fixture
def dataset(data_dir):
    return load_dataset(data_dir)


@pytest.fixture
def store(data_dir):
    store = DerivedStore(data_dir)
    yield store
    for path in store.path(Request("traits", "")).parent.glob("*"):
        path.unlink()


def test_a_key_changes_with_everything_it_depends_on():
    requests = [
        Request("traits", "a"),
        Request("duplicates", "a"),
        Request("traits", "b"),
        Request("traits", "a", {"num_images": 1}),
        Request("traits", "a", {"num_images": 2}),
    ]
    assert len({request.key for request in requests}) == 5
    assert Request("tsne", "a", {"x": 1, "y": 2}).key == Request("tsne", "a", {"y": 2, "x": 1}).key


def test_a_process_of_its_own_makes_it_and_tells_how_far_it_is(store, dataset):
    request = Request("traits", dataset.fingerprint)
    assert store.progress(request).state == "absent"
    assert store.load(request) is None
    store.start(request)
    assert store.progress(request).state in ("running", "done")
    wait_until(lambda: store.progress(request).state != "running", 60)
    assert store.progress(request).state == "done", store.progress(request).message
    arrays = store.load(request)
    assert set(TRAIT_NAMES) <= set(arrays)
    assert arrays["brightness"].shape == (dataset.num_images,)


def test_what_is_there_is_not_made_again(store, dataset, monkeypatch):
    request = Request("duplicates", dataset.fingerprint)
    work_on(store.path(request).parents[2], request)
    monkeypatch.setattr("cifar_core.processes.subprocess.Popen", lambda *args, **kwargs: pytest.fail("started"))
    store.start(request)
    assert store.progress(request).state == "done"
    NearDuplicates(**store.load(request))


def test_one_process_at_a_time_works_on_it(store, dataset, monkeypatch):
    request = Request("traits", dataset.fingerprint)
    store.path(request).parent.mkdir(exist_ok=True)
    store.tell(request, 0.25, os.getpid())
    monkeypatch.setattr("cifar_core.processes.subprocess.Popen", lambda *args, **kwargs: pytest.fail("started"))
    store.start(request)
    assert (store.progress(request).state, store.progress(request).share) == ("running", 0.25)


def test_a_killed_process_is_noticed_and_can_be_replaced(store, dataset):
    request = Request("traits", dataset.fingerprint)
    store.path(request).parent.mkdir(exist_ok=True)
    store.tell(request, 0.5, 2**22 + 1)  # a pid that no process has
    (store.path(request).with_suffix(".log")).write_text("Killed\n")
    progress = store.progress(request)
    assert progress.state == "failed"
    assert "Killed" in progress.message
    store.start(request)
    wait_until(lambda: store.progress(request).state == "done", 60)


def test_what_is_stopped_stays_so_until_it_is_wanted_again(store, dataset):
    request = Request("traits", dataset.fingerprint)
    store.path(request).parent.mkdir(exist_ok=True)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as worker:
        store.tell(request, 0.25, worker.pid)
        store.stop(request)
        assert worker.wait(10) is not None
    assert (store.progress(request).state, store.progress(request).share) == ("stopped", 0.25)
    store.forget(request)
    assert store.progress(request).state == "absent"


def test_nothing_is_stopped_where_nobody_works(store, dataset):
    request = Request("traits", dataset.fingerprint)
    store.stop(request)
    assert store.progress(request).state == "absent"
    store.path(request).parent.mkdir(exist_ok=True)
    store.tell(request, 0.5, os.getpid(), message="it failed")
    store.stop(request)
    assert store.progress(request).message == "it failed"


def test_a_failure_is_told_in_words(store, dataset):
    request = Request("tsne", dataset.fingerprint, {"checkpoint": "/nowhere/best.safetensors", "num_images": 50})
    with pytest.raises(ValueError, match=r"best\.safetensors"):
        work_on(store.path(request).parents[2], request)
    progress = store.progress(request)
    assert progress.state == "failed"
    assert "best.safetensors" in progress.message
    store.forget(request)
    assert store.progress(request).state == "absent"


def test_other_images_than_asked_about_are_refused(store):
    request = Request("traits", "0123456789abcdef")
    with pytest.raises(ValueError, match="images on disk"):
        work_on(store.path(request).parents[2], request)
    assert store.progress(request).state == "failed"


def test_a_damaged_file_counts_as_not_made(store, dataset):
    request = Request("traits", dataset.fingerprint)
    store.path(request).parent.mkdir(exist_ok=True)
    store.path(request).write_bytes(b"PK nonsense")
    assert store.load(request) is None
    assert store.progress(request).state == "absent"


@pytest.mark.parametrize("place", [8, 10])  # flags and the way of packing, of which zipfile has errors of its own
def test_a_single_wrong_byte_counts_as_not_made(place, store, dataset):
    request = Request("traits", dataset.fingerprint)
    store.save(request, {"a": np.arange(3)})
    content = bytearray(store.path(request).read_bytes())
    listed = content.index(b"PK\x01\x02")
    content[listed + place] ^= 1
    store.path(request).write_bytes(content)
    assert store.load(request) is None
    assert not store.path(request).exists()


@pytest.fixture
def checkpoint(tmp_path, page_like_config):
    classifier = create_classifier(page_like_config, mean=(0.5,) * 3, std=(0.25,) * 3)
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, page_like_config, classifier, Progress(1, 1, 1, 0.5))
    return path, classifier


@pytest.fixture
def page_like_config():
    from cifar_core.config import RunConfig, SimpleCNNConfig

    return RunConfig(model=SimpleCNNConfig(width=4, hidden_size=12))


def test_a_map_places_every_image_of_the_sample(dataset, checkpoint):
    shares = []
    arrays = KINDS["tsne"](dataset, {"checkpoint": str(checkpoint[0]), "num_images": 120}, shares.append)
    assert arrays["positions"].shape == (len(arrays["indices"]), 2)
    assert np.isfinite(arrays["positions"]).all()
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0
    again = KINDS["tsne"](dataset, {"checkpoint": str(checkpoint[0]), "num_images": 120}, shares.append)
    np.testing.assert_allclose(arrays["positions"], again["positions"], atol=1e-3)


def test_answers_are_of_every_image_and_as_the_run_predicts(dataset, tmp_path, page_like_config):
    config = with_overrides(page_like_config, {"training.flip_averaging": True})
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    path = tmp_path / "mirrored.safetensors"
    save_checkpoint(path, config, classifier, Progress(1, 1, 1, 0.5))
    shares = []
    log_probs = KINDS["answers"](dataset, {"checkpoint": str(path)}, shares.append)["log_probs"]
    assert (log_probs.dtype, log_probs.shape) == (np.float16, (dataset.num_images, dataset.num_classes))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    some = np.array([3, 5500])
    expected = predict(classifier, dataset.images, dataset.labels, some, views=Views(mirrored=True))
    np.testing.assert_array_equal(log_probs[some], as_saved(expected).logits.astype(np.float16))


def test_features_of_the_training_images_are_kept_at_length_one(dataset, checkpoint):
    shares = []
    arrays = KINDS["features"](dataset, {"checkpoint": str(checkpoint[0])}, shares.append)
    assert np.array_equal(arrays["indices"], create_splits(dataset, 0.1, 0).indices("train"))
    assert arrays["features"].shape == (len(arrays["indices"]), 12)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    features = arrays["features"].astype(np.float32)
    lengths = np.linalg.norm(features, axis=1)
    assert np.allclose(lengths[lengths > 0], 1, atol=1e-2)
    expected = scale_features(extract_features(checkpoint[1], dataset.images, arrays["indices"][[7, 4000]]))
    np.testing.assert_allclose(features[[7, 4000]], expected, atol=2e-3)


def test_features_are_of_no_image_that_the_run_left_out(dataset, tmp_path, page_like_config):
    config = with_overrides(page_like_config, {"data.train_fraction": 0.1})
    path = tmp_path / "tenth.safetensors"
    save_checkpoint(path, config, create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3), Progress(1, 1, 1, 0.5))
    indices = KINDS["features"](dataset, {"checkpoint": str(path)}, lambda share: None)["indices"]
    assert np.array_equal(indices, splits_of(dataset, config.data).train)
    assert len(indices) == pytest.approx(0.1 * len(create_splits(dataset, 0.1, 0).train), rel=0.02)


def test_the_nearest_come_first():
    features = scale_features(np.array([[1, 0], [1, 1], [0, 1], [-1, 0], [0, 0]], np.float32))
    rows, cosines = find_nearest(features, np.array([2.0, 0.2]), 3)
    assert rows.tolist() == [0, 1, 2]
    assert cosines == pytest.approx([0.995, 0.774, 0.0995], abs=1e-3)
    assert len(find_nearest(features, np.array([1.0, 0.0]), 99)[0]) == 5


def test_features_are_what_the_last_layer_reads(dataset, checkpoint):
    import torch

    from cifar_core.augmentation import scale_pixels

    _, classifier = checkpoint
    indices = np.array([5, 3, 900])
    features = extract_features(classifier, dataset.images, indices)
    assert features.shape == (3, 12)
    classifier.eval()
    with torch.no_grad():
        logits = classifier(scale_pixels(torch.from_numpy(dataset.images[indices])))
        remade = classifier.network.classifier(torch.from_numpy(features))
    torch.testing.assert_close(remade, logits, rtol=1e-4, atol=1e-5)


def test_what_is_tried_before_a_run_is_tried_with_its_images(tmp_path, data_dir, dataset, tiny_config, monkeypatch):
    """Told of ten images, a range test goes through these, and an epoch is as short as theirs."""
    train = splits_of(dataset, tiny_config.data).train
    kept = SelectionStore(tmp_path).save(create_selection("ten", train[:40], fingerprint=dataset.fingerprint))
    config = with_overrides(tiny_config, {"data.only": kept.content_hash, "training.batch_size": 8})
    handed = []

    def run_range_test(config, dataset, on_progress, contents):
        handed.append(splits_of(dataset, config.data, contents).train.tolist())
        return RangeTest(*[np.zeros(1)] * 4, np.zeros(1, bool))

    def probe_speed(config, dataset, contents):
        handed.append(splits_of(dataset, config.data, contents).train.tolist())
        return Probe(np.ones(1), np.ones(1))

    monkeypatch.setattr("cifar_core.training.range_test.run_range_test", run_range_test)
    monkeypatch.setattr("cifar_core.training.probe.probe_speed", probe_speed)
    options = trial_options(config, tmp_path)
    KINDS["range_test"](dataset, options, lambda share: None)
    KINDS["probe"](dataset, options, lambda share: None)
    KINDS["paces"](dataset, paces_options([config, tiny_config], tmp_path), lambda share: None)
    assert handed[:3] == [train[:40].tolist()] * 3
    assert handed[3] == train.tolist()
    assert trial_options(tiny_config, tmp_path) == {"config": tiny_config.model_dump_json()}, "where no matter"
    with pytest.raises(SelectionError, match="no such selection"):
        KINDS["probe"](dataset, trial_options(config, tmp_path / "elsewhere"), lambda share: None)

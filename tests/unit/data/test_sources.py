"""python -m pytest tests/unit/data/test_sources.py. Files in miniature, and hostile ones."""

import multiprocessing
import os
import pickle
import time

import numpy as np
import pytest

from cifar_core.data import DataError, create_splits, inspect_source, load_dataset
from cifar_core.data import reader as reader_module
from cifar_core.data import sources as sources_module
from cifar_core.data.reader import FOLDER, read_folder
from tests.unit.data_files import make_batches, pickled_batch, write_archive, write_folder

SIZE = 20  # images in a miniature batch


@pytest.fixture
def miniature(monkeypatch):
    """CIFAR-10 of 120 images."""
    monkeypatch.setattr(reader_module, "IMAGES_PER_BATCH", SIZE)
    monkeypatch.setattr(sources_module, "_NUM_IMAGES", 6 * SIZE)
    monkeypatch.setattr(sources_module, "_NUM_TRAIN", 5 * SIZE)
    return make_batches(SIZE)


def test_a_folder_is_read_in_canonical_order_and_marked_unverified(tmp_path, miniature):
    write_folder(tmp_path, miniature)
    dataset = load_dataset(tmp_path)
    assert (dataset.source, dataset.num_images, dataset.num_train) == ("cifar10-unverified", 120, 100)
    first = next(read_folder(tmp_path / FOLDER))
    assert np.array_equal(dataset.images[:SIZE], first.images)
    assert np.array_equal(dataset.labels[:SIZE], first.labels)
    assert not dataset.images.flags.writeable
    assert isinstance(dataset.images, np.memmap)


def test_official_checksums_make_it_verified(tmp_path, miniature, monkeypatch):
    import hashlib

    official = {name: hashlib.md5(content).hexdigest() for name, content in miniature.items()}
    monkeypatch.setattr(reader_module, "OFFICIAL_MD5", official)
    write_folder(tmp_path, miniature)
    assert load_dataset(tmp_path).source == "cifar10"
    monkeypatch.setattr(reader_module, "OFFICIAL_MD5", {**official, "test_batch": "0" * 32})
    assert load_dataset(tmp_path).source == "cifar10"  # from the cache
    (tmp_path / FOLDER / "test_batch").touch()
    assert load_dataset(tmp_path).source == "cifar10-unverified"


def test_an_archive_serves_like_its_folder_and_is_not_unpacked(tmp_path, miniature):
    write_archive(tmp_path / "a", miniature)
    write_folder(tmp_path / "b", miniature)
    from_archive, from_folder = load_dataset(tmp_path / "a"), load_dataset(tmp_path / "b")
    assert from_archive.fingerprint == from_folder.fingerprint
    assert inspect_source(tmp_path / "a").kind == "archive"
    assert not (tmp_path / "a" / FOLDER).exists()


def test_a_folder_comes_before_an_archive_and_both_before_practice(tmp_path, miniature):
    assert inspect_source(tmp_path).kind == "practice"
    write_archive(tmp_path, miniature)
    assert inspect_source(tmp_path).kind == "archive"
    write_folder(tmp_path, miniature)
    assert inspect_source(tmp_path).kind == "folder"


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_malicious_pickle_is_refused_and_nothing_runs(tmp_path, miniature, protocol):
    trace = tmp_path / "executed"
    write_folder(tmp_path, miniature | {"data_batch_2": pickle.dumps({"data": Harmful(trace)}, protocol)})
    with pytest.raises(DataError, match=r"data_batch_2 is not a CIFAR-10 batch: it asks for .*system"):
        load_dataset(tmp_path)
    assert not trace.exists()


@pytest.mark.parametrize("name", ["builtins\neval", "numpy\nload", "os\nsystem", "numpy.core.multiarray\nscalar"])
def test_every_other_global_is_refused(tmp_path, miniature, name):
    write_folder(tmp_path, miniature | {"test_batch": b"\x80\x02c" + name.encode() + b"\n."})
    with pytest.raises(DataError, match="which no image needs"):
        load_dataset(tmp_path)


def small(images, labels):
    return pickled_batch(np.zeros(images, np.uint8), labels)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a CIFAR-10 batch"),
        (b"\x80\x02}(", "not a CIFAR-10 batch"),
        (b"not a pickle", "not a CIFAR-10 batch"),
        (pickle.dumps([1, 2], 2), "no data and labels"),
        (b"\x80\x02}(U\x04dataK\x01U\x06labelsK\x02u.", "data is not an array"),
        (small((SIZE - 1, 3, 32, 32), [0] * (SIZE - 1)), "data is not an array"),
        (small((SIZE, 3, 16, 16), [0] * SIZE), "data is not an array"),
        (small((SIZE, 3, 32, 32), [0] * (SIZE - 1)), "labels is not a list"),
        (small((SIZE, 3, 32, 32), [0] * (SIZE - 1) + [10]), "0 to 9"),
    ],
)
def test_damaged_batches_are_named(tmp_path, miniature, content, words):
    write_folder(tmp_path, miniature | {"data_batch_4": content})
    with pytest.raises(DataError, match=words) as caught:
        load_dataset(tmp_path)
    assert "data_batch_4" in str(caught.value)


def test_a_truncated_batch_is_named(tmp_path, miniature):
    write_folder(tmp_path, miniature | {"data_batch_1": miniature["data_batch_1"][:5000]})
    with pytest.raises(DataError, match="data_batch_1"):
        load_dataset(tmp_path)


def test_a_missing_batch_is_named_and_no_practice_set_stands_in(tmp_path, miniature):
    folder = write_folder(tmp_path, miniature)
    (folder / "data_batch_3").unlink()
    with pytest.raises(DataError, match="data_batch_3 missing"):
        load_dataset(tmp_path)


def test_a_cut_off_archive_says_so(tmp_path, miniature):
    path = write_archive(tmp_path, miniature)
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(DataError, match="not a complete archive"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("name", ["images.npy", "labels.npy", "meta.json"])
@pytest.mark.parametrize("content", [None, b"", b"garbage" * 10])
def test_a_damaged_cache_is_made_again(tmp_path, miniature, name, content):
    write_folder(tmp_path, miniature)
    before = load_dataset(tmp_path).fingerprint
    path = tmp_path / "cache" / "cifar10" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert load_dataset(tmp_path).fingerprint == before


def test_a_changed_file_is_noticed(tmp_path, miniature):
    folder = write_folder(tmp_path, miniature)
    before = load_dataset(tmp_path).fingerprint
    (folder / "test_batch").write_bytes(miniature["data_batch_1"])
    assert load_dataset(tmp_path).fingerprint != before


def build(data_dir, barrier, found):
    barrier.wait()
    found.append(load_dataset(data_dir).fingerprint)


def test_processes_that_build_at_once_agree(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier, found = manager.Barrier(3), manager.list()
        processes = [context.Process(target=build, args=(tmp_path, barrier, found)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(150)
        assert len(set(found)) == 1
        assert len(found) == 3
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["practice"]


def test_a_read_only_data_directory_is_cached_elsewhere(tmp_path, miniature, monkeypatch):
    write_folder(tmp_path / "data", miniature)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert load_dataset(tmp_path / "data").num_images == 120
    assert not (tmp_path / "data" / "cache").exists()
    assert list((tmp_path / "home" / "cifar-lab").iterdir())


def test_without_data_the_practice_set_serves_and_a_failed_download_says_why(tmp_path, monkeypatch):
    assert load_dataset(tmp_path).source == "practice"
    monkeypatch.setattr("cifar_core.data.download.CIFAR10_URL", "http://127.0.0.1:9/")
    monkeypatch.setattr(
        sources_module,
        "download_archive",
        lambda data_dir, on_progress: (_ for _ in ()).throw(sources_module.DownloadError("no network")),
    )
    assert load_dataset(tmp_path, download=True).note == "no network"


def test_the_practice_set_is_as_hard_as_promised(tmp_path):
    """A linear model stays under 60 %."""
    from sklearn.linear_model import RidgeClassifier

    dataset = load_dataset(tmp_path)
    assert (dataset.num_train, dataset.num_test, dataset.num_classes) == (5000, 1000, 10)
    assert np.bincount(dataset.labels).tolist() == [600] * 10
    flat = dataset.images.reshape(6000, -1).astype(np.float32) / 255
    model = RidgeClassifier(alpha=1000.0).fit(flat[:5000], dataset.labels[:5000])
    assert 0.1 <= model.score(flat[5000:], dataset.labels[5000:]) < 0.6


def test_the_practice_set_is_the_same_everywhere(tmp_path):
    assert load_dataset(tmp_path).fingerprint == "4436e9ef56916df2"


def test_splits_are_disjoint_complete_and_stratified(tmp_path):
    dataset = load_dataset(tmp_path)
    splits = create_splits(dataset, 0.1, seed=3)
    assert (len(splits.train), len(splits.val), len(splits.test)) == (4500, 500, 1000)
    together = np.concatenate([splits.train, splits.val, splits.test])
    assert np.array_equal(np.sort(together), np.arange(6000))
    assert np.bincount(dataset.labels[splits.val]).tolist() == [50] * 10
    assert np.array_equal(splits.val, create_splits(dataset, 0.1, seed=3).val)
    assert not np.array_equal(splits.val, create_splits(dataset, 0.1, seed=4).val)
    with pytest.raises(ValueError, match="'dev' is not allowed; allowed: train, val, test"):
        splits.indices("dev")


def test_channel_statistics_equal_numpy(tmp_path):
    from cifar_core.data import compute_channel_statistics

    images = load_dataset(tmp_path).images[:3000]
    scaled = images.astype(np.float64) / 255
    statistics = compute_channel_statistics(images)
    assert statistics.mean == pytest.approx(scaled.mean((0, 2, 3)).tolist(), abs=1e-12)
    assert statistics.std == pytest.approx(scaled.std((0, 2, 3)).tolist(), abs=1e-9)


@pytest.mark.real_data
def test_the_real_images_are_canonical(real_data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_CACHE_DIR", str(tmp_path))
    began = time.monotonic()
    dataset = load_dataset(real_data_dir)
    assert time.monotonic() - began < 60  # generous: the benchmark measures
    assert dataset.source in ("cifar10", "cifar10-unverified")
    assert (dataset.num_images, dataset.num_train) == (60_000, 50_000)
    assert np.bincount(dataset.labels[:50_000]).tolist() == [5000] * 10
    assert np.bincount(dataset.labels[50_000:]).tolist() == [1000] * 10
    assert [dataset.class_names[label] for label in dataset.labels[:3]] == ["frog", "truck", "truck"]
    assert [dataset.class_names[label] for label in dataset.labels[50_000:50_003]] == ["cat", "ship", "ship"]
    splits = create_splits(dataset, 0.1, 0)
    assert (len(splits.train), len(splits.val), len(splits.test)) == (45_000, 5_000, 10_000)

"""python -m pytest tests/unit/data/test_sources.py. Files in miniature, and hostile ones."""

import gzip
import io
import json
import multiprocessing
import os
import pickle
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from cifar_core.data import DataError, create_splits, inspect_source, load_dataset
from cifar_core.data import reader as reader_module
from cifar_core.data import sources as sources_module
from cifar_core.data.cache import load_cached
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


@pytest.mark.parametrize("name", ["builtins\neval", "numpy\nload", "os\nsystem", "numpy.core.multiarray\narange"])
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


def test_a_place_or_a_name_a_bit_off_is_found(tmp_path, miniature):
    expected = load_dataset(write_folder(tmp_path / "plain", miniature).parent).fingerprint
    write_folder(tmp_path / "deeper" / "CIFAR10", miniature)
    write_folder(tmp_path / "twice" / FOLDER, miniature)
    write_folder(tmp_path / "a", miniature).rename(tmp_path / "bare")
    for name in ("deeper", "twice", "bare"):
        assert load_dataset(tmp_path / name).fingerprint == expected, name
        assert inspect_source(tmp_path / name).kind == "folder"


@pytest.mark.parametrize(
    "name",
    [
        "cifar-10-python.tar (1).gz",
        "cifar-10-python (1).tar.gz",
        "cifar-10-python.tgz",
        "CIFAR-10-Python.TAR.GZ",
        "cifar-10-python.tar",
        "cifar-10-python.gz",
    ],
)
def test_an_archive_is_known_by_its_content(tmp_path, miniature, name):
    made = write_archive(tmp_path / "made", miniature)
    content = made.read_bytes()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(gzip.decompress(content) if name.endswith("tar") else content)
    assert inspect_source(tmp_path / "data").kind == "archive"
    assert load_dataset(tmp_path / "data").fingerprint == load_dataset(tmp_path / "made").fingerprint


def parsed(miniature):
    """The miniature's images and labels by batch, as the other forms are made of."""
    unpacked = {name: pickle.loads(content, encoding="bytes") for name, content in miniature.items()}
    return {name: (batch[b"data"], batch[b"labels"]) for name, batch in unpacked.items()}


def python_3(data, labels, protocol, shape=lambda labels: labels):
    return pickle.dumps({"data": data, "labels": shape(labels), "batch_label": "x"}, protocol)


def matlab(data, labels):
    buffer = io.BytesIO()
    savemat(buffer, {"data": data, "labels": np.array(labels, np.uint8)[:, None], "batch_label": "x"})
    return buffer.getvalue()


def binary(data, labels):
    return np.concatenate([np.array(labels, np.uint8)[:, None], data], axis=1).tobytes()


FORMS = {
    **{f"protocol {p}": ("", lambda d, y, p=p: python_3(d, y, p)) for p in (0, 1, 2, 3, 4, 5)},
    **{f"numpy labels, protocol {p}": ("", lambda d, y, p=p: python_3(d, y, p, np.array)) for p in (0, 2, 5)},
    "a list of numpy labels": ("", lambda d, y: python_3(d, y, 4, lambda y: list(np.array(y, np.uint8)))),
    "images of three axes": ("", lambda d, y: python_3(d.reshape(-1, 3, 32, 32), y, 4)),
    "binary": (".bin", binary),
    "Matlab": (".mat", matlab),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_form_gives_the_same_dataset_unverified(tmp_path, miniature, form, packed):
    suffix, write = FORMS[form]
    files = {name + suffix: write(*batch) for name, batch in parsed(miniature).items()}
    if packed:
        write_archive(tmp_path / "data", files).rename(tmp_path / "data" / "cifar-10-any.tar.gz")
        shutil.rmtree(tmp_path / "data" / "unpacked")
    else:
        write_folder(tmp_path / "data", files)
    write_folder(tmp_path / "plain", miniature)
    dataset = load_dataset(tmp_path / "data")
    assert dataset.source == "cifar10-unverified"
    assert dataset.fingerprint == load_dataset(tmp_path / "plain").fingerprint


def photographs(count):
    """Smooth pictures: neighbours are alike, as in photographs."""
    rows, columns = np.mgrid[:32, :32]
    phases = np.random.default_rng(0).uniform(0, 6, (count, 3, 1, 1))
    return (128 + 100 * np.sin(phases + rows / 5) * np.cos(phases + columns / 7)).astype(np.uint8)


def channel_last(labels):
    return pickle.dumps({"data": photographs(SIZE).transpose(0, 2, 3, 1).reshape(SIZE, -1), "labels": labels}, 4)


def test_smooth_pictures_plane_by_plane_are_taken(tmp_path, miniature):
    content = pickle.dumps({"data": photographs(SIZE).reshape(SIZE, -1), "labels": [0] * SIZE}, 4)
    write_folder(tmp_path, dict.fromkeys(miniature, content))
    assert load_dataset(tmp_path).num_images == 6 * SIZE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (channel_last([0] * SIZE), "with the colours last"),
        (pickle.dumps({"data": np.zeros((SIZE, 32, 32, 3), np.uint8), "labels": [0] * SIZE}), "its colours come last"),
        (pickle.dumps({b"data": 1, b"fine_labels": [0], b"coarse_labels": [0]}), "a batch of CIFAR-100"),
        (b"<!DOCTYPE html><html>moved</html>", "it is a web page"),
        (small((SIZE // 2, 3, 32, 32), [0] * (SIZE // 2)), rf"bytes but uint8 of shape \({SIZE // 2}, 3072\)"),
        (pickle.dumps({"data": np.zeros((SIZE, 3072)), "labels": [0] * SIZE}), "but float64 of shape"),
        (pickle.dumps({"data": np.zeros((SIZE, 3072), np.uint8), "labels": [0.5] * SIZE}), "not a whole number"),
        (pickle.dumps({"data": np.zeros((SIZE, 3072), np.uint8), "labels": np.zeros(SIZE)}), "not a whole number"),
        (pickle.dumps({"data": np.array([None]), "labels": [0] * SIZE}), "data is not an array"),
    ],
)
def test_what_a_batch_is_instead_is_said_and_what_to_put_there(tmp_path, miniature, content, words):
    write_folder(tmp_path, miniature | {"data_batch_4": content})
    with pytest.raises(DataError, match=words) as caught:
        load_dataset(tmp_path)
    assert "data_batch_4" in str(caught.value)
    assert "Put cifar-10-python.tar.gz" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("cifar-10-python.tar.gz", b"<!DOCTYPE html><html>moved</html>", "not a complete archive but a web page"),
        ("cifar-10-python.tar.gz", b"", "not a complete archive but empty"),
        ("cifar-10.zip", b"PK\x03\x04...", "a zip archive"),
        ("cifar-100-python.tar.gz", b"\x1f\x8b", "is CIFAR-100, not CIFAR-10"),
        ("cifar-10-python.tar.gz.crdownload", b"\x1f\x8b", "a download that is not finished"),
        ("cifar10.npz", b"PK", "not an archive of CIFAR-10's batches"),
        ("cifar-100-python/train", b"", "holds none of CIFAR-10's six batches"),
        ("some/cifar-10-batches-bin/readme.html", b"", "holds none of CIFAR-10's six batches"),
        ("data_batch_1", b"x", "is incomplete: data_batch_2"),
        ("deeper/still/test_batch.bin", b"x", "is incomplete: data_batch_1.bin"),
    ],
)
def test_what_only_looks_like_cifar_is_named_instead_of_the_practice_set(tmp_path, path, content, words):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        load_dataset(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_cifar_100_is_known_by_its_files(tmp_path):
    for name in ("train", "test", "meta"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match="is CIFAR-100, not CIFAR-10"):
        load_dataset(tmp_path)
    write_archive(tmp_path / "packed", {"train": b"x", "test": b"x", "meta": b"x"})
    shutil.rmtree(tmp_path / "packed" / "unpacked")
    with pytest.raises(DataError, match="is CIFAR-100, not CIFAR-10"):
        load_dataset(tmp_path / "packed")


def test_what_cannot_be_used_stands_back_behind_what_can(tmp_path, miniature):
    (tmp_path / "cifar-100-python.tar.gz").write_bytes(b"\x1f\x8b")
    write_folder(tmp_path / "half", {"data_batch_1": miniature["data_batch_1"]})
    write_folder(tmp_path / "whole", miniature)
    assert load_dataset(tmp_path).num_images == 6 * SIZE


def test_other_files_leave_the_practice_set(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "cifar10-labels.csv").write_text("0")
    (tmp_path / "photos").mkdir()
    assert load_dataset(tmp_path).source == "practice"


def test_any_changed_byte_of_an_archive_is_noticed(tmp_path, miniature):
    data_dir = tmp_path / "data"
    path = write_archive(data_dir, miniature)
    shutil.rmtree(data_dir / "unpacked")
    whole = load_dataset(data_dir).fingerprint
    content, generator = bytearray(path.read_bytes()), np.random.default_rng(0)
    noticed = 0
    places = [int(place) for place in generator.integers(20, len(content) - 8, 40)]
    for place in [*places, len(content) - 6]:
        changed = content.copy()
        changed[place] ^= 1 << int(generator.integers(8))
        path.write_bytes(changed)
        with pytest.raises(DataError) as caught:
            load_dataset(data_dir)
        noticed += "download it again" in str(caught.value)
    assert noticed >= len(places) - 2
    path.write_bytes(content)
    assert load_dataset(data_dir).fingerprint == whole


def test_a_refusal_is_remembered_until_a_file_changes(tmp_path, miniature, monkeypatch):
    folder = write_folder(tmp_path, miniature | {"test_batch": b"no pickle"})
    with pytest.raises(DataError, match="test_batch") as first:
        load_dataset(tmp_path)
    read = []
    monkeypatch.setattr(reader_module, "parse_batch", lambda *args: read.append(args) or pytest.fail("read again"))
    with pytest.raises(DataError) as again:
        load_dataset(tmp_path)
    assert (str(again.value), read) == (str(first.value), [])
    monkeypatch.undo()
    monkeypatch.setattr(reader_module, "IMAGES_PER_BATCH", SIZE)
    monkeypatch.setattr(sources_module, "_NUM_IMAGES", 6 * SIZE)
    monkeypatch.setattr(sources_module, "_NUM_TRAIN", 5 * SIZE)
    (folder / "test_batch").write_bytes(miniature["test_batch"])
    assert load_dataset(tmp_path).num_images == 6 * SIZE


HOSTILE_CALLS = {
    "a number of objects": (
        b"cnumpy.core.multiarray\nscalar",
        b"cnumpy\ndtype\n(U\x01OK\x00K\x01tRN",
        "not a whole one",
    ),
    "a codec": (b"c_codecs\nencode", b"X\x01\x00\x00\x00xX\x03\x00\x00\x00zip", "asks for the encoding 'zip'"),
    "a buffer of pointers": (
        b"cnumpy._core.numeric\n_frombuffer",
        b"U\x08abcdefghcnumpy\ndtype\n(U\x01OK\x00K\x01tRK\x01\x85X\x01\x00\x00\x00C",
        "OBJECT array",
    ),
}


@pytest.mark.parametrize("call", HOSTILE_CALLS)
def test_what_arrays_need_does_nothing_else(tmp_path, miniature, call):
    name, arguments, words = HOSTILE_CALLS[call]
    write_folder(tmp_path, miniature | {"test_batch": b"\x80\x02" + name + b"\n(" + arguments + b"tR."})
    with pytest.raises(DataError, match=f"test_batch is not a CIFAR-10 batch: .*{words}"):
        load_dataset(tmp_path)


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


@pytest.mark.parametrize("data_dir", [".", "here/..", "{absolute}"])
def test_the_cache_is_not_taken_for_images_however_its_folder_is_named(tmp_path, monkeypatch, data_dir):
    (tmp_path / "cache" / "cifar10").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert inspect_source(Path(data_dir.format(absolute=tmp_path))).kind == "practice"


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", "cifar", "other"])
@pytest.mark.parametrize("leads_to", ["itself", "nowhere"])
def test_a_link_that_leads_nowhere_is_passed_over(tmp_path, miniature, name, leads_to):
    write_folder(tmp_path, miniature)
    (tmp_path / name).symlink_to(name if leads_to == "itself" else "nowhere")
    assert inspect_source(tmp_path).kind == "folder"


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


def test_who_puts_the_cache_in_place_at_the_same_moment_is_waited_for(tmp_path, monkeypatch):
    """Another process, of a release without the lock, has taken the meta data away and is not done yet."""
    folder, write = tmp_path / "cache" / "practice", sources_module.write_cache

    def write_and_meet_another(*arguments):
        write(*arguments)
        (folder / "meta.json").rename(folder / "away")
        threading.Timer(0.1, lambda: (folder / "away").rename(folder / "meta.json")).start()

    monkeypatch.setattr(sources_module, "write_cache", write_and_meet_another)
    assert load_dataset(tmp_path).source == "practice"


def test_a_cache_that_another_process_took_away_is_made_again(tmp_path, monkeypatch):
    write, builds = sources_module.write_cache, []

    def write_and_lose_the_first(folder, *arguments):
        write(folder, *arguments)
        builds.append(folder)
        if len(builds) == 1:
            shutil.rmtree(folder)

    monkeypatch.setattr(sources_module, "write_cache", write_and_lose_the_first)
    assert load_dataset(tmp_path).source == "practice"
    assert len(builds) == 2


def test_arrays_that_are_replaced_while_they_are_read_are_not_believed(tmp_path, monkeypatch):
    folder = tmp_path / "cache" / "practice"
    key = json.loads((folder / "meta.json").read_text())["key"] if load_dataset(tmp_path) else ""

    def load(path, *arguments, load=np.load, **options):
        (folder / "meta.json").write_text(json.dumps({"key": "another"}))
        return load(path, *arguments, **options)

    monkeypatch.setattr("cifar_core.data.cache.np.load", load)
    assert load_cached(folder, key) is None


@pytest.mark.parametrize(("age", "goes"), [(60, False), (7200, True)])
def test_what_a_killed_process_left_of_a_cache_is_swept(tmp_path, age, goes):
    half = tmp_path / "cache" / ".practice-half"
    half.mkdir(parents=True)
    os.utime(half, (time.time() - age, time.time() - age))
    load_dataset(tmp_path)
    assert half.exists() is not goes

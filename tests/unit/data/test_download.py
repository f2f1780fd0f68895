"""python -m pytest tests/unit/data/test_download.py. A local server stands in for the dataset's own."""

import hashlib
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from cifar_core.data import DownloadError, DownloadStoppedError, download_archive
from cifar_core.data.download import CIFAR10_MD5, CIFAR10_URL, partial_bytes
from cifar_core.data.reader import OFFICIAL_MD5
from tests.unit.data_files import serving

CONTENT = np.random.default_rng(0).bytes(400_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


def fetch(server, data_dir, **options):
    return download_archive(data_dir, url=server.url, md5=options.pop("md5", MD5), first_wait=0.01, **options)


def test_address_and_checksums_are_the_published_ones():
    assert (CIFAR10.url, CIFAR10.tgz_md5) == (CIFAR10_URL, CIFAR10_MD5)
    assert dict(CIFAR10.train_list + CIFAR10.test_list) == OFFICIAL_MD5


def test_a_slow_server_is_waited_for_and_progress_told(tmp_path):
    told = []
    with serving(CONTENT, "slow") as server:
        path = fetch(server, tmp_path, on_progress=told.append)
    assert path.read_bytes() == CONTENT
    assert [progress.bytes_done for progress in told] == sorted(progress.bytes_done for progress in told)
    assert told[-1].bytes_done == told[-1].bytes_total == len(CONTENT)
    assert told[-1].bytes_per_second > 0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_cut_connection_is_continued_where_it_broke(tmp_path):
    with serving(CONTENT, "cut", "cut") as server:
        path = fetch(server, tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.requests == [None, "bytes=200000-", "bytes=300000-"]


def test_a_later_call_continues_what_an_earlier_one_left(tmp_path):
    with serving(CONTENT, "slow") as server:
        arrived = []
        with pytest.raises(DownloadStoppedError):
            fetch(server, tmp_path, on_progress=arrived.append, should_stop=lambda: len(arrived) >= 2)
        kept = partial_bytes(tmp_path)
        assert 0 < kept < len(CONTENT)
        assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert server.requests[1] == f"bytes={kept}-"


def test_a_server_that_cannot_continue_starts_over(tmp_path):
    with serving(CONTENT, "cut", "ignore range") as server:
        assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_the_file_removed(tmp_path):
    with serving(CONTENT) as server, pytest.raises(DownloadError, match="its checksum is") as caught:
        fetch(server, tmp_path, md5="0" * 32)
    assert list(tmp_path.iterdir()) == []
    assert "By hand" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_404_ends_it_at_once(tmp_path):
    with serving(CONTENT, 404, 404) as server, pytest.raises(DownloadError, match="answered 404"):
        fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_503_is_waited_for_but_not_for_ever(tmp_path):
    with serving(CONTENT, 503, 503) as server:
        assert fetch(server, tmp_path).read_bytes() == CONTENT
    with serving(CONTENT, *[503] * 20) as server, pytest.raises(DownloadError, match="answered 503"):
        fetch(server, tmp_path / "other")
    assert len(server.requests) == 5


def test_a_partial_file_longer_than_the_file_is_begun_anew(tmp_path):
    (tmp_path / "cifar-10-python.tar.gz.part").write_bytes(b"x" * 500_000)
    with serving(CONTENT, 416) as server:
        assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_no_network_says_how_to_do_it_by_hand(tmp_path):
    with pytest.raises(DownloadError, match=r"put cifar-10-python\.tar\.gz into"):
        download_archive(tmp_path, url="http://127.0.0.1:9/file", first_wait=0.01)


def test_a_full_disk_is_noticed_before_a_byte_arrives(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000_000))
    with serving(CONTENT) as server, pytest.raises(DownloadError, match="10 MB free, 550 MB are needed"):
        fetch(server, tmp_path)
    assert server.requests == []


def test_other_schemes_are_refused(tmp_path):
    with pytest.raises(DownloadError, match="allowed: http and https"):
        download_archive(tmp_path, url="file:///etc/passwd")

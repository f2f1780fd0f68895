"""The download: its thread, its progress on Overview, cancel, retry, and what it brings."""

import threading

import pytest

from cifar_core.data import DownloadError, DownloadProgress, DownloadStoppedError
from dashboard.overview.download import get_download


class FakeDownload:
    """Reports so many of 170 MB, then waits until it is cancelled or told how to end."""

    bytes_done = 40_000_000

    def __init__(self):
        self.reported, self.go_on, self.outcome = threading.Event(), threading.Event(), None

    def __call__(self, data_dir, *, on_progress, should_stop):
        on_progress(DownloadProgress(self.bytes_done, 170_498_071, 5e6))
        self.reported.set()
        while not self.go_on.wait(0.01):
            if should_stop():
                raise DownloadStoppedError("stopped")
        if isinstance(self.outcome, Exception):
            raise self.outcome


@pytest.fixture
def download(monkeypatch):
    fake = FakeDownload()
    monkeypatch.setattr("dashboard.overview.download.download_archive", fake)
    yield fake
    fake.go_on.set()


def click(at, label):
    next(button for button in at.button if button.label.startswith(label)).click().run()
    assert not at.exception


def start(open_page, download):
    at = open_page("Overview")
    click(at, "Download CIFAR-10")
    assert download.reported.wait(5)
    return at.run()


def end(download, outcome=None):
    download.outcome = outcome
    download.go_on.set()
    get_download().join(5)


def progress(at):
    return [bar.proto.text for bar in at.get("progress")]


def test_progress_is_shown_to_every_session(open_page, download):
    at = start(open_page, download)
    other = open_page("Overview")
    for session in (at, other):
        assert progress(session) == ["Downloading CIFAR-10: 40 of 170 MB, 5.0 MB/s"]
        assert "Cancel" in [button.label for button in session.button]


def test_the_first_bytes_are_told_in_the_unit_of_all(open_page, download):
    download.bytes_done = 400_000
    assert progress(start(open_page, download)) == ["Downloading CIFAR-10: 0 of 170 MB, 5.0 MB/s"]


def test_cancel_ends_it_without_an_error(open_page, download):
    at = start(open_page, download)
    click(at, "Cancel")
    get_download().join(5)
    at.run()
    assert not at.error
    assert "Download CIFAR-10 (170 MB)" in [button.label for button in at.button]


def test_a_failure_says_why_and_offers_another_try(open_page, download):
    at = start(open_page, download)
    end(download, DownloadError("no network. By hand: put the archive into data"))
    at.run()
    assert "no network. By hand" in at.error[0].value
    download.go_on.clear()
    download.reported.clear()
    click(at, "Try again")
    assert download.reported.wait(5)
    at.run()
    assert not at.error
    assert progress(at)


def test_after_success_the_pages_show_the_new_data(open_page, download, tmp_path, monkeypatch, tiny_dataset):
    at = start(open_page, download)
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"arrived")
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("dashboard.session.cache.load_dataset", lambda data_dir: tiny_dataset)
    end(download)
    at.run()
    assert not at.exception
    assert any("240 train and 40 test images" in text.value for text in at.markdown)

"""What fault tests share: a disk that is full, and a folder that is read-only."""

import errno
import os
import shutil
import subprocess

import pytest


@pytest.fixture
def full_disk(monkeypatch):
    """Call it, and from the so many-th file on no new one finds room."""

    def fill(num_files=0):
        written = []

        def sync(path):
            written.append(path)
            if len(written) > num_files:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        monkeypatch.setattr("cifar_core.files._sync", sync)

    return fill


@pytest.fixture
def freeze():
    """Call it with a folder, and the system really lets nobody change anything in it."""
    frozen = []

    def make_read_only(folder):
        tool = shutil.which("chattr")
        if tool is None or subprocess.run([tool, "-R", "+i", folder], capture_output=True, check=False).returncode:
            pytest.skip("this file system cannot be made read-only here")
        frozen.append((tool, folder))

    yield make_read_only
    for tool, folder in frozen:
        subprocess.run([tool, "-R", "-i", folder], check=True)

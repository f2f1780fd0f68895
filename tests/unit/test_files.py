"""python -m pytest tests/unit/test_files.py."""

import os

import pytest

from cifar_core.files import replaced_atomically, stamp, write_text_atomically


def test_replaces_the_whole_text(tmp_path):
    path = tmp_path / "status.json"
    write_text_atomically(path, "a long first version")
    write_text_atomically(path, "second")
    assert path.read_text() == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "status.json"
    write_text_atomically(path, "old")

    def fail_halfway():
        with replaced_atomically(path) as temporary:
            temporary.write_text("ne")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stamp_changes_with_the_file_and_with_nothing_else(tmp_path):
    path = tmp_path / "file"
    assert stamp(path) is None
    path.write_text("one")
    first = stamp(path)
    assert stamp(path) == first
    assert hash(first) == hash(stamp(path))
    os.utime(path, ns=(first.modified, first.modified + 1))
    assert stamp(path) != first
    os.utime(path, ns=(first.modified, first.modified))
    assert stamp(path) == first
    other = tmp_path / "other"
    other.write_text("two")
    os.utime(other, ns=(first.modified, first.modified))
    other.replace(path)  # as long, of the same time, and another file
    assert stamp(path) != first
    assert str(stamp(path)).split(".")[:2] == [str(first.modified), "3"]

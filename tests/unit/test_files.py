"""python -m pytest tests/unit/test_files.py."""

import pytest

from cifar_core.files import replaced_atomically, write_text_atomically


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

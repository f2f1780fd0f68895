"""python -m pytest tests/unit/faults/test_presets_file.py. Saved presets, with several who save and a damaged file."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cifar_core.locks import exclusive
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, SavedPresets

ROOT = Path(__file__).parents[3]
CONFIG = PRESETS["notebook"].config
DAMAGED = ["{", "[]", "5", '{"mine": ', "\udcff", "[" * 100_000]
SAVE = """
import sys
from pathlib import Path
from cifar_core.presets import PRESETS
from cifar_core.runs import SavedPresets
print("ready", flush=True)
sys.stdin.readline()
for number in range(4):
    SavedPresets(Path(sys.argv[1])).save(f"{sys.argv[2]} {number}", PRESETS["notebook"].config)
"""


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_put_aside_before_another_takes_its_place(tmp_path, text):
    content = text.encode(errors="surrogateescape")
    (tmp_path / "presets.json").write_bytes(content)
    presets = SavedPresets(tmp_path)
    assert "presets.json is damaged" in presets.problem()
    presets.save("new", CONFIG)
    assert list(presets.all()) == ["new"]
    assert presets.problem() == ""
    assert (tmp_path / "presets.json.bad").read_bytes() == content


def test_what_was_put_aside_stays(tmp_path):
    for text in ("{", "["):
        (tmp_path / "presets.json").write_text(text)
        SavedPresets(tmp_path).save("new", CONFIG)
    assert (tmp_path / "presets.json.bad").read_text() == "{"
    assert (tmp_path / "presets.json.2.bad").read_text() == "["


def test_nothing_is_saved_over_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "presets.json").mkdir()
    presets = SavedPresets(tmp_path)
    assert presets.all() == {}
    assert "cannot be read" in presets.problem()
    for change in (lambda: presets.save("new", CONFIG), lambda: presets.delete("old")):
        with pytest.raises(RunError, match=r"presets.json cannot be read, so nothing is saved over it"):
            change()
    assert (tmp_path / "presets.json").is_dir()


def test_an_entry_that_is_not_known_is_kept_as_it_is(tmp_path):
    strange = {"mine": 3, "newer": {"config": {"model": {"name": "transformer"}}, "colour": "blue"}}
    (tmp_path / "presets.json").write_text(json.dumps(strange))
    presets = SavedPresets(tmp_path)
    assert presets.problem() == "Saved presets that cannot be read are left out: mine, newer."
    presets.save("new", CONFIG)
    presets.delete("gone")
    stored = json.loads((tmp_path / "presets.json").read_text())
    assert stored.items() >= strange.items()
    assert list(stored) == ["mine", "newer", "new"]
    assert list(presets.all()) == ["new"]


def test_of_threads_that_save_at_once_none_loses_anything(tmp_path):
    threads = [
        threading.Thread(target=SavedPresets(tmp_path).save, args=(f"preset {number}", CONFIG)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(SavedPresets(tmp_path).all()) == {f"preset {number}" for number in range(8)}


def test_of_processes_that_save_at_once_none_loses_anything(tmp_path):
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE, tmp_path, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    assert [saver.stdout.readline() for saver in savers] == ["ready\n"] * 3
    for saver in savers:
        saver.communicate("go\n", timeout=60)
    assert len(SavedPresets(tmp_path).all()) == 12


def test_a_lock_that_is_held_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("cifar_core.runs.saved_presets._LOCK_SECONDS", 0.05)
    with exclusive(tmp_path / ".presets.lock", 1), pytest.raises(RunError, match="another process has held the lock"):
        SavedPresets(tmp_path).save("new", CONFIG)


def test_a_read_only_folder_is_named(tmp_path, freeze):
    SavedPresets(tmp_path / "runs").save("mine", CONFIG)
    freeze(tmp_path / "runs")
    with pytest.raises(RunError, match="is read-only"):
        SavedPresets(tmp_path / "runs").save("new", CONFIG)
    assert list(SavedPresets(tmp_path / "runs").all()) == ["mine"]


def test_a_full_disk_keeps_what_was_saved(tmp_path, full_disk):
    SavedPresets(tmp_path).save("mine", CONFIG)
    full_disk()
    with pytest.raises(RunError, match="the disk is full"):
        SavedPresets(tmp_path).save("new", CONFIG)
    assert list(SavedPresets(tmp_path).all()) == ["mine"]

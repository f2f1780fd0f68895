"""python -m pytest tests/unit/export/test_several.py. Several runs as one report or table; exports that are kept."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from cifar_core.cli import main
from cifar_core.evaluation import load_predictions, save_predictions
from cifar_core.evaluation.predictions import Predictions
from cifar_core.export import KINDS, ExportError, Subject, export_runs
from cifar_core.export.report import comparison
from cifar_core.export.shelf import ExportShelf, Order
from cifar_core.export.worker import work_on
from cifar_core.jobs import JobBoard
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.record import RunRecord, write_config
from tests.unit.export.test_exporting import _Page
from tests.unit.runs_helpers import IdleExecutor


def copy_run(record, name, run_id, changes):
    """A sister of a trained run, with other settings."""
    copied = RunRecord(shutil.copytree(record.run_dir, record.run_dir.with_name(run_id)))
    copied.change_meta(name=name, note=f"note of {name}")
    write_config(copied.run_dir, with_overrides(copied.config(), changes))
    return copied


@pytest.fixture
def pair(record):
    """A run, and one that is right on nearly all of the same images."""
    other = copy_run(record, "The <other>", "20260102-0000-calm-otter", {"optimizer.learning_rate": 0.5})
    path = other.predictions_path("val", "best")
    val = load_predictions(path)
    logits = np.full_like(val.logits, -10.0)
    logits[np.arange(len(logits)), val.targets] = -0.1
    logits[:5] = logits[:5, ::-1]
    save_predictions(path, Predictions(logits, val.targets, val.indices))
    return [Subject(record), Subject(other)]


@pytest.fixture
def text(pair, tmp_path):
    return export_runs(pair, "report", tmp_path / "pair.html").path.read_text(encoding="utf-8")


def test_a_comparison_needs_nothing_else_and_is_small(text):
    found = _Page(text)
    assert found.open == []
    assert len(text.encode()) < 3_000_000
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "link", "iframe", "img"})
    assert set(re.findall(r"url\((.{5})", text)) == {"data:"}
    assert "http" not in text


def test_a_comparison_tells_what_differs_and_what_it_is_worth(text, pair):
    said = re.sub(r"\s+", " ", _Page(text).text)
    for words in (
        "The <other> is right most often",
        "more than chance makes of two equally good networks",
        "optimizer: learning rate",
        "note of The <other>",
        "single trainings",
        "looks at test",
        "The best of 2 equally good runs looks up to",
    ):
        assert words in said, words
    assert "0.5" in re.search(r"optimizer: learning rate.*?</tr>", text)[0]
    assert "test_accuracy" not in said


def test_each_matrix_has_its_own_images_behind_its_cells(text):
    found = _Page(text)
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert {link[:2] for link in found.links} == {"#c"}
    assert {link[2] for link in found.links} == {"a", "b"}


def said_of(subjects, tmp_path):
    made = export_runs(subjects, "report", tmp_path / "said.html")
    return re.sub(r"\s+", " ", _Page(made.path.read_text(encoding="utf-8")).text)


def keep_val(subject, rows):
    """Let a run's val predictions be of some images alone."""
    path = subject.record.predictions_path("val", "best")
    val = load_predictions(path)
    save_predictions(path, Predictions(val.logits[rows], val.targets[rows], val.indices[rows]))
    return Subject(subject.record)


def test_runs_that_hold_out_other_images_are_compared_on_those_that_both_hold_out(pair, tmp_path):
    num_images = pair[1].val.num_images
    said = said_of([pair[0], keep_val(pair[1], slice(None, None, 2))], tmp_path)
    shared = (num_images + 1) // 2
    assert f"of its own val images. On the {shared:,} that" in said
    assert "holds out as well it is" in said
    assert re.search(rf"\N{{MINUS SIGN}}\d+\.\d points \(.*?\) of {shared:,} images", said)


def test_of_runs_that_share_no_val_image_no_better_one_is_named(pair, tmp_path):
    half = pair[0].val.num_images // 2
    said = said_of([keep_val(pair[0], slice(half)), keep_val(pair[1], slice(half, None))], tmp_path)
    assert "hold out other images: which is better cannot be told" in said
    assert "points ahead" not in said


def test_runs_of_other_seeds_are_judged_together(record, tmp_path):
    sisters = [
        copy_run(record, f"seed {seed}", f"20260103-000{seed}-calm-otter", {"training.seed": seed}) for seed in (5, 6)
    ]
    made = export_runs([Subject(each) for each in sisters], "report", tmp_path / "seeds.html")
    assert "differ in their seed alone: on average" in made.path.read_text(encoding="utf-8")


def test_more_images_than_fit_are_left_out(pair, tmp_path, monkeypatch):
    first = export_runs(pair, "report", tmp_path / "a.html")
    monkeypatch.setattr(comparison, "MOST_BYTES", first.num_bytes - 100_000)
    second = export_runs(pair, "report", tmp_path / "b.html")
    assert second.facts["images_in_cell"] < first.facts["images_in_cell"]
    assert second.num_bytes < first.num_bytes


def test_what_cannot_be_compared_is_refused(pair, tmp_path):
    with pytest.raises(ExportError, match="takes one run, not 2; allowed for several: report, csv, parquet"):
        export_runs(pair, "zip", tmp_path / "no")
    with pytest.raises(ExportError, match="compares 8 runs; allowed: 2 to 6"):
        export_runs(pair * 4, "report", tmp_path / "no")
    assert list(tmp_path.glob("no*")) == []


def test_tables_of_several_runs_say_whose_each_row_is(pair, runs_dir, tmp_path, capsys):
    ids = [subject.record.run_id for subject in pair]
    assert main(["export", *ids, f"--runs-dir={runs_dir}", "--as", "csv", "--to", str(tmp_path / "tables")]) == 0
    tables = {path.stem: pd.read_csv(path) for path in (tmp_path / "tables").iterdir()}
    assert set(tables) == {"runs", "epochs", "steps", "predictions-val"}
    assert tables["runs"]["run_id"].tolist() == ids
    assert tables["runs"]["optimizer.learning_rate"].tolist() == [0.05, 0.5]
    for name, frame in tables.items():
        assert frame.columns[0] == "run_id", name
        assert set(frame["run_id"]) == set(ids)
    assert len(tables["predictions-val"]) == 2 * pair[0].val.num_images
    capsys.readouterr()
    assert main(["export", *ids, f"--runs-dir={runs_dir}"]) == 0
    listed = capsys.readouterr().out
    assert "zip " not in listed
    assert "report " in listed


# Kept on disk, by what they depend on.


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_CACHE_DIR", str(tmp_path / "cache"))
    return ExportShelf(tmp_path / "data")


def order_of(record, kind, **more):
    return Order(kind, (record.run_id,), str(record.run_dir.parent), **more)


def test_an_export_is_kept_until_its_run_changes(shelf, record):
    order = order_of(record, "notebook")
    assert shelf.find(order) is None
    work_on(shelf, order)
    made = shelf.find(order)
    assert made.path.name == f"{record.run_id}-pytorch.ipynb"
    assert made.num_bytes == made.path.stat().st_size
    assert shelf.progress(order).state == "done"
    assert shelf.find(order_of(record, "notebook", which="last")) is None
    record.change_meta(name="another name")
    assert shelf.find(order) is None
    work_on(shelf, order)
    assert shelf.find(order).path != made.path
    assert not made.path.exists()  # one of each is enough


def test_a_folder_is_kept_as_a_zip_with_what_was_found(shelf, record):
    order = order_of(record, "safetensors")
    work_on(shelf, order)
    made = shelf.find(order)
    assert made.path.suffix == ".zip"
    assert "model.safetensors: the same class on" in made.words[0]


def test_what_tells_test_is_found_though_the_look_was_counted(shelf, record):
    order = order_of(record, "csv", with_test=True)
    before = record.test_readings()
    work_on(shelf, order)
    assert record.test_readings() == before + 1
    assert shelf.find(order) is not None  # and to save it once more is no new look


def test_exports_of_one_sitting_are_one_look_at_test_and_stay(shelf, record):
    before = record.test_readings()
    orders = [order_of(record, kind, with_test=True, look="today") for kind in ("csv", "parquet", "report")]
    for order in orders:
        work_on(shelf, order)
    assert record.test_readings() == before + 1
    assert all(shelf.find(order) is not None for order in orders)
    work_on(shelf, order_of(record, "csv", with_test=True, look="tomorrow"))
    assert record.test_readings() == before + 2


def test_a_failure_is_said_and_leaves_nothing(shelf, record):
    for epoch in record.prediction_epochs():
        record.predictions_path("val", epoch).unlink()
    order = order_of(record, "report")
    work_on(shelf, order)
    progress = shelf.progress(order)
    assert progress.state == "failed"
    assert "no val predictions" in progress.message
    assert [path for path in shelf.folder.rglob("*") if path.is_dir() and path.name == "making"] == []


def test_stopped_nothing_is_left(shelf, record):
    order = order_of(record, "report")
    folder = shelf.prepare(order)
    (folder / "half").write_text("half")
    shelf.stop(order)
    assert not folder.exists()


def test_of_a_run_that_is_gone_there_is_nothing(shelf, record):
    order = order_of(record, "notebook")
    work_on(shelf, order)
    shutil.rmtree(record.run_dir)
    assert shelf.find(order) is None
    work_on(shelf, order)
    assert "is gone" in shelf.progress(order).message


def test_only_the_newest_exports_stay(shelf, record, monkeypatch):
    monkeypatch.setattr("cifar_core.export.shelf._MOST_KEPT", 2)
    for kind in ("notebook", "zip", "csv"):
        work_on(shelf, order_of(record, kind))
    kept = [kind for kind in KINDS if shelf.find(order_of(record, kind))]
    assert kept == ["zip", "csv"]


def test_a_process_of_its_own_makes_it(shelf, record):
    """Really started; what it tells of itself is seen until it has ended."""
    import time

    order = order_of(record, "notebook")
    shelf.start(order)
    assert shelf.progress(order).state == "running"
    until = time.monotonic() + 60
    while shelf.find(order) is None and time.monotonic() < until:
        time.sleep(0.1)
    assert shelf.find(order) is not None, shelf.progress(order)


def test_whoever_died_is_said_to_have_ended_early(tmp_path):
    board = JobBoard(tmp_path)
    board.folder.mkdir(exist_ok=True)
    board.tell("a", 0.5, 2**22 + 1)  # a pid that nobody has
    assert board.progress("a").state == "failed"
    assert "ended early" in board.progress("a").message
    board.forget("a")
    assert board.progress("a").state == "absent"
    (tmp_path / "b.json").write_text("[]")
    assert board.progress("b").state == "absent"


def test_the_list_of_runs_is_only_read(pair, runs_dir):
    store = RunStore(runs_dir, IdleExecutor())
    assert {run.run_id for run in store.list_runs()} == {subject.record.run_id for subject in pair}

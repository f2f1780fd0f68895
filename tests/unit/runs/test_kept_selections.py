"""python -m pytest tests/unit/runs/test_kept_selections.py. A run keeps its own copy of the images it was told of."""

import json

import numpy as np
import pytest

from cifar_core.cli import main
from cifar_core.config import DataConfig
from cifar_core.data import load_dataset, splits_of
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunError, RunRecord, RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.selections import SelectionError, SelectionStore, create_selection, read_kept
from tests.unit.runs_helpers import IdleExecutor, pretend_fit


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    load_dataset(folder)
    return folder


@pytest.fixture
def runs_dir(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def store(runs_dir):
    return RunStore(runs_dir, IdleExecutor())


def keep(runs_dir, data_dir, tiny_config, name="odd", split="train"):
    """Keep a selection of ten images; return a config that excludes them, and the selection."""
    dataset = load_dataset(data_dir)
    indices = splits_of(dataset, tiny_config.data).indices(split)[:10]
    made = create_selection(name, indices, fingerprint=dataset.fingerprint)
    selection = SelectionStore(runs_dir).save(made)
    return with_overrides(tiny_config, {"data.exclude": selection.content_hash}), selection


def test_a_run_is_rebuilt_from_its_own_copy(store, runs_dir, data_dir, tiny_config):
    config, selection = keep(runs_dir, data_dir, tiny_config)
    run_id = store.submit(config, data_dir=data_dir)
    SelectionStore(runs_dir).delete(selection.id)
    run_dir = runs_dir / run_id
    kept = read_kept(run_dir, RunRecord(run_dir).config().data)
    assert kept[selection.content_hash].indices.tolist() == selection.images.indices.tolist()
    again = store.submit(config, data_dir=data_dir)  # the first run's copy serves the second
    assert list(read_kept(runs_dir / again, config.data)) == [selection.content_hash]


def test_the_worker_trains_by_the_copy_and_says_if_it_is_damaged(store, runs_dir, data_dir, tiny_config, monkeypatch):
    config, selection = keep(runs_dir, data_dir, tiny_config)
    handed = {}

    def fit(config, dataset, outputs, monitor, contents):
        handed.update(contents)
        return pretend_fit()(config, dataset, outputs, monitor)

    monkeypatch.setattr("cifar_core.training.fit.fit", fit)
    run_dir = runs_dir / store.submit(config, data_dir=data_dir)
    assert run_worker(run_dir, executor=IdleExecutor()) == 0
    assert handed[selection.content_hash].indices.tolist() == selection.images.indices.tolist()

    second = runs_dir / store.submit(config, data_dir=data_dir)
    copy = second / "selections" / f"{selection.content_hash}.json"
    copy.write_text(json.dumps(json.loads(copy.read_text()) | {"indices": [1, 2], "content": ""}))
    assert run_worker(second, executor=IdleExecutor()) == 1
    assert "holds other images" in RunRecord(second).status().message
    copy.unlink()
    with pytest.raises(SelectionError, match="cannot be read"):
        read_kept(second, config.data)


@pytest.mark.parametrize("split", ["val", "test"])
def test_a_leak_is_refused_before_there_is_a_run(store, runs_dir, data_dir, tiny_config, split):
    config, _ = keep(runs_dir, data_dir, tiny_config, split=split)
    with pytest.raises(RunError, match=f"would leak: of its 10 images 10 of {split}"):
        store.submit(config, data_dir=data_dir)
    assert store.list_runs() == []
    assert [path.name for path in runs_dir.iterdir() if path.is_dir()] == ["selections"]


def test_an_unknown_selection_or_one_of_other_images_is_refused(store, runs_dir, data_dir, tiny_config):
    config, selection = keep(runs_dir, data_dir, tiny_config)
    unknown = with_overrides(tiny_config, {"data.only": "sel-0123456789abcdef"})
    with pytest.raises(RunError, match=rf"data.only = .* no such selection .* {selection.content_hash} \(odd\)"):
        store.submit(unknown, data_dir=data_dir)
    other = create_selection("other", np.arange(3), fingerprint="0" * 16)
    SelectionStore(runs_dir).save(other)
    with pytest.raises(RunError, match="'other' was made of other images than Practice set"):
        store.submit(with_overrides(config, {"data.exclude": other.content_hash}), data_dir=data_dir)


def test_selections_by_command_line(runs_dir, data_dir, tmp_path, capsys):
    folders = ["--runs-dir", str(runs_dir), "--data-dir", str(data_dir)]
    train = splits_of(load_dataset(data_dir), DataConfig()).train
    table = tmp_path / "odd.csv"
    table.write_text("index\n" + "\n".join(map(str, train[[4, 2, 2]])))
    assert main(["selection", "Odd ones", "--indices", str(table), "--note", "look", "--json", *folders]) == 0
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (facts["id"], facts["num_images"], facts["note"]) == ("odd-ones", 2, "look")
    assert facts["splits"] == {"train": 2, "val": 0, "test": 0, "unused": 0}
    assert sum(facts["classes"].values()) == 2
    table.write_text(f"{train[2]}\n{train[9]}")
    assert main(["selection", "two", "--indices", str(table), *folders]) == 0
    assert main(["selection", "both", "--of", "two", "--difference", "odd-ones", *folders]) == 0
    capsys.readouterr()
    assert main(["selections", "--json", *folders]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(row["id"], row["num_images"]) for row in rows] == [("both", 1), ("two", 2), ("odd-ones", 2)]
    assert rows[0]["origin"] == "difference of two and odd-ones"
    out = tmp_path / "out.csv"
    assert main(["selection", "both", "--export", str(out), "--delete", *folders]) == 0
    assert out.read_text() == f"index\n{train[9]}\n"
    assert "both" not in [selection.id for selection in SelectionStore(runs_dir).all()]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none"], "selection 'none' does not exist; allowed: none is kept yet"),
        (["a", "--indices", "no.csv"], "--indices no.csv: "),
        (["a", "--of", "b"], "--of takes one of --union, --intersection, --difference"),
        (["a", "--union", "b"], "--of takes one of"),
    ],
)
def test_bad_commands_about_selections_are_one_line(arguments, words, runs_dir, data_dir, capsys):
    assert main(["selection", *arguments, "--runs-dir", str(runs_dir), "--data-dir", str(data_dir)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_a_setting_takes_a_selection_by_its_id(runs_dir, data_dir, tiny_config, capsys):
    config, selection = keep(runs_dir, data_dir, tiny_config)
    folders = ["--runs-dir", str(runs_dir), "--data-dir", str(data_dir)]
    command = ["train", "--dry-run", "--json", "--set", "model.width=4", "--set", "training.device=cpu"]
    assert main([*command, "--set", f"data.exclude={selection.id}", *folders]) == 0
    by_id = json.loads(capsys.readouterr().out.splitlines()[-1])
    plain = len(splits_of(load_dataset(data_dir), tiny_config.data).train)
    assert by_id["num_train"] == plain - 10
    assert main([*command, "--set", "data.exclude=nothing-like-it", *folders]) == 2
    assert "data.exclude = 'nothing-like-it' is not allowed" in capsys.readouterr().err
    assert config.data.exclude == selection.content_hash

"""python -m pytest tests/unit/export/test_exporting.py. Whole exports of a trained run, read back."""

import base64
import errno
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from cifar_core.cli import main
from cifar_core.config import (
    ConvNeXtConfig,
    CustomConfig,
    MLPConfig,
    ResNetConfig,
    SpeedCNNConfig,
    VGGConfig,
)
from cifar_core.config.blocks import ConvBlock, GlobalPoolBlock
from cifar_core.evaluation.confusion import compute_confusion_matrix
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.evaluation.views import Views
from cifar_core.export import (
    KINDS,
    ExportError,
    ExportStoppedError,
    Subject,
    Watch,
    check_kind,
    export_run,
    exporting,
    kinds,
)
from cifar_core.export.model.deployed import Deployed, load_deployed
from cifar_core.export.model.formats import as_model, write_program
from cifar_core.export.model.parity import check_parity, compare_probs
from cifar_core.export.notebooks import Cell, as_script, dump_notebook
from cifar_core.export.plain.data import IMPORTS
from cifar_core.export.plain.networks import write_network
from cifar_core.export.rebuild import PACKAGES, TRAIN, pin_config, pin_requirements
from cifar_core.export.rebuilt import Replay, compare, hash_weights
from cifar_core.export.report.charts import Series, line_chart, nice_ticks, say_number
from cifar_core.export.report.pictures import Sheet, encode_sheet
from cifar_core.models import Classifier, create_model
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs.layout import RunFiles
from cifar_core.training.checkpoint import CheckpointHeader, Progress, read_checkpoint_header

ALWAYS = [name for name, kind in KINDS.items() if not kind.packages]


# The zip: the run, rebuilt.


@pytest.fixture(scope="module")
def rebuilt(trained_dir, practice_dir, tmp_path_factory):
    """The zip, unpacked and trained in a process that knows nothing but it: what it printed, and where it is."""
    from cifar_core.runs import RunStore

    folder = tmp_path_factory.mktemp("elsewhere")
    [run_dir] = [path for path in trained_dir.iterdir() if path.is_dir()]
    made = export_run(Subject(RunStore(trained_dir).record(run_dir.name)), "zip", folder)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(folder)
    home = folder / run_dir.name
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"CIFAR_CACHE_DIR": str(practice_dir / "cache")}  # where the practice set is drawn already
    # Isolated from the tree the tests run in: -P and another folder, so that the zip's own core is what is imported.
    script = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_path('train.py', run_name='__main__'); " + (
        "import cifar_core; print(cifar_core.__file__); print(sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return home, done.stdout


def test_the_rebuilt_run_has_the_same_weights_to_the_bit(rebuilt):
    home, said = rebuilt
    assert "The weights are equal to the bit." in said
    assert str(home) in said  # it was the zip's own core


def test_the_rebuilt_run_needs_nothing_that_is_not_pinned(rebuilt):
    home, said = rebuilt
    pinned = {line.partition("==")[0] for line in (home / "requirements.txt").read_text().splitlines() if "==" in line}
    assert pinned == set(PACKAGES)
    imported = set(re.findall(r"'(\w+)'", said.splitlines()[-1]))
    # What the app needs beside them; tqdm torch takes where it is.
    others = {"yaml", "pydantic_settings", "streamlit", "plotly", "captum", "cleanlab", "openTSNE", "sklearn"}
    assert not imported & others
    assert {"torch", "pydantic", "safetensors"} <= imported


def test_what_the_run_was_told_of_its_images_goes_along(rebuilt, record):
    home, _ = rebuilt
    name = record.config().data.exclude
    assert name
    assert [path.name for path in (home / "selections").iterdir()] == [f"{name}.json"]


def test_another_seed_is_not_taken_for_the_same_run(rebuilt, record):
    home, _ = rebuilt
    expected = json.loads((home / "expected.json").read_text())
    files = RunFiles(home / "run")
    assert compare(files, expected).is_equal
    assert expected["learning_rate_changes"] == [[12, 0.5]]
    other = expected | {"weights": {"best": "0", "last": "0"}, "num_threads": 7, "remarks": ["It was extended."]}
    found = compare(files, other)
    assert not found.is_equal
    for words in ("The weights differ", "number of threads: 1, where it was 7", "It was extended."):
        assert words in found.words


def test_the_rebuilt_notebook_tells_the_same(rebuilt, monkeypatch, capsys):
    """Its cells, run where train.py has been: the training is over, and everything after it is told."""
    home, _ = rebuilt
    notebook = json.loads((home / "train.ipynb").read_text())
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    monkeypatch.chdir(home)
    space = {"__name__": "__main__"}
    exec(compile("\n".join(code), "train.ipynb", "exec"), space)
    said = capsys.readouterr().out
    assert "the same images" in said
    assert "The weights are equal to the bit." in said


def test_the_script_is_short_and_the_zip_is_always_the_same(subject, tmp_path):
    assert len(TRAIN.splitlines()) <= 30
    first, second = (export_run(subject, "zip", tmp_path / name).path.read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


def test_a_forks_start_weights_go_along(record, tmp_path):
    start = record.checkpoint_path("start")
    start.write_bytes(record.checkpoint_path("best").read_bytes())
    made = export_run(Subject(record), "zip", tmp_path)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path)
    found = RunFiles(tmp_path / record.run_id / "run").checkpoint_path("start")
    assert found.read_bytes() == start.read_bytes()


def test_what_the_machine_decided_is_pinned():
    config = with_overrides(PRESETS["notebook"].config, {"training.device": "auto", "training.precision": "auto"})
    environment = {"device": "cuda:1", "precision": "bfloat16", "num_threads": 3, "torch": "2.14.1+cpu"}
    header = CheckpointHeader(config, Progress(), environment)
    training = pin_config(header).training
    assert (training.device, training.precision, training.num_threads) == ("cuda", "bfloat16", 3)
    lines = pin_requirements(header, {"numpy": "2.0.1", "python": "3.11.7"}).splitlines()
    assert lines[0] == "# Trained with Python 3.11.7"
    assert {"torch==2.14.1", "numpy==2.0.1"} <= set(lines)


def test_a_replayed_run_ends_where_it_ended_and_changes_what_was_changed():
    replay = Replay({"step": 5, "learning_rate_changes": [[2, 0.5], [4, 0.1]]})
    assert [replay.before_step(step) for step in (4, 5)] == [True, False]
    assert [replay.learning_rate_factor(step) for step in (1, 2, 4)] == pytest.approx([1, 0.5, 0.05])


def test_an_extended_run_says_that_it_may_differ(subject, record, tmp_path):
    record.record_event("extended", epoch=1, num_epochs=2)
    expected = export_run(Subject(record), "zip", tmp_path).facts["expected"]
    assert "extended" in expected["remarks"][0]


def test_the_hash_sees_every_bit(record, tmp_path):
    from safetensors.torch import load_file, save_file

    path = record.checkpoint_path("best")
    tensors = load_file(path)
    save_file(tensors, tmp_path / "same.safetensors", {"other": "header"})
    assert hash_weights(tmp_path / "same.safetensors") == hash_weights(path)
    name = next(name for name in tensors if name.endswith("classifier.bias"))
    tensors[name] = torch.nextafter(tensors[name], torch.tensor(9.0))
    save_file(tensors, tmp_path / "other.safetensors")
    assert hash_weights(tmp_path / "other.safetensors") != hash_weights(path)


# Notebooks.


def test_notebooks_are_what_jupyter_reads(subject, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    made = export_run(subject, "notebook", tmp_path)
    nbformat.validate(nbformat.read(made.path, as_version=4))


def test_a_notebook_has_its_cells_in_order():
    cells = [Cell("markdown", "# Title\n\nText"), Cell("code", "x = 1\nx")]
    found = json.loads(dump_notebook(cells))
    assert [cell["cell_type"] for cell in found["cells"]] == ["markdown", "code"]
    assert "".join(found["cells"][1]["source"]) == "x = 1\nx"
    assert as_script(cells) == "x = 1\nx\n"


# The model.


def test_the_program_predicts_what_the_run_saved(subject, tmp_path):
    made = export_run(subject, "torch", tmp_path)
    parity = made.facts["parity"]["model.pt2"]
    assert (parity["split"], parity["num_images"]) == ("test", 1000)
    assert parity["num_equal"] >= 998
    model = torch.export.load(made.path / "model.pt2").module()
    probs = model(torch.from_numpy(subject.load_images().images[:7]))
    assert probs.shape == (7, 10)
    torch.testing.assert_close(probs.sum(dim=1), torch.ones(7))


def test_the_weights_say_what_they_are(subject, tmp_path):
    from safetensors import safe_open

    made = export_run(subject, "safetensors", tmp_path)
    with safe_open(made.path / "model.safetensors", framework="pt") as file:
        assert json.loads(file.metadata()["class_names"])[0] == "disc"
        assert "network.conv1.weight" in file.keys()  # noqa: SIM118
    assert made.facts["parity"]["model.safetensors"]["num_equal"] >= 998


def test_plain_code_takes_the_exported_weights(subject, tmp_path, capsys):
    """The notebook's network, with the weights of the other export, says what the run said."""
    from safetensors.torch import load_file

    weights = load_file(export_run(subject, "safetensors", tmp_path).path / "model.safetensors")
    space = {}
    exec(IMPORTS + write_network(subject.config.model).as_class("A network."), space)
    net = space["Net"]().eval()
    net.load_state_dict(
        {name.removeprefix("network."): value for name, value in weights.items() if name.startswith("network.")}
    )
    pixels = torch.from_numpy(subject.load_images().images[subject.val.indices]) / 255
    pixels = (pixels - weights["normalize.mean"]) / weights["normalize.std"]
    with torch.no_grad():
        preds = (net(pixels) + net(pixels.flip(-1))).argmax(dim=1).numpy()
    assert (preds == subject.val.preds).mean() > 0.99


NETWORKS = {
    "mlp": MLPConfig(hidden_size=16, batch_norm=True),
    "vgg": VGGConfig(width=4, num_blocks=2),
    "resnet": ResNetConfig(depth=8, width=4),
    "preactivation": ResNetConfig(depth=8, width=4, preactivation=True),
    "convnext": ConvNeXtConfig(width=8, blocks_per_stage=1, kernel_size=3),
    "speed_cnn": SpeedCNNConfig(width=4),
    "custom": CustomConfig(
        blocks=(ConvBlock(channels=8, norm="group", activation="silu", residual=True), GlobalPoolBlock(method="max"))
    ),
}


def create_deployed(name):
    """A network of a kind, untrained, with all views."""
    network = create_model(NETWORKS[name], seed=1)
    classifier = Classifier(network, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.25))
    return Deployed(classifier.requires_grad_(False), Views(mirrored=True, shifted=True)).eval()


@pytest.fixture
def bytes_of_images():
    return np.random.default_rng(0).integers(0, 256, (5, 3, 32, 32), dtype=np.uint8)


@pytest.mark.parametrize("name", ["resnet", "speed_cnn", "custom"])
def test_networks_become_programs(name, bytes_of_images, tmp_path):
    model = create_deployed(name)
    found = write_program(model, tmp_path / "model.pt2")(bytes_of_images)
    np.testing.assert_allclose(found, as_model(model)(bytes_of_images), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_becomes_onnx(name, bytes_of_images, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    from cifar_core.export.model.onnx import write_int8, write_onnx

    model, path = create_deployed(name), tmp_path / "model.onnx"
    found = write_onnx(model, path)(bytes_of_images)
    np.testing.assert_allclose(found, as_model(model)(bytes_of_images), rtol=1e-3, atol=1e-5)
    many = np.repeat(bytes_of_images, 30, axis=0)
    small = write_int8(path, tmp_path / "small.onnx", many)(bytes_of_images)
    np.testing.assert_allclose(small, found, atol=0.2)


def test_onnx_predicts_what_the_run_saved(subject, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    made = export_run(subject, "onnx", tmp_path)
    exact, small = (made.facts["parity"][name] for name in ("model.onnx", "model-int8.onnx"))
    assert exact["num_equal"] >= 998
    assert small["num_equal"] >= 900
    assert {path.name for path in made.path.iterdir()} == {"model.onnx", "model-int8.onnx", "README.md", "parity.json"}


def test_a_model_that_scales_pixels_wrongly_is_refused(subject):
    """The trap: a classifier takes bytes in silence, and agrees with itself."""
    model = load_deployed(subject.record.checkpoint_path("best"), views=subject_views(subject))

    def without_scaling(images):
        return as_model(model.classifier)(images.astype(np.float32))

    split, saved = subject.said
    with pytest.raises(ExportError, match="not the network of the run"):
        check_parity(without_scaling, subject.load_images(), saved, split, Watch(), name="model")


def subject_views(subject):
    from cifar_core.evaluation.views import views_of

    return views_of(subject.config.training)


def test_differing_images_are_listed(subject):
    probs = subject.val.probs.astype(np.float32)
    probs[3] = np.roll(probs[3], 1)
    parity = compare_probs(probs, subject.val, "val")
    [difference] = parity.differences
    assert difference.index == subject.val.indices[3]
    assert difference.run == subject.val.preds[3]
    assert difference.model == (subject.val.preds[3] + 1) % 10
    assert parity.num_equal == subject.val.num_images - 1


def test_the_card_tells_data_results_confusions_and_limits(subject, tmp_path):
    card = (export_run(subject, "safetensors", tmp_path).path / "README.md").read_text()
    assert f"{compute_accuracy(subject.val):.2%}" in card
    assert "test, best epoch" not in card
    for words in (
        "Practice set",
        "95 % interval",
        "## Confusions",
        "## Limits",
        "## Licence",
        "license: mit",
        "data.exclude",
    ):
        assert words in card
    matrix = compute_confusion_matrix(subject.val, 10)
    assert f"| disc | {' | '.join(map(str, matrix[0]))} |" in card


# The report.


class _Page(HTMLParser):
    """What a page holds: tags, identifiers, links, and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.text, self.open = [], [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if tag not in ("meta", "br", "line", "polyline", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("line", "polyline", "circle"):
            return
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def page(trained_dir, tmp_path_factory):
    from cifar_core.runs import RunStore

    [run_dir] = [path for path in trained_dir.iterdir() if path.is_dir()]
    subject = Subject(RunStore(trained_dir).record(run_dir.name))
    made = export_run(subject, "report", tmp_path_factory.mktemp("report"))
    return made.path.read_text(encoding="utf-8"), made.num_bytes, subject


def test_the_report_needs_nothing_else_and_is_small(page):
    text, num_bytes, _ = page
    assert num_bytes < 3_000_000
    found = _Page(text)
    assert found.open == []
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "link", "iframe", "img"})
    assert set(re.findall(r"url\((.{5})", text)) == {"data:"}
    assert all(link.startswith("#") for link in found.links)
    assert "http" not in text


def test_the_report_has_a_panel_for_each_cell(page):
    text, _, subject = page
    found = _Page(text)
    matrix = compute_confusion_matrix(subject.val, 10)
    assert set(found.links) == {f"#c{true}-{pred}" for true, pred in zip(*np.nonzero(matrix), strict=True)}
    assert {link[1:] for link in found.links} <= set(found.ids)
    tiles = re.findall(r'id="c(\d)-(\d)".*?</section>', text)
    assert len(tiles) == len(found.links)
    for true, pred in ((0, 0), tuple(np.unravel_index(matrix.argmax(), matrix.shape))):
        panel = re.search(rf'id="c{true}-{pred}".*?</section>', text)
        shown = panel[0].count("<i ") if panel else 0
        assert shown == min(12, matrix[true, pred])


def test_the_report_tells_the_run_and_not_test(page):
    text, _, subject = page
    said = _Page(text).text
    for words in (f"{compute_accuracy(subject.val):.2%}", "A small <run>", "times 0.5 from step 13 on", "practice set"):
        assert words in said
    assert "test accuracy" not in said
    assert subject.record.test_readings() == 1  # of the end of the run


def test_a_look_at_test_is_asked_for_and_counted(record, tmp_path):
    subject = Subject(record, with_test=True)
    text = export_run(subject, "report", tmp_path / "with.html").path.read_text(encoding="utf-8")
    assert "test accuracy, best epoch" in text
    assert record.test_readings() == 2


def test_a_tile_shows_the_picture_it_is_asked_for():
    pictures = np.zeros((14, 3, 32, 32), np.uint8) + (10 * np.arange(14, dtype=np.uint8))[:, None, None, None]
    sheet = Sheet("s", pictures, keys=range(100, 114))
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheet.style().partition("base64,")[2].rstrip(")}")))))
    for key in (100, 111, 112, 113):
        tile = sheet.tile(key, "<it>")
        column, row = map(int, re.search(r"--x:(\d+);--y:(\d+)", tile).groups())
        shown = pixels[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        assert abs(int(shown.mean().round()) - 10 * (key - 100)) <= 1
        assert 'title="&lt;it&gt;"' in tile


def test_pictures_in_a_sheet_keep_their_places():
    images = np.zeros((14, 3, 32, 32), np.uint8)
    images[13, 0] = 255
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(encode_sheet(images)))))
    assert sheet.shape == (64, 384, 3)
    assert sheet[32:64, 32:64, 0].min() > 240
    assert sheet[:32].max() < 12  # nothing of it is seen elsewhere
    assert sheet[32:, 64:].max() < 12


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.25, 0.5, 0.75, 1]), (1, 9, [0, 2, 4, 6, 8, 10]), (0.61, 0.7, [0.6, 0.625, 0.65, 0.675, 0.7])],
)
def test_ticks_are_round(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize(("high", "ticks"), [(1, [0, 1]), (9, [0, 2, 4, 6, 8, 10]), (4, [0, 1, 2, 3, 4])])
def test_epochs_have_whole_ticks(high, ticks):
    assert nice_ticks(0.02, high, is_whole=True) == ticks


def test_a_chart_puts_points_where_their_values_are():
    svg = line_chart("Loss", [Series("val", [(0, 0.0), (4, 1.0)])], x_title="epoch", say=say_number)
    (x0, y0), (x1, y1) = re.findall(r"(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)", re.search(r'points="(.*?)"', svg)[1])
    assert float(x0) < float(x1)
    assert float(y0) > float(y1)  # upwards
    assert line_chart("Loss", [Series("val", [])], x_title="epoch", say=say_number) == ""


# Tables and TensorBoard.


def test_tables_hold_what_the_run_says(subject, record, tmp_path):
    folder = export_run(subject, "csv", tmp_path).path
    tables = {path.stem: pd.read_csv(path) for path in folder.iterdir()}
    assert set(tables) == {"run", "epochs", "steps", "predictions-val"}
    assert tables["run"].loc[0, "optimizer.learning_rate"] == 0.05
    assert not [name for name in tables["run"] if name.startswith("test_accuracy")]
    assert tables["epochs"]["val/accuracy"].tolist() == [row["val/accuracy"] for row in record.epoch_rows()]
    predictions = tables["predictions-val"]
    assert predictions["is_right"].mean() == pytest.approx(compute_accuracy(subject.val))
    probs = predictions[[name for name in predictions if name.startswith("p_")]]
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-4)
    assert record.test_readings() == 1


def test_parquet_keeps_types(record, tmp_path):
    folder = export_run(Subject(record, with_test=True), "parquet", tmp_path).path
    test = pd.read_parquet(folder / "predictions-test.parquet")
    assert test["is_right"].dtype == bool
    assert len(test) == 1000
    assert record.test_readings() == 2


def test_tensorboard_reads_the_events(subject, record, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = export_run(subject, "tensorboard", tmp_path).path
    events = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0}).Reload()
    scalars = events.Scalars("val/accuracy")
    assert [scalar.value for scalar in scalars] == pytest.approx([row["val/accuracy"] for row in record.epoch_rows()])
    assert [scalar.step for scalar in scalars] == [row["step"] for row in record.epoch_rows()]
    assert len(events.Images("surest mistakes (val)")) == 1
    assert events.Graph().node


# All kinds: whole or not at all.


@pytest.mark.parametrize("name", ALWAYS)
def test_stopped_or_broken_nothing_is_left(name, subject, tmp_path):
    told = []
    with pytest.raises(ExportStoppedError):
        export_run(subject, name, tmp_path / "out" / "here", Watch(told.append, lambda: len(told) > 2))
    assert [path.name for path in (tmp_path / "out").iterdir()] == []
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_on_a_full_disk_or_interrupted_nothing_is_left(error, subject, tmp_path, monkeypatch):
    def write(subject, folder, watch):
        folder.mkdir()
        (folder / "half").write_text("half")
        raise error

    monkeypatch.setattr(exporting, "_find_writer", lambda kind: write)
    with pytest.raises(ExportError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        export_run(subject, "zip", tmp_path / "out" / "here.zip")
    assert isinstance(error, KeyboardInterrupt) or "here.zip cannot be written: the disk is full" in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_there_is_not_overwritten(subject, tmp_path):
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(ExportError, match="is there already"):
        export_run(subject, "zip", tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"


def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch):
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"onnx needs onnx, onnxscript and onnxruntime, which are .*export.txt"):
        check_kind("onnx")
    assert check_kind("zip").missing == ()


def test_other_images_are_refused(record, tmp_path, tiny_dataset, monkeypatch):
    monkeypatch.setattr("cifar_core.export.subject.load_dataset", lambda folder: tiny_dataset)
    with pytest.raises(ExportError, match="--data-dir"):
        export_run(Subject(record), "report", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_makes_one_and_lists_all(runs_dir, record, tmp_path, capsys):
    runs = f"--runs-dir={runs_dir}"
    assert main(["export", record.run_id, runs, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["kind"] for row in rows] == list(KINDS)
    assert all(row["bytes"] > 0 for row in rows)
    target = tmp_path / "mine.ipynb"
    assert main(["export", record.run_id, "--as", "notebook", f"--to={target}", runs, "--json"]) == 0
    out = capsys.readouterr().out
    about = json.loads(out.splitlines()[-1])
    assert about["path"] == str(target)
    assert about["bytes"] == target.stat().st_size
    assert "Used with: torch, torchvision, Jupyter." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--as", "pdf"], ["--as", "'pdf'", "zip"]), (["--as", "zip", "--epoch", "first"], ["--epoch", "'first'"])],
)
def test_bad_input_is_one_line(arguments, words, runs_dir, record, capsys):
    assert main(["export", record.run_id, f"--runs-dir={runs_dir}", *arguments]) == 2
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    for word in words:
        assert word in said


def test_a_run_without_an_epoch_has_nothing_to_take_along(store, config, tmp_path):
    record = store.record(store.submit(config))
    with pytest.raises(ExportError, match="no epoch"):
        export_run(Subject(record), "notebook", tmp_path / "out")


def test_the_expected_run_is_the_last_checkpoint(record):
    header = read_checkpoint_header(record.checkpoint_path("last"))
    assert header.progress.epoch == record.status().epoch

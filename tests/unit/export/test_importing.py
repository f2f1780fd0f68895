"""python -m pytest tests/unit/export/test_importing.py. Networks of others, made runs; and files that are refused."""

import io
import json
import os
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from cifar_core.attribution import METHODS
from cifar_core.attribution.attribute import attribute
from cifar_core.attribution.layers import explain_misfit, list_layers
from cifar_core.attribution.method import AttributionError
from cifar_core.cli import main
from cifar_core.config import RunConfig, SimpleCNNConfig
from cifar_core.data import load_dataset
from cifar_core.evaluation import load_predictions
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.export import ExportError, Subject, export_run
from cifar_core.importing import adopting, reading
from cifar_core.importing.adopting import adopt
from cifar_core.importing.assembly import Wish, assemble
from cifar_core.importing.conventions import PIXELS, Pixels, own_pixels, read_class_order
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.importing.orders import ImportDesk, ImportOrder
from cifar_core.importing.reading import read_network_file
from cifar_core.importing.trial import Trial, choose_images, explain_guessing, is_guessing, try_pixels
from cifar_core.importing.wishes import find_model
from cifar_core.inference.predict import predict
from cifar_core.jobs import JobBoard
from cifar_core.models import create_model
from cifar_core.runs import RunError, RunStore, settings_of
from cifar_core.runs.groups import group_by_settings, list_rivals
from cifar_core.training.checkpoint import CheckpointError, create_untrained, load_classifier
from tests.unit.runs_helpers import IdleExecutor

MODEL = SimpleCNNConfig(width=4, hidden_size=16)

# torch would rather have another format; learners have files of this one.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning", "ignore:`torch.jit:DeprecationWarning")

NETWORK_FILE = """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.conv(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.block = Block()
        self.flatten = nn.Flatten()
        self.out = nn.Linear(4 * 15 * 15, 10)

    def forward(self, x):
        return self.out(self.flatten(self.block(x)))
"""


class Plain(nn.Module):
    """A learner's own: functions in place of modules."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.out = nn.Linear(900, 10)

    def forward(self, x):
        return self.out(torch.relu(self.conv(x)).flatten(1))


@pytest.fixture(scope="module")
def dataset(practice_dir):
    return load_dataset(practice_dir)


@pytest.fixture
def bring(tmp_path, practice_dir, dataset):
    """Import a file into a runs folder of its own, and return its record."""

    def bring(path, **wish):
        made = adopt(Wish(path, **wish), tmp_path / "runs", dataset, practice_dir)
        return RunStore(tmp_path / "runs", IdleExecutor()).record(made.run_id)

    return bring


@pytest.fixture
def weights(record, tmp_path):
    """The file of a trained network's weights, as it is exported."""
    return export_run(Subject(record), "safetensors", tmp_path / "out").path / "model.safetensors"


@pytest.fixture
def nothing_left(tmp_path):
    """What lies in the runs folder: nothing, after a refusal."""

    def look():
        folder = tmp_path / "runs"
        return (
            [path.name for path in folder.iterdir() if path.name.startswith((".new", "2"))] if folder.exists() else []
        )

    return look


def same_answers(record, other, split="test", which="best"):
    ours, theirs = (load_predictions(each.predictions_path(split, which)) for each in (record, other))
    assert ours.indices.tolist() == theirs.indices.tolist()
    return float((ours.preds == theirs.preds).mean())


# What comes back says what it said.


def test_exported_weights_come_back_as_they_were(weights, record, bring):
    found = bring(weights)
    assert same_answers(record, found) >= 0.998
    assert same_answers(record, found, "val") >= 0.998
    assert found.config().model == record.config().model
    assert found.meta().imported_from == "model.safetensors"
    assert found.test_readings() == 1
    status = found.status()
    assert (status.status, status.epoch, status.best_epoch) == ("completed", 1, 1)
    assert load_classifier(found.checkpoint_path("best"))(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_a_checkpoint_of_ours_comes_back(record, bring):
    assert same_answers(record, bring(record.checkpoint_path("best"))) >= 0.998


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod."])
def test_a_state_dict_finds_its_network(prefix, weights, record, bring, tmp_path):
    from safetensors.torch import load_file

    tensors = load_file(weights)
    state = {
        prefix + name.removeprefix("network."): value for name, value in tensors.items() if "normalize" not in name
    }
    path = tmp_path / "learner.pt"
    torch.save({"state_dict": state, "epoch": 3}, path)
    scale = own_pixels(tensors["normalize.mean"].flatten().tolist(), tensors["normalize.std"].flatten().tolist())
    found = bring(path, model=record.config().model, pixels=scale)
    own, loaded = (load_classifier(each.checkpoint_path("best")) for each in (record, found))
    images = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(loaded(images), own(images))
    # The run averages over mirrored images, which a state_dict does not tell.
    assert same_answers(record, found) > 0.75


def test_names_of_ones_own_are_taken_in_order(bring, tmp_path):
    network = create_model(MODEL, seed=3)
    path = tmp_path / "own.pth"
    torch.save({f"layer{place}": value for place, value in enumerate(network.state_dict().values())}, path)
    found = bring(path, model=MODEL, pixels=PIXELS["unit"])
    loaded = load_classifier(found.checkpoint_path("best")).network.state_dict()
    for name, value in network.state_dict().items():
        torch.testing.assert_close(loaded[name], value)
    assert "names of their own" in found.meta().note


def test_torchscript_comes_back(record, bring, tmp_path):
    classifier = load_classifier(record.checkpoint_path("best"))
    path = tmp_path / "network.pt"
    torch.jit.trace(classifier, torch.zeros(2, 3, 32, 32)).save(str(path))
    found = bring(path, pixels=PIXELS["unit"])
    assert same_answers(record, found) > 0.75  # the run averages over mirrored images
    loaded = load_classifier(found.checkpoint_path("best"))
    images = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(loaded(images), classifier(images), rtol=1e-4, atol=1e-4)
    fits = {name for name in METHODS if explain_misfit(loaded, name) is None}
    assert fits == {
        "saliency",
        "input_x_gradient",
        "integrated_gradients",
        "smooth_grad",
        "gradient_shap",
        "occlusion",
        "feature_ablation",
    }
    targets = torch.tensor([1, 2, 3])
    torch.testing.assert_close(
        attribute(loaded, images, targets, "saliency"), attribute(classifier, images, targets, "saliency"),
        rtol=1e-3, atol=1e-5,
    )  # fmt: skip
    with pytest.raises(AttributionError, match="layers of its file cannot be looked at"):
        attribute(loaded, images, targets, "grad_cam")
    assert list_layers(loaded) == ()


def test_onnx_comes_back_and_explains_by_covering_alone(record, bring, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    path = export_run(Subject(record), "onnx", tmp_path / "out").path / "model.onnx"
    found = bring(path)  # whole numbers: the file says so
    assert same_answers(record, found) >= 0.998
    model = found.config().model
    assert (model.takes_integers, model.gives_probabilities) == (True, True)
    loaded = load_classifier(found.checkpoint_path("best"))
    assert {name for name in METHODS if explain_misfit(loaded, name) is None} == {"occlusion", "feature_ablation"}
    assert "tells no gradients" in explain_misfit(loaded, "saliency")
    maps = attribute(loaded, torch.rand(2, 3, 32, 32), torch.tensor([0, 1]), "occlusion", window=16, stride=8)
    assert torch.isfinite(maps).all()


def test_a_python_file_is_executed_only_where_it_was_put(bring, tmp_path, monkeypatch, nothing_left):
    monkeypatch.setenv("CIFAR_MODELS_DIR", str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    outside, inside = tmp_path / "net.py", tmp_path / "user" / "net.py"
    for path in (outside, inside):
        path.write_text(f"{NETWORK_FILE}\nimport pathlib\n\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    with pytest.raises(ImportRefusedError, match="executed"):
        bring(outside, pixels=PIXELS["unit"])
    assert not (tmp_path / "ran").exists()
    assert nothing_left() == []
    found = bring(inside, pixels=PIXELS["unit"])
    loaded = load_classifier(found.checkpoint_path("best"))
    assert not any(getattr(module, "inplace", False) for module in loaded.modules())
    assert all(explain_misfit(loaded, name) is None for name in METHODS)  # all eleven
    assert list_layers(loaded) == ("network.module.block.relu",)
    untrained = create_untrained(found.checkpoint_path("best"))
    assert not torch.equal(untrained.network.module.out.weight, loaded.network.module.out.weight)
    images = torch.rand(2, 3, 32, 32)
    maps = attribute(loaded, images, torch.tensor([0, 1]), "deep_lift")
    difference = loaded(images) - loaded(torch.zeros_like(images))
    torch.testing.assert_close(maps.sum(dim=(1, 2, 3)), difference[[0, 1], [0, 1]], rtol=1e-3, atol=1e-4)
    inside.write_text(NETWORK_FILE + "\n# changed\n")
    with pytest.raises(CheckpointError, match="has changed"):
        load_classifier(found.checkpoint_path("best"))
    inside.unlink()
    with pytest.raises(CheckpointError, match="is gone"):
        load_classifier(found.checkpoint_path("best"))


def test_a_python_file_takes_its_weights(bring, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_MODELS_DIR", str(tmp_path))
    (tmp_path / "plain.py").write_text(
        "from tests.unit.export.test_importing import Plain\n\n\ndef make():\n    return Plain()\n"
    )
    network = Plain()
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    found = bring(tmp_path / "plain.py", entry="make", weights_path=tmp_path / "w.safetensors", pixels=PIXELS["half"])
    loaded = load_classifier(found.checkpoint_path("best"))
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(loaded(images), network(2 * images - 1))
    # relu is a function there: what looks at modules would miss it.
    assert "calls relu by itself" in explain_misfit(loaded, "guided_backprop")
    assert "calls relu by itself" in explain_misfit(loaded, "deep_lift")
    assert explain_misfit(loaded, "grad_cam") is None
    assert list_layers(loaded) == ("network.module.conv",)
    maps = attribute(loaded, images, torch.tensor([0, 1]), "grad_cam")
    assert maps.any()


# How it wants its images.


class Bytes(nn.Module):
    """Wants its pixels from 0 to 255."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, images):
        return self.inner(images / 255)


def test_each_way_to_give_images_is_tried(record, dataset, bring, tmp_path):
    classifier, path = load_classifier(record.checkpoint_path("best")), tmp_path / "bytes.ts"
    torch.jit.trace(Bytes(classifier), torch.zeros(1, 3, 32, 32)).save(str(path))
    assembled = assemble(Wish(path, pixels=PIXELS["half"]))
    train = np.arange(300)
    trials = try_pixels(assembled, dataset, train)
    assert [trial.accuracy for trial in trials] == sorted((trial.accuracy for trial in trials), reverse=True)
    own = compute_accuracy(predict(classifier, dataset.images, dataset.labels, choose_images(train)))
    by_name = {trial.pixels.name: trial for trial in trials}
    assert set(by_name) == {*PIXELS, "dataset"}
    assert by_name["bytes"].accuracy == pytest.approx(own, abs=0.01)
    assert all(trial.reordered >= trial.accuracy for trial in trials)
    assert assembled.classifier.normalize.mean.flatten().tolist() == [0.5] * 3  # left as it was
    assert "was found out" in bring(path).meta().note


def test_a_guesser_is_told_what_would_help():
    unit, names = PIXELS["unit"], ("a", "b", "c")
    poor, good = Trial(unit, 0.1, 0.1, (0, 1, 2)), Trial(PIXELS["bytes"], 0.7, 0.7, (0, 1, 2))
    said = explain_guessing(0.1, unit, [good, poor], names, (0, 1, 2))
    assert "--pixels bytes it is right on 70%" in said
    assert "--pixels find" in explain_guessing(0.1, unit, [replace_pixels(good, "dataset"), poor], names, (0, 1, 2))
    # The classes were said to stand the other way round, and what is named a shows as c.
    turned = Trial(unit, 0.1, 0.7, (2, 1, 0))
    assert "--classes a,b,c it would be" in explain_guessing(0.1, unit, [turned], names, (2, 1, 0))
    assert "--classes c,b,a it would be" in explain_guessing(0.1, unit, [turned], names, (0, 1, 2))
    assert "may not be trained" in explain_guessing(0.1, unit, [poor], names, (0, 1, 2))


def replace_pixels(trial, name):
    return Trial(Pixels(name, "", (0.0,) * 3, (1.0,) * 3), trial.accuracy, trial.reordered, trial.order)


@pytest.mark.parametrize(("accuracy", "guesses"), [(0.1, True), (0.14, True), (0.3, False), (0.02, True)])
def test_guessing_is_told_from_knowing(accuracy, guesses):
    assert is_guessing(accuracy, 5000) is guesses


def test_classes_are_named_in_the_order_of_the_dataset(weights, record, bring, dataset):
    names = list(reversed(dataset.class_names))
    turned = bring(weights, class_order=read_class_order(",".join(names), dataset.class_names))
    loaded, own = load_classifier(turned.checkpoint_path("best")), load_classifier(record.checkpoint_path("best"))
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(loaded(images), own(images).flip(1))


def test_class_orders_say_where_each_class_stands():
    assert read_class_order("", ("a", "b")) == (0, 1)
    assert read_class_order("c, a, B", ("a", "b", "c")) == (1, 2, 0)
    with pytest.raises(ImportRefusedError, match="each once of a, b"):
        read_class_order("a, a", ("a", "b"))


# What is refused, with the reason, and nothing left.


class _Executes:
    def __reduce__(self):
        return os.system, ("touch executed",)


def test_a_pickle_that_executes_is_refused(bring, tmp_path, monkeypatch, nothing_left):
    monkeypatch.chdir(tmp_path)
    for name, content in (("new.pt", None), ("plain.pth", pickle.dumps({"w": _Executes()}))):
        path = tmp_path / name
        path.write_bytes(content) if content else torch.save({"w": _Executes()}, path)
        with pytest.raises(ImportRefusedError, match=r"wants more executed|broken"):
            bring(path, model=MODEL)
    torch.save(Plain(), tmp_path / "whole.pt")
    with pytest.raises(ImportRefusedError, match=r"Plain.*state_dict"):
        bring(tmp_path / "whole.pt", model=MODEL)
    assert not (tmp_path / "executed").exists()
    assert nothing_left() == []


def test_a_script_that_reaches_files_is_refused(tmp_path):
    class Writes(nn.Module):
        def forward(self, images):
            return torch.from_file("secret", size=10, dtype=torch.float32) + images.mean()

    path = tmp_path / "writes.pt"
    torch.jit.script(Writes()).save(str(path))
    with pytest.raises(ImportRefusedError, match="from_file"):
        read_network_file(path)


def _cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt", "s.ts", "m.onnx"])
def test_a_file_cut_short_is_refused(name, bring, tmp_path, nothing_left):
    if name == "m.onnx":
        pytest.importorskip("onnxruntime")
    path = tmp_path / name
    if name == "s.ts":
        torch.jit.trace(create_model(MODEL).eval(), torch.zeros(1, 3, 32, 32)).save(str(path))
    elif name == "w.pt":
        torch.save(create_model(MODEL).state_dict(), path)
    else:
        save_file(create_model(MODEL).state_dict(), path)
    _cut(path)
    with pytest.raises(ImportRefusedError, match=rf"^{name}"):
        bring(path, model=MODEL, pixels=PIXELS["unit"])
    assert nothing_left() == []


@pytest.mark.parametrize("is_zip", [True, False])
def test_whatever_single_byte_is_wrong_is_refused_or_read(is_zip, tmp_path):
    path, generator = tmp_path / "w.pt", np.random.default_rng(0)
    torch.save({"a": torch.zeros(3, 2), "b": torch.ones(4)}, path, _use_new_zipfile_serialization=is_zip)
    whole, refusals = path.read_bytes(), []
    for place in generator.choice(len(whole), 300, replace=False):
        path.write_bytes(whole[:place] + bytes([generator.integers(256)]) + whole[place + 1 :])
        try:
            read_network_file(path)
        except ImportRefusedError as error:
            refusals.append(str(error))
    assert len(refusals) > 100
    assert {words.partition(" ")[0] for words in refusals} == {"w.pt"}


def test_without_onnxruntime_an_onnx_file_says_what_to_install(bring, tmp_path, monkeypatch, nothing_left):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    path = tmp_path / "m.onnx"
    path.write_bytes(b"whatever")
    with pytest.raises(ImportRefusedError, match=r"^m\.onnx: ONNX files need onnxruntime.*requirements-export"):
        bring(path)
    assert nothing_left() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("classifier.bias"), "lacks classifier.bias"),
        (lambda state: state.update(more=torch.zeros(1)), "has besides more"),
        (lambda state: state.update({"classifier.bias": torch.zeros(7)}), "classifier.bias .7 in place of 10."),
    ],
)
def test_weights_of_another_network_are_refused(change, words, bring, tmp_path, nothing_left):
    state = dict(create_model(MODEL).state_dict())
    change(state)
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(ImportRefusedError, match=words):
        bring(tmp_path / "w.safetensors", model=MODEL)
    with pytest.raises(ImportRefusedError, match="does not say of which network"):
        bring(tmp_path / "w.safetensors")
    assert nothing_left() == []


def test_what_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    monkeypatch.setattr(type(path), "read_bytes", lambda path: pytest.fail("it was read"))
    with pytest.raises(ImportRefusedError, match=r"400 MB; allowed"):
        read_network_file(path)


def test_an_archive_that_unpacks_to_too_much_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"0" * 1_000_000)
    (tmp_path / "bomb.pt").write_bytes(buffer.getvalue())
    with pytest.raises(ImportRefusedError, match="unpacks to more"):
        read_network_file(tmp_path / "bomb.pt")


@pytest.mark.parametrize("outputs", [9, 100])
def test_other_than_ten_answers_are_refused(outputs, bring, tmp_path, nothing_left):
    network = nn.Sequential(nn.Flatten(), nn.Linear(3072, outputs)).eval()
    torch.jit.trace(network, torch.zeros(1, 3, 32, 32)).save(str(tmp_path / "s.ts"))
    with pytest.raises(ImportRefusedError, match=f"answers {outputs} to each image"):
        bring(tmp_path / "s.ts", pixels=PIXELS["unit"])
    assert nothing_left() == []


def test_torn_at_every_stage_nothing_is_left(weights, tmp_path, practice_dir, dataset, nothing_left):
    """Stopped at each thing it tells of, and as each file is written."""
    told = []
    adopt(Wish(weights), tmp_path / "elsewhere", dataset, practice_dir, on_progress=lambda *parts: told.append(parts))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    for stage in range(0, len(told), max(1, len(told) // 12)):

        def stop(share, words, stage=stage, seen=[]):  # noqa: B006 counts the calls of this one
            seen.append(share)
            if len(seen) > stage:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            adopt(Wish(weights), tmp_path / "runs", dataset, practice_dir, on_progress=stop)
        assert nothing_left() == []


@pytest.mark.parametrize(
    "name", ["save_checkpoint", "save_predictions", "write_status", "create_record", "publish_run"]
)
def test_on_a_full_disk_nothing_is_left(name, weights, bring, monkeypatch, nothing_left):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adopting, name, fail)
    with pytest.raises(ImportRefusedError, match="the disk is full"):
        bring(weights)
    assert nothing_left() == []


# It is a run, and none that was trained here.


def test_it_cannot_be_trained_and_is_in_no_average(weights, bring, record, tmp_path):
    found = bring(weights)
    store = RunStore(tmp_path / "runs", IdleExecutor())
    [run] = store.list_runs()
    assert run.is_imported
    assert not run.is_own
    assert group_by_settings([run, run]) == []
    assert list_rivals(run, [run, run.model_copy(update={"run_id": "other"})]) == [run]
    assert all(path.startswith("model.") for path in settings_of(run))
    for action in (lambda: store.extend(run.run_id, 1), lambda: store.look_at_test(run.run_id)):
        with pytest.raises(RunError, match="was imported"):
            action()
    from cifar_core.runs import Fork

    with pytest.raises(RunError, match="was imported"):
        store.submit(found.config(), fork=Fork(run.run_id))
    with pytest.raises(RunError, match="was imported"):
        store.resume_run(run.run_id)


def test_a_program_has_no_untrained_twin(record, bring, tmp_path):
    network = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)).eval()
    torch.jit.trace(network, torch.zeros(1, 3, 32, 32)).save(str(tmp_path / "s.ts"))
    found = bring(tmp_path / "s.ts", pixels=PIXELS["unit"])
    with pytest.raises(CheckpointError, match="no untrained one"):
        create_untrained(found.checkpoint_path("best"))


def test_architectures_by_name(record):
    runs_dir = record.run_dir.parent
    assert find_model("", (), runs_dir) is None
    assert find_model(record.run_id, (), runs_dir) == record.config().model
    assert find_model("resnet", ("model.depth=14",), runs_dir).depth == 14
    assert find_model("notebook", (), runs_dir) == RunConfig().model
    with pytest.raises(ImportRefusedError, match="--network 'alexnet'"):
        find_model("alexnet", (), runs_dir)
    with pytest.raises(ImportRefusedError, match=r"model\.FIELD"):
        find_model("resnet", ("training.seed=1",), runs_dir)


def test_the_command_imports_and_says_how_good_it_is(weights, tmp_path, practice_dir, capsys):
    arguments = [f"--runs-dir={tmp_path / 'runs'}", f"--data-dir={practice_dir}", "--json"]
    assert main(["import", str(weights), "--name", "mine", *arguments]) == 0
    out = capsys.readouterr().out
    about = json.loads(out.splitlines()[-1])
    assert "test" in out
    assert "(looked at once)" in out
    assert main(["runs", *arguments[::2]]) == 0
    listed = capsys.readouterr().out
    assert "mine (imported)" in listed
    assert (
        json.loads(listed.splitlines()[-1])[0] | {"run_id": about["run_id"], "is_imported": True}
        == json.loads(listed.splitlines()[-1])[0]
    )
    assert main(["import", str(tmp_path / "none.pt"), *arguments]) == 2
    assert "none.pt cannot be read" in capsys.readouterr().err


def test_pixels_are_scaled_as_their_names_say():
    images = np.array([0.0, 0.5, 1.0])
    for name, expected in (("unit", images), ("half", 2 * images - 1), ("bytes", 255 * images)):
        pixels = PIXELS[name]
        np.testing.assert_allclose((images - pixels.mean[0]) / pixels.std[0], expected)
    with pytest.raises(ImportRefusedError, match="three"):
        own_pixels([1.0], [1.0, 1.0, 1.0])


def test_what_was_imported_is_taken_along_as_far_as_it_is_known(weights, bring, tmp_path):
    subject = Subject(bring(weights))
    for kind in ("zip", "notebook"):
        with pytest.raises(ExportError, match="trained elsewhere"):
            export_run(subject, kind, tmp_path / "out")
    text = export_run(subject, "report", tmp_path / "one.html").path.read_text(encoding="utf-8")
    assert "trained elsewhere, and came as model.safetensors" in text
    assert "Learning rate" not in text
    card = (export_run(subject, "safetensors", tmp_path / "again").path / "README.md").read_text(encoding="utf-8")
    assert "Trained elsewhere, nobody here knows how." in card
    assert "adam" not in card
    network = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)).eval()
    torch.jit.trace(network, torch.zeros(1, 3, 32, 32)).save(str(tmp_path / "s.ts"))
    program = Subject(bring(tmp_path / "s.ts", pixels=PIXELS["unit"]))
    with pytest.raises(ExportError, match="came as a program"):
        export_run(program, "torch", tmp_path / "out")
    table = export_run(program, "csv", tmp_path / "tables").path / "run.csv"
    assert "optimizer" not in table.read_text(encoding="utf-8").splitlines()[0]


# What pages ask for.


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_CACHE_DIR", str(tmp_path / "cache"))
    return ImportDesk(tmp_path / "data")


def test_what_is_being_imported_is_not_started_again(desk, monkeypatch):
    started = []

    def start(board, key, *rest, num_threads):
        started.append(key)
        board.folder.mkdir(parents=True, exist_ok=True)
        board.tell(key, 0.1, os.getpid())

    monkeypatch.setattr(JobBoard, "start", start)
    order = ImportOrder("models/user/mine.py", "")
    for _ in range(2):
        desk.start(order)
    assert started == [order.key]
    desk.tell(order, 0.0, os.getpid(), message="it was refused")
    desk.start(order)
    assert started == [order.key] * 2


def test_what_a_killed_import_left_is_swept(desk):
    left, waiting = desk.take_upload("left.pt", b"1"), desk.take_upload("waiting.pt", b"2")
    os.utime(left.parent, (1.0, 1.0))
    taken = desk.take_upload("new.pt", b"3")
    assert [path.exists() for path in (left, waiting, taken)] == [False, True, True]


def test_what_was_sent_is_dropped_by_whoever_imported_it(tmp_path, monkeypatch):
    monkeypatch.delenv("CIFAR_CACHE_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    sent = ImportDesk(Path("data")).take_upload("a.pt", b"1")  # as a page calls the folder by default
    assert sent.exists()
    ImportDesk(Path("data").resolve()).drop_uploads(ImportOrder(str(sent), ""))
    assert not sent.exists()

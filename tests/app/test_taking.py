"""Take along and bring: the dialogs of Runs and Train, and what their buttons start."""

import os
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cifar_core.data import default_data_dir
from cifar_core.export import KINDS, kinds
from cifar_core.export.shelf import ExportShelf, Order
from cifar_core.importing.orders import ImportDesk, ImportOrder
from cifar_core.jobs import JobBoard
from cifar_core.runs import default_runs_dir
from cifar_core.runs.status import read_status, write_status
from tests.app.driving import press, save_weights
from tests.app.reading import texts


@pytest.fixture
def store(lab):
    return lab.store


@pytest.fixture
def trained_run(lab):
    """The id of a run at its end."""
    return lab.complete()


@pytest.fixture
def started(monkeypatch):
    """What was asked to be done by processes of their own, which do not start."""
    calls = []
    monkeypatch.setattr(JobBoard, "start", lambda board, key, module, arguments, **_: calls.append((key, module)))
    return calls


def order_of(run_id, kind):
    return Order(kind, (run_id,), str(default_runs_dir().resolve()))


def put_on_shelf(order, name, content):
    shelf = ExportShelf(default_data_dir())
    path = shelf.prepare(order) / name
    path.write_bytes(content)
    facts = {"words": {"model.safetensors": "the same class on 99 of 100 val images"}}
    shelf.keep(order, path, 1.234, facts)


def mark_imported(store, run_id):
    record = store.record(run_id)
    record.change_meta(imported_from="elsewhere.onnx", name="guest")
    return record


def keys(at, start):
    return [button.key for button in at.button if button.key and button.key.startswith(start)]


def test_every_kind_says_what_it_is_for_and_how_large_it_gets(open_page, trained_run, store):
    save_weights(store.record(trained_run))
    at = open_page("Runs", run=trained_run, take=trained_run)
    said = texts(at)
    for kind in KINDS.values():
        assert kind.title in said
        assert kind.purpose in said
    assert len(keys(at, "make_")) == len(KINDS)
    assert all("about" in button.label for button in at.button if button.key and button.key.startswith("make_"))


def test_a_file_that_is_gone_meanwhile_is_offered_to_be_made_again(open_page, trained_run, store):
    save_weights(store.record(trained_run))
    order = order_of(trained_run, "safetensors")
    put_on_shelf(order, "run-safetensors.zip", b"weights")
    at = open_page("Runs", run=trained_run, take=trained_run)
    (save,) = [button for button in at.get("download_button") if button.label.startswith("Download")]
    shutil.rmtree(ExportShelf(default_data_dir()).folder)
    save.click().run()
    assert "What was made is gone" in texts(at)
    assert any(key.startswith("make_safetensors") for key in keys(at, "make_"))
    assert not [button for button in at.get("download_button") if button.label.startswith("Download")]


def test_what_is_not_installed_is_named(open_page, trained_run, monkeypatch):
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    at = open_page("Runs", run=trained_run, take=trained_run)
    assert "onnx needs onnx, onnxscript and onnxruntime" in texts(at)
    disabled = {
        button.key.split("_")[1] for button in at.button if button.disabled and (button.key or "").startswith("make_")
    }
    assert disabled == {name for name, kind in KINDS.items() if kind.packages}


def test_a_kind_is_made_by_a_process_of_its_own(open_page, trained_run, started):
    at = open_page("Runs", run=trained_run, take=trained_run)
    [key] = keys(at, "make_report")
    press(at, key=key)
    assert started == [(order_of(trained_run, "report").slot, "cifar_core.export.worker")]


def test_what_is_made_since_a_page_was_drawn_is_left_to_its_process(open_page, trained_run, started):
    shelf, order = ExportShelf(default_data_dir()), order_of(trained_run, "report")
    shelf.folder.mkdir(parents=True, exist_ok=True)
    at = open_page("Runs", run=trained_run, take=trained_run)
    shelf.tell(order, 0.4, os.getpid())  # started in another tab
    press(at, key=keys(at, "make_report")[0])
    assert shelf.progress(order).state == "running"


def test_what_was_made_can_be_saved(open_page, trained_run):
    put_on_shelf(order_of(trained_run, "safetensors"), "weights.zip", bytes(250_000))
    at = open_page("Runs", run=trained_run, take=trained_run)
    assert any("Download, 0.2 MB" in button.label for button in at.get("download_button"))
    assert "Made in 1.2 s. model.safetensors: the same class on 99 of 100" in texts(at)
    assert not keys(at, "make_safetensors")


def test_how_far_it_is_is_shown_and_it_can_be_stopped(open_page, trained_run, monkeypatch):
    shelf, order = ExportShelf(default_data_dir()), order_of(trained_run, "zip")
    shelf.folder.mkdir(parents=True, exist_ok=True)
    shelf.tell(order, 0.4, os.getpid(), words="Packing the core")
    stopped = []
    monkeypatch.setattr(ExportShelf, "stop", lambda shelf, order: stopped.append(order.kind))
    at = open_page("Runs", run=trained_run, take=trained_run)
    [key] = keys(at, "stop_zip")
    press(at, key=key)
    assert stopped == ["zip"]


def test_a_failure_is_told_in_place(open_page, trained_run):
    shelf, order = ExportShelf(default_data_dir()), order_of(trained_run, "zip")
    shelf.folder.mkdir(parents=True, exist_ok=True)
    shelf.tell(order, 0.0, os.getpid(), message="the disk is full")
    at = open_page("Runs", run=trained_run, take=trained_run)
    assert any("the disk is full" in error.value for error in at.error)


def test_several_runs_offer_what_takes_several(open_page, trained_run, store):
    other = "20260101-0000-calm-otter"
    shutil.copytree(store.record(trained_run).run_dir, store.runs_dir / other)
    at = open_page("Runs", take=f"{trained_run},{other}")
    made = {key.split("_")[1] for key in keys(at, "make_")}
    assert made == {name for name, kind in KINDS.items() if kind.takes_several}
    assert "2 runs" in texts(at)


@pytest.mark.parametrize("page", ["Runs", "Train"])
def test_a_run_offers_to_be_taken_along(page, open_page, trained_run):
    at = open_page(page, run=trained_run)
    press(at, label="Take along")
    assert at.query_params["take"] in (trained_run, [trained_run])
    assert "files that work without this page" in texts(at)


def test_a_link_to_a_run_that_is_gone_opens_nothing(open_page, trained_run):
    at = open_page("Runs", run=trained_run, take="20200101-0000-gone-fox")
    assert "take" not in at.query_params
    assert not keys(at, "make_")


# Bring a network.


def test_the_form_asks_how_images_are_wanted(open_page, trained_run):
    at = open_page("Runs", run=trained_run)
    press(at, label="Bring a network")
    labels = [box.label for box in at.selectbox]
    assert "How it wants its images" in labels
    assert "Its network" in labels
    said = texts(at)
    assert "trained elsewhere" in said
    assert "is executed" in said
    assert next(button for button in at.button if button.label == "Import it").disabled


def test_a_python_file_is_chosen_from_its_folder(open_page, trained_run, started, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_MODELS_DIR", str(tmp_path))
    (tmp_path / "mine.py").write_text("")
    at = open_page("Runs", run=trained_run, bring="file")
    at.selectbox(key="bring_python").select("mine.py").run()
    press(at, label="Import it")
    [(key, module)] = started
    assert module == "cifar_core.importing.worker"
    assert at.query_params["bring"] in (key, [key])


def test_a_refusal_is_said_and_the_form_stays(open_page, trained_run):
    order, desk = ImportOrder("x.pt", ""), ImportDesk(default_data_dir())
    desk.folder.mkdir(parents=True, exist_ok=True)
    desk.tell(order, 0.0, os.getpid(), message="x.pt is cut short or broken")
    at = open_page("Runs", run=trained_run, bring=order.key)
    assert any("x.pt is cut short" in error.value for error in at.error)
    assert any(button.label == "Import it" for button in at.button)


def test_an_import_that_was_refused_is_asked_again_with_what_was_told(open_page, trained_run, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_MODELS_DIR", str(tmp_path))
    (tmp_path / "mine.py").write_text("")
    desk = ImportDesk(default_data_dir())
    desk.folder.mkdir(parents=True, exist_ok=True)
    at = open_page("Runs", run=trained_run, bring="file")
    at.selectbox(key="bring_python").select("mine.py").run()
    at.text_input(key="bring_name").input("guest").run()
    order = ImportOrder(str(tmp_path / "mine.py"), str(default_runs_dir().resolve()), name="guest")
    desk.tell(order, 0.3, os.getpid())
    press(at, label="Import it")
    assert "Stop" in [button.label for button in at.button]
    desk.tell(order, 0.3, os.getpid(), message="mine.py has no network")
    at.run()
    assert any("mine.py has no network" in error.value for error in at.error)
    assert at.text_input(key="bring_name").proto.set_value  # or a browser shows an empty box
    assert (at.text_input(key="bring_name").value, at.selectbox(key="bring_python").value) == ("guest", "mine.py")


def test_what_it_has_become_is_said_with_the_ways_on(open_page, trained_run, store):
    mark_imported(store, trained_run)
    order, desk = ImportOrder("x.pt", ""), ImportDesk(default_data_dir())
    desk.folder.mkdir(parents=True, exist_ok=True)
    desk.note_result(order, trained_run)
    at = open_page("Runs", bring=order.key)
    assert "is a run now" in texts(at)


def test_an_address_that_is_no_import_opens_the_form(open_page, trained_run):
    at = open_page("Runs", run=trained_run, bring="../../etc/passwd")
    assert any(button.label == "Import it" for button in at.button)


def test_an_imported_run_is_marked_and_cannot_go_on(open_page, trained_run, store):
    mark_imported(store, trained_run)
    write_status(store.runs_dir / trained_run, read_status(store.runs_dir / trained_run))
    at = open_page("Train", run=trained_run)
    labels = {button.label for button in at.button}
    assert not labels & {"New run from its settings", "Train on", "Extend", "Fork", "From its best epoch, 2"}
    shown = texts(at)
    assert "was trained elsewhere" in shown
    assert "Training took" not in shown  # and nothing of a training that nobody here saw
    assert "No epoch" not in shown
    assert [metric.label for metric in at.metric].count("Val accuracy") == 1
    runs = open_page("Runs", run=trained_run)
    assert any("imported" in str(row) for row in _rows(runs).values())


def _rows(at: AppTest):
    from tests.app.reading import run_rows

    return run_rows(at)

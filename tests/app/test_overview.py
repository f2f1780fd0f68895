"""Overview: the loop with what was reached, images of each class, latest runs, machine and data, in every state."""

import base64
import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cifar_core.data import load_dataset
from cifar_core.evaluation import load_predictions, save_predictions
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from dashboard.overview.steps import STEPS
from dashboard.session.demo import THREAD
from tests.app.driving import labels, press
from tests.app.reading import galleries, line_charts, texts

ICONS = {"check_circle": "done", "pending": "now", "arrow_circle_right": "next", "radio_button_unchecked": "later"}


def links(at):
    """The links of the page itself by what they say."""
    return {link.proto.label: link.proto for link in at.main.get("page_link")}


def states(at):
    """How far each step of the loop is said to be."""
    found = {
        name[2:].lower(): link.icon for name, link in links(at).items() if name[:2] in {"1 ", "2 ", "3 ", "4 ", "5 "}
    }
    return {name: ICONS[icon.strip(":").split("/")[1]] for name, icon in found.items()}


def pictures(at):
    """The addresses of the cards' pictures."""
    return [image.proto.imgs[0].url for image in at.get("image")]


def test_a_fresh_start_shows_images_and_offers_a_network_and_cifar10(open_page, practice_dir):
    at = open_page("Overview")
    assert "**Practice set**: 5,000 train and 1,000 test images of 10 classes" in texts(at)
    assert f"into `{practice_dir}`" in texts(at)
    assert labels(at) == ["Train one, a minute at most", "Download CIFAR-10 (170 MB)"]
    (gallery,) = galleries(at)
    assert gallery["labels"] == list(load_dataset().class_names)
    assert states(at) == {"look": "done", "train": "next", "errors": "later", "explain": "later", "change": "later"}


def test_the_first_network_is_trained_in_place(open_page):
    at = open_page("Overview")
    press(at, "Train one, a minute at most")
    run = RunStore().list_runs()[0]
    assert run.config == PRESETS["minute"].config
    assert at.header[0].value == "Overview"
    assert states(at)["train"] == "now"
    assert "**minute** is running, epoch 1 of 3" in texts(at)


def test_while_a_demo_is_about_to_be_queued_nothing_else_is_offered(open_page):
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name=THREAD)
    thread.start()
    try:
        at = open_page("Overview")
        assert "A small network is about to be trained" in texts(at)
        assert "Train one, a minute at most" not in labels(at)
    finally:
        done.set()
        thread.join()


def test_a_running_run_grows_here(open_page, lab):
    lab.run("hare")
    at = open_page("Overview")
    assert states(at)["train"] == "now"
    (chart,) = line_charts(at)
    assert [len(line["x"]) > 0 for line in chart["lines"]] == [True, True]
    assert "hare: epoch 3 of 4, val 50.0\N{NO-BREAK SPACE}%" in texts(at)
    assert set(states(at).values()) == {"done", "now", "later"}, "there is nothing yet to go on to"


def test_a_finished_run_leads_to_its_errors_and_its_worst_mistake(open_page, lab):
    run_id = lab.complete("tortoise")
    at = open_page("Overview")
    assert states(at) == {"look": "done", "train": "done", "errors": "next", "explain": "later", "change": "later"}
    predictions = load_predictions(lab.record(run_id).predictions_path("val", "best"))
    names, wrong = load_dataset().class_names, np.flatnonzero(predictions.preds != predictions.targets)
    worst = wrong[np.lexsort((predictions.indices[wrong], -predictions.probs[wrong].max(axis=1)))[0]]
    pair = f"**{names[predictions.targets[worst]]}** → **{names[predictions.preds[worst]]}**"
    assert f"Worst mistake: {pair} 69\N{NO-BREAK SPACE}%" in texts(at)
    assert f"{len(wrong)} of 500 val images wrong" in texts(at)
    query = f"run={run_id}&image={predictions.indices[worst]}"
    assert links(at)["4 Explain"].query_string == query
    assert links(at)["3 Errors"].query_string == links(at)["See its errors"].query_string == f"run={run_id}"
    assert len(at.get("image")) == 3, "images, matrix, mistake"


def test_pictures_are_those_of_the_predictions_as_they_are_now(open_page, lab):
    path = lab.record(lab.complete("tortoise")).predictions_path("val", "best")
    at = open_page("Overview")
    first = pictures(at)
    found = load_predictions(path)
    logits = np.full_like(found.logits, -9)
    logits[np.arange(len(logits)), found.targets] = 0
    logits[7, (found.targets[7] + 1) % 10] = 5  # the only mistake
    save_predictions(path, replace(found, logits=logits))
    at.run()
    images, matrix, mistake = pictures(at)
    assert images == first[0]
    assert matrix != first[1]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(mistake.partition(",")[2]))).convert("RGB"))
    shown = sheet[::16, ::16][:32, :32].transpose(2, 0, 1)  # each pixel 16 times as wide and as high
    assert np.array_equal(shown, load_dataset().images[found.indices[7]])


def test_the_loop_goes_on_with_what_was_opened_and_round_again(open_page, lab):
    lab.complete("tortoise")
    at = open_page("Overview")
    for page, following in (("Errors", "explain"), ("Explain", "change")):
        at.switch_page(f"dashboard/pages/{page}.py").run()
        at.switch_page("dashboard/pages/Overview.py").run()
        assert [step for step, state in states(at).items() if state == "next"] == [following]
    lab.complete("hare")
    at.run()
    assert [states(at)[step] for step in STEPS] == ["done", "done", "done", "done", "next"]


def test_after_a_demo_a_preset_is_the_change(open_page, lab):
    lab.record(lab.complete("first look")).change_meta(is_demo=True)
    at = open_page("Overview")
    assert "Train preset **Quick**" in texts(at)
    assert links(at)["5 Change"].query_string == "part=new&preset=quick"
    assert ":violet-badge[demo]" in texts(at)


def test_mistakes_are_of_the_newest_run_that_has_some_and_say_so(open_page, lab):
    run_id = lab.complete("tortoise")
    other = lab.run("hare", num_epochs=0)
    at = open_page("Overview")
    assert "(tortoise)" in next(caption.value for caption in at.caption if "val images wrong" in caption.value)
    assert links(at)["2 Train"].query_string == f"run={other}&part=this"
    assert links(at)["3 Errors"].query_string == f"run={run_id}"


@pytest.mark.parametrize("file", ["config.json", "status.json", "predictions/val-0003.npz"])
def test_a_damaged_run_breaks_nothing(open_page, lab, file):
    damaged = lab.damage(file)
    at = open_page("Overview")
    assert not at.exception
    assert "Latest runs" in texts(at)
    assert (damaged if file == "status.json" else "damaged") in links(at)


def test_a_broken_data_folder_is_explained_and_nothing_crashes(open_page, tmp_path, monkeypatch):
    folder = tmp_path / "broken" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    (folder / "data_batch_1").write_bytes(b"no pickle")
    monkeypatch.setenv("CIFAR_DATA_DIR", str(folder.parent))
    at = open_page("Overview")
    assert "is incomplete" in at.error[0].value
    assert "data_batch_2" in at.error[0].value
    assert labels(at) == [], "neither a download nor a training would help"


def test_a_damaged_archive_can_be_downloaded_anew(open_page, tmp_path, monkeypatch):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"no archive")
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path))
    at = open_page("Overview")
    assert "cifar-10-python.tar.gz" in at.error[0].value
    assert labels(at) == ["Download CIFAR-10 (170 MB)"]


def test_only_the_newest_runs_are_listed(open_page, lab):
    for number in range(8):
        lab.end("stopped", "Stopped on request.", f"run {number}", 1)
    found = links(open_page("Overview"))
    assert len([name for name in found if name.startswith("run ")]) == 6
    assert "All 8 runs" in found

"""Errors: the matrix, its cells, and the images behind them."""

import numpy as np
import pytest

from cifar_core.data import create_splits, load_dataset
from cifar_core.runs import RunStore
from tests.app.reading import component_messages, galleries, labelled, texts


def matrix(at):
    return next(message for message in component_messages(at) if isinstance(message, dict))


@pytest.fixture
def run_id(lab):
    return lab.complete("tortoise")


@pytest.fixture
def names(server):
    return load_dataset().class_names


def test_without_a_run_the_page_says_what_to_do(open_page):
    at = open_page("Errors")
    assert "Choose a run in the sidebar" in at.info[0].value
    labelled(at.button, "Train a first network").click().run()
    assert at.header[0].value == "Train"


def test_the_number_says_split_epoch_run_and_data(open_page, run_id):
    at = open_page("Errors", run=run_id)
    assert "**66.60%** of 500 val images right" in texts(at).replace(" %", "%")
    assert "tortoise, epoch 3 (best), practice set." in texts(at)
    assert "Test was looked at" not in texts(at)


def test_the_matrix_holds_every_val_image(open_page, run_id):
    message = matrix(open_page("Errors", run=run_id))
    counts = np.array(message["counts"])
    assert counts.shape == (10, 10)
    assert counts.sum() == 500
    assert message["selected"] == [None, None]


def test_a_linked_cell_shows_its_images_and_no_other(open_page, run_id, names):
    at = open_page("Errors", run=run_id, true=names[2], pred=names[3])
    message, (gallery,) = matrix(at), galleries(at)
    assert message["selected"] == [2, 3]
    assert len(gallery["ids"]) == message["counts"][2][3] > 0
    dataset = load_dataset()
    assert set(dataset.labels[gallery["ids"]]) == {2}
    assert np.isin(gallery["ids"], create_splits(dataset, 0.1, 0).indices("val")).all()
    assert set(gallery["tones"]) == {"wrong"}
    assert all(f"predicted {names[3]}" in caption for caption in gallery["captions"])


def test_a_cell_without_an_image_says_so(open_page, run_id, names):
    at = open_page("Errors", run=run_id, true=names[2], pred=names[7])
    assert "No image falls into this cell" in texts(at)
    assert galleries(at) == []


def test_select_boxes_choose_a_cell_too(open_page, run_id, names):
    at = open_page("Errors", run=run_id)
    labelled(at.selectbox, "Predicted class").select(names[0]).run()
    (gallery,) = galleries(at)
    assert matrix(at)["selected"] == [None, 0]
    assert all(f"predicted {names[0]}" in caption for caption in gallery["captions"])


@pytest.mark.parametrize(("name", "value"), [("true", "unicorn"), ("on", "future"), ("epoch", "7")])
def test_a_link_with_nonsense_shows_all_mistakes_on_val(open_page, run_id, name, value):
    at = open_page("Errors", run=run_id, **{name: value})
    assert "**All mistakes**" in texts(at)
    assert "val images right" in texts(at)


def test_a_look_at_test_is_counted_once_a_session(open_page, run_id):
    def readings():
        return RunStore().record(run_id).test_readings()

    assert readings() == 1
    at = open_page("Errors", run=run_id, on="test")
    at.run()
    assert readings() == 2
    assert "1,000 test images right" in texts(at)
    assert "Test was looked at 2 times" in texts(at)
    open_page("Errors", run=run_id, on="test")
    assert readings() == 3


def test_what_is_not_saved_yet_is_explained(open_page, lab):
    at = open_page("Errors", run=lab.run("hare"), on="test")
    assert "no test predictions of its best epoch yet" in texts(at)


def test_per_cent_and_csv_are_offered(open_page, run_id):
    at = open_page("Errors", run=run_id)
    labelled(at.toggle, "As per cent of the true class").set_value(True).run()
    assert matrix(at)["asShare"] is True
    labels = {element.proto.label for element in at.get("download_button")}
    assert {"Matrix as CSV", "Images as CSV", "Classes as CSV"} <= labels

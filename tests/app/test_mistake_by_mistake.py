"""From a mistake on Errors to its explanation, on to the next one, and back."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from cifar_core.config import MLPConfig
from cifar_core.data import load_dataset
from cifar_core.evaluation import Criteria, load_predictions, save_predictions, select_predictions
from tests.app.driving import save_weights
from tests.app.reading import component_messages, labelled, maps, texts


@pytest.fixture
def run_id(lab):
    run_id = lab.complete("tortoise")
    save_weights(lab.record(run_id))
    return run_id


@pytest.fixture
def record(lab, run_id):
    return lab.record(run_id)


def selected(record, true_idx=None, pred_idx=None, split="val", epoch=3, order="most confident"):
    """Indices of mistakes."""
    classes = [() if each is None else (each,) for each in (true_idx, pred_idx)]
    predictions = load_predictions(record.predictions_path(split, epoch))
    return select_predictions(predictions, Criteria(*classes, "wrong"), order)["index"].tolist()


def stepper(at):
    return next((each for each in component_messages(at) if isinstance(each, dict) and "isFirst" in each), None)


def links(at):
    return {link.proto.label: link.proto for link in at.get("page_link")}


def test_explain_opens_on_the_most_confident_val_mistake(open_page, run_id, record):
    at = open_page("Explain", run=run_id)
    first = selected(record)[0]
    assert at.query_params["image"] == str(first)
    assert at.query_params["epoch"] == "3"
    assert stepper(at)["words"] == "mistake 1 of 167"
    assert "Back to all mistakes (167)" in links(at)
    name = load_dataset().class_names[load_dataset().labels[first]]
    assert f"After epoch 3 **tortoise** takes this image of **{name}** for **" in texts(at)


def test_the_selection_comes_along_from_errors(open_page, run_id, record):
    names = load_dataset().class_names
    at = open_page("Explain", run=run_id, true=names[2], pred=names[3], rank="least confident")
    expected = selected(record, 2, 3, order="least confident")
    assert at.query_params["image"] == str(expected[0])
    assert stepper(at)["words"] == f"mistake 1 of {len(expected)}"
    assert f"Back to {names[2]} taken for {names[3]} ({len(expected)})" in links(at)
    back = links(at)[f"Back to {names[2]} taken for {names[3]} ({len(expected)})"].query_string
    assert f"true={names[2]}" in back
    assert "epoch=3" in back


def test_the_original_stands_beside_the_quietest_map_at_equal_size(open_page, run_id, record, lab):
    at = open_page("Explain", run=run_id)
    assert labelled(at.selectbox, "Method").value == "Grad-CAM"
    picture, found = maps(at, 0)[0], maps(at, 1)[0]
    assert picture["values"] is None
    assert found["title"].startswith("Grad-CAM for ")
    assert (picture["image"] == found["image"]).all()
    assert any(words in texts(at) for words in ("looks mostly", "spread over the image", "finds nothing"))
    assert "-badge[" in texts(at)
    mlp = lab.complete("dense", lab.config.model_copy(update={"model": MLPConfig(hidden_size=8)}))
    save_weights(lab.record(mlp))
    at = open_page("Explain", run=mlp)
    assert labelled(at.selectbox, "Method").value == "Occlusion"
    assert "method" not in at.query_params


def test_a_chosen_method_stays_in_the_address(open_page, run_id):
    at = open_page("Explain", run=run_id)
    labelled(at.selectbox, "Method").select("SmoothGrad").run()
    assert at.query_params["method"] == "SmoothGrad"
    assert maps(at, 1)[0]["title"].startswith("SmoothGrad for ")


def test_the_first_and_the_last_are_ends(open_page, run_id, record):
    names = load_dataset().class_names
    expected = selected(record, 2, 3)
    for place in (0, 1, len(expected) - 1):
        at = open_page("Explain", run=run_id, true=names[2], pred=names[3], image=str(expected[place]))
        found = stepper(at)
        assert found["words"] == f"mistake {place + 1} of {len(expected)}"
        assert (found["isFirst"], found["isLast"]) == (place == 0, place == len(expected) - 1)


def test_an_image_outside_the_selection_offers_the_way_into_it(open_page, run_id, record):
    at = open_page("Explain", run=run_id, image="5001")
    assert stepper(at) is None
    labelled(at.button, "Go through these 167 val mistakes").click().run()
    assert at.query_params["image"] == str(selected(record)[0])


def test_an_epoch_whose_weights_were_not_kept_tells_its_prediction_and_says_so(open_page, run_id, record):
    path = record.predictions_path("val", 2)
    found = load_predictions(path)
    logits = np.zeros_like(found.logits)
    logits[np.arange(len(logits)), (found.targets + 2) % 10] = 3
    save_predictions(path, replace(found, logits=logits))
    names = load_dataset().class_names
    index = int(found.indices[0])
    at = open_page("Explain", run=run_id, image=str(index), epoch="2")
    taken = names[(found.targets[0] + 2) % 10]
    assert f"After epoch 2 it was taken for **{taken}** (69.1 %" in texts(at)
    assert "The weights of epoch 2 were not kept, only the best (3) and the last (4)" in texts(at)
    assert "all that follows is of epoch **3**" in texts(at)
    assert stepper(at)["words"].endswith("of 500"), "the mistakes of epoch 2"
    assert at.query_params["epoch"] == "2"


def test_the_last_epochs_weights_speak_where_errors_showed_the_last_epoch(open_page, run_id):
    at = open_page("Explain", run=run_id, epoch="4")
    assert "After epoch 4 **tortoise**" in texts(at)
    assert labelled(at.get("button_group"), "Epoch").value == 4


def test_an_epoch_of_which_nothing_is_saved_is_named(open_page, run_id):
    at = open_page("Explain", run=run_id, epoch="99")
    assert "Of epoch 99 nothing is saved." in texts(at)
    assert at.query_params["epoch"] == "3"


def test_a_list_of_test_mistakes_counts_as_a_look_at_test(open_page, run_id, record):
    before = record.test_readings()
    at = open_page("Explain", run=run_id, on="test")
    assert stepper(at)["words"] == f"mistake 1 of {len(selected(record, split='test'))}"
    at.run()
    assert record.test_readings() == before + 1


def test_a_run_without_mistakes_opens_on_a_val_image(open_page, run_id, record):
    path = record.predictions_path("val", 3)
    found = load_predictions(path)
    logits = np.zeros_like(found.logits)
    logits[np.arange(len(logits)), found.targets] = 3
    save_predictions(path, replace(found, logits=logits))
    at = open_page("Explain", run=run_id)
    assert int(at.query_params["image"]) in found.indices
    assert stepper(at) is None
    assert "rightly takes this image" in texts(at)


def test_several_own_pictures_are_kept_for_the_visit(open_page, run_id, own_picture):
    at = open_page("Explain", run=run_id)
    labelled(at.get("button_group"), "Image from").set_value("own pictures").run()
    files = [("one.png", own_picture, "image/png"), ("two.png", own_picture, "image/png")]
    at.file_uploader[0].set_value(files).run()
    assert "**2 pictures of this visit**" in texts(at)
    assert "two.png, your own" in texts(at)
    assert "must name one of its ten classes" in texts(at)
    at.file_uploader[0].set_value(files[:1]).run()
    assert "one.png, your own" in texts(at)
    assert "of this visit" not in texts(at)
    at.switch_page("dashboard/pages/Errors.py").run()
    at.switch_page("dashboard/pages/Explain.py").run()
    assert "one.png, your own" in texts(at)
    assert labelled(at.button, "Remove one.png")


def test_more_pictures_than_are_kept_are_left_out_and_named(open_page, run_id, own_picture, monkeypatch):
    monkeypatch.setattr("dashboard.explain.own._MOST", 2)
    at = open_page("Explain", run=run_id)
    labelled(at.get("button_group"), "Image from").set_value("own pictures").run()
    at.file_uploader[0].set_value([(f"{name}.png", own_picture, "image/png") for name in ("one", "two", "three")]).run()
    assert "**2 pictures of this visit**" in texts(at)
    assert "three.png is left out: 2 pictures are kept at most" in at.warning[0].value


def test_a_photograph_is_taken_and_kept(open_page, run_id, own_picture):
    at = open_page("Explain", run=run_id)
    labelled(at.get("button_group"), "Image from").set_value("camera").run()
    assert len(at.get("camera_input")) == 1
    assert "must name one of its ten classes" in texts(at)
    assert "Photograph one of the ten classes" in texts(at)


@pytest.fixture
def hands_over(monkeypatch):
    """Puts a button for each of some drawings in place of the paper."""

    def put(*images):
        def sketch(label, action, *, key, on_drawn):
            for place, image in enumerate(images):
                st.button(f"{action} {place}", on_click=on_drawn, args=(image,))

        monkeypatch.setattr("dashboard.explain.own.sketch", sketch)

    return put


def draw(open_page, run_id):
    at = open_page("Explain", run=run_id)
    labelled(at.get("button_group"), "Image from").set_value("drawing").run()
    return at


def test_a_drawing_is_explained_and_kept_and_said_to_be_no_photograph(open_page, run_id, hands_over):
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 32, 32), dtype=np.uint8)
    hands_over(*images)
    at = draw(open_page, run_id)
    names = load_dataset().class_names
    assert f"Draw one of the ten classes ({', '.join(names)})" in texts(at)
    assert "A drawing is far from the photographs that the network has learned from" in texts(at)
    labelled(at.button, "Show it to the network 0").click().run()
    assert "drawing 1, your own" in texts(at)
    assert "Your drawing at 32x32 pixels, as the network sees it." in texts(at)
    assert "must name one of its ten classes" in texts(at)
    assert (maps(at, 0)[0]["image"] == images[0]).all()
    labelled(at.button, "Show it to the network 1").click().run()
    assert "**2 pictures of this visit**" in texts(at)
    assert "drawing 2, your own" in texts(at)
    labelled(at.button, "Show it to the network 0").click().run()
    assert "**2 pictures of this visit**" in texts(at), "the same drawing is the same picture"
    assert "drawing 1, your own" in texts(at)
    at.switch_page("dashboard/pages/Errors.py").run()
    at.switch_page("dashboard/pages/Explain.py").run()
    assert "drawing 1, your own" in texts(at)
    labelled(at.button, "Remove drawing 1").click().run()
    assert "drawing 2, your own" in texts(at)
    labelled(at.button, "Show it to the network 0").click().run()
    assert "drawing 3, your own" in texts(at), "removed, and shown again"


def test_a_drawing_too_many_is_refused_in_words(open_page, run_id, hands_over, monkeypatch):
    monkeypatch.setattr("dashboard.explain.own._MOST", 1)
    hands_over(*(np.full((3, 32, 32), grey, np.uint8) for grey in (10, 200)))
    at = draw(open_page, run_id)
    for place in (0, 1):
        labelled(at.button, f"Show it to the network {place}").click().run()
    assert "drawing 1, your own" in texts(at)
    assert [toast.value for toast in at.toast] == ["1 pictures are kept at most. Remove one first."]


def test_the_paper_is_a_component(open_page, run_id):
    at = draw(open_page, run_id)
    assert {"label": "Paper to draw on", "action": "Show it to the network"} in component_messages(at)

"""Augment: the preview, the ways to change the pipeline, and the way into training."""

import numpy as np
import pytest

from cifar_core.config import AugmentationConfig
from cifar_core.runs import RunStore
from dashboard.session.packing import unpack
from tests.app.reading import galleries, labelled, texts

PREVIEW_COLUMNS = 9


def widget(at, path):
    groups = (at.number_input, at.selectbox, at.toggle)
    return next(element for group in groups for element in group if element.key == f"augment_form.{path}")


def preview(at):
    return next(gallery for gallery in galleries(at) if gallery["label"].startswith("Images before"))


def show(at, view):
    next(group for group in at.get("button_group") if group.key == "look").select(view).run()
    assert not at.exception
    return at


def sprite(at):
    return next(element.proto.bytes for element in at.get("bidi_component"))


def test_each_image_stands_beside_what_eight_epochs_see_of_it(open_page):
    at = open_page("Augment")
    shown = preview(at)
    assert shown["headings"] == ["original", "epoch 1", "2", "3", "4", "5", "6", "7", "8"]
    assert len(shown["ids"]) == 6 * PREVIEW_COLUMNS
    originals = shown["captions"][::PREVIEW_COLUMNS]
    assert all(caption.startswith("original: ") for caption in originals)
    assert len({caption.split(",")[0] for caption in originals}) == 6, "six classes"
    assert shown["captions"][3].startswith("epoch 3: ")
    assert "Crop padding 4, horizontal flip" in texts(at)


def test_the_same_seed_gives_the_same_pictures_and_a_new_one_others(open_page):
    first = open_page("Augment")
    same, before = sprite(open_page("Augment")), sprite(first)
    assert same == before
    labelled(first.button, "New seed").click().run()
    assert widget(first, "training.seed").value == 1
    assert sprite(first) != before


def test_other_images_can_be_looked_at(open_page):
    at = open_page("Augment")
    before = preview(at)["ids"]
    labelled(at.button, "Other images").click().run()
    assert preview(at)["ids"] != before


def test_mixing_shows_the_shares_of_two_classes(open_page):
    at = open_page("Augment")
    widget(at, "augmentation.mixup_alpha").set_value(1.0).run()
    captions = [caption for caption in preview(at)["captions"] if caption.startswith("epoch")]
    assert sum(caption.count("%") == 2 for caption in captions) > 20


def test_all_off_leaves_every_picture_as_it_is(open_page):
    at = open_page("Augment")
    widget(at, "augmentation.rotation").set_value(20.0).run()
    labelled(at.button, "All off").click().run()
    for field, value in AugmentationConfig().model_dump().items():
        assert widget(at, f"augmentation.{field}").value == value
    assert "**None.**" in texts(at)


@pytest.mark.parametrize(
    ("field", "value", "word"), [("vertical_flip", True, "upside-down"), ("rotation", 90.0, "tilted")]
)
def test_what_can_do_harm_is_said_with_a_reason(open_page, field, value, word):
    at = open_page("Augment")
    assert not at.warning
    widget(at, f"augmentation.{field}").set_value(value).run()
    assert word in at.warning[0].value


def test_one_parameter_is_taken_through_its_range(open_page):
    at = show(open_page("Augment"), "One parameter")
    at.selectbox(key="parameter").select("brightness").run()
    sweep, chosen = galleries(at)
    assert sweep["headings"][0] == "0"
    assert sweep["headings"][-1] == "1"
    assert sweep["tones"].count("right") == 1
    assert len(chosen["ids"]) == 8
    labelled(at.button, "Put this value into the pipeline").click().run()
    assert widget(at, "augmentation.brightness").value == 0.5


def test_normalisation_has_a_reason_and_a_chart(open_page):
    at = show(open_page("Augment"), "Normalisation")
    assert "Mean 0 and standard deviation 1" in texts(at)
    assert widget(at, "data.normalization").label == "Normalisation"
    widget(at, "data.normalization").select("half").run()
    assert "[-1, 1]" in texts(at)
    assert at.get("plotly_chart")


def test_the_cost_is_measured_on_request(open_page, monkeypatch):
    from cifar_core.augmentation.cost import PipelineCost

    monkeypatch.setattr("dashboard.augment.views.measure_pipeline", lambda dataset, config: PipelineCost(50_000, 2_500))
    at = show(open_page("Augment"), "Cost")
    assert not at.metric
    labelled(at.button, "Measure").click().run()
    assert [metric.value for metric in at.metric] == ["50,000", "2,500", "20.0 times"]


def test_the_code_is_that_of_the_pipeline(open_page):
    at = show(open_page("Augment"), "Code")
    code = at.code[0].value
    assert "v2.RandomCrop(32, padding=4" in code
    assert "v2.Normalize(" in code


def test_use_in_training_fills_the_train_form_and_the_run(open_page):
    at = open_page("Augment")
    widget(at, "augmentation.cutout_size").set_value(8).run()
    labelled(at.button, "Use in training").click().run()
    assert at.header[0].value == "Train"
    assert "cutout size 0 → **8**" in texts(at)
    at.switch_page("pages/Train.py").run()
    labelled(at.button, "Start training").click().run()
    config = RunStore().list_runs()[0].config
    assert config.augmentation == AugmentationConfig(crop_padding=4, horizontal_flip=True, cutout_size=8)
    assert config.model.name == "simple_cnn"
    assert np.isclose(config.optimizer.learning_rate, 1e-3)


def test_the_pipeline_is_kept_while_other_pages_are_looked_at(open_page):
    at = open_page("Augment")
    widget(at, "augmentation.noise").set_value(0.1).run()
    at.switch_page("pages/Runs.py").run()
    at.switch_page("pages/Augment.py").run()
    assert widget(at, "augmentation.noise").value == 0.1


def test_training_settings_stay_as_they_are_while_augmentation_is_tried(open_page):
    at = open_page("Train")
    at.switch_page("pages/Augment.py").run()
    widget(at, "augmentation.noise").set_value(0.1).run()
    at.switch_page("pages/Train.py").run()
    assert "Nothing changed against the preset" in texts(at)


def test_the_form_the_images_and_the_view_live_in_the_address(open_page):
    at = open_page("Augment")
    assert not {"pipeline", "draw"} & set(at.query_params)
    at.number_input(key="augment_form.augmentation.cutout_size").set_value(8).run()
    labelled(at.button, "Other images").click().run()
    assert unpack(at.query_params["pipeline"]) == {"augmentation.cutout_size": 8}
    assert at.query_params["draw"] == "1"
    refreshed = open_page("Augment", **at.query_params)
    assert refreshed.number_input(key="augment_form.augmentation.cutout_size").value == 8
    assert refreshed.number_input(key="augment_form.augmentation.crop_padding").value == 4
    assert galleries(refreshed)[0]["ids"] == galleries(at)[0]["ids"]


@pytest.mark.parametrize("pipeline", ["{", "[1]", '{"augmentation.cutout_size": 99}', "~x", "~eJw"])
def test_a_pipeline_that_cannot_be_is_said_and_left_out(open_page, pipeline):
    at = open_page("Augment", pipeline=pipeline)
    assert "settings cannot be used" in at.error[0].value
    assert "pipeline" not in at.query_params

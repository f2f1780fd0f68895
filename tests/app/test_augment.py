"""Augment: the preview, the ways to change the pipeline, and the way into training."""

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_core.augmentation import draw_batch
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data import load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.training.preview import create_preview_pool
from dashboard.augment.catalogue import choose_example
from dashboard.augment.effects import EFFECTS
from dashboard.session.packing import unpack
from tests.app.reading import component_messages, galleries, labelled, texts
from tests.app.reading import unpack as unpack_message

PREVIEW_COLUMNS = 9


def switch(at, effect, is_on=True):
    at.toggle(key=f"augment_on.{effect}").set_value(is_on).run()
    assert not at.exception


def slider(at, field):
    return at.slider(key=f"augment_slider.{field}")


def cards(at):
    """The effects in order, with the words below their pictures."""
    return dict(zip([toggle.label for toggle in at.toggle], captions(at), strict=True))


def captions(at):
    bodies = [element.proto.body for element in at.get("html") if 'class="effect"' in element.proto.body]
    return [re.findall(r"<figcaption>(.*?)</figcaption>", body) for body in bodies]


def pictures(at):
    """The addresses of each card's two pictures, by effect."""
    bodies = [element.proto.body for element in at.get("html") if 'class="effect"' in element.proto.body]
    sources = [re.findall(r'src="(.*?)"', body) for body in bodies]
    return dict(zip([toggle.label for toggle in at.toggle], sources, strict=True))


def preview(at):
    return next(gallery for gallery in galleries(at) if gallery["label"].startswith("Images before"))


def show(at, view):
    next(group for group in at.get("button_group") if group.key == "look").select(view).run()
    assert not at.exception
    return at


def sprite(at):
    return next(element.proto.bytes for element in at.get("bidi_component") if element.proto.bytes)


def test_an_image_stands_beside_what_eight_epochs_see_of_it(open_page):
    at = open_page("Augment")
    (stage,) = galleries(at)
    assert stage["labels"][0].startswith("original: ")
    assert stage["labels"][1:] == [f"epoch {epoch}" for epoch in range(1, 9)]
    assert "**The pipeline**: random crop (4 pixels), horizontal flip (50 % of images)." in texts(at)


def test_every_effect_has_a_card_and_those_of_the_pipeline_come_first(open_page):
    at = open_page("Augment", pipeline='{"augmentation.horizontal_flip":false,"augmentation.noise":0.1}')
    shown = cards(at)
    assert len(shown) == len(EFFECTS)
    assert list(shown)[:3] == ["Random crop", "Noise", "Horizontal flip"]
    assert [toggle.value for toggle in at.toggle][:3] == [True, True, False]
    assert shown["Noise"][1] == "after: 10 % of the pixel range", "the pipeline's own value"
    assert shown["Rotation"][1] == "after: ±15°", "as usual, while it is off"
    assert {slider.key for slider in at.slider} == {"augment_slider.crop_padding", "augment_slider.noise"}
    assert slider(at, "noise").value == 10
    assert texts(at).count("Hurts") == len(EFFECTS) - 1  # one does so where another would


def test_an_effect_is_switched_on_as_usual_stays_where_it_is_and_is_tuned_in_its_unit(open_page):
    at = open_page("Augment")
    before = list(cards(at))
    switch(at, "rotation")
    assert list(cards(at)) == before
    assert slider(at, "rotation").value == 15
    slider(at, "rotation").set_value(25).run()
    assert unpack(at.query_params["pipeline"]) == {"augmentation.rotation": 25}
    assert cards(at)["Rotation"][1] == "after: ±25°"
    switch(at, "rotation", False)
    assert "pipeline" not in at.query_params
    assert not any(slider.key == "augment_slider.rotation" for slider in at.slider)


def test_cards_are_drawn_anew_when_what_they_show_changes(open_page):
    at = open_page("Augment", pipeline='{"augmentation.rotation":33}')
    first = pictures(at)
    slider(at, "rotation").set_value(61).run()
    turned = pictures(at)
    assert {name for name in first if first[name] != turned[name]} == {"Rotation"}
    labelled(at.button, "Other draws").click().run()
    drawn = pictures(at)
    assert {"Noise", "Rotation", "Cutout"} <= {name for name in turned if turned[name] != drawn[name]}
    labelled(at.button, "Another image").click().run()
    assert not any(set(pictures(at)[name]) & set(drawn[name]) for name in drawn)


def test_a_click_draws_no_card_again_but_the_one_that_changes(open_page, monkeypatch):
    at, drawn = open_page("Augment", pipeline='{"augmentation.rotation":34}'), []

    def choose(dataset, config, index):
        drawn.append(config.augmentation.rotation)
        return choose_example(dataset, config, index)

    monkeypatch.setattr("dashboard.augment.catalogue.choose_example", choose)
    at.run()
    assert not drawn
    slider(at, "rotation").set_value(62).run()
    assert drawn == [62]


@pytest.mark.parametrize(
    ("field", "shown", "value"),
    [("hue", 36, 0.1), ("translation", 3, 0.09375), ("scaling", 15, 0.15), ("mixup_alpha", 0.4, 0.4)],
)
def test_a_slider_in_units_sets_what_the_config_takes(open_page, field, shown, value):
    at = open_page("Augment", pipeline=f'{{"augmentation.{field}":0.2}}')
    slider(at, field).set_value(shown).run()
    assert unpack(at.query_params["pipeline"]) == {f"augmentation.{field}": value}


def test_a_value_between_two_steps_is_kept_until_the_slider_moves(open_page):
    at = open_page("Augment", pipeline='{"augmentation.brightness":0.123}')
    assert slider(at, "brightness").value == 12
    assert "brightness (±12.3 %)" in texts(at)


def test_the_pictures_are_those_that_training_sees(open_page):
    at = open_page("Augment", pipeline='{"augmentation.rotation":20,"training.seed":3}')
    header, sprite = next(unpack_message(message) for message in component_messages(at) if isinstance(message, bytes))
    augmentation = AugmentationConfig(crop_padding=4, horizontal_flip=True, rotation=20)
    config = with_overrides(RunConfig(augmentation=augmentation), {"training.seed": 3})
    pool = create_preview_pool(load_dataset(), config)
    indices = torch.tensor([header["ids"][0]])
    sheet = np.asarray(Image.open(io.BytesIO(sprite)))
    for epoch in (1, 8):
        seen = draw_batch(pool, config.augmentation, 3, epoch, indices).images[0].numpy()
        drawn = sheet[:32, 32 * epoch : 32 * (epoch + 1)].transpose(2, 0, 1)
        assert np.array_equal(drawn, np.rint(seen * 255).astype(np.uint8))


def test_a_policy_takes_the_place_of_the_other_one(open_page):
    at = open_page("Augment")
    switch(at, "rand_augment")
    slider(at, "policy_magnitude").set_value(5).run()
    switch(at, "trivial_augment")
    assert unpack(at.query_params["pipeline"])["augmentation.policy"] == "trivial_augment"
    assert not at.toggle(key="augment_on.rand_augment").value


def test_the_same_seed_gives_the_same_pictures_and_a_new_one_others(open_page):
    first = open_page("Augment")
    same, before = sprite(open_page("Augment")), sprite(first)
    assert same == before
    labelled(first.button, "Other draws").click().run()
    assert unpack(first.query_params["pipeline"]) == {"training.seed": 1}
    assert sprite(first) != before


def test_six_images_are_seen_with_their_labels(open_page):
    at = open_page("Augment", look="Preview")
    shown = preview(at)
    assert shown["headings"] == ["original", "epoch 1", "2", "3", "4", "5", "6", "7", "8"]
    assert len(shown["ids"]) == 6 * PREVIEW_COLUMNS
    originals = shown["captions"][::PREVIEW_COLUMNS]
    assert all(caption.startswith("original: ") for caption in originals)
    assert len({caption.split(",")[0] for caption in originals}) == 6, "six classes"
    assert shown["captions"][3].startswith("epoch 3: ")
    labelled(at.button, "Other images").click().run()
    assert preview(at)["ids"] != shown["ids"]
    at.number_input(key="augment_form.training.seed").set_value(4).run()
    assert "seed 4" in texts(at)


def test_mixing_shows_the_shares_of_two_classes(open_page):
    at = open_page("Augment", look="Preview", pipeline='{"augmentation.mixup_alpha":1}')
    labels = [label for label in preview(at)["labels"] if "%" in label]
    assert sum(label.count("%") == 2 for label in labels) > 20


def test_all_off_leaves_every_picture_as_it_is(open_page):
    at = open_page("Augment")
    switch(at, "rotation")
    labelled(at.button, "All off").click().run()
    assert not any(toggle.value for toggle in at.toggle)
    assert "**No effect is on**" in texts(at)
    off = {f"augmentation.{field}": value for field, value in AugmentationConfig().model_dump().items()}
    assert off | unpack(at.query_params["pipeline"]) == off


@pytest.mark.parametrize(
    ("field", "value", "word"), [("vertical_flip", "true", "upside-down"), ("rotation", "90", "tilted")]
)
def test_what_can_do_harm_is_said_with_a_reason(open_page, field, value, word):
    assert not open_page("Augment").warning
    at = open_page("Augment", pipeline=f'{{"augmentation.{field}":{value}}}')
    assert word in at.warning[0].value


def test_one_parameter_starts_as_the_pipeline_has_it(open_page):
    at = open_page("Augment", look="One parameter", pipeline='{"augmentation.brightness":0.3}')
    at.selectbox(key="parameter").select("brightness").run()
    sweep, chosen = galleries(at)
    assert (sweep["labels"][0], sweep["labels"][-1]) == ("±0 %", "±100 %")
    assert sweep["labels"][sweep["tones"].index("right")] == "±30 %"
    assert len(chosen["ids"]) == 8
    at.select_slider[0].set_value(0.5).run()
    labelled(at.button, "Put this value into the pipeline").click().run()
    assert unpack(at.query_params["pipeline"]) == {"augmentation.brightness": 0.5}


def test_a_value_that_was_put_into_the_pipeline_is_said_to_be_there(open_page):
    at = open_page("Augment", look="One parameter", parameter="Brightness")
    assert "The pipeline has it off." in texts(at)
    for value, words in ((0.5, "has brightness at ±50 %."), (0.0, "has it off.")):
        at.select_slider[0].set_value(value).run()
        assert "check: The pipeline" not in texts(at)
        labelled(at.button, "Put this value into the pipeline").click().run()
        assert f":material/check: The pipeline {words}" in texts(at)
        assert at.select_slider[0].value == value, "the slider stays where it was left"
        assert labelled(at.button, "Put this value into the pipeline").disabled


def test_normalisation_has_a_reason_and_a_chart(open_page):
    at = show(open_page("Augment"), "Normalisation")
    assert "Mean 0 and standard deviation 1" in texts(at)
    chosen = labelled(at.selectbox, "Normalisation")
    chosen.select("half").run()
    assert "[-1, 1]" in texts(at)
    assert at.get("plotly_chart")


def test_the_cost_is_measured_on_request(open_page, monkeypatch):
    from cifar_core.augmentation.cost import PipelineCost

    monkeypatch.setattr("dashboard.augment.views.measure_pipeline", lambda dataset, config: PipelineCost(50_000, 2_500))
    at = show(open_page("Augment"), "Cost")
    assert not at.metric
    labelled(at.button, "Measure").click().run()
    assert [metric.value for metric in at.metric] == ["50,000", "2,500", "20.0 times"]
    at = show(show(at, "Effects"), "Cost")
    assert len(at.metric) == 3, "another view loses nothing"
    assert "Measured with random crop (4 pixels)" in texts(at)
    assert "another pipeline" not in texts(at)
    at = show(at, "Effects")
    switch(at, "rotation")
    assert "another pipeline** than the page has now: random crop (4 pixels)" in texts(show(at, "Cost"))


def test_the_code_is_that_of_the_pipeline(open_page):
    at = show(open_page("Augment"), "Code")
    code = at.code[0].value
    assert "v2.RandomCrop(32, padding=4" in code
    assert "v2.Normalize(" in code


def test_what_is_on_fills_the_train_form_and_the_run(open_page):
    at = open_page("Augment")
    switch(at, "cutout")
    slider(at, "cutout_size").set_value(8).run()
    labelled(at.button, "Use this in the next run").click().run()
    assert at.header[0].value == "Train"
    assert "cutout size 0 → **8**" in texts(at)
    at.switch_page("dashboard/pages/Train.py").run()
    labelled(at.button, "Start training").click().run()
    config = RunStore().list_runs()[0].config
    assert config.augmentation == AugmentationConfig(crop_padding=4, horizontal_flip=True, cutout_size=8)
    assert config.model.name == "simple_cnn"
    assert np.isclose(config.optimizer.learning_rate, 1e-3)


def test_the_page_starts_from_what_train_has_set(open_page):
    at = open_page("Train", preset="resnet")
    at.switch_page("dashboard/pages/Augment.py").run()
    assert "random crop (4 pixels), horizontal flip (50 % of images)" in texts(at)
    at = open_page("Train", preset="notebook")
    at.switch_page("dashboard/pages/Augment.py").run()
    assert "**No effect is on**" in texts(at)


def test_the_pipeline_is_kept_while_other_pages_are_looked_at(open_page):
    at = open_page("Augment")
    switch(at, "noise")
    slider(at, "noise").set_value(10).run()
    at.switch_page("dashboard/pages/Runs.py").run()
    at.switch_page("dashboard/pages/Augment.py").run()
    assert slider(at, "noise").value == 10


def test_training_settings_stay_as_they_are_while_augmentation_is_tried(open_page):
    at = open_page("Train")
    at.switch_page("dashboard/pages/Augment.py").run()
    switch(at, "noise")
    at.switch_page("dashboard/pages/Train.py").run()
    assert "Nothing changed against the preset" in texts(at)


def test_the_form_and_the_images_live_in_the_address(open_page):
    at = open_page("Augment")
    assert not {"pipeline", "draw"} & set(at.query_params)
    slider(at, "crop_padding").set_value(7).run()
    labelled(at.button, "Another image").click().run()
    assert unpack(at.query_params["pipeline"]) == {"augmentation.crop_padding": 7}
    assert at.query_params["draw"] == "1"
    refreshed = open_page("Augment", **at.query_params)
    assert slider(refreshed, "crop_padding").value == 7
    assert refreshed.toggle(key="augment_on.flip").value
    assert galleries(refreshed)[0]["ids"] == galleries(at)[0]["ids"]


@pytest.mark.parametrize("pipeline", ["{", "[1]", '{"augmentation.cutout_size": 99}', "~x", "~eJw", "[" * 3000])
def test_a_pipeline_that_cannot_be_is_said_and_left_out(open_page, pipeline):
    at = open_page("Augment", pipeline=pipeline)
    assert "settings cannot be used" in at.error[0].value
    assert "pipeline" not in at.query_params

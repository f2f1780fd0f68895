"""Explain: one image, its probabilities, and the maps."""

import json

import pytest

from cifar_core.config import MLPConfig
from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import Progress, save_checkpoint
from tests.app.reading import component_messages, texts


@pytest.fixture
def complete(lab):
    """A finished run with weights (untrained ones do)."""

    def complete_it(**changes):
        config = lab.config.model_copy(update=changes)
        run_id = lab.complete("tortoise", config)
        classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
        save_checkpoint(lab.record(run_id).checkpoint_path("best"), config, classifier, Progress(3, 108, 3, 0.6))
        return run_id

    return complete_it


def maps(at):
    return component_messages(at)[0]["maps"]


def methods(at):
    return next(group for group in at.get("button_group") if group.label == "Method").options


def probabilities(at):
    return json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]


def test_without_a_run_the_page_says_what_to_do(open_page):
    assert "Choose a run in the sidebar" in open_page("Explain").info[0].value


def test_a_run_without_weights_is_explained(open_page, lab):
    assert "no weights yet" in open_page("Explain", run=lab.queue()).info[0].value


def test_probabilities_and_two_maps_on_one_scale(open_page, complete):
    at = open_page("Explain", run=complete(), image="5001")
    drawn = probabilities(at)
    assert len(drawn["y"]) == 10
    assert any("true" in label for label in drawn["y"])
    picture, first, second = maps(at)
    assert picture["values"] is None
    assert max(abs(value) for part in (first, second) for value in part["values"]) == 1000
    assert "test split" in texts(at)
    assert "epoch 3, the best on val" in texts(at)


@pytest.mark.parametrize("method", ["saliency", "integrated_gradients", "grad_cam"])
def test_each_method_opens_by_link_and_says_what_it_cannot_tell(open_page, complete, method):
    at = open_page("Explain", run=complete(), image="3", method=method)
    assert len(maps(at)) == 3
    assert "**Cannot tell:**" in texts(at)


def test_grad_cam_is_not_offered_for_a_network_without_convolution(open_page, complete):
    run_id = complete(model=MLPConfig(hidden_size=8))
    at = open_page("Explain", run=run_id, method="grad_cam")
    assert methods(at) == ["Saliency", "Integrated gradients"]
    assert len(maps(at)) == 3


@pytest.mark.parametrize("image", ["999999", "cat", "-1"])
def test_a_link_to_an_image_that_does_not_exist_shows_the_first_of_test(open_page, complete, image):
    assert open_page("Explain", run=complete(), image=image).number_input[0].value == 5000


def test_another_image_can_be_typed(open_page, complete):
    at = open_page("Explain", run=complete())
    at.number_input[0].set_value(42).run()
    assert at.query_params["image"] == "42"
    assert maps(at)[0]["note"] == "image 42"


def test_weights_that_cannot_be_read_are_explained(open_page, complete, lab):
    run_id = complete()
    lab.record(run_id).checkpoint_path("best").write_bytes(b"no weights")
    at = open_page("Explain", run=run_id)
    assert "best.safetensors" in at.error[0].value

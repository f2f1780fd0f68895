"""Explore: filters, pages of images, and the chosen one."""

import pytest

from tests.app.reading import galleries, labelled, texts

PRACTICE_TRAIN = 5000


def test_the_first_hundred_images_are_shown(open_page):
    (gallery,) = galleries(open_page("Explore"))
    assert gallery["ids"] == list(range(100))
    assert gallery["label"] == "Images 1 to 100 of 6000"


def test_a_link_brings_filters_and_page(open_page):
    at = open_page("Explore", split="test", cls="ring", page="1")
    (gallery,) = galleries(at)
    assert min(gallery["ids"]) >= PRACTICE_TRAIN
    assert all(caption.startswith("ring, ") for caption in gallery["captions"])


def test_the_second_page_goes_on_where_the_first_ended(open_page):
    (gallery,) = galleries(open_page("Explore", page="2"))
    assert gallery["ids"] == list(range(100, 200))


@pytest.mark.parametrize(("name", "value"), [("split", "future"), ("cls", "unicorn"), ("page", "minus"), ("page", "0")])
def test_a_link_with_nonsense_shows_everything(open_page, name, value):
    (gallery,) = galleries(open_page("Explore", **{name: value}))
    assert gallery["ids"] == list(range(100))


def test_filters_narrow_what_is_shown(open_page):
    at = open_page("Explore")
    labelled(at.get("button_group"), "Split").select("val").run()
    labelled(at.multiselect, "Classes").select("ring").run()
    (gallery,) = galleries(at)
    assert gallery["label"] == "Images 1 to 50 of 50"


def test_no_image_is_chosen_at_first_and_the_page_says_how(open_page):
    assert "Click an image to see it large" in texts(open_page("Explore"))


@pytest.mark.parametrize("image", ["999999", "-1", "cat", ""])
def test_a_link_to_an_image_that_does_not_exist_shows_none(open_page, image):
    assert "Click an image to see it large" in texts(open_page("Explore", image=image))


def test_a_link_to_an_image_shows_it_and_leads_to_explain(open_page):
    at = open_page("Explore", image="5123")
    assert "Click an image" not in texts(at)
    assert at.query_params["image"] == "5123"
    assert any(link.proto.label == "Explain a prediction of it" for link in at.main.get("page_link"))

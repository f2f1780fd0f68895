"""Explore: filters, pages of images, the chosen one, statistics, the map, near-duplicates."""

import numpy as np
import pytest

from cifar_core.config import RunConfig
from cifar_core.data import create_splits, default_data_dir, load_dataset, splits_of
from cifar_core.data.similarity import describe_images, find_neighbours
from cifar_core.derived import DerivedStore, Request
from cifar_core.derived.worker import work_on
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.training.checkpoint import Progress, save_checkpoint
from tests.app.driving import keep_every_epoch, unfold
from tests.app.reading import component_messages, galleries, inspector, labelled, texts

PRACTICE_TRAIN = 5000


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What is made in the background is made before the page goes on."""
    monkeypatch.setattr(
        "cifar_core.derived.store.DerivedStore.start",
        lambda store, request, num_threads=1: work_on(default_data_dir(), request),
    )


def main_gallery(at):
    return galleries(at)[0]


@pytest.fixture
def traits(server):
    request = Request("traits", load_dataset().fingerprint)
    store = DerivedStore(default_data_dir())
    if store.load(request) is None:
        work_on(default_data_dir(), request)
    return store.load(request)


def class_bar(at):
    """The classes as the bar shows them."""
    messages = (message for message in component_messages(at) if isinstance(message, dict))
    return next(message["classes"] for message in messages if "classes" in message)


def stepper(at):
    """What the drawer's head says; None while the drawer is closed."""
    messages = (message for message in component_messages(at) if isinstance(message, dict))
    return next((message for message in messages if "closes" in message), None)


def test_the_first_hundred_images_are_shown_with_their_classes_under_the_class_bar(open_page):
    at = open_page("Explore")
    (gallery,) = galleries(at)
    assert gallery["ids"] == list(range(100))
    assert gallery["label"] == "Images 1 to 100 of 6000"
    names = load_dataset().class_names
    assert gallery["labels"] == [names[label] for label in load_dataset().labels[:100]]
    assert [(part["name"], part["count"], part["isChosen"]) for part in class_bar(at)] == [
        (name, 600, False) for name in names
    ]
    assert texts(at).startswith("**6,000 images** of 10 classes")


def test_the_class_bar_filters_and_keeps_counting_what_it_could_show(open_page):
    at = open_page("Explore", split="test", cls="ring", page="1")
    assert {part["name"] for part in class_bar(at) if part["isChosen"]} == {"ring"}
    assert {part["count"] for part in class_bar(at)} == {100}
    assert "**100 of 6,000 images**: ring, test split" in texts(at)
    labelled(at.button, "Show all").click().run()
    assert len(main_gallery(at)["ids"]) == 100
    assert main_gallery(at)["label"] == "Images 1 to 100 of 6000"
    assert not {"cls", "split"} & set(at.query_params)
    assert not any(button.label == "Show all" for button in at.button)


def test_a_link_brings_filters_and_page(open_page):
    gallery = main_gallery(open_page("Explore", split="test", cls="ring", page="1"))
    assert min(gallery["ids"]) >= PRACTICE_TRAIN
    assert all(caption.startswith("ring, ") for caption in gallery["captions"])


def test_the_second_page_goes_on_where_the_first_ended(open_page):
    assert main_gallery(open_page("Explore", page="2"))["ids"] == list(range(100, 200))


@pytest.mark.parametrize(
    ("name", "value"),
    [("split", "future"), ("cls", "unicorn"), ("page", "minus"), ("page", "0"), ("order", "beauty"), ("per", "7")],
)
def test_a_link_with_nonsense_shows_everything(open_page, name, value):
    assert main_gallery(open_page("Explore", **{name: value}))["ids"] == list(range(100))


def test_filters_combine(open_page):
    at = open_page("Explore")
    labelled(at.get("button_group"), "Split").select("val").run()
    labelled(at.multiselect, "Classes").select("ring").run()
    assert main_gallery(at)["label"] == "Images 1 to 50 of 50"
    labelled(at.text_input, "Indices").set_value("0-999").run()
    dataset = load_dataset()
    val = create_splits(dataset, 0.1, 0).val
    ring = dataset.class_names.index("ring")
    assert main_gallery(at)["ids"] == [int(index) for index in val if index < 1000 and dataset.labels[index] == ring]


@pytest.mark.parametrize("text", ["cat", "5-", "9-3", "6000", "1;2", "-1"])
def test_indices_that_are_none_are_named_and_everything_stays(open_page, text):
    at = open_page("Explore", indices=text)
    assert f"'{text}'" in at.error[0].value
    assert "0 to 5999" in at.error[0].value
    assert len(main_gallery(at)["ids"]) == 100


def test_filters_that_leave_nothing_say_so(open_page):
    at = open_page("Explore", split="test", indices="0-99")
    assert "No image is left" in at.info[0].value


@pytest.mark.parametrize("order", ["brightness", "edge density", "typicality"])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_images_are_sorted_by_what_is_measured_of_them(open_page, traits, order, is_reversed):
    parameters = {"order": order, "split": "test"} | ({"reverse": "true"} if is_reversed else {})
    gallery = main_gallery(open_page("Explore", **parameters))
    values = traits[order.replace(" ", "_")]
    shown = values[gallery["ids"]]
    steps = np.diff(shown)
    is_falling = is_reversed != (order == "typicality")  # the most typical first
    assert (steps <= 0).all() if is_falling else (steps >= 0).all()
    best = values[PRACTICE_TRAIN:].max() if is_falling else values[PRACTICE_TRAIN:].min()
    assert shown[0] == best
    value = f"{shown[0]:.3g}" if order == "typicality" else f"{100 * shown[0]:.1f} %"
    assert f"{order} {value}" in gallery["captions"][0]


def test_the_index_can_be_reversed(open_page):
    assert main_gallery(open_page("Explore", reverse="true"))["ids"][0] == 5999


def test_more_images_a_page_and_smaller_tiles(open_page):
    at = open_page("Explore", per="400", tile="small")
    gallery = main_gallery(at)
    assert len(gallery["ids"]) == 400
    assert gallery["tile"] == 48


def test_another_list_begins_at_its_first_page_unless_another_is_asked_for(open_page):
    at = open_page("Explore", page="5", split="train")
    assert main_gallery(at)["ids"][0] != 0
    assert "Images 401 to 500 of" in texts(at)
    at.run()
    assert "Images 401 to 500 of" in texts(at), "the same list stays where it is"
    at.toggle(key="reverse").set_value(True).run()
    assert "Images 1 to 100 of" in texts(at)
    at.session_state["page"] = 3
    at.run()
    at.toggle(key="reverse").set_value(False)
    at.session_state["page"] = 4
    at.run()
    assert "Images 301 to 400 of" in texts(at)


def test_a_jump_opens_the_image_and_its_page(open_page):
    at = open_page("Explore")
    labelled(at.number_input, "Jump to index").set_value(1234).run()
    assert 1234 in main_gallery(at)["ids"]
    assert "image 1234" in inspector(at)["title"]


def test_surprise_me_opens_an_image_of_the_selection(open_page):
    at = open_page("Explore", split="val", cls="ring")
    labelled(at.button, "Surprise me").click().run()
    assert inspector(at)["title"].startswith("ring, image ")


def test_no_image_is_chosen_at_first_and_the_page_says_how(open_page):
    at = open_page("Explore")
    assert "an image to see it large" in texts(at)
    assert stepper(at) is None


@pytest.mark.parametrize("image", ["999999", "-1", "cat", ""])
def test_a_link_to_an_image_that_does_not_exist_shows_none(open_page, image):
    assert stepper(open_page("Explore", image=image)) is None


@pytest.mark.parametrize(
    ("image", "words", "is_first", "is_last"),
    [
        ("5000", "1 of 1,000", True, False),
        ("5123", "124 of 1,000", False, False),
        ("5999", "1,000 of 1,000", False, True),
        ("7", "not among these images", True, True),
    ],
)
def test_the_drawer_says_which_of_the_filtered_images_is_open(open_page, image, words, is_first, is_last):
    head = stepper(open_page("Explore", split="test", image=image))
    assert (head["words"], head["isFirst"], head["isLast"], head["closes"]) == (words, is_first, is_last, True)


def test_the_drawer_tells_by_what_the_image_was_sorted(open_page, traits):
    at = open_page("Explore", order="brightness", image="5123")
    assert f"brightness {100 * traits['brightness'][5123]:.1f} %" in inspector(at)["hint"]


def test_a_link_to_an_image_shows_it_with_its_neighbours_and_leads_to_explain(open_page):
    at = open_page("Explore", image="5123")
    shown = inspector(at)
    assert "image 5123" in shown["title"]
    assert shown["hint"].startswith("test split")
    assert np.array_equal(shown["image"], load_dataset().images[5123])
    expected, _ = find_neighbours(describe_images(load_dataset().images), 5123, 12)
    assert galleries(at)[1]["ids"] == expected.tolist()
    assert any(link.proto.label == "Explain a prediction of it" for link in at.main.get("page_link"))


@pytest.fixture
def trained(lab):
    run_id = lab.complete("tortoise")
    classifier = create_classifier(lab.config, mean=(0.5,) * 3, std=(0.25,) * 3)
    save_checkpoint(lab.record(run_id).checkpoint_path("best"), lab.config, classifier, Progress(3, 108, 3, 0.6))
    return run_id


def test_a_chosen_run_says_what_it_takes_the_image_for(open_page, trained):
    said = texts(open_page("Explore", run=trained, image="5123"))
    assert "**tortoise** takes it for" in said
    assert said.count(" %") >= 3


def test_a_run_without_weights_is_explained(open_page, lab):
    assert "has no weights yet" in texts(open_page("Explore", run=lab.queue(), image="5"))


def test_statistics_count_measure_and_show_classes(open_page):
    at = open_page("Explore", view="Statistics")
    assert texts(at).startswith("**600 images of each of 10 classes**: 4,500 to learn from (train), 500 to choose by")
    unfold(at, "statistics_tables")
    balance, colours = at.dataframe[0].value, at.dataframe[1].value
    assert balance[["train", "val", "test"]].sum().tolist() == [4500, 500, 1000]
    assert list(colours["channel"]) == ["red", "green", "blue"]
    assert "published_mean" not in colours, "published numbers are CIFAR-10's"
    mean, spread = galleries(at)
    assert mean["labels"] == spread["labels"] == list(load_dataset().class_names)
    assert len(at.get("plotly_chart")) == 2
    labelled(at.selectbox, "Pixel values of").select("ring").run()
    labelled(at.selectbox, "Distribution of").select("edge density").run()
    assert not at.exception
    assert "share of pixels" in texts(at)


def test_a_link_brings_what_statistics_show(open_page):
    at = open_page("Explore", view="Statistics", values="ring", trait="edge density")
    assert labelled(at.selectbox, "Pixel values of").value == "ring"
    assert labelled(at.selectbox, "Distribution of").value == "edge density"


def test_the_map_of_features_follows_the_epoch(open_page, trained, lab):
    at = open_page("Explore", view="Map", map="features", run=trained, epoch="2")
    assert "epoch 3 (the weights of epoch 2 were not kept, only the best (3))" in texts(at)
    keep_every_epoch(lab.record(trained), (2,))
    at = open_page("Explore", view="Map", map="features", run=trained, epoch="2")
    assert "look alike to tortoise, epoch 2" in texts(at)


def test_near_duplicates_are_pairs_with_their_likeness(open_page, monkeypatch):
    pairs = {
        "first": np.array([5001, 5002, 5003]),
        "second": np.array([7, 7, 5004]),
        "is_mirrored": np.array([False, True, False]),
        "likeness": np.array([0.97, 0.65, 0.64], np.float32),
    }
    monkeypatch.setattr("dashboard.explore.duplicates_view.find_derived", lambda dataset, kind, what: pairs)
    at = open_page("Explore", view="Near-duplicates")
    assert "**1 of 1,000 test images**" in texts(at)
    gallery = main_gallery(at)
    assert gallery["captions"][0].startswith("test: ")
    assert "image 5001; likeness 0.970" in gallery["captions"][0]
    labelled(at.slider, "Likeness of at least").set_value(0.62).run()
    assert "**2 of 1,000 test images**" in texts(at)
    assert "Within test: 1 pairs" in texts(at)
    assert main_gallery(at)["captions"][5].startswith("test: ")
    assert main_gallery(at)["labels"][2].endswith(" 5002")
    assert len(set(main_gallery(at)["ids"])) == 6, "a training image may repeat two test images"
    assert "mirrored" in main_gallery(at)["captions"][2]


def test_an_image_of_several_pairs_is_stepped_over_once(open_page, monkeypatch):
    pairs = {
        "first": np.array([5001, 5002]),
        "second": np.array([7, 7]),
        "is_mirrored": np.array([False, False]),
        "likeness": np.array([0.97, 0.96], np.float32),
    }
    monkeypatch.setattr("dashboard.explore.duplicates_view.find_derived", lambda dataset, kind, what: pairs)
    at = open_page("Explore", view="Near-duplicates", image="7")
    assert stepper(at)["words"] == "2 of 3"


def test_a_computation_that_failed_is_explained_and_can_be_tried_again(open_page, monkeypatch, server):
    request = Request("duplicates", load_dataset().fingerprint)
    store = DerivedStore(default_data_dir())
    store.path(request).unlink(missing_ok=True)
    store.path(request).parent.mkdir(parents=True, exist_ok=True)
    store.tell(request, 0.0, 1, message="MemoryError: no room")
    at = open_page("Explore", view="Near-duplicates")
    assert "MemoryError: no room" in at.error[0].value
    labelled(at.button, "Try again").click().run()
    at.run()
    assert not at.error


def test_splits_are_those_of_the_chosen_run(open_page, lab):
    config = RunConfig.model_validate(lab.config.model_dump() | {"data": {"val_fraction": 0.5}})
    run_id = lab.queue("half", config)
    assert main_gallery(open_page("Explore", run=run_id, split="val"))["label"] == "Images 1 to 100 of 2500"


def test_what_a_run_left_out_is_not_called_train(open_page, lab):
    config = with_overrides(lab.config, {"data.train_fraction": 0.1})
    run_id = lab.queue("tenth", config)
    splits = splits_of(load_dataset(), config.data)
    shown = main_gallery(open_page("Explore", run=run_id, split="train", per="1000"))
    assert sorted(shown["ids"]) == splits.train.tolist()
    left_out = next(index for index in range(PRACTICE_TRAIN) if splits.split_of(index) == "unused")
    at = open_page("Explore", run=run_id, image=str(left_out))
    assert inspector(at)["hint"].startswith("unused")
    assert inspector(open_page("Explore", run=run_id, image=str(splits.train[0])))["hint"].startswith("train")

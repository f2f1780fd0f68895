"""The map of all images: positions, colours, what is selected on it, and the pages that take that over."""

import numpy as np
import pytest

from cifar_core.data import create_splits, default_data_dir, load_dataset
from cifar_core.derived import KINDS, DerivedStore, Request
from cifar_core.derived.worker import work_on
from cifar_core.files import stamp
from dashboard.components import Marking
from dashboard.components.scatter.region import GRID
from dashboard.session.cache import get_plane
from dashboard.session.marked import Marked
from dashboard.session.placing import place_by_pixels
from tests.app.driving import labels, save_weights
from tests.app.reading import component_messages, galleries, labelled, texts, unpack

NUM_IMAGES, NUM_TRAIN, NUM_VAL = 6000, 4500, 500
LEFT_HALF = ((0, 0), (GRID // 2, 0), (GRID // 2, GRID), (0, GRID))


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What is made in the background is made before the page goes on, and quickly: positions by two pixels."""
    monkeypatch.setattr(
        "cifar_core.derived.store.DerivedStore.start",
        lambda store, request, num_threads=1: work_on(default_data_dir(), request),
    )
    monkeypatch.setitem(KINDS, "tsne", _place_by_two_pixels)


def _place_by_two_pixels(dataset, options, on_progress):
    return {"indices": np.arange(dataset.num_images), "positions": dataset.images[:, 0, 3:5, 7].astype(np.float32)}


@pytest.fixture
def trained(lab):
    run_id = lab.complete("tortoise")
    save_weights(lab.record(run_id))
    return run_id


def read_map(at):
    """The header of the map, and the groups of its points."""
    messages = (unpack(message) for message in component_messages(at) if isinstance(message, bytes))
    header, body = next((header, body) for header, body in messages if "isCounted" in header)
    return header, np.frombuffer(body[4 * header["count"] : 5 * header["count"]], np.uint8)


def named(at):
    header, groups = read_map(at)
    return dict(zip(header["names"], np.bincount(groups, minlength=len(header["names"])).tolist(), strict=True))


def select(colour="class", groups=(), polygon=(), layout=None):
    layout = layout or place_by_pixels(load_dataset())
    return Marked(layout.kind, layout.key, colour, Marking(polygon, groups)).to_text()


def test_the_map_holds_all_images_and_needs_no_run(open_page):
    at = open_page("Explore", view="Map")
    assert set(named(at).values()) == {600}
    assert read_map(at)[0]["count"] == NUM_IMAGES
    assert "Each point is one of all 6,000 images" in texts(at)
    assert "Click a point" in texts(at)
    assert "run" not in at.query_params


@pytest.mark.parametrize("wish", [{"map": "features"}, {"colour": "right or wrong"}])
def test_without_a_run_the_map_by_pixels_and_class_is_shown_with_a_way_to_one(open_page, wish):
    at = open_page("Explore", view="Map", **wish)
    assert set(named(at).values()) == {600}
    assert "There is no trained network yet." in texts(at)
    assert "Train one, a minute at most" in labels(at)


def test_a_map_of_a_run_opens_on_the_newest_that_has_weights(open_page, lab, trained):
    lab.complete("no weights")
    at = open_page("Explore", view="Map", map="features")
    assert at.query_params["run"] == trained
    assert "look alike to tortoise, epoch 3" in texts(at)
    header, _ = read_map(at)
    assert header["map"] != read_map(open_page("Explore", view="Map"))[0]["map"]


def test_right_and_wrong_are_of_all_images_as_the_run_saved_or_says_them(open_page, trained, lab):
    at = open_page("Explore", view="Map", colour="right or wrong", run=trained)
    counts = named(at)
    assert list(counts) == ["right", "wrong"]
    assert sum(counts.values()) == NUM_IMAGES
    _, groups = read_map(at)
    val = create_splits(load_dataset(), lab.config.data.val_fraction, lab.config.data.split_seed).val
    assert groups[val].tolist() == [int(place % 3 == 0) for place in range(NUM_VAL)]  # as its file says
    assert "whether tortoise, epoch 3, takes an image for its class" in texts(at)
    assert lab.record(trained).test_readings() == 2  # the run's own at its end, and this one


def test_until_all_are_asked_those_are_shown_that_the_run_saved(open_page, trained, monkeypatch):
    monkeypatch.setattr("dashboard.session.colouring.find_derived", lambda *of: None)
    at = open_page("Explore", view="Map", colour="right or wrong", run=trained)
    assert named(at)["not known"] == NUM_TRAIN
    assert "Grey: images it has not been asked about" in texts(at)


@pytest.mark.parametrize(("colour", "name"), [("confidence", "over 99 %"), ("loss", "under 0.01"), ("split", "val")])
def test_other_colours_are_of_all_images(open_page, trained, colour, name):
    at = open_page("Explore", view="Map", colour=colour, run=trained)
    assert name in named(at)
    assert sum(named(at).values()) == NUM_IMAGES


def test_what_no_run_can_say_is_grey_and_told(open_page, trained):
    at = open_page("Explore", view="Map", colour="when learned", run=trained)
    counts = named(at)
    assert counts["not known"] == NUM_IMAGES - NUM_VAL
    assert counts["wrong at the end"] == pytest.approx(NUM_VAL / 3, abs=1)
    assert "Grey: train and test" in texts(at)
    assert read_map(at)[0]["quiet"] == 1
    at = open_page("Explore", view="Map", colour="doubt about the label", run=trained)
    assert named(at)["not known"] == NUM_TRAIN
    assert "Grey: what it trained on" in texts(at)


def test_without_several_epochs_the_colours_are_classes_and_say_why(open_page, lab):
    run_id = lab.run("young", num_epochs=1)
    save_weights(lab.record(run_id))
    at = open_page("Explore", view="Map", colour="when learned", run=run_id)
    assert "Coloured by class, not by when learned: young has saved" in texts(at)


def test_a_selection_in_the_address_is_listed(open_page):
    at = open_page("Explore", view="Map", marked=select(groups=(2, 3)))
    assert "**1,200 images selected**" in texts(at)
    dataset = load_dataset()
    gallery = next(gallery for gallery in galleries(at) if gallery["label"] == "Images selected on the map")
    assert gallery["ids"] == np.flatnonzero(np.isin(dataset.labels, (2, 3)))[:100].tolist()
    assert read_map(at)[0]["marking"] == {"polygon": [], "groups": [2, 3]}


def test_a_link_opens_its_page_of_a_selection(open_page):
    at = open_page("Explore", view="Map", marked=select(groups=(2, 3)), marked_page="12")
    gallery = next(gallery for gallery in galleries(at) if gallery["label"] == "Images selected on the map")
    assert gallery["ids"] == np.flatnonzero(np.isin(load_dataset().labels, (2, 3)))[1100:].tolist()


def test_an_image_opens_beside_the_map_among_those_that_are_selected(open_page):
    """Below a list of a hundred nobody would see that it opened, and nothing would close it."""
    at = open_page("Explore", view="Map", marked=select(groups=(2,)), image=str(image_of(2, 4)))
    head = next(each for each in component_messages(at) if isinstance(each, dict) and "isFirst" in each)
    assert (head["words"], head["closes"]) == ("5 of 600", True)
    alone = open_page("Explore", view="Map", image="17")
    head = next(each for each in component_messages(alone) if isinstance(each, dict) and "isFirst" in each)
    assert head["words"] == "18 of 6,000"
    assert "**Click a point**" not in texts(alone)
    assert "**Click a point**" in texts(open_page("Explore", view="Map"))


def image_of(class_idx, place):
    return np.flatnonzero(load_dataset().labels == class_idx)[place]


def test_an_outline_selects_what_lies_within(open_page):
    plane, _ = get_plane(load_dataset())
    span = (plane.max(axis=0) - plane.min(axis=0)).max()
    expected = int(((plane[:, 0] - plane[:, 0].min()) / span * GRID < GRID // 2 - 0.5).sum())
    at = open_page("Explore", view="Map", marked=select(polygon=LEFT_HALF))
    found = int(texts(at).split(" images selected")[0].split("**")[-1].replace(",", ""))
    assert found == pytest.approx(expected, abs=2)
    assert 100 < found < NUM_IMAGES


@pytest.mark.parametrize("text", ["", "pixels", "pixels.00000000.9..", "sky.12bf3608.0.1.", "pixels.12bf3608.0..AAA"])
def test_a_link_with_nonsense_selects_nothing(open_page, text):
    assert "Click a point" in texts(open_page("Explore", view="Map", marked=text))


def test_an_outline_from_another_map_is_not_taken_for_one_on_this(open_page, trained):
    at = open_page("Explore", view="Map", map="features", run=trained, marked=select(polygon=LEFT_HALF))
    assert "images selected" not in texts(at)
    assert "drawn on another map than this one" in texts(at)


def test_groups_of_other_colours_are_not_taken_for_these(open_page):
    at = open_page("Explore", view="Map", colour="split", marked=select(groups=(2, 3)))
    assert "images selected" not in texts(at)


def test_the_gallery_shows_the_selected_alone_where_that_is_wished(open_page):
    chosen = select(groups=(2,))
    at = open_page("Explore", marked=chosen)
    assert galleries(at)[0]["label"] == "Images 1 to 100 of 6000"
    labelled(at.toggle, "Only the 600 images selected on the map").set_value(True).run()
    assert galleries(at)[0]["label"] == "Images 1 to 100 of 600"
    assert at.query_params["only"] == "marked"
    assert galleries(open_page("Explore", marked=chosen, only="marked", split="test"))[0]["label"].endswith(" of 100")


def test_filtering_the_selected_opens_them_in_the_gallery(open_page):
    at = open_page("Explore", view="Map", marked=select(groups=(2,)))
    next(button for button in at.button if button.label == "Filter and sort them").click().run()
    assert galleries(at)[0]["label"] == "Images 1 to 100 of 600"


def test_what_was_stopped_can_be_started_again(open_page, trained, lab, monkeypatch):
    path = lab.record(trained).checkpoint_path("best")
    options = {"checkpoint": str(path.resolve()), "stamp": str(stamp(path))}
    request = Request("answers", load_dataset().fingerprint, options)
    store = DerivedStore(default_data_dir())
    store.path(request).parent.mkdir(exist_ok=True)
    store.tell(request, 0.4, 1, message="stopped")
    at = open_page("Explore", view="Map", colour="loss", run=trained)
    assert "stopped at 40 %" in texts(at)
    next(button for button in at.button if button.label == "Start it again").click().run()
    assert "Grey" not in texts(at)
    assert sum(named(at).values()) == NUM_IMAGES


def test_errors_and_explain_go_through_the_selected_alone_where_that_is_wished(open_page, trained):
    chosen = select(groups=(2,))
    at = open_page("Errors", run=trained, marked=chosen)
    everything = len(galleries(at)[0]["ids"])
    at = open_page("Errors", run=trained, marked=chosen, only="marked")
    ids = galleries(at)[0]["ids"]
    assert 0 < len(ids) < everything
    assert set(load_dataset().labels[ids]) == {2}
    at = open_page("Explain", run=trained, marked=chosen, only="marked", image=str(ids[1]))
    stepper = next(each for each in component_messages(at) if isinstance(each, dict) and "isFirst" in each)
    assert stepper["words"] == f"mistake 2 of {len(ids)}"

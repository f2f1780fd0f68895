"""Robust on Errors: what is left when images get worse, the images behind each cell, and the ways on."""

from urllib.parse import unquote_plus

import numpy as np
import pytest

from cifar_core.corruptions import CORRUPTIONS
from cifar_core.corruptions.corrupt import corrupt
from cifar_core.data import default_data_dir, load_dataset
from cifar_core.derived import DerivedStore, Request
from cifar_core.derived.robustness import robustness_options
from cifar_core.evaluation import load_predictions
from cifar_core.overrides import with_overrides
from tests.app.driving import labels, press, save_weights, unfold, widget
from tests.app.reading import component_messages, decode_pictures, galleries, labelled, maps, texts, unpack

NAMES = list(CORRUPTIONS)
FOG = NAMES.index("fog")


@pytest.fixture
def run_id(lab):
    return with_weights(lab, "tortoise")


def with_weights(lab, name, **changes):
    run_id = lab.complete(name, with_overrides(lab.config, changes) if changes else None)
    save_weights(lab.record(run_id))
    return run_id


def measure(lab, run_id, spoilt, split="val"):
    """Keep what measuring would find: all images right as they are, and so many of the first ones wrong at severity 5.

    Args:
        lab: The runs.
        run_id: Of which run.
        spoilt: By corruption, how many.
        split: Of which images.
    """
    record, dataset = lab.record(run_id), load_dataset()
    found = load_predictions(record.predictions_path(split, 3 if split == "val" else "best"))
    order = np.argsort(found.indices)
    indices, targets = found.indices[order], found.targets[order]
    preds = np.tile(targets, (15, 5, 1)).astype(np.uint8)
    probs = np.full(preds.shape, 0.9, np.float16)
    for name, count in spoilt.items():
        place = NAMES.index(name)
        preds[place, 4, :count] = (targets[:count] + 1) % 10
        probs[place, 4, :count] = np.linspace(0.4, 0.1, count)
    options = robustness_options(record.checkpoint_path("best"), split, 2000)
    request = Request("robustness", dataset.fingerprint, options)
    arrays = {"indices": indices, "targets": targets, "clean_preds": targets.astype(np.uint8)}
    DerivedStore(default_data_dir()).save(request, arrays | {"preds": preds, "probs": probs})
    return indices, targets


def table(at):
    """The table's header, and its pictures as (15, 5, 3, 32, 32) if it has some."""
    packed = [unpack(message) for message in component_messages(at) if isinstance(message, bytes)]
    header, rest = next((header, rest) for header, rest in packed if "heat" in header)
    if not header["hasPictures"]:
        return header, None
    sheet = decode_sheet(rest)
    return header, sheet


def decode_sheet(sprite):
    flat = decode_pictures(sprite)  # of one column: a sheet of five is read row by row of pixels
    rows = flat.transpose(0, 2, 3, 1).reshape(15, 32, 5, 32, 3)
    return rows.transpose(0, 2, 4, 1, 3)


def text_of(header, row, column):
    return header["heat"][row][column]["text"]


def pairs(at):
    return next(gallery for gallery in galleries(at) if gallery["name"] == "robust_pairs")


def test_before_it_is_measured_one_image_shows_what_each_corruption_does(open_page, run_id, lab, monkeypatch):
    asked = []
    monkeypatch.setattr("dashboard.errors.robust_measure.find_derived", lambda *of: asked.append(of))
    at = open_page("Errors", run=run_id, show="Robust")
    header, pictures = table(at)
    assert [row["name"] for row in header["rows"]] == [kind.title for kind in CORRUPTIONS.values()]
    index = int(load_predictions(lab.record(run_id).predictions_path("val", 3)).indices[0])
    image = load_dataset().images[index : index + 1]
    assert np.array_equal(pictures[FOG, 2], corrupt(image, np.array([index]), "fog", 3)[0])
    assert "is not measured yet" in texts(at)
    assert asked == []
    press(at, "Measure it on 500 val images")
    ((_, kind, what, options),) = asked
    assert (kind, options["split"], options["num_images"]) == ("robustness", "val", 2000)
    assert "tortoise" in what


def test_measured_it_says_what_is_left_and_where_least(open_page, run_id, lab):
    measure(lab, run_id, {"fog": 400, "snow": 100})
    at = open_page("Errors", run=run_id, show="Robust")
    header, _ = table(at)
    assert (text_of(header, FOG, 4), text_of(header, FOG, 3)) == ("20 %", "100 %")
    assert header["rows"][FOG]["note"] == "84 %"
    left = 1 - (0.8 + 0.2) / 75
    assert f"**{100 * left:.1f} % once they got worse**" in texts(at)
    assert "least is left under fog, 84.0 %" in texts(at)
    assert "Measure it on 500 val images" not in labels(at)


def test_a_cell_opens_its_images_each_beside_what_it_was(open_page, run_id, lab):
    indices, _ = measure(lab, run_id, {"fog": 30})
    at = open_page("Errors", run=run_id, show="Robust", worse="fog-5")
    gallery = pairs(at)
    assert gallery["ids"] == np.repeat(indices[:30][::-1][:15], 2).tolist()  # the least probable first
    assert gallery["tones"] == ["right", "wrong"] * 15
    assert "**Fog, severity 5**: 30 images" in texts(at)
    at = open_page("Errors", run=run_id, show="Robust", worse="fog-5", image=str(indices[7]))
    image = load_dataset().images[indices[7] : indices[7] + 1]
    assert np.array_equal(table(at)[1][FOG, 4], corrupt(image, indices[7:8], "fog", 5)[0])


def test_the_address_holds_the_open_page_of_images(open_page, run_id, lab):
    indices, _ = measure(lab, run_id, {"fog": 40})
    at = open_page("Errors", run=run_id, show="Robust", worse="fog-5", worse_page="2")
    assert pairs(at)["ids"] == np.repeat(indices[:40][::-1][15:30], 2).tolist()


def test_by_class_a_cell_narrows_the_images_to_the_class(open_page, run_id, lab):
    indices, targets = measure(lab, run_id, {"fog": 100})
    name = load_dataset().class_names[2]
    at = open_page("Errors", run=run_id, show="Robust", worse="fog-5", true=name, table="by class")
    header, _ = table(at)
    share = 1 - (targets[:100] == 2).sum() / (targets == 2).sum() / 5
    assert text_of(header, FOG, 2) == f"{100 * share:.0f}"
    chosen = indices[:100][targets[:100] == 2]
    assert set(pairs(at)["ids"]) <= set(chosen.tolist())
    press(at, "All classes")
    assert "**Fog, severity 5**: 100 images, the" in texts(at)


@pytest.mark.parametrize("worse", ["rain-3", "fog-9", "fog", "fog-3-3"])
def test_nonsense_in_the_address_shows_where_one_begins(open_page, run_id, lab, worse):
    measure(lab, run_id, {})
    assert "**Gaussian noise, severity 3**: 0 images" in texts(
        open_page("Errors", run=run_id, show="Robust", worse=worse)
    )


def test_two_runs_are_held_against_each_other_on_the_same_images(open_page, run_id, lab):
    other = with_weights(lab, "hare", **{"training.seed": 3})
    measure(lab, run_id, dict.fromkeys(NAMES, 50) | {"fog": 100, "snow": 100})
    at = open_page("Errors", run=run_id, show="Robust", against=other)
    assert "Measure it on 500 val images" in labels(at)  # of the other
    measure(lab, other, dict.fromkeys(NAMES, 100) | {"fog": 300})
    at = open_page("Errors", run=run_id, show="Robust", against=other, table="against the other", worse="fog-5")
    header, _ = table(at)
    assert text_of(header, FOG, 4) == "+40.0"
    # Of thirteen it makes half of the mistakes, of fog a third, of snow as many.
    assert f"the mean corruption error is {100 * (13 / 2 + 1 / 3 + 1) / 15:.0f} %" in texts(at)
    unfold(at, "robust_difference")
    verdicts = at.dataframe[0].value.set_index("Corruption")["Verdict"]
    assert (verdicts["fog"], verdicts["snow"]) == ("better", "undecided")
    labelled(at.get("button_group"), "Show").set_value("right here alone").run()
    assert "**Fog, severity 5**: 200 images" in texts(at)


def test_a_look_at_test_is_counted(open_page, run_id, lab):
    before = lab.record(run_id).test_readings()
    measure(lab, run_id, {"fog": 100}, split="test")
    at = open_page("Errors", run=run_id, show="Robust", on="test")
    assert "Of 1,000 test images" in texts(at)
    assert lab.record(run_id).test_readings() == before + 1


def test_advice_leads_to_the_form_filled_and_marked(open_page, run_id, lab):
    measure(lab, run_id, {"gaussian_noise": 400})
    at = open_page("Errors", run=run_id, show="Robust")
    link = next(link for link in at.main.get("page_link") if link.proto.label == "Fill the form")
    carried = dict(part.split("=", 1) for part in link.proto.query_string.split("&"))
    assert "**Noise** leaves" in texts(at)
    at = open_page("Train", **{name: unquote_plus(value) for name, value in carried.items()})
    assert widget(at, "augmentation.noise").value == 0.1
    assert "Filled in by advice" in texts(at)


def test_explain_takes_the_image_made_worse_and_gives_it_back(open_page, run_id):
    at = open_page("Explain", run=run_id, image="5", under="fog-4")
    image = load_dataset().images[5:6]
    worse = corrupt(image, np.array([5]), "fog", 4)[0]
    assert np.array_equal(maps(at)[0]["image"], worse)
    assert "under fog, severity 4" in texts(at)
    press(at, "Take fog, severity 4 away")
    assert np.array_equal(maps(at)[0]["image"], image[0])


def test_without_weights_it_says_which_epochs_have_some(open_page, run_id):
    at = open_page("Errors", run=run_id, show="Robust", epoch="2")
    assert "Not measured: the weights of epoch 2 were not kept" in texts(at)

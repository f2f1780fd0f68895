"""Errors: the matrix, its cells, and the images behind them."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cifar_core.data import create_splits, load_dataset
from cifar_core.evaluation import (
    compute_confusion_matrix,
    load_predictions,
    per_class_frame,
    save_predictions,
    select_predictions,
    top_confusions_frame,
)
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from tests.app.driving import save_weights
from tests.app.reading import component_messages, galleries, labelled, maps, texts


def matrix(at):
    return next(message for message in dicts(at) if "counts" in message)


def stepper(at):
    return next((message for message in dicts(at) if "isFirst" in message), None)


def dicts(at):
    return [message for message in component_messages(at) if isinstance(message, dict)]


def choose(at, label, option):
    labelled(at.get("button_group"), label).set_value(option).run()


@pytest.fixture
def run_id(lab):
    return lab.complete("tortoise")


@pytest.fixture
def names(server):
    return load_dataset().class_names


def test_the_number_says_split_epoch_run_and_data(open_page, run_id):
    at = open_page("Errors", run=run_id)
    assert "**66.6%** of 500 val images right" in texts(at).replace(" %", "%")
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


def test_a_link_opens_its_page_of_mistakes(open_page, run_id):
    (first,), (second,) = (galleries(open_page("Errors", run=run_id, mistakes_page=page)) for page in ("1", "2"))
    assert (len(first["ids"]), len(second["ids"])) == (100, 67)
    assert not set(first["ids"]) & set(second["ids"])
    linked = open_page("Errors", run=run_id, image=str(second["ids"][3]))
    assert galleries(linked)[0]["ids"] == second["ids"]  # without a page, the one that holds the open image


@pytest.mark.parametrize("page", ["9", "0", "x"])
def test_a_page_that_is_not_there_is_none(open_page, run_id, page):
    at = open_page("Errors", run=run_id, mistakes_page=page)
    assert not at.exception
    assert len(galleries(at)) == 1


def test_select_boxes_choose_a_cell_too(open_page, run_id, names):
    at = open_page("Errors", run=run_id)
    labelled(at.selectbox, "Predicted class").select(names[0]).run()
    (gallery,) = galleries(at)
    assert matrix(at)["selected"] == [None, 0]
    assert all(f"predicted {names[0]}" in caption for caption in gallery["captions"])


@pytest.mark.parametrize(("name", "value"), [("true", "unicorn"), ("on", "future"), ("epoch", "7"), ("against", "x")])
def test_a_link_with_nonsense_shows_all_mistakes_on_val(open_page, run_id, name, value):
    at = open_page("Errors", run=run_id, **{name: value})
    assert "**All mistakes**: 167 mistakes, most confident" in texts(at)
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
    assert "no test predictions yet" in texts(at)


def test_the_tables_are_offered(open_page, run_id):
    at = open_page("Errors", run=run_id)
    assert {"Matrix as CSV", "Images as CSV", "Contact sheet"} <= downloads(at)


def test_the_files_hold_what_is_shown(open_page, run_id, names, monkeypatch):
    exports = {}
    offered = "dashboard.drawing.tables.offer_exports"
    monkeypatch.setattr(offered, lambda all_of_them: exports.update({each.label: each.make for each in all_of_them}))
    (gallery,) = galleries(open_page("Errors", run=run_id, true=names[2]))
    images = pd.read_csv(io.StringIO(exports["Images as CSV"]()))
    assert images["index"].tolist() == gallery["ids"]
    assert set(images["true"]) == {names[2]}
    assert [names[pred_idx] for pred_idx in images["pred_idx"]] == images["predicted"].tolist()
    assert pd.read_csv(io.StringIO(exports["Matrix as CSV"]()))["count"].sum() == 500
    assert Image.open(io.BytesIO(exports["Contact sheet"]())).width > 100


def test_predictions_that_were_saved_anew_are_shown(open_page, run_id, lab, names):
    at = open_page("Errors", run=run_id)
    assert "It gets **167** of 500 val images wrong" in texts(at)
    get_all_wrong(lab.record(run_id), 3)
    at.run()
    assert "It gets **500** of 500 val images wrong" in texts(at)
    chips = next(group for group in at.get("button_group") if group.label.startswith("Most frequent mistakes"))
    assert all((names.index(words.split()[0]) + 2) % 10 == names.index(words.split()[2]) for words in chips.options)
    assert "**All mistakes**: 500 mistakes, most confident" in texts(at)


def get_all_wrong(record, epoch):
    """Overwrite an epoch's val predictions so that each image is taken for the class after the next."""
    path = record.predictions_path("val", epoch)
    found = load_predictions(path)
    logits = np.zeros_like(found.logits)
    logits[np.arange(len(logits)), (found.targets + 2) % 10] = 3
    save_predictions(path, replace(found, logits=logits))


def downloads(at):
    return {element.proto.label for element in at.get("download_button")}


@pytest.mark.parametrize(
    ("cells", "total"), [("counts", 500), ("% of true", 10), ("% of predicted", 10)], ids=["counts", "rows", "columns"]
)
def test_cells_can_be_shares(open_page, run_id, cells, total):
    message = matrix(open_page("Errors", run=run_id, cells=cells))
    assert np.array(message["values"]).sum() == pytest.approx(total, abs=1e-3)
    assert message["isShare"] is (cells != "counts")
    assert np.array(message["counts"]).sum() == 500


def test_superclasses_fold_into_one_row_and_open_their_images(open_page, run_id, names):
    at = open_page("Errors", run=run_id, fold="textures", true="textures")
    message, (gallery,) = matrix(at), galleries(at)
    assert message["names"] == [*names[:6], "textures"]
    assert message["selected"] == [6, None]
    assert np.array(message["counts"]).sum() == 500
    assert set(load_dataset().labels[gallery["ids"]]) == {6, 7, 8, 9}
    assert len(at.button_group(key="fold").options) == 2


def test_a_cell_that_the_matrix_does_not_hold_is_not_marked_as_another(open_page, run_id):
    at = open_page("Errors", run=run_id, fold="textures", true="textures", pred="shapes")
    assert matrix(at)["selected"] == [None, None]


def test_the_range_is_not_set_anew_over_what_somebody_still_moves(open_page, run_id):
    at = open_page("Errors", run=run_id)
    at.slider(key="errors_probs").set_value((0.29, 1.0)).run()
    assert at.query_params["probs"] == "29-100"
    assert not at.slider(key="errors_probs").proto.set_value


def test_classes_can_stand_in_another_order(open_page, run_id, names):
    message = matrix(open_page("Errors", run=run_id, sort="most errors first"))
    assert sorted(message["names"]) == sorted(names)
    right = np.array(message["counts"]).diagonal() / np.array(message["counts"]).sum(axis=1)
    assert (np.diff(right) >= 0).all()


def test_the_diagonal_can_be_hidden(open_page, run_id):
    at = open_page("Errors", run=run_id)
    assert matrix(at)["hidesDiagonal"] is False
    labelled(at.toggle, "Hide the diagonal").set_value(True).run()
    assert matrix(at)["hidesDiagonal"] is True


def test_the_epoch_slider_moves_every_view(open_page, run_id, lab):
    get_all_wrong(lab.record(run_id), 1)
    at = open_page("Errors", run=run_id, epoch="1")
    assert "epoch 1, practice set" in texts(at)
    assert np.trace(np.array(matrix(at)["counts"])) == 0
    labelled(at.select_slider, "Epoch").set_value(4).run()
    assert "epoch 4 (last), practice set" in texts(at)


def test_test_has_the_best_and_the_last_epoch_alone(open_page, run_id):
    at = open_page("Errors", run=run_id, on="test")
    group = labelled(at.get("button_group"), "Epoch (test: the best and the last alone)")
    assert [option.content for option in group.proto.options] == ["best (3)", "last (4)"]


def test_a_comparison_with_an_epoch_shows_what_changed(open_page, run_id, lab):
    get_all_wrong(lab.record(run_id), 1)
    at = open_page("Errors", run=run_id, against="1")
    message = matrix(at)
    assert message["isDifference"] is True
    assert np.array(message["values"]).sum() == pytest.approx(0)
    assert np.array(message["values"]).diagonal().sum() == np.array(message["counts"]).diagonal().sum()
    assert "+66.60 points against epoch 1" in texts(at)


def test_a_comparison_with_a_run_on_another_split_is_refused(open_page, run_id, lab):
    other = lab.complete("hare", with_overrides(lab.config, {"data.split_seed": 9}))
    at = open_page("Errors", run=run_id, against=other)
    assert "holds out other images" in at.warning[0].value
    assert matrix(at)["isDifference"] is False
    same = lab.complete("twin")
    assert matrix(open_page("Errors", run=run_id, against=same))["isDifference"] is True


def test_what_is_compared_with_is_known_by_its_id_and_the_epoch_is_written_out(open_page, run_id, lab):
    other = lab.complete("twin")
    at = open_page("Errors", run=run_id)
    assert at.query_params["epoch"] == "3"
    box = labelled(at.selectbox, "Compare with")
    box.select(next(title for title in box.options if "twin" in title)).run()
    assert at.query_params["against"] == other
    lab.store.describe(other, name="renamed")
    again = open_page("Errors", **at.query_params)
    assert matrix(again)["isDifference"] is True
    assert "points against renamed" in texts(again)
    labelled(again.select_slider, "Epoch").set_value(2).run()
    assert again.query_params["epoch"] == "2"


@pytest.mark.parametrize(
    ("name", "value"), [("against", "20260101-0000-brave-otter"), ("against", "99"), ("epoch", "x")]
)
def test_what_is_no_longer_there_is_dropped_from_the_address(open_page, run_id, name, value):
    at = open_page("Errors", run=run_id, **{name: value})
    assert matrix(at)["isDifference"] is False
    assert at.query_params["epoch"] == "3"
    assert "against" not in at.query_params
    if name == "against":
        assert "There is no " in texts(at)
        assert f"{value}" in texts(at)


def test_another_run_begins_at_its_own_best_epoch(open_page, run_id, lab):
    lab.complete("other")
    at = open_page("Errors", run=run_id, epoch="1", against="2")
    labelled(at.sidebar.selectbox, "Run").select_index(0).run()
    assert at.query_params["epoch"] == "3"
    assert "against" not in at.query_params


@pytest.mark.parametrize("which", ["mistakes", "right", "right but unsure", "all"])
def test_outcomes_choose_the_images(open_page, run_id, names, which):
    at = open_page("Errors", run=run_id, true=names[0], which=which)
    tones = {"mistakes": {"wrong"}, "all": {"right", "wrong"}}.get(which, {"right"})
    assert set(galleries(at)[0]["tones"]) == tones


def test_what_is_unsure_comes_by_its_margin(open_page, run_id):
    at = open_page("Errors", run=run_id)
    choose(at, "Show", "right but unsure")
    assert labelled(at.selectbox, "Order of images").value == "smallest margin"


def test_a_filter_that_lets_nothing_through_says_so_and_can_be_undone(open_page, run_id, names):
    at = open_page("Errors", run=run_id, true=names[2], pred=names[2])
    assert "None of the" in texts(at)
    labelled(at.button, "Show them all").click().run()
    assert set(galleries(at)[0]["tones"]) == {"right"}
    labelled(at.slider, "Probability of the predicted class").set_value((0.0, 0.1)).run()
    assert galleries(at) == []


def test_the_chosen_image_opens_above_the_matrix_with_its_probabilities(open_page, run_id, lab):
    second = galleries(open_page("Errors", run=run_id))[0]["ids"][1]
    at = open_page("Errors", run=run_id, image=str(second))
    assert stepper(at) == {
        "words": "mistake 2 of 167",
        "item": second,
        "isFirst": False,
        "isLast": False,
        "closes": True,
    }
    names, true_idx = load_dataset().class_names, load_dataset().labels[second]
    predictions = load_predictions(lab.record(run_id).predictions_path("val", 3))
    probs = predictions.probs[predictions.indices.tolist().index(second)]
    pred_name = names[probs.argmax()]
    assert f"Taken for **{pred_name}**, truly **{names[true_idx]}**" in texts(at)
    bars = [bar.proto.text for bar in at.get("progress")]
    assert f"{pred_name} (predicted) {100 * probs.max():.1f} %" in bars
    assert f"{names[true_idx]} (true) {100 * probs[true_idx]:.1f} %" in bars
    assert [part["title"] for part in maps(at)] == [f"{names[true_idx]}, image {second}"]
    order = [
        element
        for element in component_messages(at)
        if isinstance(element, dict) and {"counts", "isFirst"} & element.keys()
    ]
    assert "isFirst" in order[0], "above the matrix"
    assert "No map: this run has no weights yet." in texts(at)


def test_an_opened_mistake_shows_where_the_network_looked(open_page, run_id, lab):
    save_weights(lab.record(run_id))
    index = galleries(open_page("Errors", run=run_id))[0]["ids"][0]
    at = open_page("Errors", run=run_id, image=str(index))
    assert maps(at, 1)[0]["title"].startswith("Grad-CAM for ")
    assert np.abs(maps(at, 1)[0]["values"]).max() == 1000
    assert "Grad-CAM " in texts(at)
    later = open_page("Errors", run=run_id, image=str(index), epoch="2")
    assert "No map: the weights of epoch 2 were not kept, only the best (3) and the last (4)." in texts(later)


def test_an_image_of_another_cell_is_not_opened(open_page, run_id, names):
    index = galleries(open_page("Errors", run=run_id, true=names[2]))[0]["ids"][0]
    at = open_page("Errors", run=run_id, image=str(index), true=names[3])
    assert stepper(at) is None


def test_the_page_with_the_opened_image_is_turned_to(open_page, run_id, lab):
    get_all_wrong(lab.record(run_id), 3)
    late = select_predictions(load_predictions(lab.record(run_id).predictions_path("val", 3)))["index"].iloc[250]
    at = open_page("Errors", run=run_id, image=str(late))
    assert late in galleries(at)[0]["ids"]


def test_every_tile_says_what_was_taken_for_what(open_page, run_id, names):
    (gallery,) = galleries(open_page("Errors", run=run_id, true=names[2], pred=names[3]))
    assert {label.rsplit(" ", 1)[0] for label in gallery["labels"]} == {f"{names[2]} \N{RIGHTWARDS ARROW} {names[3]}"}
    assert all(label.endswith("\N{NO-BREAK SPACE}%") for label in gallery["labels"])


def test_the_most_frequent_mistakes_are_chips_that_open_their_cell(open_page, run_id, lab):
    at = open_page("Errors", run=run_id)
    chips = next(group for group in at.get("button_group") if group.label.startswith("Most frequent mistakes"))
    predictions = load_predictions(lab.record(run_id).predictions_path("val", 3))
    frequent = (
        top_confusions_frame(compute_confusion_matrix(predictions, 10), load_dataset().class_names)
        .head(5)
        .to_dict("records")
    )
    words = [f"{row['true_label']} \N{RIGHTWARDS ARROW} {row['predicted_label']} {row['count']}" for row in frequent]
    assert list(chips.options) == words
    chips.set_value(words[1]).run()
    assert at.query_params["true"] == frequent[1]["true_label"]
    assert at.query_params["pred"] == frequent[1]["predicted_label"]
    assert len(galleries(at)[0]["ids"]) == frequent[1]["count"]


def test_order_and_range_are_part_of_the_address(open_page, run_id):
    at = open_page("Errors", run=run_id, rank="least confident", probs="10-60")
    assert labelled(at.selectbox, "Order of images").value == "least confident"
    assert labelled(at.slider, "Probability of the predicted class").value == (0.1, 0.6)
    labelled(at.slider, "Probability of the predicted class").set_value((0.25, 0.9)).run()
    assert at.query_params["probs"] == "25-90"
    labelled(at.slider, "Probability of the predicted class").set_value((0.0, 1.0)).run()
    assert "probs" not in at.query_params


def test_classes_have_intervals_and_areas(open_page, run_id, names):
    at = open_page("Errors", run=run_id, show="Classes")
    table = at.dataframe[0].value
    assert table["class_name"].tolist() == list(names)
    expected = per_class_frame(load_predictions(RunStore().record(run_id).predictions_path("val", 3)), names)
    assert table["recall"].tolist() == pytest.approx((100 * expected["recall"]).tolist())
    assert {"average_precision", "roc_auc", "recall_interval"} <= set(table.columns)
    assert len(at.get("plotly_chart")) == 2
    assert {"Classes as CSV", "Curves as CSV"} <= downloads(at)


def test_calibration_fits_on_val_and_shows_test(open_page, run_id):
    at = open_page("Errors", run=run_id, show="Calibration", on="test")
    table = at.dataframe[0].value
    assert table["split"].tolist() == ["val", "val", "test", "test"]
    before, after = table.iloc[0], table.iloc[1]
    assert after["loss"] < before["loss"]
    assert after["accuracy"] == before["accuracy"]
    assert {"Reliability as CSV", "Coverage as CSV", "Calibration as CSV"} <= downloads(at)
    labelled(at.toggle, f"Divide the scores by {after['temperature']:.2f}").set_value(True).run()
    assert not at.exception


def test_learning_counts_what_was_forgotten(open_page, run_id, lab):
    get_all_wrong(lab.record(run_id), 2)
    at = open_page("Errors", run=run_id, show="Learning")
    assert "**67 %** were forgotten at least once" in texts(at)
    assert "**33 %** were never right" in texts(at)
    index = galleries(at)[-1]["ids"][0]
    at = open_page("Errors", run=run_id, show="Learning", image=str(index))
    assert f"**Image {index}," in texts(at)
    assert {"Epochs as CSV", "Images as CSV"} <= downloads(at)
    assert len(at.get("plotly_chart")) == 3


def test_a_run_without_test_to_compare_with_is_counted_no_look(open_page, run_id, lab):
    other = lab.complete("other")
    lab.record(other).predictions_path("test", "best").unlink()
    assert "has no test predictions" in str(
        [each.value for each in open_page("Errors", run=run_id, on="test", against=other).warning]
    )
    assert lab.record(other).test_readings() == 1


def test_learning_takes_two_epochs(open_page, lab):
    run_id = lab.complete("short", with_overrides(lab.config, {"training.num_epochs": 1}))
    assert "predictions of two epochs" in texts(open_page("Errors", run=run_id, show="Learning"))


def test_planted_label_errors_are_suspected(open_page, run_id, lab):
    path = lab.record(run_id).predictions_path("val", 3)
    found = load_predictions(path)
    logits = np.zeros_like(found.logits)
    logits[np.arange(len(logits)), found.targets] = 9
    logits[:5] = 0
    logits[np.arange(5), (found.targets[:5] + 1) % 10] = 9
    save_predictions(path, replace(found, logits=logits))
    at = open_page("Errors", run=run_id, show="Labels")
    assert "**5 of 500 val labels are suspected**" in texts(at)
    assert set(galleries(at)[0]["ids"]) == set(found.indices[:5])
    assert "Suspected labels as CSV" in downloads(at)


@pytest.mark.parametrize("view", ["Mistakes", "Classes", "Calibration", "Learning", "Labels", "Robust", "Score card"])
def test_a_diverged_run_breaks_no_view(open_page, run_id, lab, view):
    path = lab.record(run_id).predictions_path("val", 3)
    broken = load_predictions(path)
    broken.logits[:] = np.nan
    np.savez(
        path,
        log_probs=broken.logits.astype(np.float16),
        targets=broken.targets.astype(np.uint8),
        indices=broken.indices.astype(np.int32),
    )
    assert "val images right" in texts(open_page("Errors", run=run_id, show=view))


def test_images_of_one_class_alone_have_no_curves_and_that_is_said(open_page, lab, run_id):
    for path in (lab.record(run_id).run_dir / "predictions").glob("val-*.npz"):
        every = load_predictions(path)
        chosen = every.targets == 4
        save_predictions(
            path, replace(every, **{n: getattr(every, n)[chosen] for n in ("logits", "targets", "indices")})
        )
    at = open_page("Errors", run=run_id, show="Classes")
    assert "All images are of one class" in texts(at)


def test_a_hyphen_in_a_name_is_no_minus_sign(open_page, run_id, lab):
    other = lab.complete("low-rate-hare")
    words = texts(open_page("Errors", run=run_id, epoch="1", against=other))
    assert "against low-rate-hare (" in words
    assert lab.record(other).run_dir.name.split("-", 2)[2] in words

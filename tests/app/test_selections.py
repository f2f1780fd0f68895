"""Selections on the pages: put aside, listed, opened, filtered by, brought along, and led to a training."""

from dataclasses import replace

import numpy as np
import pytest

from cifar_core.data import create_splits, load_dataset
from cifar_core.overrides import flatten, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.runs import default_runs_dir
from cifar_core.selections import SelectionStore, create_selection
from dashboard.explore.selections_view import read_upload
from dashboard.session.chosen_runs import find_counterpart
from tests.app.driving import labels, press, widget
from tests.app.reading import galleries, labelled, run_list, texts


@pytest.fixture
def splits(server):
    return create_splits(load_dataset(), 0.1, 0)


@pytest.fixture
def keep(server):
    """Keep some images under a name; with classes, if some are given."""

    def keep_it(name, indices, **rest):
        made = create_selection(name, indices, fingerprint=load_dataset().fingerprint, **rest)
        return SelectionStore(default_runs_dir()).save(made)

    return keep_it


def kept(selection_id):
    return SelectionStore(default_runs_dir()).get(selection_id)


def open_aside(at, key):
    """Open the popover that puts images aside; a label of its button is returned."""
    at.session_state[f"{key}_aside"] = True
    at.run()
    assert not at.exception


def tick(at, gallery, ids):
    at.session_state[gallery] = {"ticked": {"round": 0, "ids": ids}}
    at.run()


def test_without_selections_the_view_says_how_to_make_one(open_page):
    at = open_page("Explore", view="Selections")
    assert "No images are put aside yet" in texts(at)
    assert {"Choose some by hand", "Draw round some on the map"} <= set(labels(at))
    press(at, "Draw round some on the map")
    assert at.query_params["view"] == "Map"


def test_what_filters_let_through_is_put_aside_and_opened(open_page):
    at = open_page("Explore", split="test", cls="ring")
    open_aside(at, "explore_images")
    assert "100 images: 100 test" in texts(at)
    assert "training refuses such a selection" in texts(at), "nothing is refused to who only looks"
    labelled(at.text_input, "Name").set_value("Held-out rings")
    labelled(at.text_input, "Note").set_value("look at them later").run()
    press(at, "Keep them")
    selection = kept("held-out-rings")
    assert (selection.num_images, selection.note) == (100, "look at them later")
    assert selection.origin.startswith("ring, test split")
    press(at, "Open it")
    assert at.query_params["selection"] == "held-out-rings"
    assert at.query_params["view"] == "Selections"
    assert galleries(at)[0]["ids"] == selection.images.indices[:100].tolist()


def test_ticked_images_go_before_all_others_and_into_one_that_is_there(open_page, keep, splits):
    keep("mine", splits.train[:2])
    at = open_page("Explore")
    ticked = splits.train[[1, 7, 9]].tolist()
    tick(at, "explore_gallery", [*ticked, -1, 6000, 2.5, "x"])
    open_aside(at, "explore_images")
    assert "3 images: 3 train" in texts(at)
    labelled(at.selectbox, "Into").select("mine").run()
    press(at, "Keep them")
    assert kept("mine").images.indices.tolist() == sorted({*splits.train[:2].tolist(), *ticked})
    assert "ticked by hand" in kept("mine").origin
    assert at.session_state["gallery_rounds"] == {"explore_gallery": 1}, "the ticks are gone"


def test_what_others_put_into_a_selection_meanwhile_stays(open_page, keep, splits):
    few = keep("few", splits.train[:2])
    at = open_page("Explore", view="Selections", selection="few")
    at.session_state["change_few"] = True
    at.run()
    labelled(at.text_input, "Name").set_value("mine").run()
    more = create_selection("few", splits.train[:4], fingerprint=few.fingerprint)
    SelectionStore(default_runs_dir()).save(more, may_replace=True)
    press(at, "Save")
    assert (kept("few").name, kept("few").num_images) == ("mine", 4)
    at = open_page("Explore")
    tick(at, "explore_gallery", splits.train[[9]].tolist())
    open_aside(at, "explore_images")
    labelled(at.selectbox, "Into").select("few").run()
    most = create_selection("mine", splits.train[:7], fingerprint=few.fingerprint)
    SelectionStore(default_runs_dir()).save(replace(most, id="few"), may_replace=True)
    press(at, "Keep them")
    assert kept("few").num_images == 8


def test_a_link_opens_its_page_of_a_selection(open_page, keep, splits):
    many = splits.train[:150]
    keep("many", many)
    (gallery,) = galleries(open_page("Explore", view="Selections", selection="many", selection_page="2"))
    assert gallery["ids"] == sorted(many.tolist())[100:]


@pytest.mark.parametrize(
    ("way", "places", "left"), [("Keep only these", [0, 1, 2], 3), ("Take these out", [0], 3), ("Add these", [9], 5)]
)
def test_a_selection_is_narrowed_thinned_out_or_grows(open_page, keep, splits, monkeypatch, way, places, left):
    keep("mine", splits.train[:4])
    monkeypatch.setattr("dashboard.session.aside.read_ticks", lambda gallery, most: splits.train[places].tolist())
    at = open_page("Explore")
    open_aside(at, "explore_images")
    labelled(at.selectbox, "Into").select("mine").run()
    labelled(at.get("button_group"), "What to do with it").select(way).run()
    press(at, "Keep them")
    assert kept("mine").num_images == left


def test_what_would_leave_nothing_is_refused_in_words(open_page, keep, splits, monkeypatch):
    keep("mine", splits.train[:4])
    monkeypatch.setattr("dashboard.session.aside.read_ticks", lambda gallery, most: splits.train[:4].tolist())
    at = open_page("Explore")
    open_aside(at, "explore_images")
    labelled(at.selectbox, "Into").select("mine").run()
    labelled(at.get("button_group"), "What to do with it").select("Take these out").run()
    press(at, "Keep them")
    assert "the second selection holds all of the first" in texts(at)
    assert kept("mine").num_images == 4


def test_a_link_filters_explore_and_errors_by_a_selection(open_page, lab, keep, splits):
    keep("few", splits.val[:30])
    at = open_page("Explore", selection="few")
    assert galleries(at)[0]["ids"] == splits.val[:30].tolist()
    assert "**30 of 6,000 images**: all classes, all splits, selection few" in texts(at)
    press(at, "Show all")
    assert "selection" not in at.query_params
    run_id = lab.complete()
    at = open_page("Errors", run=run_id, selection="few")
    assert sorted(galleries(at)[0]["ids"]) == splits.val[:30:3].tolist()
    assert "30 of the 30 images of few are in val: 66.7 % of them right" in texts(at)


def test_a_selection_without_an_image_of_the_split_hides_no_mistake(open_page, lab, keep, splits):
    keep("train only", splits.train[:5])
    at = open_page("Errors", run=lab.complete(), selection="train-only")
    assert "Of train only no image is in val, so all are shown" in texts(at)
    assert galleries(at)[0]["ids"]


def test_a_link_to_a_selection_that_is_gone_says_so(open_page, keep, splits):
    keep("here", splits.train[:3])
    assert "There is no selection gone of these images: all are shown" in texts(open_page("Explore", selection="gone"))
    assert "There is no selection gone here" in texts(open_page("Explore", view="Selections", selection="gone"))


def test_the_list_says_size_note_origin_and_which_runs_use_it(open_page, lab, keep, splits):
    few = keep("few", splits.train[:30], note="odd ones", origin="a cell")
    config = with_overrides(lab.config, {"data.exclude": few.content_hash})
    lab.complete("lean", config)
    at = open_page("Explore", view="Selections")
    said = texts(at)
    assert "**1 selection**" in said
    assert "30 images: 30 train" in said
    assert "Odd ones. A cell. lean (" in said
    assert "trained without it" in said
    press(at, "**few**")
    assert at.query_params["selection"] == "few"


def test_the_list_of_runs_calls_a_selection_by_its_name(open_page, lab, keep, splits):
    few = keep("few", splits.train[:30])
    lab.complete("lean", with_overrides(lab.config, {"data.exclude": few.content_hash}))
    lab.complete("base")
    groups = run_list(open_page("Runs", group="data.exclude"))["groups"]
    assert {group["words"].partition(":")[0] for group in groups} == {"Exclude few", "Exclude none"}


def test_an_image_that_a_selection_calls_otherwise_says_so_below_it(open_page, keep, splits):
    named = load_dataset().labels[splits.train[:2]]
    keep("renamed", splits.train[:2], labels=[named[0], (named[1] + 1) % 10])
    at = open_page("Explore", view="Selections", selection="renamed")
    said = galleries(at)[0]["labels"]
    assert ["\N{RIGHTWARDS ARROW}" in words for words in said] == [False, True]


def test_a_selection_is_renamed_combined_and_deleted_with_a_word_on_its_runs(open_page, lab, keep, splits):
    few, more = keep("few", splits.train[:30]), keep("more", splits.train[20:50])
    lab.complete("lean", with_overrides(lab.config, {"data.exclude": few.content_hash}))
    at = open_page("Explore", view="Selections", selection="few")
    assert "trained without it" in texts(at)
    at.session_state["change_few"] = True
    at.run()
    labelled(at.text_input, "Name").set_value("very few").run()
    press(at, "Save")
    assert (kept("few").name, kept("few").content_hash) == ("very few", few.content_hash)
    at.session_state["combine_few"] = True
    at.run()
    labelled(at.get("button_group"), "Images of").select("Both").run()
    press(at, "Make it")
    both = kept("very-few-and-also-more")
    assert both.images.indices.tolist() == np.intersect1d(few.images.indices, more.images.indices).tolist()
    assert at.query_params["selection"] == both.id
    at = open_page("Explore", view="Selections", selection="few")
    assert "1 run was told of it. They keep a copy of their own" in texts(at)
    press(at, key="selection_delete")
    assert "few" not in [each.id for each in SelectionStore(default_runs_dir()).all()]
    assert "selection" not in at.query_params


def test_a_csv_is_brought_along_or_refused_by_the_line(server):
    dataset = load_dataset()
    made = read_upload("odd.csv", b"\xef\xbb\xbfindex,label\n5,ring\n3,1\n", "", dataset)
    assert (made.name, made.images.indices.tolist()) == ("odd", [3, 5])
    assert made.images.labels.tolist() == [1, dataset.class_names.index("ring")]
    for content, words in (
        (b"index\n7\nseven\n", "odd.csv, line 3: index 'seven' is no whole number; allowed: a whole number from 0"),
        (b"index\n9000000\n", "odd.csv, line 2: index 9000000 is not in the dataset"),
        (b"index,label\n1,unicorn\n", "label 'unicorn' is no class; allowed: "),
        (b"\xff\xfe\x00", "odd.csv is no text"),
        (b"", "no line holds anything"),
    ):
        with pytest.raises(ValueError, match="allowed") as caught:
            read_upload("odd.csv", content, "", dataset)
        assert words in str(caught.value)


def test_what_was_wrong_with_one_file_is_not_said_of_the_next(open_page):
    at = open_page("Explore", view="Selections")
    at.session_state["selections_import"] = True
    at.run()
    at.file_uploader[0].set_value(("odd.csv", b"index\nten\n", "text/csv")).run()
    press(at, "Import")
    assert at.error[0].value.startswith("odd.csv, line 2")
    at.file_uploader[0].set_value(("even.csv", b"index\n10\n", "text/csv")).run()
    assert not at.error
    press(at, "Import")
    assert at.query_params["selection"] in ("even", ["even"])


def test_train_without_these_leads_to_the_form_with_the_run_s_settings_and_the_selection_marked(
    open_page, lab, keep, splits
):
    few = keep("few", splits.train[:30])
    run_id = lab.complete("base")
    at = open_page("Explore", view="Selections", selection="few", run=run_id)
    press(at, "Train without these")
    at.switch_page("dashboard/pages/Train.py").run()
    assert widget(at, "data.exclude").value == few.content_hash
    assert widget(at, "model.width").value == lab.config.model.width
    assert "exclude none → **few**" in texts(at)
    press(at, "Start training")
    (new,) = [run for run in lab.store.list_runs() if run.run_id != run_id]
    assert new.config == with_overrides(lab.config, {"data.exclude": few.content_hash})
    assert "Trained without it: **few**" in texts(at)
    assert "When it ends, what it changed against **base" in texts(at)


def test_without_a_run_training_without_these_starts_from_the_first_preset(open_page, keep, splits):
    few = keep("few", splits.train[:30])
    at = open_page("Explore", view="Selections", selection="few")
    press(at, "Train without these")
    at.switch_page("dashboard/pages/Train.py").run()
    assert "exclude none → **few**" in texts(at)
    preset = flatten(PRESETS[FIRST_PRESET].config)
    held = {path: at.session_state[f"train_form.{path}"] for path in preset}
    assert held == preset | {"data.exclude": few.content_hash}


def test_train_refuses_images_of_val_with_the_reason(open_page, lab, keep, splits):
    keep("leaky", [*splits.val[:3].tolist(), *splits.train[:3].tolist()])
    at = open_page("Explore", view="Selections", selection="leaky", run=lab.complete())
    button = labelled(at.button, "Train without these")
    assert button.disabled
    assert "3 of val among them" in button.help
    assert "3 of val among them" in texts(at)
    at.session_state["change_leaky"] = True
    at.run()
    press(at, "Take its 3 images of val and test out")
    assert kept("leaky").images.indices.tolist() == splits.train[:3].tolist()
    assert not labelled(at.button, "Train without these").disabled


def test_what_a_second_selection_leaves_out_is_left_out_with_the_first(open_page, lab, keep, splits):
    first, second = keep("first", splits.train[:3]), keep("second", splits.train[10:13])
    run_id = lab.complete("base", with_overrides(lab.config, {"data.exclude": first.content_hash}))
    at = open_page("Explore", view="Selections", selection=second.id, run=run_id)
    press(at, "Train without these")
    at.switch_page("dashboard/pages/Train.py").run()
    both = kept("first-and-second")
    assert widget(at, "data.exclude").value == both.content_hash
    assert both.images.indices.tolist() == sorted([*splits.train[:3].tolist(), *splits.train[10:13].tolist()])


def test_a_run_s_page_leads_to_the_comparison_once_both_have_ended(open_page, lab, keep, splits):
    few = keep("few", splits.train[:30])
    lean = with_overrides(lab.config, {"data.exclude": few.content_hash})
    active = lab.run("lean", config=lean)
    at = open_page("Train", run=active, part="this")
    assert "No run differs from it in that alone" in texts(at)
    press(at, "Train one with all images")
    (other,) = [run for run in lab.store.list_runs() if run.run_id != active]
    assert other.config == lab.config
    done, base = lab.complete("lean too", lean), lab.complete("base")
    at = open_page("Train", run=done, part="this")
    links = [link.proto.query_string for link in at.get("page_link")]
    assert any(f"a={base}" in link and f"b={done}" in link for link in links)


def test_a_counterpart_has_the_same_seed_and_all_else(lab, keep, splits):
    few = keep("few", splits.train[:30])
    told = {"data.oversample": few.content_hash, "data.oversample_weight": 5}
    lean = lab.complete("lean", with_overrides(lab.config, told))
    lab.complete("other seed", with_overrides(lab.config, {"training.seed": 7}))
    lab.complete("other rate", with_overrides(lab.config, {"optimizer.learning_rate": 0.01}))
    runs = lab.store.list_runs()
    chosen = next(run for run in runs if run.run_id == lean)
    assert find_counterpart(chosen, runs) is None
    base = lab.complete("base", with_overrides(lab.config, {"training.evaluate_test": False}))
    assert find_counterpart(chosen, lab.store.list_runs()).run_id == base
    plain = next(run for run in lab.store.list_runs() if run.run_id == base)
    assert find_counterpart(plain, runs) is None, "it was told of no selection"


def test_the_map_tells_a_selection_from_the_rest(open_page, keep, splits):
    keep("few", splits.train[:30])
    at = open_page("Explore", view="Map", colour="selection", selection="few")
    assert "Coloured by whether an image is in the selection few." in texts(at)
    at = open_page("Explore", view="Map", colour="selection")
    assert "no selection is chosen to be told from the rest" in texts(at)


def test_the_address_holds_that_the_map_shows_a_selection(open_page, keep):
    chosen = keep("odd ones", [3, 5, 9])
    at = open_page("Explore", view="Selections", selection=chosen.id)
    labelled(at.button, "See them on the map").click().run()
    assert (at.query_params["view"], at.query_params["colour"]) == ("Map", "selection")

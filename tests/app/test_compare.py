"""Compare: two runs image by image, their settings over seeds, and the states on the way there."""

import numpy as np
import pytest

from cifar_core.data import load_dataset
from cifar_core.evaluation import Predictions, load_predictions, save_predictions
from cifar_core.evaluation.comparison import sort_into_piles
from cifar_core.overrides import with_overrides
from cifar_core.runs.status import change_status
from dashboard.compare.reading import hold_together
from tests.app.driving import labels, press, save_weights
from tests.app.reading import bars, component_messages, galleries, labelled, line_charts, maps, texts


@pytest.fixture
def train(lab):
    """Complete a run with other settings whose predictions are of its own."""

    def train_it(name, salt, **settings):
        changes = {path.replace("__", "."): value for path, value in settings.items()}
        run_id = lab.complete(name, with_overrides(lab.config, changes))
        for split in ("val", "test"):
            path = lab.record(run_id).predictions_path(split, "best")
            save_predictions(path, _shaken(load_predictions(path), salt))
        return run_id

    return train_it


def _shaken(predictions, salt):
    generator = np.random.default_rng(salt)
    logits = generator.normal(0, 1, predictions.logits.shape).astype(np.float32)
    logits[np.arange(len(logits)), predictions.targets] += 1.5
    return Predictions(logits, predictions.targets, predictions.indices)


@pytest.fixture
def pair(train):
    return train("plain", 1), train("wide", 2, model__width=8)


def piles(lab, pair, split="val"):
    return sort_into_piles(*(load_predictions(lab.record(run_id).predictions_path(split, "best")) for run_id in pair))


def shown(at):
    """Indices of the images in the gallery."""
    return sorted(galleries(at)[0]["ids"])


def pickers(at):
    return [labelled(at.selectbox, letter) for letter in "AB"]


def test_without_a_run_one_can_be_trained(open_page):
    at = open_page("Compare")
    assert "takes two runs" in texts(at)
    assert labelled(at.button, "Train one, a minute at most")


def test_what_two_networks_say_is_counted_once_until_one_says_something_else(open_page, lab, pair):
    at = open_page("Compare", a=pair[0], b=pair[1])
    fixed = len(piles(lab, pair).fixed)
    path = lab.record(pair[1]).predictions_path("val", "best")
    before, counted = load_predictions(path), hold_together.cache_info().misses
    at.run()
    assert hold_together.cache_info().misses == counted
    save_predictions(path, _shaken(before, 7))
    at.run()
    assert len(piles(lab, pair).fixed) != fixed
    assert f"**Fixed by B**: {len(piles(lab, pair).fixed):,} images" in texts(at)


def test_with_one_run_a_second_is_offered(open_page, lab):
    lab.complete("only")
    at = open_page("Compare")
    assert "one run so far" in texts(at)
    press(at, key="compare_again")
    names = {run.name: run.config.training.seed for run in lab.store.list_runs()}
    assert names == {"only": 0, "only, seed 1": 1}
    assert "after its first epoch it is compared" in texts(open_page("Compare"))


def test_it_opens_on_the_two_newest_that_differ_in_more_than_the_seed(open_page, lab, train, pair):
    train("wide, seed 1", 3, model__width=8, training__seed=1)
    lab.complete("other images", with_overrides(lab.config, {"data.split_seed": 7}))
    at = open_page("Compare")
    assert [box.value for box in pickers(at)] == [at.query_params["a"], at.query_params["b"]]
    assert lab.record(at.query_params["b"]).meta().name == "wide, seed 1"
    assert at.query_params["a"] == pair[0]
    assert "width 4 → **8**" in texts(at)


def test_settings_numbers_and_piles_are_said(open_page, lab, pair):
    at = open_page("Compare", a=pair[0], b=pair[1])
    found = piles(lab, pair)
    assert "**What differs:** width 4 → **8**" in texts(at)
    assert f"B is right on {len(found.fixed):,} images that A gets wrong" in texts(at)
    assert "nothing about their settings" in texts(at)
    assert "Not known yet" in texts(at)
    assert set(shown(at)) <= set(found.fixed.tolist())
    assert len(shown(at)) == min(100, len(found.fixed))
    assert f"**Fixed by B**: {len(found.fixed):,} images" in texts(at)


@pytest.mark.parametrize("pile", ["broken", "wrong_alike", "wrong_differently"])
def test_a_link_opens_its_pile(open_page, lab, pair, pile):
    at = open_page("Compare", a=pair[0], b=pair[1], pile=pile)
    expected = getattr(piles(lab, pair), pile).tolist()
    assert set(shown(at)) <= set(expected)
    assert len(shown(at)) == min(100, len(expected))


def test_a_link_opens_its_page_of_a_pile(open_page, lab, pair):
    expected = piles(lab, pair).right.tolist()
    first, second = (shown(open_page("Compare", a=pair[0], b=pair[1], pile="right", pile_page=at)) for at in ("1", "2"))
    assert (len(first), len(second)) == (100, min(100, len(expected) - 100))
    assert set(second) <= set(expected) - set(first)


def test_swapped_what_was_fixed_is_broken(open_page, lab, pair):
    at = open_page("Compare", a=pair[0], b=pair[1])
    press(at, "Swap")
    assert (at.query_params["a"], at.query_params["b"]) == pair[::-1]
    assert f"**Fixed by B**: {len(piles(lab, pair).broken):,} images" in texts(at)


def test_a_cell_shows_exactly_the_images_that_moved(open_page, lab, pair):
    names = load_dataset().class_names
    at = open_page("Compare", a=pair[0], b=pair[1], way="Cell by cell", cell=f"{names[2]},{names[3]}")
    first, second = (load_predictions(lab.record(run_id).predictions_path("val", "best")) for run_id in pair)
    of_class = first.targets == 2
    moved = of_class & ((first.preds == 3) != (second.preds == 3))
    assert shown(at) == sorted(first.indices[moved].tolist())
    matrix = next(each for each in component_messages(at) if isinstance(each, dict) and "isDifference" in each)
    assert matrix["selected"] == [2, 3]
    assert matrix["values"][2][3] == np.sum(of_class & (second.preds == 3)) - np.sum(of_class & (first.preds == 3))


@pytest.mark.parametrize("cell", ["", "nonsense", "cat,unknown", ",", "a,b,c"])
def test_without_a_cell_the_one_that_changed_most_is_shown(open_page, pair, cell):
    at = open_page("Compare", a=pair[0], b=pair[1], way="Cell by cell", cell=cell)
    assert galleries(at)[0]["ids"]


def test_classes_have_their_flows(open_page, pair):
    at = open_page("Compare", a=pair[0], b=pair[1], way="Class by class")
    table = at.dataframe[0].value
    assert list(table["class_name"]) == list(load_dataset().class_names)
    assert " to " in table["change"][0]


def test_test_is_looked_at_only_when_asked_and_counted_for_both(open_page, lab, pair):
    at = open_page("Compare", of="test")
    assert (at.query_params["a"], at.query_params["b"]) == pair
    assert [lab.record(run_id).test_readings() for run_id in pair] == [1, 1]
    assert not galleries(at)
    press(at, "Look at test: counts as one look for both runs")
    assert [lab.record(run_id).test_readings() for run_id in pair] == [2, 2]
    assert set(shown(at)) <= set(piles(lab, pair, "test").fixed.tolist())
    at.run()
    assert [lab.record(run_id).test_readings() for run_id in pair] == [2, 2]


def test_without_test_of_both_nothing_is_read_or_counted(open_page, lab, pair):
    lab.record(pair[1]).predictions_path("test", "best").unlink()
    at = open_page("Compare", of="test", a=pair[0], b=pair[1])
    assert "There is no comparison on test: B, " in texts(at)
    assert not any(label.startswith("Look at test") for label in labels(at))
    assert [lab.record(run_id).test_readings() for run_id in pair] == [1, 1]


def test_a_cell_shows_the_same_images_either_way_round(open_page, pair):
    found = [
        set(shown(open_page("Compare", a=first, b=second, way="Cell by cell")))
        for first, second in (pair, reversed(pair))
    ]
    assert found[0] == found[1] != set()


def test_the_same_image_under_both(open_page, lab, pair):
    for run_id in pair:
        save_weights(lab.record(run_id))
    index = int(piles(lab, pair).broken[0])
    at = open_page("Compare", a=pair[0], b=pair[1], pile="broken", image=index)
    assert "**A** says" in texts(at)
    assert ": wrong" in texts(at)
    rows, dataset = bars(at), load_dataset()
    assert [name for name, notes, _ in rows if notes == ["true"]] == [dataset.class_names[dataset.labels[index]]]
    for place, letter in enumerate("AB"):
        name, _, drawn = max(rows, key=lambda row: float(row[2][place].removesuffix(" %")))
        assert f"**{letter}** says {name}, {drawn[place]}: " in texts(at)
    first, second = maps(at, 1)[0], maps(at, 2)[0]
    assert (first["title"], second["title"]) == ("A", "B")
    assert max(np.abs(part["values"]).max() for part in (first, second)) == 1000, "on one scale"
    links = [link.proto for link in at.main.get("page_link")]
    links = [link.query_string for link in links if link.label.startswith("Explain what")]
    assert all(f"run={run_id}" in link and f"image={index}" in link for run_id, link in zip(pair, links, strict=True))
    other = open_page("Compare", a=pair[0], b=pair[1], pile="fixed", image=index)
    assert "**A** says" not in texts(other), "it is none of these"


def test_over_seeds_settings_are_judged(open_page, lab, train):
    groups = {}
    for name, width, levels in (("plain", 4, (0.5, 0.51, 0.52)), ("wide", 8, (0.6, 0.62, 0.61))):
        for seed, level in enumerate(levels):
            run_id = train(f"{name}, seed {seed}", seed, model__width=width, training__seed=seed)
            change_status(lab.record(run_id).run_dir, best_val_accuracy=0.99, last_val_accuracy=level)
            groups.setdefault(name, []).append(run_id)
    at = open_page("Compare", a=groups["plain"][0], b=groups["wide"][1])
    assert "**Supported here**" in texts(at)
    assert "over 3 seeds" in texts(at)
    assert "seed 0 → **1**" in texts(at)
    (label,) = [button.label for button in at.button if button.key == "compare_more"]
    assert label == "Add 3 seeds: 6 runs, about 5 min"
    press(at, key="compare_more")
    added = {(run.name, run.config.training.seed) for run in lab.store.list_runs()[:6]}
    assert added == {(f"{name}, seed {seed}", seed) for name in ("plain", "wide") for seed in (3, 4, 5)}
    assert "6 more runs are on the way" in texts(at)
    alike = open_page("Compare", a=groups["plain"][0], b=groups["plain"][1])
    assert "from 50.0 % to 52.0 %" in texts(alike)


def test_settings_that_hold_out_other_images_are_judged_by_those_that_both_hold_out(open_page, lab, train):
    groups = {0.1: [], 0.02: []}
    for fraction, run_ids in groups.items():
        for seed in range(2):
            run_ids.append(train(f"{fraction:g}, seed {seed}", seed, data__val_fraction=fraction, training__seed=seed))
    few = load_predictions(lab.record(groups[0.02][0]).predictions_path("val", "last")).indices
    for fraction, run_ids in groups.items():
        for seed, run_id in enumerate(run_ids):
            path = lab.record(run_id).predictions_path("val", "last")
            save_predictions(path, _right_on(load_predictions(path), few[seed:] if fraction == 0.02 else few[:seed]))
            change_status(lab.record(run_id).run_dir, last_val_accuracy=0.9 if fraction == 0.1 else 0.5)
    at = open_page("Compare", a=groups[0.1][0], b=groups[0.02][0])
    assert "**Supported here**" in texts(at), "whatever each is worth on images of its own"
    assert f"of the {len(few)} images that both hold out" in texts(at)
    over_epochs = open_page("Compare", a=groups[0.1][0], b=groups[0.02][0], way="Epoch by epoch")
    assert "of the images that each holds out" in texts(over_epochs)


def _right_on(predictions, indices):
    """The same images, those alone told rightly."""
    is_right = np.isin(predictions.indices, indices)
    pred = np.where(is_right, predictions.targets, (predictions.targets + 1) % predictions.num_classes)
    logits = np.zeros(predictions.logits.shape, dtype=np.float32)
    logits[np.arange(len(pred)), pred] = 5.0
    return Predictions(logits, predictions.targets, predictions.indices)


def test_runs_without_a_shared_image_are_refused_in_words(open_page, lab, train):
    first = train("one", 1, data__val_fraction=0.02)
    second = train("two", 2, data__val_fraction=0.02, data__split_seed=5)
    at = open_page("Compare", a=first, b=second)
    assert "cannot be compared" in texts(at) or "only the" in texts(at)


def test_a_run_that_is_gone_is_said_and_another_taken(open_page, lab, pair):
    at = open_page("Compare", a="20260101-0000-brave-otter", b=pair[1])
    assert "is gone: another run is taken" in texts(at)
    assert at.query_params["a"] == pair[0]


def test_over_seeds_maps_are_averaged_and_told(open_page, lab, train):
    runs = [train(f"plain, seed {seed}", seed, training__seed=seed) for seed in range(2)]
    runs.append(train("wide", 7, model__width=8))
    for run_id in runs:
        save_weights(lab.record(run_id))
    index = int(piles(lab, (runs[0], runs[2])).broken[0])
    at = open_page("Compare", a=runs[0], b=runs[2], pile="broken", image=index)
    labelled(at.segmented_control, "Maps of").set_value("All their seeds").run()
    assert not at.exception
    titles = [part["title"] for place in (1, 2) for part in maps(at, place)]
    assert titles == ["A, mean", "Spread", "Shared by all", "B, mean"]
    assert "A: two of its networks agree to" in texts(at)
    assert "B: one network" in texts(at)


def test_which_class_maps_speak_for_is_in_the_address(open_page, lab, pair):
    for run_id in pair:
        save_weights(lab.record(run_id))
    index = int(piles(lab, pair).broken[0])
    shown = {"a": pair[0], "b": pair[1], "pile": "broken", "image": index}
    at = open_page("Compare", **shown)
    box = labelled(at.segmented_control, "What speaks for")
    true_name, said = box.value, next(name for name in box.options if "(true)" not in name)
    assert "for" not in at.query_params
    box.set_value(said).run()
    assert at.query_params["for"] == said
    again = open_page("Compare", **shown, **{"for": said})
    assert labelled(again.segmented_control, "What speaks for").value == said
    assert again.query_params["for"] == said
    assert f"less that speaks for {said} or" in texts(again)
    none = open_page("Compare", **shown, **{"for": "no class"})
    assert labelled(none.segmented_control, "What speaks for").value == true_name
    assert "for" not in none.query_params


def test_curves_are_bands_over_the_seeds_of_both(open_page, lab, train):
    runs = [train(f"plain, seed {seed}", seed, training__seed=seed) for seed in range(2)]
    runs.append(train("wide", 7, model__width=8))
    at = open_page("Compare", a=runs[1], b=runs[2], way="Epoch by epoch")
    accuracy, loss = line_charts(at)
    assert [(line["name"], len(line["low"])) for line in accuracy["lines"]] == [("A, 2 seeds", 4), ("B, 1 seed", 0)]
    assert loss["unit"] == "nats"
    at.segmented_control(key="compare_band").set_value("mean").run()
    assert line_charts(at)[0]["lines"][0]["low"] == []

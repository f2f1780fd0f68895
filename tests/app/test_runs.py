"""Runs: the table, the overlay, and what can be done with one run."""

import json
import re

import pytest
import streamlit as st

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from dashboard.components import run_table
from dashboard.runs import list_view
from tests.app.driving import save_weights
from tests.app.reading import cells, labelled, line_charts, run_list, run_rows, texts


def button(at, label):
    return next(button for button in at.button if button.label == label)


def labels(at):
    return [button.label for button in at.button]


def drawn(at):
    """The runs whose curves are drawn, by their names without the animal; of the first chart."""
    return {line["name"].split(" (")[0] for line in line_charts(at)[0]["lines"]}


@pytest.fixture
def act(monkeypatch):
    """Do what a click in the list makes its JavaScript tell: `act(at, "chosen", run_id)`."""
    show = run_table._COMPONENT

    def with_boxes(data, key, **mounted):
        callbacks = {name: mounted.pop(name) for name in list(mounted) if name.startswith("on_")}
        show(data=data, key="shown", **mounted)
        for name, callback in callbacks.items():
            st.text_input(name, key=f"told_{name}", on_change=hear, args=(key, name, callback))

    def hear(key, name, callback):
        trigger = name.removeprefix("on_").removesuffix("_change")
        st.session_state[key] = {trigger: json.loads(st.session_state[f"told_{name}"])[0]}
        callback()

    def do(at, name, value):
        told.append(name)
        at.text_input(key=f"told_on_{name}_change").set_value(json.dumps([value, len(told)])).run()
        assert not at.exception

    told = []
    monkeypatch.setattr(run_table, "_COMPONENT", with_boxes)
    return do


@pytest.fixture
def open_run(open_page):
    """Open the page on a run."""
    return lambda run_id: open_page("Runs", run=run_id)


@pytest.fixture
def open_ticked(open_page):
    """Open the page with some runs ticked."""
    return lambda *run_ids: open_page("Runs", runs=",".join(run_ids))


def test_runs_that_differ_in_their_seed_alone_are_averaged(open_page, lab):
    for place, seed in enumerate((3, 8)):
        # What is kept of a run changes none of its numbers.
        settings = {"training.seed": seed, "training.save_every_epoch": bool(place)}
        run_id = lab.complete(f"hare {place}", with_overrides(lab.config, settings))
        status = {"best_val_accuracy": 0.6 + 0.02 * place, "test_accuracy_best": 0.5}
        change_status(lab.record(run_id).run_dir, **status)
    lab.complete("other settings", with_overrides(lab.config, {"training.seed": 4, "training.batch_size": 50}))
    lab.run("not done", config=with_overrides(lab.config, {"training.seed": 5}))
    table = next(each.proto.body for each in open_page("Runs").get("html") if "lab-table" in each.proto.body)
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table.split("<tbody>")[1])
    assert cells[:4] == ["hare 0", "2", "3, 8", "61.0 %"]
    assert cells[6:] == ["1.4 points", "50.0 %", "0.0 points"]


def test_runs_that_differ_in_their_seed_alone_fold_into_a_band(open_page, lab):
    for seed, value in ((3, 0.5), (8, 0.6)):
        run_id = lab.complete(f"hare, seed {seed}", with_overrides(lab.config, {"training.seed": seed}))
        change_status(lab.record(run_id).run_dir, best_val_accuracy=value)
    lab.complete("tortoise", with_overrides(lab.config, {"training.batch_size": 50}))
    at = open_page("Runs")
    assert sorted(line["name"] for line in line_charts(at)[0]["lines"]) == ["hare, seed 3", "hare, seed 8", "tortoise"]
    at.toggle(key="runs_folded").set_value(True).run()
    lines = {line["name"]: line for line in line_charts(at)[0]["lines"]}
    assert sorted(lines) == ["hare, 2 seeds", "tortoise"]
    assert len(lines["hare, 2 seeds"]["low"]) == 4
    assert lines["tortoise"]["low"] == []
    assert at.query_params["bundled"] == "on"
    at.segmented_control(key="runs_band").set_value("mean").run()
    assert not any(line["low"] for line in line_charts(at)[0]["lines"])
    assert "Mean best val" not in texts(at)


def test_without_repeats_nothing_is_averaged(open_page, lab):
    lab.complete("tortoise")
    assert "Over seeds" not in texts(open_page("Runs"))


def test_each_run_has_a_line_with_its_numbers_and_their_units(open_page, lab):
    run_id = lab.complete("tortoise")
    lab.run("hare", num_epochs=2)
    at = open_page("Runs")
    finished, running = run_rows(at)["tortoise"], run_rows(at)["hare"]
    assert (finished["best"], finished["best_under"], finished["test"]) == ("60.0 %", "epoch 3", "58.0 %")
    assert finished["under"] == f"{run_id.split('-', 2)[2]}, 4 epochs"
    assert cells(at, "tortoise")["Last val"] == "55.0 %"
    assert cells(at, "tortoise")["Training time"] == "48 s"
    assert cells(at, "tortoise")["Looks at test"] == "1"
    assert running["under"].endswith("running, epoch 3 of 4")
    assert (running["test"], running["tone"]) == ("–", "live")


def test_the_small_curve_is_val_over_all_epochs_there_will_be(open_page, lab):
    lab.run("hare", num_epochs=2)
    lab.queue("waiting")
    at = open_page("Runs")
    spark = run_rows(at)["hare"]["spark"]
    assert (spark["x"], spark["y"]) == ([0.25, 0.5], [0.4, 0.5])
    assert spark["label"] == "val 40.0 % after epoch 1, 50.0 % at best, 50.0 % after epoch 2"
    assert run_rows(at)["waiting"]["spark"]["y"] == []
    assert run_list(at)["range"] == [0.4, 0.5]


def test_a_small_curve_grows_with_its_run_and_stays_small(open_page, lab):
    config = with_overrides(lab.config, {"training.num_epochs": 300})
    run_id = lab.run("hare", num_epochs=2, config=config)
    at = open_page("Runs")
    with (lab.record(run_id).run_dir / "metrics.jsonl").open("a") as file:
        for epoch in range(3, 301):
            accuracy = 0.95 if epoch == 77 else 0.5
            file.write(json.dumps({"kind": "epoch", "epoch": epoch, "val/accuracy": accuracy}) + "\n")
    spark = run_rows(at.run())["hare"]["spark"]
    assert len(spark["y"]) < 60
    assert (max(spark["y"]), spark["x"][-1]) == (0.95, 1.0)


def test_only_settings_that_differ_have_a_column(open_page, lab, page_config):
    lab.complete("plain")
    changes = {"model.dropout": 0.3, "optimizer.learning_rate": 0.01}
    lab.complete("changed", with_overrides(page_config, changes))
    changed = cells(open_page("Runs"), "changed")
    assert (changed["Dropout"], changed["Learning rate"]) == ("0.3", "0.01")
    assert not {"Epochs", "Batch size", "Network"} & changed.keys()


def test_the_newest_runs_are_drawn_until_some_are_ticked(open_page, open_ticked, lab):
    first, second = lab.complete("first"), lab.complete("second")
    assert drawn(open_page("Runs")) == {"first", "second"}
    assert drawn(open_ticked(first)) == {"first"}
    assert drawn(open_ticked(first, second)) == {"first", "second"}


def test_ticks_change_what_is_drawn_and_none_draws_nothing(open_page, lab, act):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_page("Runs")
    assert all(row["colour"] for row in run_rows(at).values())
    act(at, "ticked", [first, "elsewhere"])
    assert (drawn(at), at.query_params["runs"]) == ({"first"}, first)
    assert not run_rows(at)["second"]["colour"]
    act(at, "ticked", [])
    assert at.query_params["runs"] == "none"
    assert not line_charts(at)
    assert "gone" not in texts(at)
    act(at, "ticked", [second])
    assert drawn(at) == {"second"}


def test_curves_can_be_chosen_and_are_one_chart_each(open_page, lab):
    lab.complete("tortoise")
    at = open_page("Runs")
    assert [chart["y_title"] for chart in line_charts(at)] == ["Val accuracy", "Val loss (nats)"]
    assert {chart["x_title"] for chart in line_charts(at)} == {"Epoch"}, "they have one cursor"
    at.get("button_group")[0].set_value(["learning_rate"]).run()
    assert [chart["y_title"] for chart in line_charts(at)] == ["Learning rate"]
    assert open_page("Runs", curve="Val loss").get("button_group")[0].value == ["val/loss"]
    at.get("button_group")[0].set_value([]).run()
    assert not line_charts(at)
    assert not at.exception


def test_a_run_is_named_and_noted(open_run, lab):
    run_id = lab.complete("tortoise")
    at = open_run(run_id)
    assert not button(at, "Save").disabled, "what is still being typed is told by the press on it"
    labelled(at.text_input, "Name").set_value("slow and steady")
    labelled(at.text_area, "Note").set_value("expected less")
    at.run()
    button(at, "Save").click().run()
    assert (lab.record(run_id).meta().name, lab.record(run_id).meta().note) == ("slow and steady", "expected less")
    assert "slow and steady" in run_rows(at)


def test_an_empty_name_is_refused(open_run, lab):
    run_id = lab.complete("tortoise")
    at = open_run(run_id)
    labelled(at.text_input, "Name").set_value("  ").run()
    button(at, "Save").click().run()
    assert "allowed: 1 to 80 characters" in at.error[0].value
    assert lab.record(run_id).meta().name == "tortoise"


def test_deleting_asks_first(open_run, lab):
    run_id, other = lab.complete("doomed"), lab.complete("kept")
    at = open_run(run_id)
    button(at, "Delete").click().run()
    assert "doomed" in texts(at)
    assert lab.record(run_id).status().status == "completed", "not yet"
    button(at, "Delete it").click().run()
    assert [run.run_id for run in RunStore().list_runs()] == [other]
    assert list(run_rows(at)) == ["kept"]
    assert "gone" not in texts(at)


def test_an_active_run_cannot_be_deleted(open_run, lab):
    at = open_run(lab.run("hare"))
    assert button(at, "Delete").disabled


@pytest.mark.parametrize(
    ("status", "is_resumable"), [("stopped", True), ("failed", True), ("lost", True), ("diverged", False)]
)
def test_what_ended_early_can_be_resumed(open_run, lab, status, is_resumable):
    run_id = lab.end(status, "It ended.")
    at = open_run(run_id)
    assert ("Resume" in labels(at)) == is_resumable
    if is_resumable:
        button(at, "Resume").click().run()
        assert lab.record(run_id).status().is_active


def test_open_leads_to_the_run(open_run, lab):
    run_id = lab.complete("tortoise")
    at = open_run(run_id)
    button(at, "Open").click().run()
    assert at.header[0].value == "Train"
    assert at.query_params["run"] == run_id


def test_a_damaged_run_says_so_and_can_be_deleted(open_run, lab):
    lab.complete("whole")
    run_id = lab.damage()
    at = open_run(run_id)
    assert "record unreadable" in texts(at)
    button(at, "Delete").click().run()
    button(at, "Delete it").click().run()
    assert list(run_rows(at)) == ["whole"]


def test_ticks_survive_a_refresh(open_ticked, lab):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_ticked(second, "gone", first)
    assert len(drawn(at)) == 2
    assert at.query_params["runs"] == f"{second},{first}"
    lab.store.delete(second)
    assert drawn(open_ticked(*at.query_params["runs"].split(","))) == {"first"}


def test_settings_called_alike_have_a_column_each(open_page, lab):
    for changes in ({"model.name": "vgg", "model.num_blocks": 2}, {"model.name": "custom"}):
        lab.queue(changes["model.name"], with_overrides(lab.config, changes))
    at = open_page("Runs")
    vgg, custom = cells(at, "vgg"), cells(at, "custom")
    assert (vgg["Number of blocks"], vgg["Blocks"]) == ("2", "–")
    assert custom["Number of blocks"] == "–"
    assert custom["Blocks"].endswith(" blocks")


def test_what_another_release_wrote_has_no_value_made_up(open_page, lab):
    lab.queue("today", with_overrides(lab.config, {"optimizer.learning_rate": 0.5}))
    path = lab.record(lab.queue("tomorrow")).files.config
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99, "optimizer": {"name": "lion"}}))
    at = open_page("Runs")
    assert (cells(at, "today")["Learning rate"], cells(at, "tomorrow")["Learning rate"]) == ("0.5", "–")


def test_ticks_stay_with_their_runs_while_others_come_and_go(open_ticked, lab):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_ticked(first)
    colour = run_rows(at)["first"]["colour"]
    lab.complete("third")
    at.run()
    assert (drawn(at), at.query_params["runs"]) == ({"first"}, first)
    lab.store.delete(second)
    at.run()
    assert drawn(at) == {"first"}
    assert run_rows(at)["first"]["colour"] == colour


def test_it_opens_on_what_trains_or_is_newest_and_says_so(open_page, lab):
    lab.complete("first")
    newest = lab.complete("second")
    at = open_page("Runs")
    assert at.query_params["run"] == newest
    assert [row["is_chosen"] for row in run_rows(at).values()] == [True, False]
    assert f"`{newest}`" in texts(at)
    running = lab.run("hare")
    assert open_page("Runs").query_params["run"] == running


def test_a_name_opens_its_run(open_page, lab, act):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_page("Runs")
    act(at, "chosen", first)
    assert at.query_params["run"] == first
    assert f"`{first}`" in texts(at)
    assert labelled(at.selectbox, "Run").value == first, "the sidebar follows"
    act(at, "chosen", "elsewhere")
    assert at.query_params["run"] == first
    assert second not in texts(at)


@pytest.mark.parametrize("page", ["Errors", "Explain"])
def test_each_run_leads_to_what_it_gets_wrong_and_why(open_page, lab, act, page):
    run_id = lab.complete("tortoise")
    save_weights(lab.record(run_id))
    lab.queue("waiting")
    at = open_page("Runs")
    assert run_rows(at)["tortoise"]["links"][page] == f"{page}?run={run_id}"
    assert run_rows(at)["waiting"]["links"] == {"Errors": "", "Explain": ""}
    act(at, "opened", [page, run_id])
    assert at.header[0].value == page
    assert at.query_params["run"] == run_id


@pytest.mark.parametrize(
    "value", [["Errors", "elsewhere"], ["Nowhere", "{run}"], ["Errors"], "Errors", None, [["x"], 3]]
)
def test_what_a_browser_makes_up_leads_nowhere(open_page, lab, act, value):
    run_id = lab.complete("tortoise")
    at = open_page("Runs")
    value = [part.format(run=run_id) if isinstance(part, str) else part for part in value] if value else value
    for name in ("opened", "chosen", "ticked", "sorted"):
        act(at, name, value)
    assert at.header[0].value == "Runs"
    assert "by" not in at.query_params


def names(at):
    return list(run_rows(at))


def test_runs_are_sorted_by_a_column_the_best_first_then_reversed_then_no_more(open_page, lab, act):
    for name, best in (("middle", 0.6), ("best", 0.9), ("worst", 0.3)):
        change_status(lab.record(lab.complete(name)).run_dir, best_val_accuracy=best)
    lab.queue("nothing yet")
    at = open_page("Runs")
    newest_first = names(at)
    act(at, "sorted", "best_val")
    assert (names(at), at.query_params["by"]) == (["best", "middle", "worst", "nothing yet"], "-best_val")
    assert "by best val" in texts(at)
    act(at, "sorted", "best_val")
    assert names(at) == ["worst", "middle", "best", "nothing yet"]
    act(at, "sorted", "best_val")
    assert (names(at), "by" in at.query_params) == (newest_first, False)
    act(at, "sorted", "name")
    assert names(at) == ["best", "middle", "nothing yet", "worst"]
    assert names(open_page("Runs", by="-best_val"))[0] == "best"
    assert names(open_page("Runs", by="nonsense")) == newest_first


def test_filters_are_in_the_address_and_said(open_page, lab):
    lab.complete("plain")
    lab.complete("wide vgg", with_overrides(lab.config, {"model.name": "vgg"}))
    lab.end("failed", "It ended.", "broken")
    at = open_page("Runs")
    labelled(at.text_input, "Name or note has").set_value("VGG").run()
    assert (names(at), at.query_params["find"]) == (["wide vgg"], "VGG")
    assert '1 of 3 runs, those with "VGG" in name or note' in texts(at)
    button(at, "Show all").click().run()
    assert (len(names(at)), "find" in at.query_params) == (3, False)
    labelled(at.multiselect, "Status").set_value(["failed"]).run()
    assert (names(at), at.query_params["states"]) == (["broken"], "failed")
    assert names(open_page("Runs", states="failed,completed", nets="simple_cnn")) == ["broken", "plain"]
    at = open_page("Runs", find="nobody")
    assert not at.get("bidi_component") or "No run is like that" in texts(at)
    assert names(open_page("Runs", states="nonsense")) == ["broken", "wide vgg", "plain"]


def test_groups_have_a_line_with_their_average_in_which_no_demo_is(open_page, lab):
    for rate, best in ((0.01, 0.5), (0.01, 0.7), (0.1, 0.9)):
        run_id = lab.complete(f"{rate} {best}", with_overrides(lab.config, {"optimizer.learning_rate": rate}))
        change_status(lab.record(run_id).run_dir, best_val_accuracy=best)
    demo = lab.complete("first look", with_overrides(lab.config, {"optimizer.learning_rate": 0.01}))
    lab.record(demo).change_meta(is_demo=True)
    at = open_page("Runs")
    labelled(at.selectbox, "Group by").set_value("optimizer.learning_rate").run()
    assert at.query_params["group"] == "optimizer.learning_rate"
    groups = run_list(open_page("Runs", group="optimizer.learning_rate"))["groups"]
    assert [group["words"] for group in groups] == [
        "Learning rate 0.01: 3 runs, best val 60.0 % on average of 2 completed (50.0 % to 70.0 %)",
        "Learning rate 0.1: 1 run",
    ]
    assert [len(group["rows"]) for group in groups] == [3, 1]
    assert len(run_list(open_page("Runs", group="nonsense"))["groups"]) == 1


def test_there_is_no_average_over_different_data(open_page, lab):
    ids = [
        lab.complete(f"run {rate}", with_overrides(lab.config, {"optimizer.learning_rate": rate})) for rate in (1, 2)
    ]
    ids += [lab.complete("again", with_overrides(lab.config, {"optimizer.learning_rate": 1}))]
    (lab.record(ids[-1]).run_dir / "environment.json").write_text('{"data_source": "cifar10"}')
    groups = run_list(open_page("Runs", group="optimizer.learning_rate"))["groups"]
    assert groups[0]["words"] == "Learning rate 1: 2 runs, on different data: no average"
    at = open_page("Runs", baseline=ids[0])
    assert run_rows(at)["again"]["best_under"] == "other data"


def test_a_run_that_holds_other_images_out_is_not_held_against_the_baseline(open_page, lab):
    baseline = lab.complete("baseline")
    for path, value in (("data.val_fraction", 0.3), ("data.split_seed", 4), ("training.seed", 4)):
        lab.complete(path, with_overrides(lab.config, {path: value}))
    rows = run_rows(open_page("Runs", baseline=baseline))
    told = {name: row["best_under"] for name, row in rows.items() if name != "baseline"}
    assert told == {
        "data.val_fraction": "other val images",
        "data.split_seed": "other val images",
        "training.seed": "no difference",
    }


def test_a_baseline_is_what_the_others_are_held_against(open_page, lab):
    base, better = lab.complete("base"), lab.complete("better")
    change_status(lab.record(better).run_dir, best_val_accuracy=0.6213)
    at = open_page("Runs")
    labelled(at.selectbox, "Baseline").set_value(base).run()
    assert at.query_params["baseline"] == base
    at = open_page("Runs", baseline=base)
    assert run_rows(at)["better"]["best_under"] == "+2.1 points"
    assert [row["is_baseline"] for row in run_rows(at).values()] == [False, True]
    assert [row["can_be_ticked"] for row in run_rows(at).values()] == [True, False], "it is drawn in any case"
    assert "against the baseline **base**" in texts(at)
    lines = {line["name"].split()[0]: line["is_dotted"] for line in line_charts(at)[0]["lines"]}
    assert lines == {"base": True, "better": False}
    at = open_page("Runs", baseline=base, run=base)
    button(at, "No baseline").click().run()
    assert "baseline" not in at.query_params
    button(at, "Make it the baseline").click().run()
    assert at.query_params["baseline"] == base


def test_two_runs_are_held_against_each_other(open_page, lab):
    old = lab.complete("old")
    other = lab.complete("other", with_overrides(lab.config, {"training.batch_size": 50}))
    first = lab.complete("first", with_overrides(lab.config, {"optimizer.learning_rate": 0.02}))
    change_status(lab.record(first).run_dir, best_val_accuracy=0.65, seconds=70)
    at = open_page("Runs", run=first, versus=old)
    assert "**first** against **old**: one setting differs, best val +5.0 points" in texts(at)
    table = next(element.value.replace("\\", "") for element in at.markdown if element.value.startswith("| "))
    assert "| Val accuracy, best epoch | 65.0 % | 60.0 % | +5.0 points |" in table
    assert "| Training time | 1 min 10 s | 48 s | +22 s |" in table
    assert "| Learning rate | 0.02 | 0.001 |  |" in table
    assert "Batch size" not in table
    labelled(at.selectbox, "first against").set_value(other).run()
    assert at.query_params["versus"] == other
    assert "2 settings differ" in texts(at)
    assert "**first** against **other**" in texts(open_page("Runs", run=first)), "the one before it, at first"
    assert "**first** against **old**" in texts(open_page("Runs", run=first, baseline=old)), "else the baseline"


def test_accuracies_on_different_data_are_not_held_against_each_other(open_page, lab):
    old, new = lab.complete("old"), lab.complete("new")
    (lab.record(new).run_dir / "environment.json").write_text('{"data_source": "cifar10"}')
    at = open_page("Runs", run=new, versus=old)
    assert "They saw different data" in texts(at)
    assert "points" not in texts(at)


def test_a_run_that_waits_is_not_said_to_have_seen_other_data(open_page, lab):
    old, new = lab.complete("old"), lab.queue("new")
    at = open_page("Runs", run=new, versus=old)
    assert "one of them has no val accuracy yet" in texts(at)
    assert "different data" not in texts(at)
    assert "Data" not in cells(at, "new")


def test_a_run_alone_has_no_difference(open_run, lab):
    assert "It takes two runs" in texts(open_run(lab.complete("alone")))


def test_the_first_sentence_tells_how_many_and_which_is_best(open_page, lab):
    for name, best in (("good", 0.61), ("better", 0.82), ("first look", 0.99)):
        run_id = lab.complete(name)
        change_status(lab.record(run_id).run_dir, best_val_accuracy=best)
    lab.record(run_id).change_meta(is_demo=True)
    lab.run("hare", 1)
    sentence = open_page("Runs").caption[0].value
    assert (
        sentence == "4 runs, newest first, 1 not yet done. The best is **better** with 82.0 % on val, 58.0 % on test."
    )


def test_a_long_list_comes_in_parts(open_page, lab, monkeypatch):
    monkeypatch.setattr(list_view, "_MOST", 2)
    for place in range(5):
        lab.queue(f"run {place}")
    at = open_page("Runs")
    assert len(names(at)) == 2
    button(at, "Show 2 more of 5").click().run()
    assert (len(names(at)), at.query_params["most"]) == (4, "4")


def test_runs_of_experiments_are_folded_away_until_somebody_asks(open_page, lab):
    lab.complete("tortoise")
    run_id = lab.complete("lesson, seed 0")
    lab.record(run_id).change_meta(experiment="20261126-luck")
    at = open_page("Runs")
    assert "1 run, newest first" in texts(at)
    button(at, "Show 1 run of lessons, experiments and sweeps").click().run()
    assert "2 runs, newest first" in texts(at)
    assert at.query_params["experiments"] == "shown"
    button(at, "Fold runs of lessons, experiments and sweeps away").click().run()
    assert "1 run, newest first" in texts(at)
    assert "2 runs" in texts(open_page("Runs", runs=run_id)), "whoever ticks one sees it"
    assert "lesson" not in texts(open_page("Overview"))

"""Runs: the table, the overlay, and what can be done with one run."""

import json

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from dashboard.drawing.words import run_name


def texts(at):
    groups = (at.markdown, at.caption, at.info, at.error)
    return "\n".join(element.value for group in groups for element in group)


def button(at, label):
    return next(button for button in at.button if button.label == label)


def labels(at):
    return [button.label for button in at.button]


def overlay(at):
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    return {trace["name"]: trace for trace in figure["data"]}


@pytest.fixture
def open_runs(open_page):
    """Open the page with some runs ticked."""

    def open_it(*run_ids):
        return open_page("Runs", runs=",".join(run_ids))

    return open_it


def test_runs_that_differ_in_their_seed_alone_are_averaged(open_page, lab):
    for place, seed in enumerate((3, 8)):
        # What is kept of a run changes none of its numbers.
        settings = {"training.seed": seed, "training.save_every_epoch": bool(place)}
        run_id = lab.complete(f"hare {place}", with_overrides(lab.config, settings))
        status = {"best_val_accuracy": 0.6 + 0.02 * place, "test_accuracy_best": 0.5}
        change_status(lab.record(run_id).run_dir, **status)
    lab.complete("other settings", with_overrides(lab.config, {"training.seed": 4, "training.batch_size": 50}))
    lab.run("not done", config=with_overrides(lab.config, {"training.seed": 5}))
    (row,) = open_page("Runs").dataframe[1].value.to_dict("records")
    assert (row["name"], row["num_runs"], row["seeds"]) == ("hare 0", 2, "3, 8")
    assert (row["mean_val"], row["mean_test"]) == (pytest.approx(61), pytest.approx(50))
    assert (row["deviation_val"], row["deviation_test"]) == (pytest.approx(2**0.5), pytest.approx(0))


def test_without_repeats_nothing_is_averaged(open_page, lab):
    lab.complete("tortoise")
    assert "Over seeds" not in texts(open_page("Runs"))


def test_each_run_has_a_line_with_its_numbers(open_page, lab):
    lab.complete("tortoise")
    lab.run("hare", num_epochs=2)
    table = open_page("Runs").dataframe[0].value.set_index("name")
    assert list(table.index) == ["hare", "tortoise"] or set(table.index) == {"hare", "tortoise"}
    finished = table.loc["tortoise"]
    assert (finished["status"], finished["data"], finished["best_epoch"]) == ("completed", "practice set", 3)
    assert [finished[name] for name in ("best_val", "last_val", "test")] == pytest.approx([60, 55, 58])
    assert (finished["test_readings"], finished["minutes"]) == (1, pytest.approx(0.8))
    assert table.loc["hare", "status"] == "running"


def test_only_settings_that_differ_have_a_column(open_page, lab, page_config):
    lab.complete("plain")
    changes = {"model.dropout": 0.3, "optimizer.learning_rate": 0.01}
    lab.complete("changed", with_overrides(page_config, changes))
    table = open_page("Runs").dataframe[0].value.set_index("name")
    assert list(table.loc["changed", ["model.dropout", "optimizer.learning_rate"]]) == ["0.3", "0.01"]
    assert not {"training.num_epochs", "training.batch_size", "model.name"} & set(table.columns)


def test_the_newest_runs_are_drawn_until_some_are_ticked(open_page, open_runs, lab):
    first, second = lab.complete("first"), lab.complete("second")
    assert {name.split()[0] for name in overlay(open_page("Runs"))} == {"first", "second"}
    assert {name.split()[0] for name in overlay(open_runs(first))} == {"first"}
    assert {name.split()[0] for name in overlay(open_runs(first, second))} == {"first", "second"}


def test_another_curve_can_be_chosen(open_page, lab):
    lab.complete("tortoise")
    at = open_page("Runs")
    (trace,) = overlay(at).values()
    assert "%{y:.1%}" in trace["hovertemplate"]
    at.get("button_group")[0].set_value("val/loss").run()
    (trace,) = overlay(at).values()
    assert "%{y:.4g}" in trace["hovertemplate"]


def test_a_run_is_named_and_noted(open_runs, lab):
    run_id = lab.complete("tortoise")
    at = open_runs(run_id)
    assert button(at, "Save").disabled
    at.text_input[0].set_value("slow and steady")
    at.text_area[0].set_value("expected less")
    at.run()
    button(at, "Save").click().run()
    assert (lab.record(run_id).meta().name, lab.record(run_id).meta().note) == ("slow and steady", "expected less")
    assert "slow and steady" in list(at.dataframe[0].value["name"])


def test_an_empty_name_is_refused(open_runs, lab):
    run_id = lab.complete("tortoise")
    at = open_runs(run_id)
    at.text_input[0].set_value("  ").run()
    button(at, "Save").click().run()
    assert "allowed: 1 to 80 characters" in at.error[0].value
    assert lab.record(run_id).meta().name == "tortoise"


def test_deleting_asks_first(open_runs, lab):
    run_id, other = lab.complete("doomed"), lab.complete("kept")
    at = open_runs(run_id)
    button(at, "Delete").click().run()
    assert "doomed" in texts(at)
    assert lab.record(run_id).status().status == "completed", "not yet"
    button(at, "Delete it").click().run()
    assert [run.run_id for run in RunStore().list_runs()] == [other]
    assert list(at.dataframe[0].value["name"]) == ["kept"]
    assert "Delete" not in labels(at), "no other run has taken its place under the ticks"


def test_an_active_run_cannot_be_deleted(open_runs, lab):
    at = open_runs(lab.run("hare"))
    assert button(at, "Delete").disabled


@pytest.mark.parametrize(
    ("status", "is_resumable"), [("stopped", True), ("failed", True), ("lost", True), ("diverged", False)]
)
def test_what_ended_early_can_be_resumed(open_runs, lab, status, is_resumable):
    run_id = lab.end(status, "It ended.")
    at = open_runs(run_id)
    assert ("Resume" in labels(at)) == is_resumable
    if is_resumable:
        button(at, "Resume").click().run()
        assert lab.record(run_id).status().is_active


def test_open_leads_to_the_run(open_runs, lab):
    run_id = lab.complete("tortoise")
    at = open_runs(run_id)
    button(at, "Open").click().run()
    assert at.header[0].value == "Train"
    assert at.query_params["run"] == run_id


def test_a_damaged_run_says_so_and_can_be_deleted(open_runs, lab):
    lab.complete("whole")
    run_id = lab.damage()
    at = open_runs(run_id)
    assert "record unreadable" in texts(at)
    button(at, "Delete").click().run()
    button(at, "Delete it").click().run()
    assert list(at.dataframe[0].value["name"]) == ["whole"]


def test_ticks_and_the_curve_survive_a_refresh(open_runs, lab):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_runs(second, "gone", first)
    assert len(overlay(at)) == 2
    assert at.query_params["runs"] == f"{second},{first}"
    lab.store.delete(second)
    again = open_runs(*at.query_params["runs"].split(","))
    assert list(overlay(again)) == [run_name(lab.store.list_runs()[0])]


def test_settings_called_alike_have_a_column_each(open_page, lab):
    for changes in ({"model.name": "vgg", "model.num_blocks": 2}, {"model.name": "custom"}):
        lab.queue(changes["model.name"], with_overrides(lab.config, changes))
    frame = open_page("Runs").dataframe[0].value
    custom, vgg = frame.to_dict("records")
    assert (vgg["model.num_blocks"], vgg["model.blocks"]) == ("2", "–")
    assert custom["model.num_blocks"] == "–"
    assert custom["model.blocks"].endswith(" blocks")


def test_what_another_release_wrote_has_no_value_made_up(open_page, lab):
    lab.queue("today", with_overrides(lab.config, {"optimizer.learning_rate": 0.5}))
    path = lab.record(lab.queue("tomorrow")).files.config
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99, "optimizer": {"name": "lion"}}))
    tomorrow, today = open_page("Runs").dataframe[0].value.to_dict("records")
    assert today["optimizer.learning_rate"] == "0.5"
    assert tomorrow["optimizer.learning_rate"] == "–"


def test_ticks_stay_with_their_runs_while_others_come_and_go(open_runs, lab):
    first, second = lab.complete("first"), lab.complete("second")
    at = open_runs(first)
    keys = {at.dataframe[0].proto.id}
    lab.complete("third")
    at.run()
    assert at.query_params["runs"] == first
    assert ticked(at) == ["first"]
    lab.store.delete(second)
    at.run()
    assert ticked(at) == ["first"]
    keys.add(at.dataframe[0].proto.id)
    assert len(keys) == 1, "the same table: what is searched and sorted in it stays"


def ticked(at):
    rows = at.session_state["runs_table"]["selection"]["rows"]
    return [list(at.dataframe[0].value["name"])[row] for row in rows]

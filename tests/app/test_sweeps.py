"""python -m pytest tests/app/test_sweeps.py. Sweeps: defined, watched, promoted, and whatever happens to them."""

import json
import time
from urllib.parse import parse_qs

import pytest

from cifar_core.overrides import ConfigError
from cifar_core.runs.status import change_status
from cifar_core.sweeps import Budget, Fresh, SweepStore, create_plan
from dashboard.sweeps.charts import best_figure, best_frame, results_frame
from dashboard.sweeps.fresh_chart import describe_interval, fresh_frame, fresh_rows
from dashboard.sweeps.trial_rows import create_axes, create_paths
from tests.app.driving import labels, press
from tests.app.reading import component_messages, labelled, texts
from tests.app.test_names import HOSTILE, found_signs
from tests.unit.sweeps.test_sweeps import TREE, Trainers

pytest.importorskip("optuna")

RATE = "optimizer.learning_rate"


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No process drives a sweep, and none tries how long an epoch takes."""
    monkeypatch.setattr(SweepStore, "drive", lambda self, sweep_id: None)
    monkeypatch.setattr("dashboard.session.pacing.find_derived", lambda *of: None)


@pytest.fixture
def sweeps(lab):
    return SweepStore(lab.store)


@pytest.fixture
def trained(sweeps):
    """Train a sweep to its end."""

    def train(**changes):
        tree = {**TREE, "search": {RATE: "log:1e-4:1", "model.width": "4:64", "data.normalization": ["half", "none"]}}
        sweep = sweeps.start(create_plan({**tree, **changes}))
        return Trainers(sweeps).finish(sweep.id)

    return train


def pills(at, label):
    return labelled(at.get("button_group"), label)


def chart(at):
    return next(each for each in component_messages(at) if isinstance(each, dict) and "paths" in each)


def drawn(at):
    return [each.proto.id.split("-")[-1] for each in at.get("plotly_chart")]


def test_without_a_sweep_a_small_one_is_ready_to_begin(open_page, sweeps):
    at = open_page("Sweeps")
    said = texts(at)
    assert "A **sweep** trains many runs" in said
    assert "12 configurations, each trained for 3 epochs." in said
    assert "None yet." in said
    press(at, "Start this sweep")
    (sweep,) = sweeps.list_sweeps()
    assert sweep.plan.search.keys() == {RATE, "training.batch_size"}
    assert at.query_params["sweep"] == sweep.id
    assert "No result yet" in texts(at)


def test_two_tabs_that_start_at_once_begin_one_sweep(open_page, sweeps):
    first, second = open_page("Sweeps"), open_page("Sweeps")
    press(first, "Start this sweep")
    press(second, "Start this sweep")
    assert len(sweeps.list_sweeps()) == 1
    assert "begun a moment ago" in second.toast[0].value
    assert second.query_params["sweep"] == first.query_params["sweep"]


def test_what_is_ticked_is_searched_between_the_bounds_of_the_config(open_page, sweeps):
    at = open_page("Sweeps", sweep="new")
    press(at, "Start the sweep")
    assert "it waits for this: " in at.toast[0].value
    assert sweeps.list_sweeps() == []
    assert "nothing is ticked" in texts(at)
    pills(at, "Optimizer").set_value([RATE]).run()
    pills(at, "Data").set_value(["data.normalization"]).run()
    low = labelled(at.number_input, "From")
    assert (low.value, low.min, low.max) == (0.0001, 0.0, 10.0)
    low.set_value(0.001).run()
    pills(at, "Choices").set_value(["half", "dataset"]).run()
    labelled(at.number_input, "Budget").set_value(9).run()
    labelled(at.toggle, "Give up on the worst early (successive halving)").set_value(True).run()
    labelled(at.number_input, "Epochs of a whole run").set_value(9).run()
    assert "9 configurations for 1 epoch, the best 3 for 3 epochs, the best 1 for 9 epochs: 21 epochs" in texts(at)
    again = open_page("Sweeps", sweep="new", plan=at.query_params["plan"])
    press(again, "Start the sweep")
    plan = sweeps.list_sweeps()[0].plan
    assert plan.search == {RATE: "log:0.001:0.01", "data.normalization": ["half", "dataset"]}
    assert (plan.budget, plan.halving.factor, plan.settings["training.num_epochs"]) == (Budget(num_runs=9), 3, 9)


def test_what_cannot_be_searched_is_said_with_field_value_and_what_is_allowed(open_page):
    plan = json.dumps({"search": {"optimizer.momentum": "lin:0:0.9"}})
    at = open_page("Sweeps", sweep="new", plan=json.dumps({"search": {RATE: "log:0.1:0.001"}}))
    assert at.error[0].value.startswith("optimizer.learning_rate = 'log")
    assert "is not allowed; allowed: a low end below the high one" in at.error[0].value
    assert "a low end below" in labelled(at.button, "Start the sweep").proto.help
    for path in (RATE, "model.width"):
        at = open_page("Sweeps", sweep="new", plan=json.dumps({"search": {path: "lin:nan:8"}}))
        assert at.error[0].value.startswith(f"{path} = 'lin")
    at = open_page("Sweeps", sweep="new", plan=plan)
    assert "optimizer.momentum: no such setting of optimizer adam; allowed: " in texts(at)
    at = open_page("Sweeps", sweep="new", plan="{")
    assert "plan in the address cannot be read" in at.error[0].value
    at = open_page("Sweeps", sweep="new", plan=json.dumps({"preset": "none", "search": {RATE: "1e-4:1"}}))
    assert "preset = 'none' is not allowed; allowed: notebook" in texts(at)


FIELDS = ("preset", "search", "settings", "sampler", "budget", "halving", "num_seeds", "seed", "name", RATE, "other")


@pytest.mark.parametrize("strange", [None, True, -1, 1e400, [[]], {"a": {}}])
@pytest.mark.parametrize("field", FIELDS)
def test_whatever_a_link_holds_in_a_field_the_page_is_drawn(open_page, field, strange):
    plan = {"search": {RATE: strange}} if field == RATE else {"search": {RATE: "1e-4:1"}, field: strange}
    at = open_page("Sweeps", sweep="new", plan=json.dumps(plan))
    assert not at.exception
    assert "Start the sweep" in labels(at)


def test_a_link_that_cannot_be_read_is_begun_anew_by_the_first_tick(open_page):
    at = open_page("Sweeps", sweep="new", plan="{")
    pills(at, "Optimizer").set_value([RATE]).run()
    assert not at.exception
    assert not at.error
    assert json.loads(at.query_params["plan"])["search"].keys() == {RATE}
    at = open_page("Sweeps", sweep="new", plan="{")
    labelled(at.number_input, "Epochs of a whole run").set_value(7).run()
    assert not at.exception
    assert json.loads(at.query_params["plan"])["settings"]["training.num_epochs"] == 7


def test_a_range_may_be_of_differences_of_factors_or_of_single_values(open_page):
    at = open_page("Sweeps", sweep="new", plan=json.dumps({"search": {RATE: "log:0.001:0.1"}}))
    labelled(at.selectbox, "What counts").set_value("Differences").run()
    assert json.loads(at.query_params["plan"])["search"] == {RATE: "lin:0.001:0.1"}
    labelled(at.selectbox, "What counts").set_value("Values").run()
    labelled(at.text_input, "Values, with commas between them").set_value("0.001, 0.01, 0.3").run()
    assert json.loads(at.query_params["plan"])["search"] == {RATE: [0.001, 0.01, 0.3]}
    assert not at.error
    labelled(at.text_input, "Values, with commas between them").set_value("").run()
    assert at.error[0].value == f"{RATE} = \\[\\] is not allowed; allowed: two or more different values"
    labelled(at.text_input, "Values, with commas between them").set_value("0.1, 0.2").run()
    assert json.loads(at.query_params["plan"])["search"] == {RATE: [0.1, 0.2]}


def test_a_budget_of_minutes_and_seeds_reach_the_plan(open_page, sweeps):
    at = open_page("Sweeps", sweep="new", plan=json.dumps({"search": {RATE: "log:0.001:0.1"}}))
    pills(at, "Budget of").set_value("minutes").run()
    pills(at, "How values are chosen").set_value("tpe").run()
    labelled(at.number_input, "Seeds of each").set_value(3).run()
    press(at, "Start the sweep")
    plan = sweeps.list_sweeps()[0].plan
    assert (str(plan.budget), plan.sampler, plan.num_seeds) == ("20 min", "tpe", 3)


def test_train_leads_to_a_sweep_of_its_form(open_page):
    at = open_page("Train", part="new", preset="notebook", settings='{"model.width":16,"training.seed":3}')
    link = next(link for link in at.main.get("page_link") if link.proto.label == "Sweep these settings")
    carried = {name: values[0] for name, values in parse_qs(link.proto.query_string).items()}
    assert json.loads(carried["plan"]) == {"preset": "notebook", "settings": {"model.width": 16}}
    at = open_page("Sweeps", sweep=carried["sweep"], plan=carried["plan"])
    pills(at, "Network").set_value(["model.width"]).run()
    assert (labelled(at.number_input, "From").value, labelled(at.number_input, "To").value) == (8, 32)


def test_all_settings_are_drawn_and_a_brush_of_the_address_selects_runs(open_page, trained):
    sweep = trained(budget=9, halving={"factor": 3})
    at = open_page("Sweeps", sweep=sweep.id)
    best = sweep.ranking()[0]
    assert texts(at).count(f"#{best.number}: val") == 1
    message = chart(at)
    assert [axis["key"] for axis in message["axes"]] == [
        RATE, "model.width", "data.normalization", "result_0", "result_1", "result_2",
    ]  # fmt: skip
    assert message["paths"][-1]["id"] == best.number
    assert [value is None for value in message["paths"][0]["values"]] == [False] * 4 + [True] * 2

    rate = best.values[RATE]
    at = open_page("Sweeps", sweep=sweep.id, brush=f"{RATE}:{rate * 0.99:g}:{rate * 1.01:g}")
    assert "The one selected" in texts(at)
    assert chart(at)["brushes"] == {RATE: pytest.approx([rate * 0.99, rate * 1.01], rel=1e-4)}
    links = {link.proto.label: link.proto.query_string for link in at.main.get("page_link")}
    assert best.runs[0] in links["Its curve on Runs"]
    assert best.runs[0] in links["Errors"]
    assert "No configuration passes there." in texts(open_page("Sweeps", sweep=sweep.id, brush=f"{RATE}:5:6"))
    assert chart(open_page("Sweeps", sweep=sweep.id, brush="nonsense:1,x:nan:inf"))["brushes"] == {}


def test_what_is_worst_stands_where_it_is_and_only_what_guesses_at_the_foot(trained):
    sweep = trained(budget=3)
    scores = (0.4, 0.6, 0.7)
    for worst in scores[0], 0.1:
        trials = [
            trial.model_copy(update={"scores": {0: score}})
            for trial, score in zip(sweep.trials, (worst, *scores[1:]), strict=True)
        ]
        dimensions, of = sweep.dimensions(), sweep.model_copy(update={"trials": tuple(trials)})
        axes = create_axes(of, dimensions)
        assert axes[-1].low == pytest.approx(0.382 if worst == 0.4 else 0.594)
        shown = {path.id: path.values[-1] for path in create_paths(of, dimensions, axes, {})}
        assert shown[0] == pytest.approx(max(worst, axes[-1].low))


def test_numbers_of_the_table_are_numbers_and_of_the_axis_of_configurations_whole(open_page, trained):
    sweep = trained(budget=9, halving={"factor": 3})
    table = open_page("Sweeps", sweep=sweep.id, chart="runs").dataframe[0].value
    assert (
        table[["Learning rate", "Width", "Val accuracy after 1 epoch", "Val accuracy at the end"]]
        .map(lambda cell: isinstance(cell, int | float))
        .all(axis=None)
    )
    assert set(table["Normalisation"]) == {"half", "none"}
    assert table["Val accuracy after 1 epoch"].max() == pytest.approx(100 * max(t.scores[0] for t in sweep.trials))
    assert table["Val accuracy at the end"].count() == 1
    frame = best_frame(results_frame(sweep, sweep.dimensions(), {}))
    assert best_figure(frame).layout.xaxis.dtick == 1


@pytest.mark.parametrize(("name", "key"), [("one", "sweep_one"), ("two", "sweep_two"), ("best", "sweep_best")])
def test_every_chart_is_drawn_and_says_what_it_shows(open_page, trained, name, key):
    sweep = trained(budget=24)
    at = open_page("Sweeps", sweep=sweep.id, chart=name, across="model.width")
    assert key in drawn(at)
    if name == "one":
        assert "sweep_importance" in drawn(at)
        assert "by which settings the best quarter stands out" in texts(at)
    if name == "two":
        assert "where the ground is empty, no point is near" in texts(at)


def test_importance_is_not_told_of_a_sweep_that_learns(open_page, trained):
    at = open_page("Sweeps", sweep=trained(budget=24, sampler="tpe").id, chart="one")
    assert "sweep_importance" not in drawn(at)
    assert "would be measured by its own choices" in texts(at)


def test_the_best_are_trained_again_then_compared_then_test_is_read_once(open_page, sweeps, trained):
    sweep = trained(budget=9)
    at = open_page("Sweeps", sweep=sweep.id)
    assert "15 whole runs, about **" in texts(at)
    assert "Were all 9 equally good" not in texts(at)  # how many val images there are, no run tells
    press(at, "Train the best 3 again with 5 fresh seeds")
    assert "0 of 15 runs with fresh seeds are done." in at.get("progress")[0].proto.text
    Trainers(sweeps).finish(sweep.id)
    at = open_page("Sweeps", sweep=sweep.id)
    said = texts(at)
    winner = sweeps.get(sweep.id).promotion.winner
    assert f"**#{winner}** " in said
    assert "95 % interval" in said
    assert f"**Test, read once, for #{winner}: 60.0 %** (59.0 % to 61.0 %)" in said
    assert "Seeds move a run by" in said
    assert "Train the best 3 again with 5 fresh seeds" not in labels(at)
    hidden = texts(open_page("Sweeps", sweep=sweep.id, lock="parts:test"))
    assert "60.0 %" not in hidden


def test_stopped_it_goes_on_is_extended_or_promoted(open_page, sweeps):
    sweep = sweeps.advance(sweeps.start(create_plan(TREE)).id)
    Trainers(sweeps).train(sweeps.runs.list_runs()[0])
    sweeps.advance(sweep.id)
    at = open_page("Sweeps", sweep=sweep.id)
    assert "Train the best again with 5 fresh seeds" not in labels(at)
    press(at, "Stop")
    assert sweeps.get(sweep.id).state == "stopped"
    press(at, "Go on")
    assert sweeps.get(sweep.id).state == "running"
    more = labelled(at.number_input, "More runs").value
    labelled(at.number_input, "More runs").set_value(2000).run()
    press(at, "Try them")
    assert "budget 9 runs and 2000 runs more is not allowed; allowed: up to 2,000 runs" in at.toast[0].value
    labelled(at.number_input, "More runs").set_value(more).run()
    press(at, "Try them")
    assert sweeps.get(sweep.id).budget == Budget(num_runs=18)
    other = open_page("Sweeps", sweep=sweep.id)
    sweeps.extend(sweep.id, Budget(num_runs=1))
    press(other, "Try them")
    assert "was extended meanwhile, to 19 runs" in other.toast[0].value
    press(at, "Stop")
    press(at, "Train the best again with 5 fresh seeds")
    Trainers(sweeps).finish(sweep.id)
    assert sweeps.get(sweep.id).promotion.is_over
    assert len(sweeps.get(sweep.id).trials) == 9


def test_a_sweep_whose_process_died_has_a_button_that_takes_it_up(open_page, sweeps, monkeypatch):
    sweep = sweeps.advance(sweeps.start(create_plan(TREE)).id)
    assert "Take it up again" not in labels(open_page("Sweeps", sweep=sweep.id))
    started = []
    monkeypatch.setattr(SweepStore, "changed_at", lambda self, sweep_id: time.time() - 60)
    monkeypatch.setattr(SweepStore, "drive", lambda self, sweep_id: started.append(sweep_id))
    at = open_page("Sweeps", sweep=sweep.id)
    assert "has ended before its time; what is trained is kept" in at.warning[0].value
    press(at, "Take it up again")
    assert started == [sweep.id]
    with sweeps.driving(sweep.id):
        assert "Take it up again" not in labels(open_page("Sweeps", sweep=sweep.id))


def test_a_diverged_a_deleted_and_a_refused_configuration_are_each_said(open_page, sweeps, lab):
    sweep = sweeps.advance(sweeps.start(create_plan({**TREE, "budget": 3})).id)
    ids = [trial.runs[0] for trial in sweep.trials]
    change_status(lab.record(ids[0]).run_dir, status="diverged")
    change_status(lab.record(ids[2]).run_dir, status="completed", last_val_accuracy=0.5)
    change_status(lab.record(ids[1]).run_dir, status="stopped")
    lab.store.delete(ids[1])
    sweeps.advance(sweep.id)
    at = open_page("Sweeps", sweep=sweep.id, chart="runs")
    table = at.dataframe[0].value
    assert list(table["Status"]) == ["done", "diverged: counts as guessing", "its run was deleted"]
    paths = {path["id"]: path["tone"] for path in chart(open_page("Sweeps", sweep=sweep.id))["paths"]}
    assert paths == {0: "bad", 1: "bad", 2: ""}
    assert "Crosses diverged" in texts(open_page("Sweeps", sweep=sweep.id, chart="one"))
    lab.store.delete(ids[2])  # its result stays, but leads nowhere any more
    table = open_page("Sweeps", sweep=sweep.id, chart="runs").dataframe[0].value
    assert table["Status"].iloc[0] == "done, its run was deleted since"


def test_a_sweep_of_a_newer_release_can_be_looked_at_and_one_that_cannot_be_read_is_named(open_page, sweeps, trained):
    sweep = trained(budget=3)
    path = sweeps.runs.runs_dir / "sweeps" / sweep.id / "sweep.json"
    tree = json.loads(path.read_text()) | {"format": 99, "later": 1}
    path.write_text(json.dumps(tree))
    at = open_page("Sweeps", sweep=sweep.id)
    assert "a newer release wrote it" in at.warning[0].value
    assert not {"Stop", "Try them", "Train the best 3 again with 5 fresh seeds"} & set(labels(at))
    assert chart(at)["paths"]
    path.write_text(json.dumps(tree | {"plan": {"sampler": "later"}}))
    at = open_page("Sweeps", sweep=sweep.id)
    assert "cannot be shown: a newer release wrote it" in at.warning[0].value
    assert "Sweeps so far" in texts(at)
    assert f"Sweep '{sweep.id}' cannot be shown" in texts(at)
    assert "does not exist" in open_page("Sweeps", sweep="20260101-0000-none-0000").warning[0].value


def test_without_optuna_it_says_so_and_shows_what_there_is(open_page, trained, monkeypatch):
    sweep = trained(budget=24)

    def require():
        raise ConfigError("a sweep needs Optuna, which is not installed here; allowed: install it first")

    monkeypatch.setattr("dashboard.sweeps.starting.require_optuna", require)
    monkeypatch.setattr("cifar_core.sweeps.sampling.require_optuna", require)
    at = open_page("Sweeps")
    assert "needs Optuna" in at.warning[0].value
    assert labelled(at.button, "Start this sweep").disabled
    at = open_page("Sweeps", sweep=sweep.id, chart="one")
    assert "sweep_one" in drawn(at)
    assert "Importance is not told here: a sweep needs Optuna" in texts(at)
    assert labelled(at.button, "Train the best 3 again with 5 fresh seeds").disabled


@pytest.mark.parametrize("name", ["all", "one", "runs"])
def test_no_sweep_follows_what_its_record_says(open_page, sweeps, trained, name):
    sweep = trained(budget=3)
    trial = sweep.trials[0].model_copy(update={"refused": HOSTILE, "scores": {}})
    changes = {"message": HOSTILE, "state": "stopped", "trials": (trial, *sweep.trials[1:])}
    folder = sweeps.runs.runs_dir / "sweeps" / sweep.id
    (folder / "sweep.json").write_text(sweep.model_copy(update=changes).model_dump_json())
    (folder / "driver.log").write_text(HOSTILE)
    assert found_signs(open_page("Sweeps", sweep=sweep.id, chart=name)) == []


def test_the_sidebar_leads_from_a_run_of_a_sweep_to_the_sweep(open_page, sweeps, lab):
    sweep = sweeps.advance(sweeps.start(create_plan({**TREE, "budget": 1})).id)
    change_status(lab.record(sweep.trials[0].runs[0]).run_dir, status="running")
    at = open_page("Overview")
    (line,) = next(each["lines"] for each in component_messages(at) if isinstance(each, dict) and "lines" in each)
    assert line["address"] == f"Sweeps?sweep={sweep.id}"


def test_a_sweep_says_whose_it_is_and_asks_before_another_stops_it(open_page, sweeps):
    press(open_page("Sweeps", learner="Ada"), "Start this sweep")
    (sweep,) = sweeps.list_sweeps()
    assert sweep.owner == "Ada"
    at = open_page("Sweeps", sweep=sweep.id, learner="Ada")
    assert "Stop" in labels(at)
    at = open_page("Sweeps", sweep=sweep.id, learner="Bob")
    assert "by Ada" in texts(at)
    assert "This is the sweep of **Ada**." in texts(at)
    assert "Stop" not in labels(at)
    press(at, "Stop it all the same")
    assert sweeps.get(sweep.id).state == "stopped"


def test_of_two_seeds_no_interval_is_told_that_reaches_beyond_what_can_be(trained):
    sweep = trained(budget=3)
    few, some = (
        Fresh(sweep.trials[0], dict(enumerate(scores)), 0.4, -0.8, 1.2, 0.4) for scores in ((0.1, 0.7), (0.4,) * 3)
    )
    assert describe_interval(few) == ""
    assert describe_interval(some) == " (0.0 % to 100.0 %)"
    assert fresh_frame([few, some])["low"].isna().tolist() == [True, False]
    first, said, second, _ = fresh_rows([few, some])
    assert (first.heading, first.interval, second.interval) == (f"#{few.trial.number}", None, (0.0, 1.0))
    assert [dot.value for dot in first.dots] == [0.1, 0.7]
    assert (said.heading, [dot.value for dot in said.dots], said.look) == ("", [few.claimed], "hollow")

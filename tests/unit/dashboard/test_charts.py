"""Charts: what their tables hold, and that the figures draw just that."""

import numpy as np
import pandas as pd
import pytest

from cifar_core.evaluation.bands import fold_curves
from dashboard.compare import charts as compare_charts
from dashboard.components import Mark
from dashboard.drawing import bands, chart_style, curve_charts
from dashboard.drawing.colours import RIGHT, WRONG, YARDSTICK, colour_runs
from dashboard.explain import charts as explain_charts

EPOCHS = [
    {"epoch": 1, "step": 10, "val/accuracy": 0.4, "val/loss": 1.5},
    {"epoch": 2, "step": 20, "val/accuracy": 0.6, "val/loss": 1.1},
]
STEPS = [{"epoch": 1, "step": step, "train/accuracy": step / 40, "train/loss": 2.0 - step / 20} for step in (5, 10, 15)]


def test_curves_put_steps_within_epochs_and_val_at_their_ends():
    frame = curve_charts.curves_frame(EPOCHS, STEPS, steps_per_epoch=10)
    train, val = frame[frame["split"] == "train"], frame[frame["split"] == "val"]
    assert train["epoch"].tolist() == [0.5, 1.0, 1.5]
    assert train["accuracy"].tolist() == [0.125, 0.25, 0.375]
    assert val["epoch"].tolist() == [1, 2]
    assert val["loss"].tolist() == [1.5, 1.1]


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_curves_chart_draws_both_splits(quantity):
    frame = curve_charts.curves_frame(EPOCHS, STEPS, 10)
    points = curve_charts.curve_points(EPOCHS, STEPS, 10)
    chart = curve_charts.curves_chart(points, quantity, chart_style.CIFAR10_YARDSTICKS)
    assert [line.name for line in chart.lines] == ["train", "val"]
    for line in chart.lines:
        part = frame[frame["split"] == line.name]
        assert line.x == part["epoch"].tolist()
        assert line.y == part[quantity].tolist()
    assert bool(chart.levels) == chart.is_share == (quantity == "accuracy")
    assert chart.y_range[0] == 0
    assert chart.y_range[1] >= frame[quantity].max()


@pytest.mark.parametrize(
    ("best", "drawn"), [(0.05, [0.1]), (0.4, [0.1, 0.7365]), (0.8, [0.1, 0.7365, 0.952]), (0.97, [0.1, 0.7365, 0.952])]
)
def test_yardsticks_reach_one_above_the_best_value(best, drawn):
    points = curve_charts.curve_points([EPOCHS[0] | {"val/accuracy": best}], [], 10)
    chart = curve_charts.curves_chart(points, "accuracy", chart_style.CIFAR10_YARDSTICKS)
    assert [level.y for level in chart.levels] == drawn
    assert best < chart.y_range[1] <= 1.02


def test_a_burst_does_not_flatten_the_loss():
    steps = [{"step": step, "train/loss": 1.0 if step != 50 else 400.0} for step in range(1, 100)]
    chart = curve_charts.curves_chart(curve_charts.curve_points([], steps, 100), "loss")
    assert chart.y_range[1] < 10


def test_other_runs_lie_dotted_beneath_and_marks_are_kept():
    others = curve_charts.overlay_frame({"a": EPOCHS, "b": EPOCHS}, "val/loss")
    marks = [Mark(1.5, "rate x 0.5", "event")]
    chart = curve_charts.curves_chart(curve_charts.curve_points(EPOCHS, STEPS, 10), "loss", (), marks, others)
    assert [(line.name, line.is_dotted) for line in chart.lines] == [
        ("a", True),
        ("b", True),
        ("train", False),
        ("val", False),
    ]
    assert chart.lines[0].colour != chart.lines[1].colour
    assert chart.marks == marks


def test_many_epochs_are_drawn_without_dots():
    rows = [EPOCHS[0] | {"epoch": epoch} for epoch in range(1, 201)]
    few, many = (
        curve_charts.curves_chart(curve_charts.curve_points(part, [], 1), "loss") for part in (rows[:60], rows)
    )
    assert few.lines[1].has_points
    assert not many.lines[1].has_points


def test_steps_hold_what_was_measured_and_memory_in_gigabytes():
    rows = [
        {"step": 5, "learning_rate": 0.1, "gradient_norm": 2.0, "images_per_second": 900.0, "device_memory": 3e9},
        {"step": 10, "learning_rate": 0.05, "gradient_norm": 1.0, "images_per_second": 950.0, "device_memory": 4e9},
    ]
    points = curve_charts.step_points(rows, 10)
    assert points["epoch"] == [0.5, 1.0]
    assert points["device_memory"] == [3.0, 4.0]
    assert "device_utilization" not in points
    chart = curve_charts.step_chart(points, "learning_rate")
    assert list(chart.lines[0].y) == [0.1, 0.05]
    assert chart.y_range == (0.0, 0.1 * 1.08)
    assert curve_charts.step_points([], 10) == {"epoch": [], "step": []}


def test_each_class_has_a_line_with_its_name_at_the_end():
    frame = pd.DataFrame({"epoch": [1, 1, 2, 2], "class_name": ["a", "b"] * 2, "accuracy": [0.1, 0.2, 0.3, 0.456]})
    chart = curve_charts.class_accuracy_chart(frame)
    assert [(line.name, list(line.y), line.end_label) for line in chart.lines] == [
        ("a", [0.1, 0.3], "a 30 %"),
        ("b", [0.2, 0.456], "b 46 %"),
    ]


def test_the_practice_set_has_chance_for_its_only_yardstick():
    assert chart_style.yardsticks(is_practice=True) == (chart_style.CHANCE,)
    assert ("one human", 0.952) in chart_style.yardsticks(is_practice=False)


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_curves_of_a_run_without_a_number_are_an_empty_chart(quantity):
    chart = curve_charts.curves_chart(curve_charts.curve_points([], [], 0), quantity, chart_style.CIFAR10_YARDSTICKS)
    assert all(len(line.x) == 0 for line in chart.lines)
    assert chart.y_range[1] > 0


def fold(rows_by_run, curve):
    return {name: fold_curves([rows], curve) for name, rows in rows_by_run.items()}


def test_an_overlay_holds_each_run_and_skips_what_was_not_measured():
    rows = {"a": EPOCHS, "b": [{"epoch": 1, "val/accuracy": None}, {"epoch": 2, "val/accuracy": 0.5}], "c": []}
    frame = curve_charts.overlay_frame(rows, "val/accuracy")
    assert list(frame.itertuples(index=False, name=None)) == [("a", 1, 0.4), ("a", 2, 0.6), ("b", 2, 0.5)]
    drawn = [curve_charts.Drawn("b", "#222222"), curve_charts.Drawn("a", "#111111"), curve_charts.Drawn("c", "#333333")]
    chart = curve_charts.overlay_chart(fold(rows, "val/accuracy"), "val/accuracy", drawn, (chart_style.CHANCE,))
    assert [(line.name, line.y, line.colour) for line in chart.lines] == [
        ("b", [0.5], "#222222"),
        ("a", [0.4, 0.6], "#111111"),
    ]
    assert (chart.is_share, [level.y for level in chart.levels]) == (True, [0.1])


@pytest.mark.parametrize(
    ("curve", "unit", "title"), [("val/loss", "nats", "Val loss (nats)"), ("learning_rate", "", "Learning rate")]
)
def test_an_overlay_says_its_unit_and_holds_all_values(curve, unit, title):
    rows = {"a": [{"epoch": epoch, curve: 0.1 * epoch} for epoch in range(1, 5)]}
    chart = curve_charts.overlay_chart(
        fold(rows, curve), curve, [curve_charts.Drawn("a", "#111111")], (chart_style.CHANCE,)
    )
    assert (chart.unit, chart.y_title, chart.is_share, chart.levels) == (unit, title, False, ())
    assert 0.4 < chart.y_range[1] < 0.6


def test_the_baseline_is_dotted_and_the_chosen_run_thick():
    drawn = [curve_charts.Drawn("a", "#111111", is_baseline=True), curve_charts.Drawn("b", "#222222", is_chosen=True)]
    baseline, chosen = curve_charts.overlay_chart(fold({"a": EPOCHS, "b": EPOCHS}, "val/loss"), "val/loss", drawn).lines
    assert (baseline.is_dotted, chosen.is_dotted) == (True, False)
    assert chosen.width > baseline.width


def test_sisters_lie_beneath_and_in_view():
    high = [{"epoch": 1, "val/accuracy": 0.8}, {"epoch": 2, "val/accuracy": 0.9}]
    band = fold_curves([high, EPOCHS], "val/accuracy")
    points = curve_charts.curve_points(EPOCHS, STEPS, 10)
    chart = curve_charts.curves_chart(points, "accuracy", sisters=band, edges="mean")
    assert (chart.lines[0].name, chart.lines[0].is_dotted, chart.lines[0].low) == ("val, 2 other seeds", True, [])
    assert chart.y_range[1] > max(band.means)


@pytest.mark.parametrize("edges", ["range", "interval"])
def test_a_band_reaches_no_further_than_a_share_can(edges):
    rows = [[{"epoch": 1, "val/accuracy": value, "val/loss": 3 * value}] for value in (0.3, 0.9)]
    share = bands.band_line("a", fold_curves(rows, "val/accuracy"), "#111111", edges, is_share=True)
    assert (list(share.low), list(share.high)) == (([0.3], [0.9]) if edges == "range" else ([0.0], [1.0]))
    loss = bands.band_line("a", fold_curves(rows, "val/loss"), "#111111", edges, is_share=False)
    assert loss.low[0] >= 0
    assert edges == "range" or loss.high[0] > 3


def test_a_run_keeps_its_colour_while_others_come_and_go():
    runs = [f"run {place}" for place in range(20)]
    alone = colour_runs(runs, ["run 4"])["run 4"]
    among = colour_runs(runs, ["run 7", "run 4", "run 5"])
    assert among["run 4"] == alone
    assert colour_runs([*runs, "newest"], ["run 4", "newest"])["run 4"] == alone
    alike = colour_runs(runs, ["run 13", "run 4"])
    assert alike["run 4"] == alone != alike["run 13"], "no two that are drawn are alike"
    assert len(set(colour_runs(runs, runs[:9]).values())) == 9


@pytest.mark.parametrize(
    ("true_idx", "notes", "colours"),
    [
        (1, [("true", "predicted"), (), ()], [RIGHT, YARDSTICK, YARDSTICK]),
        (2, [("predicted",), ("true",), ()], [WRONG, RIGHT, YARDSTICK]),
        (None, [("predicted",), (), ()], [WRONG, YARDSTICK, YARDSTICK]),
    ],
)
def test_probabilities_say_in_words_which_class_is_true(true_idx, notes, colours):
    frame = explain_charts.probabilities_frame(np.array([0.1, 0.6, 0.3]), ["a", "b", "c"], true_idx)
    assert frame["class_name"].tolist() == ["b", "c", "a"]
    assert frame["probability"].is_monotonic_decreasing
    rows = explain_charts.probabilities_rows(np.array([0.1, 0.6, 0.3]), ["a", "b", "c"], true_idx)
    assert [row.name for row in rows] == ["b", "c", "a"]
    assert [row.notes for row in rows] == notes
    assert [row.bars[0].text for row in rows] == ["60.0 %", "30.0 %", "10.0 %"]
    assert [row.bars[0].colour for row in rows] == colours


def test_two_networks_have_a_bar_each_for_every_class():
    frame = compare_charts.probabilities_frame(np.array([0.1, 0.9]), np.array([0.3, 0.7]), ["a", "b"], 1)
    rows = compare_charts.probabilities_rows(frame)
    assert [(row.name, row.notes) for row in rows] == [("a", ()), ("b", ("true",))]
    assert [[bar.text for bar in row.bars] for row in rows] == [["10.0 %", "30.0 %"], ["90.0 %", "70.0 %"]]
    assert [bar.colour for bar in rows[0].bars] == list(compare_charts.RUN_COLOURS.values())


@pytest.mark.parametrize(("num_epochs", "step"), [(2, 1), (10, 1), (12, 1), (13, 2), (30, 5), (200, 20), (1000, 100)])
def test_ticks_stand_at_whole_epochs(num_epochs, step):
    epochs = np.arange(1, num_epochs + 1)
    figure = curve_charts.track_figure(epochs, epochs / num_epochs, epochs > 1)
    assert figure.layout.xaxis.dtick == step

"""Charts: what their tables hold, and that the figures draw just that."""

import numpy as np
import pandas as pd
import pytest

from dashboard import charts, curve_charts

EPOCHS = [
    {"epoch": 1, "step": 10, "val/accuracy": 0.4, "val/loss": 1.5},
    {"epoch": 2, "step": 20, "val/accuracy": 0.6, "val/loss": 1.1},
]
STEPS = [{"epoch": 1, "step": step, "train/accuracy": step / 40, "train/loss": 2.0 - step / 20} for step in (5, 10, 15)]


def levels(figure):
    return sorted(shape.y0 for shape in figure.layout.shapes)


def test_curves_put_steps_within_epochs_and_val_at_their_ends():
    frame = curve_charts.curves_frame(EPOCHS, STEPS, steps_per_epoch=10)
    train, val = frame[frame["split"] == "train"], frame[frame["split"] == "val"]
    assert train["epoch"].tolist() == [0.5, 1.0, 1.5]
    assert train["accuracy"].tolist() == [0.125, 0.25, 0.375]
    assert val["epoch"].tolist() == [1, 2]
    assert val["loss"].tolist() == [1.5, 1.1]


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_curves_figure_draws_both_splits(quantity):
    frame = curve_charts.curves_frame(EPOCHS, STEPS, 10)
    figure = curve_charts.curves_figure(frame, quantity, charts.CIFAR10_YARDSTICKS)
    assert [trace.name for trace in figure.data] == ["train", "val"]
    for trace in figure.data:
        part = frame[frame["split"] == trace.name]
        assert list(trace.y) == part[quantity].tolist()
    assert bool(figure.layout.shapes) == (quantity == "accuracy")


@pytest.mark.parametrize(
    ("best", "drawn"), [(0.05, [0.1]), (0.4, [0.1, 0.7365]), (0.8, [0.1, 0.7365, 0.952]), (0.97, [0.1, 0.7365, 0.952])]
)
def test_yardsticks_reach_one_above_the_best_value(best, drawn):
    frame = curve_charts.curves_frame([EPOCHS[0] | {"val/accuracy": best}], [], 10)
    figure = curve_charts.curves_figure(frame, "accuracy", charts.CIFAR10_YARDSTICKS)
    assert levels(figure) == drawn
    assert best < figure.layout.yaxis.range[1] <= 1.02


def test_the_practice_set_has_chance_for_its_only_yardstick():
    assert charts.yardsticks(is_practice=True) == (charts.CHANCE,)
    assert ("one human", 0.952) in charts.yardsticks(is_practice=False)


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_curves_of_a_run_without_a_number_are_an_empty_chart(quantity):
    figure = curve_charts.curves_figure(curve_charts.curves_frame([], [], 0), quantity, charts.CIFAR10_YARDSTICKS)
    assert all(len(trace.x) == 0 for trace in figure.data)


def test_an_overlay_holds_each_run_and_skips_what_was_not_measured():
    rows = {"a": EPOCHS, "b": [{"epoch": 1, "val/accuracy": None}, {"epoch": 2, "val/accuracy": 0.5}], "c": []}
    frame = curve_charts.overlay_frame(rows, "val/accuracy")
    assert list(frame.itertuples(index=False, name=None)) == [("a", 1, 0.4), ("a", 2, 0.6), ("b", 2, 0.5)]
    figure = curve_charts.overlay_figure(frame, "val/accuracy", (charts.CHANCE,))
    assert {trace.name: list(trace.y) for trace in figure.data} == {"a": [0.4, 0.6], "b": [0.5]}
    assert levels(figure) == [0.1]
    assert not curve_charts.overlay_figure(curve_charts.overlay_frame(rows, "val/loss"), "val/loss").layout.shapes


@pytest.mark.parametrize(
    ("true_idx", "labels"),
    [(1, ["b (true, predicted)", "c", "a"]), (2, ["b (predicted)", "c (true)", "a"])],
)
def test_probabilities_say_in_words_which_class_is_true(true_idx, labels):
    frame = charts.probabilities_frame(np.array([0.1, 0.6, 0.3]), ["a", "b", "c"], true_idx)
    assert frame["class_name"].tolist() == ["b", "c", "a"]
    assert frame["probability"].is_monotonic_decreasing
    figure = charts.probabilities_figure(frame)
    assert list(figure.data[0].y) == labels
    assert list(figure.data[0].text) == ["60.0 %", "30.0 %", "10.0 %"]


def test_per_class_figure_draws_precision_beside_recall():
    frame = pd.DataFrame({"class_name": ["a", "b"], "precision": [0.5, 0.25], "recall": [1.0, 0.75]})
    drawn = {trace.name: list(trace.y) for trace in charts.per_class_figure(frame).data}
    assert drawn == {"precision": [0.5, 0.25], "recall": [1.0, 0.75]}

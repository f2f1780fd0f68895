"""Charts of the dataset: what their tables hold, and that the figures draw just that."""

import numpy as np
import pytest

from dashboard.drawing import data_charts


def test_pixel_values_integrate_to_one_before_and_after_normalisation():
    pixels = np.random.default_rng(0).random((20, 3, 32, 32)).astype(np.float32)
    frame = data_charts.pixel_values_frame(pixels, (0.5, 0.4, 0.3), (0.25, 0.2, 0.1))
    for (_, _), part in frame.groupby(["colour", "stage"]):
        width = part["value"].iloc[1] - part["value"].iloc[0]
        assert (part["density"] * width).sum() == pytest.approx(1, abs=1e-6)
    blue = frame[(frame["colour"] == "blue") & (frame["stage"] == "after")]
    assert blue["value"].min() == pytest.approx(-3, abs=0.1)
    assert blue["value"].max() == pytest.approx(7, abs=0.1)
    figure = data_charts.pixel_values_figure(frame)
    assert len(figure.data) == 6
    assert sum(trace.showlegend for trace in figure.data) == 3


def test_histograms_are_shares_of_each_colour():
    counts = np.zeros((3, 256), np.int64)
    counts[0, 10], counts[0, 20], counts[1, 0] = 3, 1, 7
    frame = data_charts.histogram_frame(counts)
    red = frame[frame["colour"] == "red"].set_index("value")["share"]
    assert (red[10], red[20]) == (0.75, 0.25)
    assert frame[frame["colour"] == "blue"]["share"].sum() == 0
    assert [trace.name for trace in data_charts.histogram_figure(frame).data] == ["red", "green", "blue"]


def test_a_distribution_has_shares_of_each_class():
    values, labels = np.array([0.0, 0.1, 1.0, 1.0]), np.array([0, 0, 1, 1])
    frame = data_charts.density_frame(values, labels, ["cat", "dog", "frog"])
    totals = frame.groupby("class_name")["share"].sum()
    assert totals.to_dict() == {"cat": 1, "dog": 1, "frog": 0}
    dog = frame[frame["class_name"] == "dog"]
    assert dog["share"].iloc[-1] == 1
    assert [trace.name for trace in data_charts.density_figure(frame, "Brightness").data] == ["cat", "dog", "frog"]

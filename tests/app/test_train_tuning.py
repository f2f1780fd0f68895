"""python -m pytest tests/app/test_train_tuning.py. The range test and the speed probe on Train."""

import json

import numpy as np
import pandas as pd
import pytest

from cifar_core.derived import Request
from dashboard.train.tuning import describe_no_fall
from tests.app.driving import labels, press, widget
from tests.app.reading import labelled, texts


def charts(at):
    return [chart.proto.id.split("-")[-1] for chart in at.get("plotly_chart")]


def figure(at, key):
    chart = next(chart for chart in at.get("plotly_chart") if chart.proto.id.endswith(key))
    return json.loads(chart.proto.spec)


@pytest.fixture
def derived(monkeypatch):
    """What a worker would have found, without one."""
    known = {
        "range_test": {
            "learning_rates": np.geomspace(1e-6, 1, 30),
            "losses": np.linspace(2.3, 1.5, 30),
            "smoothed": np.linspace(2.3, 1.5, 30),
            "suggested": np.array([0.0123]),
            "is_burst": np.array([False]),
        },
        "probe": {"images_per_second": np.array([1000.0]), "epoch_seconds": np.array([95.0])},
    }
    asked = []

    def find(dataset, kind, what, options):
        asked.append(Request(kind, dataset.fingerprint, options))
        return known[kind]

    monkeypatch.setattr("dashboard.train.tuning.find_derived", find)
    return asked


def test_a_learning_rate_is_found_when_asked_for_and_taken_over(open_page, derived):
    at = open_page("Train")
    assert "range_test" not in charts(at)
    press(at, "Find it")
    assert figure(at, "range_test")["layout"]["xaxis"]["type"] == "log"
    press(at, "Use 0.0123")
    assert widget(at, "optimizer.learning_rate").value == 0.0123


def test_the_range_test_is_asked_again_only_when_its_curve_would_differ(open_page, derived):
    at = open_page("Train")
    press(at, "Find it")
    widget(at, "optimizer.learning_rate").set_value(0.5).run()
    assert "range_test" in charts(at)
    assert len({request.key for request in derived}) == 1
    widget(at, "training.batch_size").set_value(32).run()
    assert "Find it" in labels(at)


def test_the_time_of_an_epoch_is_estimated(open_page, derived):
    at = open_page("Train")
    press(at, "Estimate the time of an epoch")
    assert "About **1 min 35 s** an epoch here, 15 min 50 s in all (1,000 images a second)." in texts(at)


def test_the_time_of_an_epoch_is_not_estimated_beside_a_training(open_page, derived, lab):
    lab.run()
    at = open_page("Train", part="new")
    button = labelled(at.button, "Estimate the time of an epoch")
    assert button.disabled
    assert button.proto.help == "Beside a training this would tell nothing."
    assert not labelled(at.button, "Find it").disabled


@pytest.mark.parametrize(
    ("num_steps", "is_burst", "expected"),
    [
        (30, False, "The loss fell at no rate from 1e-06 to 1, in 30 steps"),
        (5, True, "From 1e-06 on the loss did not fall before it burst at 1. Higher rates burst, too"),
        (0, True, "no number from the first step on"),
    ],
)
def test_a_test_without_a_fall_says_of_which_rates(num_steps, is_burst, expected):
    frame = pd.DataFrame({"learning_rate": np.geomspace(1e-6, 1, num_steps), "loss": 2.3, "smoothed": 2.3})
    assert expected in describe_no_fall(frame, is_burst)

"""What the charts of Errors draw."""

import numpy as np
import pandas as pd
import pytest

from cifar_core.evaluation import per_class_frame
from cifar_core.evaluation.calibration import coverage_frame, reliability_frame
from cifar_core.evaluation.ranking import precision_recall_frame, roc_frame
from dashboard.drawing.curve_charts import track_figure
from dashboard.errors import charts
from tests.unit.predictions_helpers import make_predictions

NAMES = tuple(f"class {number}" for number in range(10))


@pytest.fixture(scope="module")
def predictions():
    return make_predictions(bias=2.0)


def test_classes_are_drawn_with_their_intervals(predictions):
    frame = per_class_frame(predictions, NAMES)
    for trace in charts.per_class_figure(frame).data:
        np.testing.assert_allclose(trace.y, 100 * frame[trace.name])
        np.testing.assert_allclose(np.array(trace.y) + trace.error_y.array, 100 * frame[f"{trace.name}_high"])
        np.testing.assert_allclose(np.array(trace.y) - trace.error_y.arrayminus, 100 * frame[f"{trace.name}_low"])


@pytest.mark.parametrize(("curve", "extra"), [(roc_frame, 1), (precision_recall_frame, 0)])
def test_each_class_has_its_curve_and_roc_a_line_of_guessing(predictions, curve, extra):
    frame = curve(predictions, NAMES)
    figure = charts.ranking_figure(frame, NAMES)
    assert [trace.name for trace in figure.data][:10] == list(NAMES)
    assert len(figure.data) == 10 + extra
    assert len(figure.data[3].x) == (frame["class_name"] == NAMES[3]).sum()


def test_bars_of_the_reliability_diagram_stand_on_their_bins(predictions):
    frame = reliability_frame(predictions)
    accuracy, confidence, diagonal, counts = charts.reliability_figure(frame).data
    np.testing.assert_allclose(np.array(accuracy.x) - np.array(accuracy.width) / 2, 100 * frame["low"], atol=1e-9)
    np.testing.assert_allclose(accuracy.y, 100 * frame["accuracy"])
    np.testing.assert_allclose(confidence.y, 100 * frame["confidence"])
    assert list(diagonal.x) == list(diagonal.y) == [0, 100]
    assert sum(counts.y) == predictions.num_images


def test_coverage_ends_at_the_accuracy(predictions):
    frame = coverage_frame(predictions)
    (trace,) = charts.coverage_figure(frame).data
    assert (trace.x[-1], trace.y[-1]) == (100, pytest.approx(100 * (predictions.preds == predictions.targets).mean()))


def test_a_track_tells_right_from_wrong():
    probs, is_right = np.array([0.1, 0.6, 0.3]), np.array([False, True, False])
    line, right, wrong = track_figure(np.array([1, 2, 3]), probs, is_right).data
    assert list(line.y) == (100 * probs).tolist()
    assert (list(right.x), list(wrong.x)) == ([2], [1, 3])
    assert right.marker.symbol != wrong.marker.symbol


def test_learning_and_forgetting():
    frame = pd.DataFrame({"epoch": [1, 2], "ever_right": [0.5, 0.8], "right": [0.5, 0.6]})
    drawn = {trace.name: list(trace.y) for trace in charts.learning_figure(frame).data}
    assert drawn == {"right at least once": [50, 80], "right": [50, 60]}
    (bars,) = charts.forgetting_figure(pd.DataFrame({"forgettings": [0, 2, 2, 0, 0]})).data
    assert list(bars.y) == [3, 0, 2]


def test_an_accuracy_of_the_score_card_is_a_dot_with_its_interval():
    columns = ["what", "of", "value", "low", "high"]
    frame = pd.DataFrame([("test", "test", 0.6, 0.58, 0.62), ("val", "val", 0.7, 0.65, 0.75)], columns=columns)
    first, second = charts.share_rows(frame)
    assert (first.name, first.interval, first.mean) == ("test", (0.58, 0.62), None)
    assert first.dots[0].words == "test: 60.0 %, interval 58.0 % to 62.0 %"
    assert first.colour != second.colour

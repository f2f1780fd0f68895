"""python -m pytest tests/unit/evaluation/test_bands.py."""

import math

import pytest
from scipy import stats

from cifar_core.evaluation.bands import bands_frame, fold_curves
from cifar_core.evaluation.intervals import mean_interval


def rows(*values):
    return [{"epoch": epoch, "val/accuracy": value} for epoch, value in enumerate(values, start=1)]


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_interval_of_a_mean_is_students(confidence):
    values = [0.61, 0.64, 0.6, 0.66]
    expected = stats.t.interval(confidence, 3, loc=sum(values) / 4, scale=stats.sem(values))
    assert mean_interval(values, confidence) == pytest.approx(expected)
    assert all(map(math.isnan, mean_interval([0.6])))
    with pytest.raises(ValueError, match=r"confidence 1; allowed: above 0 and below 1"):
        mean_interval(values, 1)


def test_a_band_holds_the_epochs_that_all_runs_have():
    band = fold_curves([rows(0.1, 0.2), rows(0.3, 0.4, 0.9), rows(0.2, 0.3)], "val/accuracy")
    assert (band.num_runs, band.epochs) == (3, [1, 2])
    assert band.means == pytest.approx([0.2, 0.3])
    assert (band.lowest, band.highest) == ([0.1, 0.2], [0.3, 0.4])
    half = stats.t.ppf(0.975, 2) * 0.1 / math.sqrt(3)
    assert band.upper == pytest.approx([0.2 + half, 0.3 + half])
    assert band.lower == pytest.approx([0.2 - half, 0.3 - half])


def test_a_value_that_is_missing_or_no_number_leaves_its_epoch_out():
    band = fold_curves([rows(0.1, None, 0.3, 0.4), rows(0.1, 0.2, math.nan, 0.4)], "val/accuracy")
    assert band.epochs == [1, 4]
    assert fold_curves([], "val/accuracy").epochs == []


def test_a_single_run_is_its_own_mean_and_has_no_interval():
    band = fold_curves([rows(0.1, 0.2)], "val/accuracy")
    assert band.means == band.lowest == band.highest == [0.1, 0.2]
    assert all(map(math.isnan, band.lower))


def test_bands_are_a_table():
    frame = bands_frame({"A": fold_curves([rows(0.1), rows(0.3)], "val/accuracy"), "B": fold_curves([], "x")})
    assert frame[["group", "epoch", "mean", "num_runs"]].to_numpy().tolist() == [["A", 1, 0.2, 2]]

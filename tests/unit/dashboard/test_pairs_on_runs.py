"""Two runs side by side on Runs: what their numbers say, and by how much they differ."""

import pytest

from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStatus, RunSummary, compare_runs
from cifar_core.runs.difference import Result
from dashboard.runs.pair_view import _write_result, difference_rows, introduce


@pytest.mark.parametrize(
    ("quantity", "first", "second", "written"),
    [
        ("seconds", 30.0, 64.0, ("30 s", "1 min 4 s", "\N{MINUS SIGN}34 s")),
        ("seconds", 64.4, 30.0, ("1 min 4 s", "30 s", "+34 s")),
        ("seconds", 30.0, 30.3, ("30 s", "30 s", "")),
        ("seconds", 30.0, None, ("30 s", "\N{EN DASH}", "")),
        ("epochs", 3, 5, ("3 epochs", "5 epochs", "\N{MINUS SIGN}2 epochs")),
        ("best_val", 0.489, 0.5, ("48.9 %", "50.0 %", "\N{MINUS SIGN}1.1 points")),
    ],
)
def test_a_difference_has_its_sign(quantity, first, second, written):
    assert _write_result(Result(quantity, first, second), is_comparable=True) == written


def create_run(run_id, changes, **status):
    numbers = {"best_val_accuracy": 0.8, "last_val_accuracy": 0.8, "test_accuracy_best": 0.7} | status
    return RunSummary(
        run_id=run_id,
        config=with_overrides(RunConfig(), changes),
        data_source="cifar10",
        status=RunStatus(status="completed", **numbers),
    )


def test_of_runs_that_hold_out_other_images_val_has_no_difference_and_test_has():
    first = create_run("20260101-0000-calm-otter", {}, test_accuracy_best=0.75)
    second = create_run("20260101-0001-calm-ibex", {"data.val_fraction": 0.02}, best_val_accuracy=0.9)
    difference = compare_runs(first, second)
    assert "They hold out other images" in introduce(first, second, difference)
    last_cells = {what: apart for what, _, _, apart in difference_rows(difference)}
    assert last_cells["Val accuracy, best epoch"] == last_cells["Val accuracy, last epoch"] == ""
    assert last_cells["Test accuracy, best val epoch"] == "+5.0 points"

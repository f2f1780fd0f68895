"""Two runs against each other."""

import pytest

from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStatus, RunSummary, compare_runs, differing_settings


def create_summary(changes=(), source="cifar10", unknown=(), **status):
    config = with_overrides(RunConfig(), dict(changes))
    return RunSummary(
        run_id="x", config=config, data_source=source, unknown_settings=unknown, status=RunStatus(**status)
    )


def test_settings_that_differ_and_results_with_how_much_more_the_first_has():
    first = create_summary({"optimizer.learning_rate": 0.5}, best_val_accuracy=0.8, seconds=60, epoch=10)
    second = create_summary(best_val_accuracy=0.75, test_accuracy_best=0.7, seconds=90, epoch=10)
    difference = compare_runs(first, second)
    default = RunConfig().optimizer.learning_rate
    assert difference.settings == {"optimizer.learning_rate": (0.5, default)}
    assert abs(difference.result("best_val").difference - 0.05) < 1e-12
    assert difference.result("seconds").difference == -30
    assert difference.result("epochs").difference == 0
    test = difference.result("test")
    assert (test.first, test.second, test.difference) == (None, 0.7, None)
    assert difference.is_same_data


def test_a_setting_of_one_network_alone_has_no_value_in_the_other():
    difference = compare_runs(create_summary({"model.name": "mlp"}), create_summary())
    assert difference.settings["model.name"][0] == "mlp"
    assert any(second is None for _, second in difference.settings.values()) or any(
        first is None for first, _ in difference.settings.values()
    )


def test_equal_runs_differ_in_nothing_and_other_data_is_said():
    difference = compare_runs(create_summary(), create_summary(source="practice"))
    assert not difference.settings
    assert not difference.is_same_data


@pytest.mark.parametrize("change", [{"data.val_fraction": 0.02}, {"data.split_seed": 1}])
def test_runs_that_hold_out_other_images_are_not_told_apart_on_val(change):
    difference = compare_runs(create_summary(), create_summary(change))
    assert (difference.is_same_data, difference.is_same_val) == (True, False)
    same = compare_runs(create_summary(change), create_summary(change | {"training.seed": 1}))
    assert same.is_same_val
    assert not compare_runs(create_summary(), create_summary(source="practice")).is_same_val


def test_what_is_not_known_of_a_run_is_no_value():
    known = create_summary({"optimizer.learning_rate": 0.5})
    strange = create_summary(unknown=("optimizer.name = 'lion'",))
    settings = compare_runs(known, strange).settings
    assert settings["optimizer.learning_rate"] == (0.5, None)


def test_an_unreadable_run_has_no_settings():
    broken = RunSummary(run_id="broken", status=RunStatus(status="failed"))
    assert all(second is None for _, second in compare_runs(create_summary(), broken).settings.values())


def create_imported(changes=(), **status):
    return create_summary(changes, **status).model_copy(update={"imported_from": "theirs.onnx"})


def test_beside_an_imported_run_networks_alone_are_held_against_each_other():
    own = create_summary({"optimizer.learning_rate": 0.5, "model.width": 8}, epoch=4, last_val_accuracy=0.5)
    difference = compare_runs(create_imported(epoch=1, last_val_accuracy=0.6), own)
    assert list(difference.settings) == ["model.width"]
    assert difference.result("epochs").first is difference.result("last_val").first is None
    assert difference.result("epochs").second == 4


def test_what_tells_runs_apart_is_not_that_one_was_imported():
    runs = [create_summary(), create_imported()]
    assert differing_settings(runs) == []
    assert differing_settings([*runs, create_imported({"model.width": 8})]) == ["model.width"]
    assert differing_settings([*runs, create_summary({"data.val_fraction": 0.2})]) == ["data.val_fraction"]

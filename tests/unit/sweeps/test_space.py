"""python -m pytest tests/unit/sweeps/test_space.py. What may be searched, and how it is refused."""

import pytest

from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.sweeps import is_searched, read_budget, read_space
from cifar_core.sweeps.plan import Budget, PlanError, create_plan, read_plan

BASE = PRESETS["notebook"].config
WHOLE = """
name: rate
settings: {training.num_epochs: 9}
search:
  optimizer.learning_rate: log:1e-4:1
  model.width: [8, 16]
budget: 27
halving: {factor: 3}
"""


def one(path, value):
    (dimension,) = read_space(BASE, {path: value})
    return dimension


@pytest.mark.parametrize(
    ("path", "value", "kind", "is_log", "ends"),
    [
        ("optimizer.learning_rate", "log:1e-4:1", "float", True, (1e-4, 1.0)),
        ("optimizer.learning_rate", "1e-4:1", "float", True, (1e-4, 1.0)),  # the field says so
        ("optimizer.learning_rate", "lin:1e-4:1", "float", False, (1e-4, 1.0)),
        ("optimizer.weight_decay", "0:0.01", "float", False, (0.0, 0.01)),  # no factor leads from 0
        ("model.dropout", "0:0.5", "float", False, (0.0, 0.5)),
        ("training.batch_size", "int:32:512", "int", False, (32, 512)),
        ("training.batch_size", "32:512", "int", True, (32, 512)),
        ("model.width", "16,32,64", "choice", False, (16, 32, 64)),
        ("model.width", [16, 32], "choice", False, (16, 32)),
        ("model.batch_norm", "true,false", "choice", False, (True, False)),
        ("data.normalization", "none,half", "choice", False, ("none", "half")),
    ],
)
def test_a_line_says_what_is_searched(path, value, kind, is_log, ends):
    dimension = one(path, value)
    assert (dimension.kind, dimension.is_log, dimension.ends) == (kind, is_log, ends)
    assert path in dimension.describe()


def test_whole_numbers_keep_to_the_steps_of_their_field():
    (depth,) = read_space(with_overrides(BASE, {"model.name": "resnet"}), {"model.depth": "8:33"})
    assert (depth.step, depth.ends) == (6, (8, 32))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("optimizer.learning_rate", "log:1e-4:100", ["optimizer.learning_rate = 100", "more than 0, at most 10"]),
        ("optimizer.learning_rate", "log:0:1", ["optimizer.learning_rate = 'log:0:1'", "above 0"]),
        ("optimizer.learning_rate", "1:0.1", ["optimizer.learning_rate = '1:0.1'", "below the high"]),
        ("optimizer.learning_rate", "log:a:1", ["optimizer.learning_rate", "'a' is no number"]),
        ("optimizer.learning_rate", "log:1:2:3", ["optimizer.learning_rate", "low:high"]),
        ("optimizer.learning_rate", "0.1:nan", ["optimizer.learning_rate", "allowed"]),
        ("optimizer.learning_rate", "0.1:inf", ["optimizer.learning_rate", "allowed"]),
        ("training.batch_size", "32:99.5", ["training.batch_size", "whole numbers"]),
        ("training.batch_size", "1:64", ["training.batch_size = 1", "at least 2"]),
        ("model.width", "16", ["model.width", "two or more different values"]),
        ("model.width", [], ["model.width = [] is not allowed", "two or more different values"]),
        ("model.width", "16,16", ["model.width", "two or more different values"]),
        ("model.width", "16,wide", ["model.width = 'wide'", "a whole number"]),
        ("model.depth", "8,20", ["model.depth", "no such setting"]),
        ("magic.depth", "8,20", ["magic.depth", "no such setting"]),
        ("model.name", "vgg,lenet", ["model.name = 'lenet'", "vgg"]),
        ("training.seed", "0,1", ["training.seed", "the sweep's own seeds"]),
        ("training.evaluate_test", "true,false", ["training.evaluate_test", "reads test"]),
        ("data.split_seed", "0,1", ["data.split_seed", "same val images"]),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(path, value, words):
    with pytest.raises(ConfigError) as error:
        read_space(BASE, {path: value})
    for word in words:
        assert word in str(error.value).splitlines()[0]


def test_settings_that_only_some_kinds_have_are_refused_before_anything_is_trained():
    with pytest.raises(ConfigError, match=r"optimizer\.momentum: no such setting of optimizer adam"):
        read_space(BASE, {"optimizer.name": "sgd,adam", "optimizer.momentum": "0.1:0.9"})
    found = read_space(BASE, {"optimizer.name": "sgd,adam", "optimizer.learning_rate": "1e-4:0.1"})
    assert found[0].choices == ("sgd", "adam")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("model.width", "16", False),
        ("model.width", "16,32", True),
        ("optimizer.learning_rate", "1e-4:1", True),
        ("training.device", "cuda:1", False),
        ("model.blocks", '[{"kind":"conv"},{"kind":"pool"}]', False),
    ],
)
def test_one_value_is_a_setting_and_several_are_a_search(path, text, expected):
    assert is_searched(path, text, BASE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20", Budget(num_runs=20)),
        ("20 runs", Budget(num_runs=20)),
        ("30 min", Budget(minutes=30)),
        ("1.5min", Budget(minutes=1.5)),
    ],
)
def test_a_budget_is_of_runs_or_of_minutes(text, expected):
    assert read_budget(text) == expected
    assert read_budget(str(expected)) == expected


@pytest.mark.parametrize("text", ["", "0", "-3", "many", "2.5", "2001", "30 h", "0 min"])
def test_no_other_budget_is_allowed(text):
    with pytest.raises(ConfigError, match=r"budget = .* is not allowed; allowed: up to 2000 runs, or minutes"):
        read_budget(text)


def test_a_plan_is_read_from_a_file(tmp_path):
    (tmp_path / "a.yaml").write_text(WHOLE)
    plan = read_plan(tmp_path / "a.yaml")
    assert plan.halving.rungs(plan.base().training.num_epochs) == (1, 3, 9)
    assert (plan.budget, plan.sampler, plan.base().training.evaluate_test) == (
        Budget(num_runs=27),
        "quasi-random",
        False,
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("budget: 27", "budget: 30 min", "budget = 30 min is not allowed with halving"),
        ("budget: 27", "", "budget is missing"),
        ("factor: 3", "factor: 1", "halving.factor = 1 is not allowed"),
        ("factor: 3", "first_epochs: 9", "halving.first_epochs = 9 is not allowed; allowed: fewer than the 9"),
        ("model.width: [8, 16]", "training.num_epochs: 1:9", "searched as well"),
        (
            "model.width: [8, 16]",
            "model.width: [8, 1000]",
            "model.width = 1000 is not allowed; allowed: a whole",
        ),
        ("name: rate", "name: My Sweep", "name = 'My Sweep' is not allowed; allowed: lower-case letters, digits, and"),
        ("name: rate", "sampler: grid", "sampler = 'grid' is not allowed"),
        ("name: rate", "magic: 1", "magic: no such field; allowed: name, preset"),
        ("name: rate", "preset: lenet", "preset = 'lenet' is not allowed; allowed: notebook"),
        ("{training.num_epochs: 9}", "{training.num_epochs: 0}", "training.num_epochs = 0 is not allowed"),
        (WHOLE, "- 1", "list instead of fields"),
        (WHOLE, "a: [", "not YAML"),
    ],
)
def test_a_bad_plan_is_one_line_with_file_field_and_value(tmp_path, old, new, words):
    (tmp_path / "a.yaml").write_text(WHOLE.replace(old, new))
    with pytest.raises(PlanError, match=r"^a\.yaml") as error:
        read_plan(tmp_path / "a.yaml")
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_no_file_is_named(tmp_path):
    with pytest.raises(PlanError, match=r"none\.yaml cannot be read"):
        read_plan(tmp_path / "none.yaml")
    with pytest.raises(PlanError, match=r"^search = \{\} is not allowed: "):
        create_plan({"search": {}, "budget": 3}, "")

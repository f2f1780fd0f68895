"""Which runs are listed, in which order, and what their lines are sent as."""

from cifar_core.runs import RunStatus, RunSummary
from dashboard.components.run_table import Column, RunGroup, RunRow, Spark, encode_table
from dashboard.drawing.words import names_apart, points
from dashboard.runs.facts import FIRST, Fact
from dashboard.runs.listing import Wish, group_runs, next_sort, sort_runs


def create_run(name, **parts):
    status = RunStatus(status=parts.pop("status", "completed"), best_val_accuracy=parts.pop("best", None))
    return RunSummary(run_id=f"20260101-0000-{name}-owl", name=parts.pop("title", name), status=status, **parts)


def test_runs_without_a_value_come_last_whichever_way():
    runs = [create_run("a", best=0.5), create_run("b"), create_run("c", best=0.7), create_run("d", best=0.5)]
    names = [[run.name for run in sort_runs(runs, sort, FIRST)] for sort in ("-best_val", "best_val", "", "nonsense")]
    assert names == [["c", "a", "d", "b"], ["a", "d", "c", "b"], ["a", "b", "c", "d"], ["a", "b", "c", "d"]]


def test_a_column_sorts_the_best_first_then_the_other_way_then_no_more():
    assert next_sort("", "best_val", FIRST) == "-best_val"
    assert next_sort("-best_val", "best_val", FIRST) == "best_val"
    assert next_sort("best_val", "best_val", FIRST) == ""
    assert next_sort("-best_val", "name", FIRST) == "name"


def test_numbers_are_grouped_as_numbers():
    values = {"a": 10, "b": 9, "c": None, "d": 9, "e": "none"}
    fact = Fact("x", "", lambda run: values[run.name])
    groups = group_runs([create_run(name) for name in values], fact)
    assert [(value, [run.name for run in runs]) for value, runs in groups] == [
        (9, ["b", "d"]),
        (10, ["a"]),
        ("none", ["e"]),
        (None, ["c"]),
    ]


def test_all_filters_have_to_hold():
    run = create_run("hare", title="Fast HARE", note="with dropout", data_source="cifar10")
    assert Wish().has(run)
    assert Wish(find="fast hare").has(run)
    assert Wish(find="DROPOUT", states=["completed"], sources=["cifar10"]).has(run)
    assert not Wish(find="dropout", states=["failed"]).has(run)
    assert not Wish(networks=["vgg"]).has(run)
    assert Wish(find="x", states=["failed"]).num_filters == 2


def test_namesakes_have_their_animals():
    runs = [create_run("one", title="cnn"), create_run("two", title="cnn"), create_run("three", title="vgg")]
    assert list(names_apart(runs).values()) == ["cnn (one-owl)", "cnn (two-owl)", "vgg"]


def test_differences_are_points_with_a_sign():
    assert [points(value) for value in (0.0134, -0.02, 0.0004, -0.0004)] == [
        "+1.3 points",
        "\N{MINUS SIGN}2.0 points",
        "no difference",
        "no difference",
    ]


def test_small_curves_have_one_scale():
    rows = [
        RunRow(name, name, "", Spark([0.5, 1], y), "", "", "", [], {})
        for name, y in (("a", [0.2, 0.4]), ("b", [0.9, 0.3]))
    ]
    message = encode_table([RunGroup("", rows)], [Column("name", "Run")], [], "")
    assert message["range"] == [0.2, 0.9]
    assert encode_table([], [], [], "")["range"] == [0.0, 1.0]

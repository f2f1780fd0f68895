"""python -m pytest tests/unit/test_benchmarks.py. What benchmarks say; that they run is seen by their smoke run."""

import importlib
import json

import pytest

from benchmarks import __main__ as runner
from benchmarks import lessons, time_to_accuracy
from benchmarks._report import judge, print_report


def test_a_value_is_held_against_its_goal_from_the_right_side():
    assert judge("seconds", 1.9, 2.0)["met"] is True
    assert judge("seconds", 2.1, 2.0)["met"] is False
    assert judge("times", 3.1, 3.0, at_least=True)["met"] is True
    assert judge("times", 2.9, 3.0, at_least=True)["met"] is False
    assert judge("seconds", 2.1, None)["met"] is None


def test_the_last_line_is_json_with_the_machine_and_the_versions(capsys):
    print_report("data", [judge("first load, seconds", 1.0, 6.0)], source="practice")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["name"], report["source"], report["goals"][0]["met"]) == ("data", "practice", True)
    assert report["machine"]["num_threads"] >= 1
    assert {"processor", "platform", "python", "torch", "streamlit"} <= set(report["machine"])


def test_lessons_fill_the_table_of_their_document():
    claim = {
        "says": "B|C is better.",
        "num_pairs": 3,
        "effect": -0.0123,
        "interval": [-0.03, 0.005],
        "verdict": "undecided",
    }
    unanswered = claim | {"num_pairs": 1, "effect": None, "interval": None, "verdict": None}
    table = lessons.format_table({"luck": {"claims": [claim, unanswered], "wall_seconds": 19.6}})
    assert table.splitlines()[2:] == [
        "| luck | B\\|C is better. | \N{MINUS SIGN}1.2 | \N{MINUS SIGN}3.0 to +0.5 | 3 | 20 | undecided |",
        "|  | B\\|C is better. | – | – | 1 |  | not answered |",
    ]
    document = (runner._HERE.parent / "docs" / "lessons.md").read_text(encoding="utf-8")
    assert lessons.put_table(lessons.put_table(document, "x"), table) == lessons.put_table(document, table)
    assert lessons.put_table(document, table).startswith(document[:500])


def test_the_table_has_a_line_for_each_figure():
    reports = [
        {"name": "data", "goals": [judge("first load, seconds", 1.0, 6.0), judge("warm load, seconds", 1.0, 0.05)]},
        {"name": "runs", "goals": [judge("rows", 3.0, None)]},
    ]
    first, second, third = runner.format_table(reports).splitlines()
    assert first.startswith("data")
    assert first.endswith("goal 6.0    met")
    assert second.endswith("MISSED")
    assert third.endswith("goal -")


@pytest.mark.parametrize("name", runner.NAMES)
def test_every_benchmark_can_be_run_by_name_and_says_what_it_measures(name):
    module = importlib.import_module(f"benchmarks.{name}")
    assert callable(module.main)
    assert f"python -m benchmarks.{name} [--quick]" in module.__doc__


def test_an_unknown_benchmark_is_refused_by_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        runner.main(["trainings"])
    assert "no benchmark trainings; allowed: attribution" in capsys.readouterr().err


def test_an_unknown_preset_is_refused_by_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        time_to_accuracy.main(["speed", "swift"])
    assert "no preset swift; allowed: notebook" in capsys.readouterr().err


def test_reports_are_saved_and_one_that_failed_is_named(monkeypatch, tmp_path, capsys):
    answers = {"data": {"name": "data", "goals": [judge("first load, seconds", 1.0, 6.0)]}, "runs": None}
    monkeypatch.setattr(runner, "_run", lambda name, is_quick: answers[name] if is_quick else None)
    path = tmp_path / "report.json"
    assert runner.main(["data", "runs", "--quick", "--save", str(path)]) == 1
    assert "runs              did not run" in capsys.readouterr().out
    assert [report["name"] for report in json.loads(path.read_text())["reports"]] == ["data"]

"""python -m pytest tests/unit/runs/test_remembered.py. What is asked of runs that stay the same, asked once."""

from cifar_core.runs import RunStatus, RunSummary
from cifar_core.runs import remembered as module
from cifar_core.runs.remembered import once_a_list, once_a_run, once_a_run_if


def runs_named(*names):
    return [RunSummary(run_id=name, name=name, status=RunStatus()) for name in names]


def test_a_run_is_asked_once_and_its_next_version_anew():
    asked = []
    name_of = once_a_run(lambda run: asked.append(run.run_id) or run.name)
    (run,) = runs_named("a")
    assert [name_of(run), name_of(run)] == ["a", "a"]
    assert name_of(run.model_copy(update={"name": "b"})) == "b"
    assert asked == ["a", "a"]


def test_a_list_is_asked_once_for_the_same_runs_in_the_same_order():
    asked = []
    names_of = once_a_list(lambda runs: asked.append(len(runs)) or [run.name for run in runs])
    runs = runs_named("a", "b")
    assert names_of(runs) == names_of(list(runs)) == ["a", "b"]
    assert names_of(runs[::-1]) == ["b", "a"]
    assert names_of([runs[0].model_copy(update={"name": "c"}), runs[1]]) == ["c", "b"]
    assert names_of([]) == []
    assert asked == [2, 2, 2, 0]


def test_no_more_is_kept_than_a_few(monkeypatch):
    monkeypatch.setattr(module, "_MOST_LISTS", 2)
    monkeypatch.setattr(module, "_MOST_RUNS", 2)
    asked = []
    names_of = once_a_list(lambda runs: asked.append(runs[0].name))
    name_of = once_a_run(lambda run: asked.append(run.name))
    runs = runs_named("a", "b", "c")
    for run in (*runs, runs[2], runs[0]):
        names_of([run])
        name_of(run)
    assert asked == ["a", "a", "b", "b", "c", "c", "a", "a"]


def test_what_is_not_final_is_asked_again():
    answers = iter(("half", "whole", "never asked"))
    ask = once_a_run_if(lambda run, found: run.name == "ended" and found == "whole")(lambda run: next(answers))
    run = RunSummary(run_id="one", name="ended", status=RunStatus(status="completed"))
    assert [ask(run) for _ in range(3)] == ["half", "whole", "whole"]

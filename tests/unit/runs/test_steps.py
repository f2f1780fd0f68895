"""python -m pytest tests/unit/runs/test_steps.py. Rows within epochs: thinned, and followed as they grow."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifar_core.advice import LossCourse
from cifar_core.runs.journal import append_row
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.record import RunRecord
from cifar_core.runs.steps import is_step
from cifar_core.training.events import StepsDone, event_row

MOST = 9


def step_line(epoch, step, loss=1.0):
    row = event_row(StepsDone(epoch, step, loss, 0.5, 0.1, 400.0))
    return json.dumps(row, separators=(",", ":"))


# What may come next: rows of steps, a new attempt, lines that are none, another file in place of this one.
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), st.integers(0, 25)),
        st.tuples(st.just("attempt"), st.integers(1, 5)),
        st.tuples(
            st.just("broken"),
            st.sampled_from(["{", '{"kind":"step","epoch":1,"step":', '{"kind":"step","epoch":-1,']),
        ),
        st.tuples(st.just("other file"), st.integers(0, 25)),
    ),
    max_size=12,
)


def change(path, what, how, begin):
    """Change the file; return the number of the next step."""
    if what == "other file":
        replacement = path.with_suffix(".new")
        replacement.touch()
        replacement.replace(path)
    with path.open("a", encoding="utf-8") as file:
        if what == "attempt":
            file.write(f'{{"kind":"start","first_epoch":{how}}}\n')
        elif what == "broken":
            file.write(f"{how}\n")
        else:
            for step in range(begin, begin + how):
                file.write(step_line(1 + step // 20, step, 1 + math.sin(step)) + "\n")
            return begin + how
    return begin


@settings(max_examples=60)
@given(changes=CHANGES, most=st.integers(1, 12))
def test_a_record_that_was_followed_says_what_a_new_one_says(tmp_path_factory, changes, most):
    run_dir = tmp_path_factory.mktemp("run")
    path = RunFiles(run_dir).metrics
    followed, begin = RunRecord(run_dir), 0
    for what, how in changes:
        begin = change(path, what, how, begin)
        fresh = RunRecord(run_dir)
        assert followed.step_rows(most) == fresh.step_rows(most)
        assert len(fresh.step_rows(most)) <= most
    fresh = RunRecord(run_dir)
    assert followed.step_rows(10**6) == fresh.step_rows(10**6)
    if all(what != "attempt" for what, _ in changes):  # of what is abandoned, only what was read can be damaged
        assert followed.metrics_damage() == fresh.metrics_damage()


@settings(max_examples=60)
@given(changes=CHANGES)
def test_what_is_new_since_a_bookmark_leads_to_the_same_course(tmp_path_factory, changes):
    run_dir = tmp_path_factory.mktemp("run")
    path = RunFiles(run_dir).metrics
    followed, begin = RunRecord(run_dir), 0
    bookmark, course = None, LossCourse()
    for what, how in changes:
        begin = change(path, what, how, begin)
        rows, bookmark, goes_on = followed.step_rows_on(MOST, bookmark)
        course = (course if goes_on else LossCourse()).follow(rows)
        assert course == LossCourse().follow(RunRecord(run_dir).step_rows_on(MOST, None)[0])


def test_thinned_rows_lie_evenly_and_stay_chosen_as_more_come(tmp_path):
    record, seen = RunRecord(tmp_path), []
    for step in range(100):
        append_row(record.files.metrics, event_row(StepsDone(1, step, 1.0, 0.5, 0.1, 400.0)))
        steps = [row["step"] for row in record.step_rows(MOST)]
        assert steps[-1] == step
        assert len(steps) > MOST // 2 or len(steps) == step + 1
        assert len(steps) <= MOST
        assert len({after - before for before, after in pairwise(steps[:-1])}) <= 1
        assert set(steps[:-1]) <= {*seen, step - 1}
        seen = steps


def test_only_chosen_rows_of_a_long_run_are_read(tmp_path, monkeypatch):
    path = RunFiles(tmp_path).metrics
    path.write_text("".join(step_line(1, step) + "\n" for step in range(5000)))
    read = []
    monkeypatch.setattr("cifar_core.runs.metrics.parse_row", lambda line: read.append(line) or json.loads(line))
    record = RunRecord(tmp_path)
    assert len(record.step_rows(400)) == len(read) == 314
    record.step_rows(400)
    assert len(read) == 314


def test_what_training_writes_is_known_by_its_beginning(tmp_path):
    append_row(tmp_path / "metrics.jsonl", event_row(StepsDone(1, 2, 1.0, 0.5, 0.1, 400.0)))
    assert is_step((tmp_path / "metrics.jsonl").read_bytes())


@pytest.mark.parametrize("line", ['{"kind":"step","epoch":1,"step":"two"}', '{"kind":"step","epoch":1e999,"step":2}'])
def test_damaged_steps_are_counted_once_all_are_read(tmp_path, line):
    path = RunFiles(tmp_path).metrics
    path.write_text(f"{step_line(1, 1)}\n{line}\n{step_line(1, 3)}\n")
    record = RunRecord(tmp_path)
    assert record.metrics_damage() == record.metrics_damage() == "1 line of metrics.jsonl"
    assert [row["step"] for row in record.step_rows()] == [1, 3]

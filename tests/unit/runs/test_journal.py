"""python -m pytest tests/unit/runs/test_journal.py."""

import pytest

from cifar_core.runs import RunError
from cifar_core.runs.commands import send_command, take_commands
from cifar_core.runs.journal import append_row, parse_row, read_lines_from
from cifar_core.runs.record import RunRecord


def read_rows_from(path, offset):
    lines, behind = read_lines_from(path, offset)
    return [parse_row(line) for line in lines], behind


def test_rows_come_back_in_order(tmp_path):
    path = tmp_path / "metrics.jsonl"
    for step in range(5):
        append_row(path, {"step": step, "loss": 0.1 * step})
    assert [row["step"] for row in read_rows_from(path, 0)[0]] == [0, 1, 2, 3, 4]
    assert read_rows_from(tmp_path / "none.jsonl", 0)[0] == []


def test_a_torn_last_line_harms_nothing(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_row(path, {"step": 1})
    with path.open("ab") as file:
        file.write(b'{"step": 2, "lo')
    assert [row["step"] for row in read_rows_from(path, 0)[0]] == [1]
    append_row(path, {"step": 3})
    assert read_rows_from(path, 0)[0] == [{"step": 1}, None, {"step": 3}]


def test_a_growing_file_is_read_from_where_one_was(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_row(path, {"step": 1})
    rows, offset = read_rows_from(path, 0)
    assert len(rows) == 1
    with path.open("ab") as file:
        file.write(b'{"step"')
    assert read_rows_from(path, offset) == ([], offset)
    with path.open("ab") as file:
        file.write(b": 2}\n")
    rows, offset = read_rows_from(path, offset)
    assert rows == [{"step": 2}]
    assert offset == path.stat().st_size


def test_not_a_number_is_never_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        append_row(tmp_path / "metrics.jsonl", {"loss": float("nan")})


def test_what_a_resumed_run_repeats_replaces_what_was_abandoned(tmp_path):
    path = tmp_path / "metrics.jsonl"

    def start(first_epoch):
        append_row(path, {"kind": "start", "first_epoch": first_epoch})

    def step(epoch, number, loss):
        append_row(path, {"kind": "step", "epoch": epoch, "step": number, "train/loss": loss})

    start(1)
    step(1, 1, 2.0)
    append_row(path, {"kind": "epoch", "epoch": 1, "step": 1})
    step(2, 2, 9.0)  # its epoch was never finished
    start(2)
    step(2, 2, 1.0)
    append_row(path, {"kind": "epoch", "epoch": 2, "step": 2})
    record = RunRecord(tmp_path)
    assert [row["train/loss"] for row in record.step_rows()] == [2.0, 1.0]
    assert [row["epoch"] for row in record.epoch_rows()] == [1, 2]


def test_long_runs_are_thinned_and_keep_their_latest_row(tmp_path):
    for number in range(1, 1002):
        append_row(tmp_path / "metrics.jsonl", {"kind": "step", "epoch": 1, "step": number})
    steps = [row["step"] for row in RunRecord(tmp_path).step_rows(max_rows=400)]
    assert len(steps) <= 400
    assert steps[-1] == 1001
    assert steps == sorted(steps)


def test_commands_arrive_once_and_in_order(tmp_path):
    for command in ("pause", "resume", "stop"):
        send_command(tmp_path, command)
    assert [command.name for command in take_commands(tmp_path)] == ["pause", "resume", "stop"]
    assert take_commands(tmp_path) == []


def test_unknown_commands_are_refused_and_foreign_files_passed_over(tmp_path):
    with pytest.raises(RunError, match="'dance' is not allowed; allowed: pause, resume, park, stop"):
        send_command(tmp_path, "dance")
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "1-dance.json").write_text("{}")
    assert take_commands(tmp_path) == []

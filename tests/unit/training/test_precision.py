"""python -m pytest tests/unit/training/test_precision.py. Which number format "auto" is, and that it stays that."""

import json

import pytest
import torch

from cifar_core.overrides import with_overrides
from cifar_core.runs.layout import RunFiles
from cifar_core.training import precision as module
from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header
from cifar_core.training.fit import fit
from cifar_core.training.memory import estimate_memory
from cifar_core.training.precision import (
    PrecisionChoice,
    choose_precision,
    expect_precision,
    measure_formats,
    pick_format,
    resume_precision,
    time_in_turn,
)
from cifar_core.training.state import create_training_state

from .watching import Watcher

FASTER = {"float32": 16.0, "bfloat16": 10.0}
SLOWER = {"float32": 10.0, "bfloat16": 15.0}


@pytest.fixture
def auto(tiny_config):
    return with_overrides(tiny_config, {"training.precision": "auto"})


@pytest.fixture
def measured(monkeypatch):
    """A CPU with instructions for bfloat16, and what is measured on it; each measurement is counted."""
    calls = []

    def measure(config, device):
        calls.append(device)
        return dict(measure.timing)

    measure.timing, measure.calls = FASTER, calls
    monkeypatch.setattr(module, "has_bfloat16", lambda device: device != "mps")
    monkeypatch.setattr(module, "measure_formats", measure)
    return measure


def kept(tmp_path):
    return list((tmp_path / "data" / "cache" / "formats").glob("*.json"))


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"),
    [
        (10.2, 10.0, "bfloat16"),
        (10.19, 10.0, "float32"),
        (10.0, 10.0, "float32"),
        (10.0, 15.0, "float32"),
        (16.0, 10.0, "bfloat16"),
    ],
)
def test_bfloat16_must_be_faster_by_two_per_cent(float32, bfloat16, expected):
    assert pick_format({"float32": float32, "bfloat16": bfloat16}) == expected


class Clock:
    """Time that passes only where a step takes it."""

    def __init__(self):
        self.now = 0.0
        self.taken = []

    def step(self, name, *seconds):
        durations = iter(seconds)
        last = seconds[-1]

        def take():
            self.taken.append(name)
            self.now += next(durations, last)

        return take


def test_steps_alternate_and_the_fewest_seconds_count():
    clock = Clock()
    steps = {"a": clock.step("a", 9.0, 0.2, 0.3), "b": clock.step("b", 5.0, 0.4, 0.1)}
    fewest = time_in_turn(steps, turns=3, clock=lambda: clock.now)
    assert fewest == pytest.approx({"a": 0.2, "b": 0.1})
    assert "".join(clock.taken) == "ab" + "ba" + "ab"


@pytest.mark.parametrize(("seconds", "turns"), [(16.0, 6), (0.0625, 12), (0.001, 30)])
def test_some_seconds_are_measured_but_never_fewer_than_six_turns(seconds, turns):
    clock = Clock()
    time_in_turn({"a": clock.step("a", seconds), "b": clock.step("b", seconds)}, clock=lambda: clock.now)
    assert len(clock.taken) == 2 * turns


def test_a_choice_is_measured_once_and_kept(tmp_path, auto, measured):
    assert choose_precision(auto, "cpu") == PrecisionChoice("bfloat16", FASTER)
    measured.timing = SLOWER
    assert choose_precision(auto, "cpu") == PrecisionChoice("bfloat16", FASTER)
    assert len(measured.calls) == len(kept(tmp_path)) == 1


@pytest.mark.parametrize(
    "change",
    [{"model.width": 5}, {"training.batch_size": 33}, {"training.num_threads": 2}],
    ids=lambda change: next(iter(change)),
)
def test_what_decides_how_long_a_step_takes_is_measured_apart(auto, measured, change):
    choose_precision(auto, "cpu")
    measured.timing = SLOWER
    assert choose_precision(with_overrides(auto, change), "cpu").precision == "float32"


@pytest.mark.parametrize(
    "change", [{"training.seed": 3}, {"optimizer.learning_rate": 0.01}, {"training.num_epochs": 9}]
)
def test_what_does_not_decide_it_shares_the_choice(auto, measured, change):
    choose_precision(auto, "cpu")
    choose_precision(with_overrides(auto, change), "cpu")
    assert len(measured.calls) == 1


def test_another_processor_or_torch_is_measured_apart(monkeypatch, auto, measured):
    choose_precision(auto, "cpu")
    monkeypatch.setattr(module, "processor_name", lambda: "another")
    choose_precision(auto, "cpu")
    monkeypatch.setattr(torch, "__version__", "9.9.9")
    choose_precision(auto, "cpu")
    assert len(measured.calls) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"3",
        b'{"float32": 1.0}',
        b'{"float32": "x", "bfloat16": 1.0}',
        b'{"float32": null, "bfloat16": 1.0}',
        b'{"float32": 0, "bfloat16": 1.0}',
        b'{"float32": -2, "bfloat16": 1.0}',
        b'{"float32": NaN, "bfloat16": 1.0}',
        b"[" * 100_000,
        b'{"float32": 1' + b"0" * 400 + b', "bfloat16": 1.0}',
    ],
)
def test_a_damaged_file_is_measured_anew_and_replaced(tmp_path, auto, measured, content):
    choose_precision(auto, "cpu")
    [path] = kept(tmp_path)
    path.write_bytes(content)
    assert expect_precision(auto, "cpu") is None
    assert choose_precision(auto, "cpu").precision == "bfloat16"
    assert json.loads(path.read_text()) == FASTER


def test_where_nothing_can_be_written_it_is_measured_each_time(monkeypatch, tmp_path, auto, measured):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CIFAR_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert choose_precision(auto, "cpu").precision == choose_precision(auto, "cpu").precision == "bfloat16"
    assert len(measured.calls) == 2


def test_of_two_processes_at_once_both_take_what_was_kept_first(tmp_path, monkeypatch, auto, measured):
    def measure(config, device):
        monkeypatch.setattr(module, "measure_formats", measured)
        choose_precision(config, device)  # the other process
        return SLOWER

    monkeypatch.setattr(module, "measure_formats", measure)
    assert choose_precision(auto, "cpu") == PrecisionChoice("bfloat16", FASTER)


@pytest.mark.parametrize(("device", "expected"), [("mps", "float32"), ("cuda:0", "bfloat16"), ("xpu:0", "bfloat16")])
def test_other_devices_follow_their_instructions(auto, measured, device, expected):
    assert choose_precision(auto, device) == PrecisionChoice(expected)
    assert expect_precision(auto, device) == expected
    assert measured.calls == []


def test_a_cpu_without_instructions_for_bfloat16_is_not_measured(monkeypatch, auto, measured):
    monkeypatch.setattr(module, "has_bfloat16", lambda device: False)
    assert choose_precision(auto, "cpu") == PrecisionChoice("float32")
    assert measured.calls == []


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_configured_format_is_taken_without_a_measurement(auto, measured, precision):
    config = with_overrides(auto, {"training.precision": precision})
    assert choose_precision(config, "cpu") == PrecisionChoice(precision)
    assert expect_precision(config, "cpu") == resume_precision(config, "cpu", {"precision": "float32"}) == precision
    assert measured.calls == []


def test_before_a_measurement_memory_is_estimated_for_the_hungrier_format(auto, measured):
    auto = with_overrides(auto, {"training.batch_size": 512})
    needs = {
        precision: estimate_memory(with_overrides(auto, {"training.precision": precision}), 1000).total
        for precision in module.FORMATS
    }
    assert needs["bfloat16"] < needs["float32"] == estimate_memory(auto, 1000).total
    choose_precision(auto, "cpu")
    assert estimate_memory(auto, 1000).total == needs["bfloat16"]
    assert len(measured.calls) == 1


@pytest.mark.parametrize("timing", [FASTER, SLOWER])
def test_a_run_in_the_chosen_format_is_bit_equal_to_one_that_asks_for_it(
    monkeypatch, tmp_path, tiny_dataset, auto, timing
):
    """The measurement is the real one, all but its result."""
    measure = measure_formats
    monkeypatch.setattr(module, "has_bfloat16", lambda device: True)
    monkeypatch.setattr(module, "measure_formats", lambda *case: {name: timing[name] for name in measure(*case)})
    auto = with_overrides(auto, {"training.num_epochs": 1})
    asked = with_overrides(auto, {"training.precision": pick_format(timing)})
    fit(auto, tiny_dataset, RunFiles(tmp_path / "auto"))
    fit(asked, tiny_dataset, RunFiles(tmp_path / "asked"))
    weights = [load_classifier(RunFiles(tmp_path / name).checkpoint_path("last")) for name in ("auto", "asked")]
    first, second = (classifier.state_dict() for classifier in weights)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_measuring_leaves_the_random_state_and_the_settings_as_they_were(auto):
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    timing = measure_formats(auto, "cpu")
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert set(timing) == set(module.FORMATS)
    assert all(milliseconds > 0 for milliseconds in timing.values())


@pytest.mark.parametrize("first", [FASTER, SLOWER])
def test_a_continued_run_keeps_its_format_though_the_choice_is_another_now(
    tmp_path, tiny_dataset, auto, measured, first
):
    outputs, measured.timing = RunFiles(tmp_path / "run"), first
    fit(auto, tiny_dataset, outputs, Watcher(stop_after=9))
    assert read_checkpoint_header(outputs.checkpoint_path("last")).environment["precision"] == pick_format(first)
    for path in kept(tmp_path):
        path.unlink()
    measured.timing = SLOWER if first is FASTER else FASTER
    monitor = Watcher()
    fit(auto, tiny_dataset, outputs, monitor)
    assert (monitor.events[0].precision, monitor.events[0].first_epoch) == (pick_format(first), 2)
    assert len(measured.calls) == 1


def test_a_checkpoint_that_names_no_format_is_of_the_time_when_instructions_told(auto, measured):
    assert resume_precision(auto, "cpu", {}) == "bfloat16"
    assert resume_precision(auto, "cpu", {"precision": "float32"}) == "float32"
    assert resume_precision(auto, "mps", {"precision": "float16"}) == "float32"


def test_the_state_says_what_was_measured(auto, measured, tiny_dataset):
    state = create_training_state(auto, tiny_dataset, "cpu")
    assert (state.precision, state.precision_timing) == ("bfloat16", FASTER)
    state = create_training_state(auto, tiny_dataset, "cpu", "float32")
    assert (state.precision, state.precision_timing) == ("float32", {})

"""python -m pytest tests/unit/test_peers.py. How ways of training are timed and held against each other."""

import time

import numpy as np
import pytest
import torch

from benchmarks import _ways, peers
from benchmarks._ways import COURSE, FIT, FLOAT32, IN_TURN, LIMIT, MissingPackageError, Pace, clock, limit_way, loop_way
from benchmarks._ways.cases import Case
from benchmarks._ways.task import Task, create_task
from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.overrides import with_overrides

LOOP = "plain loop, float32"


def two_rounds(**changes):
    paces = {
        FIT: [Pace(200, 180), Pace(400, 360)],
        IN_TURN: [Pace(190, 170), Pace(390, 350)],
        LIMIT: [Pace(210), Pace(380)],
        FLOAT32: [Pace(150), Pace(450)],
        LOOP: [Pace(150, 120), Pace(250, 240)],
        COURSE[0]: [Pace(50, 45), Pace(100, 90)],
        COURSE[1]: [Pace(100, 60), Pace(90, 60)],
    }
    return paces | changes


def values(paces, times_course=3.0):
    return {goal["what"]: goal for goal in peers.judge_paces("resnet", times_course, paces)}


def test_fit_is_held_against_the_fastest_of_each_round():
    judged = values(two_rounds())
    whole = judged["resnet: fit, whole epoch, times the fastest peer's"]
    assert (whole["value"], whole["goal"], whole["met"]) == (pytest.approx((180 / 120 + 360 / 240) / 2), 1, True)
    assert judged["resnet: fit, steps, times the fastest peer's"]["value"] == pytest.approx((200 / 150 + 400 / 250) / 2)


def test_the_limit_is_that_of_the_better_format():
    share = values(two_rounds())["resnet: fit, share of the limit in the better format"]
    assert share["value"] == pytest.approx((190 / 210 + 390 / 450) / 2)
    assert share["met"] is False


def test_three_times_the_course_is_asked_unless_the_limit_is_lower():
    what = "resnet: fit, times the course's way"
    reached = values(two_rounds(), 1.5)[what]
    assert (reached["value"], reached["goal"]) == (pytest.approx((200 / 100 + 400 / 100) / 2), 1.5)
    assert values(two_rounds(), 9.0)[what]["goal"] == pytest.approx(0.97 * (210 / 100 + 450 / 100) / 2)
    assert values(two_rounds(), None)[what]["goal"] is None


def test_fit_in_float32_is_held_against_peers_in_float32():
    paces = two_rounds(**{peers.FIT_IN_FLOAT32: [Pace(160, 130)] * 2, "plain loop, bfloat16": [Pace(900, 800)] * 2})
    judged = values(paces)
    assert judged["resnet: fit in float32, whole epoch, times the fastest peer's"]["value"] == pytest.approx(
        (130 / 120 + 130 / 240) / 2
    )
    assert judged["resnet: fit, whole epoch, times the fastest peer's"]["met"] is False


def test_the_table_begins_with_the_fastest_epoch():
    lines = peers.format_paces(two_rounds()).splitlines()
    assert [line.split("  ")[1] for line in lines[1:5]] == [FIT, IN_TURN, LOOP, COURSE[0]]
    assert lines[1].split()[1:] == ["300", "270"]
    assert lines[-1].split()[-1] in ("295", "300")  # limits have no whole epoch


def test_what_is_not_installed_is_skipped_with_a_word(monkeypatch, capsys):
    monkeypatch.setattr(peers, "find_spec", lambda name: None if name == "fastai" else object())
    assert peers._ways_here() == [way for way in _ways.WAYS if way != "fastai"]
    assert "fastai: skipped, it is not installed" in capsys.readouterr().out


def test_what_cannot_be_imported_is_skipped_once_and_the_others_go_on(monkeypatch, capsys):
    asked = []

    def measure(way, config, num_images):
        asked.append((way, config.training.precision))
        if way == "keras":
            raise MissingPackageError("no module named h5py")
        return {way: Pace(100.0, 90.0)}

    monkeypatch.setattr(peers, "measure_way", measure)
    paces = peers._measure(Case(RunConfig(), 640), ["course", "keras"], "cpu", 3)
    assert {name: len(rounds) for name, rounds in paces.items()} == {"course": 3}
    assert asked.count(("keras", "float32")) == 1
    assert capsys.readouterr().out == "keras: skipped, it cannot be imported here: no module named h5py\n"


def test_rounds_rotate_who_comes_first(monkeypatch):
    asked = []
    monkeypatch.setattr(
        peers, "measure_way", lambda way, config, num_images: asked.append(way) or {way: Pace(1.0, 1.0)}
    )
    peers._measure(Case(RunConfig(), 640), ["course", "keras", "fastai"], "cpu", 3)
    assert [asked[place] for place in (0, 3, 6)] == ["course", "keras", "fastai"]


def test_an_unknown_network_is_refused_by_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        peers.main(["vgg"])
    assert "no network vgg; allowed: simple_cnn, resnet, speed" in capsys.readouterr().err


def test_a_clock_times_steps_from_the_second_batch_on_and_the_whole_epoch(monkeypatch):
    now = iter([0.0, 5.0, 9.0, 11.0, 100.0, 101.0, 103.0, 104.0])
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(now))
    watch = clock.EpochClock("cpu")
    for _ in range(clock.NUM_EPOCHS):
        watch.begin()
        for num_images in (64, 50, 32):
            watch.step(num_images)
        watch.trained()
        watch.end()
    assert watch.pace == Pace(82 / 2, 146 / 4)


def test_the_plain_loop_crops_and_flips_each_image_by_itself():
    images = np.random.default_rng(0).integers(0, 256, (60, 3, 32, 32), dtype=np.uint8)
    dataset = Dataset(images, np.zeros(60, np.int64), tuple("abcdefghij"), 50, "practice")
    task = Task(with_overrides(RunConfig(), {"augmentation.crop_padding": 2}), dataset, "cpu")
    pool = loop_way._Images(task)
    padded = np.pad(images[7], ((0, 0), (2, 2), (2, 2)))
    crops = [padded[:, row : row + 32, column : column + 32] for row in range(5) for column in range(5)]
    possible = {changed.tobytes() for crop in crops for changed in (crop, crop[:, :, ::-1])}
    seen = {image.numpy().tobytes() for image in pool._augment(torch.full((400,), 7))}
    assert seen <= possible
    assert len(seen) > 40


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_each_step_of_the_plain_loop_begins_with_the_weights_of_the_step_before(precision):
    torch.manual_seed(0)
    batch, labels = torch.randn(8, 6), torch.arange(8) % 3
    model = torch.nn.Linear(6, 3)

    class Same:
        def train_batches(self):
            return [(batch, labels)] * 3

    cast = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")
    watch = clock.EpochClock("cpu")
    watch.begin()
    losses = loop_way._train(model, torch.optim.SGD(model.parameters(), 1.0), Same(), watch, cast)
    assert losses[0] > losses[1] > losses[2]


def test_limits_take_turns_in_the_last_epoch_after_its_first_quarter():
    turns = []

    class Limit:
        num_steps_an_epoch = 64

        def __init__(self, name):
            self._name = name

        def take_turn(self, num_steps):
            turns.append((step, self._name, num_steps))

    monitor = limit_way._InTurn(limit_way.Monitor(), [Limit("a"), Limit("b")])
    for step in range(clock.NUM_EPOCHS * 64):
        assert monitor.before_step(step)
    assert [step for step, _, _ in turns] == list(range(64 + 16, 128, 4))
    assert [name for _, name, _ in turns] == ["a", "b"] * 6
    assert {num_steps for _, _, num_steps in turns} == {4}


def test_what_limits_take_is_taken_off_the_run(monkeypatch, tmp_path):
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path))
    waited = []

    def wait(limit, num_steps):
        time.sleep(0.3)
        waited.append(0.3)
        limit.seconds += 0.3
        limit._num_steps += num_steps

    monkeypatch.setattr(limit_way._Limit, "take_turn", wait)
    changes = {"model.name": "mlp", "model.hidden_size": 8, "training.batch_size": 64, "training.num_threads": 1}
    config = with_overrides(RunConfig(), changes | {"training.precision": "float32", "training.device": "cpu"})
    paces = limit_way.measure(create_task(config, 640))
    assert len(waited) >= 4
    assert 640 / paces[IN_TURN].steps < sum(waited) / 2
    assert paces[IN_TURN].whole < paces[IN_TURN].steps
    assert paces[LIMIT].steps == pytest.approx(64 * 2 / 0.3)

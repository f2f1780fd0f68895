"""python -m pytest tests/unit/training/test_fit.py."""

import math

import numpy as np
import pytest
import torch

from cifar_core.data import create_splits
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.evaluation.predictions import load_predictions
from cifar_core.overrides import with_overrides
from cifar_core.runs.layout import RunFiles
from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header
from cifar_core.training.events import EpochDone, StepsDone, TrainingStarted, event_row
from cifar_core.training.fit import fit
from cifar_core.training.look import predict_split
from cifar_core.training.optimizer import set_learning_rate
from cifar_core.training.precision import PrecisionChoice
from cifar_core.training.preview import create_preview_pool, preview
from cifar_core.training.state import create_training_state, epoch_order, iterate_batches
from tests.unit.augmentation.test_augmentation import ALL_AT_ONCE
from tests.unit.training.watching import Watcher, run


def weights(run_dir, which="last"):
    return load_classifier(run_dir / "checkpoints" / f"{which}.safetensors").state_dict()


def assert_same_weights(left, right):
    for name, tensor in left.items():
        assert torch.equal(tensor, right[name]), name


def test_a_run_learns_and_leaves_a_whole_record(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"training.num_epochs": 8})
    result, events = run(config, tiny_dataset, tmp_path)
    assert result.status == "completed"
    assert result.last_epoch == 8
    assert result.best_val_accuracy > 0.3  # chance is 0.1
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [event.epoch for event in epochs] == list(range(1, 9))
    assert max(event.val_accuracy for event in epochs) == result.best_val_accuracy
    assert epochs[result.best_epoch - 1].val_accuracy == result.best_val_accuracy
    names = {path.name for path in (tmp_path / "predictions").iterdir()}
    assert names == {f"val-{epoch:04d}.npz" for epoch in range(1, 9)} | {"test-best.npz", "test-last.npz"}
    assert read_checkpoint_header(tmp_path / "checkpoints" / "last.safetensors").progress.epoch == 8
    assert read_checkpoint_header(tmp_path / "checkpoints" / "best.safetensors").progress.epoch == result.best_epoch


def test_reported_numbers_are_those_of_the_saved_predictions(tmp_path, tiny_dataset, tiny_config):
    result, events = run(tiny_config, tiny_dataset, tmp_path)
    splits = create_splits(tiny_dataset, tiny_config.data.val_fraction, tiny_config.data.split_seed)
    for event in events:
        if isinstance(event, EpochDone):
            saved = load_predictions(tmp_path / "predictions" / f"val-{event.epoch:04d}.npz")
            assert compute_accuracy(saved) == event.val_accuracy
            assert np.array_equal(saved.indices, splits.val)
    saved = load_predictions(tmp_path / "predictions" / "test-best.npz")
    assert compute_accuracy(saved) == result.test_accuracy_best
    assert np.array_equal(saved.indices, splits.test)
    assert np.array_equal(saved.targets, tiny_dataset.labels[splits.test])


def test_same_config_same_numbers_and_another_seed_others(tmp_path, tiny_dataset, tiny_config):
    run(tiny_config, tiny_dataset, tmp_path / "a")
    run(tiny_config, tiny_dataset, tmp_path / "b")
    run(with_overrides(tiny_config, {"training.seed": 1}), tiny_dataset, tmp_path / "c")
    assert_same_weights(weights(tmp_path / "a"), weights(tmp_path / "b"))
    other = weights(tmp_path / "c")
    assert not torch.equal(weights(tmp_path / "a")["network.dense.weight"], other["network.dense.weight"])


class Killed(BaseException):
    """Ends a training as a signal would that nobody handles."""


class KilledWhenTold(Watcher):
    def on_event(self, event):
        super().on_event(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            raise Killed


def test_no_epoch_is_kept_that_was_not_told(tmp_path, tiny_dataset, tiny_config):
    killed = KilledWhenTold()
    with pytest.raises(Killed):
        fit(tiny_config, tiny_dataset, RunFiles(tmp_path / "twice"), killed)
    assert read_checkpoint_header(tmp_path / "twice" / "checkpoints" / "last.safetensors").progress.epoch == 1
    _, later = run(tiny_config, tiny_dataset, tmp_path / "twice")
    _, straight = run(tiny_config, tiny_dataset, tmp_path / "straight")
    told = {event.epoch: event.val_loss for event in [*killed.events, *later] if isinstance(event, EpochDone)}
    assert told == {event.epoch: event.val_loss for event in straight if isinstance(event, EpochDone)}
    assert_same_weights(weights(tmp_path / "twice"), weights(tmp_path / "straight"))


@pytest.mark.parametrize("stop_after", [3, 7, 9, 20])
def test_a_stopped_run_continues_to_the_same_weights(tmp_path, tiny_dataset, tiny_config, stop_after):
    run(tiny_config, tiny_dataset, tmp_path / "straight")
    stopped, _ = run(tiny_config, tiny_dataset, tmp_path / "twice", stop_after=stop_after)
    assert stopped.status == "stopped"
    finished, events = run(tiny_config, tiny_dataset, tmp_path / "twice")
    assert finished.status == "completed"
    assert isinstance(events[0], TrainingStarted)
    assert events[0].first_epoch == stopped.last_epoch + 1
    assert_same_weights(weights(tmp_path / "straight"), weights(tmp_path / "twice"))


@pytest.mark.parametrize("park_before", [1, 2, 3])
def test_a_parked_run_continues_to_the_same_weights_and_reads_no_test(tmp_path, tiny_dataset, tiny_config, park_before):
    run(tiny_config, tiny_dataset, tmp_path / "straight")
    parked, events = run(tiny_config, tiny_dataset, tmp_path / "twice", park_before=park_before)
    assert (parked.status, parked.last_epoch) == ("parked", park_before - 1)
    assert parked.message == f"Parked after {park_before - 1} of 3 epochs."
    assert parked.test_accuracy_best is parked.test_accuracy_last is None
    assert not list(tmp_path.glob("twice/predictions/test*"))
    assert all(event.epoch < park_before for event in events if isinstance(event, StepsDone))
    finished, more = run(tiny_config, tiny_dataset, tmp_path / "twice")
    assert (finished.status, more[0].first_epoch) == ("completed", park_before)
    assert_same_weights(weights(tmp_path / "straight"), weights(tmp_path / "twice"))
    straight = load_predictions(tmp_path / "straight" / "predictions" / "test-last.npz")
    assert np.array_equal(
        load_predictions(tmp_path / "twice" / "predictions" / "test-last.npz").logits, straight.logits
    )


def test_who_is_out_of_patience_has_ended_and_is_not_parked(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"training.early_stopping_patience": 1, "training.num_epochs": 30})
    straight, _ = run(config, tiny_dataset, tmp_path / "straight")
    assert straight.last_epoch < 30
    result, _ = run(config, tiny_dataset, tmp_path / "parked", park_before=straight.last_epoch + 1)
    assert (result.status, result.last_epoch) == ("completed", straight.last_epoch)


def test_a_run_that_ended_without_test_looks_at_it_later(tmp_path, tiny_dataset, tiny_config):
    without = with_overrides(tiny_config, {"training.evaluate_test": False})
    assert run(without, tiny_dataset, tmp_path / "later")[0].test_accuracy_last is None
    straight, _ = run(tiny_config, tiny_dataset, tmp_path / "at once")
    later, events = run(tiny_config, tiny_dataset, tmp_path / "later")
    assert (later.status, later.test_accuracy_last) == ("completed", straight.test_accuracy_last)
    assert [type(event) for event in events] == [TrainingStarted]


@pytest.mark.parametrize("is_averaged", [False, True])
def test_an_epoch_that_is_the_best_and_the_last_predicts_test_once(
    tmp_path, tiny_dataset, tiny_config, monkeypatch, is_averaged
):
    asked = count_looks(monkeypatch)
    changes = {"training.num_epochs": 1, "training.ema_decay": 0.5 * is_averaged}
    result, _ = run(with_overrides(tiny_config, changes), tiny_dataset, tmp_path)
    assert asked == ["val", "test"]
    assert result.test_accuracy_best == result.test_accuracy_last
    best, last = (load_predictions(tmp_path / "predictions" / f"test-{which}.npz") for which in ("best", "last"))
    assert np.array_equal(best.logits, last.logits)
    assert_same_weights(weights(tmp_path, "best"), weights(tmp_path, "last"))


def test_a_best_epoch_before_the_last_predicts_test_with_its_own_weights(
    tmp_path, tiny_dataset, tiny_config, monkeypatch
):
    asked = count_looks(monkeypatch)
    changes = {"training.early_stopping_patience": 1, "training.num_epochs": 30}
    result, _ = run(with_overrides(tiny_config, changes), tiny_dataset, tmp_path)
    assert result.best_epoch == result.last_epoch - 1
    assert asked == ["val"] * result.last_epoch + ["test", "test"]
    best, last = (load_predictions(tmp_path / "predictions" / f"test-{which}.npz") for which in ("best", "last"))
    assert not np.array_equal(best.logits, last.logits)


def count_looks(monkeypatch):
    """Return a list that grows by the name of each split that training predicts."""
    asked = []

    def look(state, dataset, classifier, split):
        asked.append(split)
        return predict_split(state, dataset, classifier, split)

    monkeypatch.setattr("cifar_core.training.fit.predict_split", look)
    return asked


def test_stopping_before_the_first_epoch_reads_no_test_image(tmp_path, tiny_dataset, tiny_config):
    result, _ = run(tiny_config, tiny_dataset, tmp_path, stop_after=2)
    assert (result.last_epoch, result.best_epoch, result.test_accuracy_best) == (0, None, None)
    assert not (tmp_path / "predictions").exists()


def test_divergence_names_the_step_and_keeps_what_came_before(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(
        tiny_config,
        {
            "optimizer.learning_rate": 10.0,
            "optimizer.momentum": 0.99,
            "schedule.name": "constant",
            "model.batch_norm": False,
            "model.dropout": 0.0,
            "training.num_epochs": 50,
        },
    )
    result, events = run(config, tiny_dataset, tmp_path)
    assert result.status == "diverged"
    assert "at step " in result.message
    assert all(math.isfinite(event.train_loss) for event in events if isinstance(event, StepsDone))


def test_early_stopping_ends_after_its_patience(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(
        tiny_config, {"training.num_epochs": 40, "training.early_stopping_patience": 2, "schedule.name": "constant"}
    )
    result, _ = run(config, tiny_dataset, tmp_path)
    assert result.status == "completed"
    assert "Stopped early" in result.message
    assert result.last_epoch == result.best_epoch + 2 < 40


def test_every_training_image_is_seen_once_an_epoch_in_a_new_order(tiny_dataset, tiny_config):
    state = create_training_state(tiny_config, tiny_dataset, "cpu")
    first, second = epoch_order(state, 1), epoch_order(state, 2)
    assert np.array_equal(np.sort(first), state.splits.train)
    assert not np.array_equal(first, second)
    targets = torch.cat([batch.targets for batch in iterate_batches(state, 1)])
    assert torch.equal(targets, torch.from_numpy(tiny_dataset.labels[first]))


AUGMENTATIONS = {
    "usual": {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True},
    "everything": {f"augmentation.{field}": value for field, value in ALL_AT_ONCE.items()},
}


@pytest.mark.parametrize("settings", AUGMENTATIONS.values(), ids=AUGMENTATIONS)
def test_a_preview_shows_what_training_sees(tiny_dataset, tiny_config, settings):
    config = with_overrides(tiny_config, {"training.seed": 7, "training.batch_size": 50, **settings})
    state = create_training_state(config, tiny_dataset, "cpu")
    order, place = epoch_order(state, 3), 120
    batches = list(iterate_batches(state, 3))
    seen = torch.cat([batch.images for batch in batches])[place - 2 : place]
    shown = preview(create_preview_pool(tiny_dataset, config), config, order[place - 2 : place], num_epochs=3)
    torch.testing.assert_close(torch.from_numpy(shown.images[2]), seen, rtol=0, atol=1e-6)
    targets = torch.cat([batch.targets for batch in batches])[place - 2 : place]
    if targets.ndim == 2:
        torch.testing.assert_close(torch.from_numpy(shown.targets[2]), targets)
    else:
        assert shown.targets[2].argmax(1).tolist() == targets.tolist()


def test_mixed_labels_train_and_resume_to_the_same_weights(tmp_path, tiny_dataset, tiny_config):
    settings = {"augmentation.mixup_alpha": 0.4, "augmentation.cutmix_alpha": 1.0, "training.label_smoothing": 0.1}
    config = with_overrides(tiny_config, {"training.num_epochs": 3, **settings})
    result, events = run(config, tiny_dataset, tmp_path / "whole")
    assert result.status == "completed"
    assert all(math.isfinite(event.train_loss) for event in events if isinstance(event, EpochDone))
    steps = create_training_state(config, tiny_dataset, "cpu").steps_per_epoch
    run(config, tiny_dataset, tmp_path / "parts", stop_after=2 * steps + 1)
    run(config, tiny_dataset, tmp_path / "parts")
    assert_same_weights(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


def test_a_single_image_left_over_is_skipped(tiny_dataset, tiny_config):
    num_train = len(create_training_state(tiny_config, tiny_dataset, "cpu").splits.train)
    batch_size = num_train - 1
    state = create_training_state(with_overrides(tiny_config, {"training.batch_size": batch_size}), tiny_dataset, "cpu")
    sizes = [end - start for start, end in state.batch_bounds]
    assert len(state.splits.train) % batch_size == 1
    assert sizes == [batch_size] * (len(state.splits.train) // batch_size)


def test_where_batches_begin_is_worked_out_once_and_not_at_each_step(tiny_dataset, tiny_config):
    state = create_training_state(tiny_config, tiny_dataset, "cpu")
    assert state.batch_bounds is state.batch_bounds
    assert state.num_steps == len(state.batch_bounds) * tiny_config.training.num_epochs


def test_rows_carry_the_split_in_their_names():
    row = event_row(StepsDone(1, 5, 2.0, 0.25, 0.1, 1000.0, 3.5))
    assert row == {
        "kind": "step",
        "epoch": 1,
        "step": 5,
        "train/loss": 2.0,
        "train/accuracy": 0.25,
        "learning_rate": 0.1,
        "images_per_second": 1000.0,
        "gradient_norm": 3.5,
    }


def test_two_steps_give_the_numbers_they_always_gave(tmp_path, tiny_dataset, tiny_config):
    """A refactoring must not change what a config trains to. Loose enough for other processors, not for other draws."""
    config = with_overrides(tiny_config, {"training.num_epochs": 1, "training.batch_size": 110})
    _, events = run(config, tiny_dataset, tmp_path)
    done = next(event for event in events if isinstance(event, EpochDone))
    assert done.step == 2
    assert done.train_loss == pytest.approx(EXPECTED_LOSS, abs=1e-3)


EXPECTED_LOSS = 2.39047


def test_of_epochs_that_are_equally_good_the_first_is_the_best_one(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"model.batch_norm": False, "training.num_epochs": 4})
    steps = create_training_state(config, tiny_dataset, "cpu").steps_per_epoch

    def factor(step):
        return 1.0 if step < steps else 0.0  # nothing is learned after the first epoch

    whole, events = run(config, tiny_dataset, tmp_path / "whole", factor=factor)
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert len({event.val_accuracy for event in epochs}) == 1
    assert [event.is_best for event in epochs] == [True, False, False, False]
    assert whole.best_epoch == 1
    run(config, tiny_dataset, tmp_path / "parts", stop_after=2 * steps, factor=factor)
    parts, _ = run(config, tiny_dataset, tmp_path / "parts", factor=factor)
    assert parts.best_epoch == 1
    assert read_checkpoint_header(tmp_path / "parts" / "checkpoints" / "best.safetensors").progress.epoch == 1


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_changed_rate_holds_from_exactly_its_step_on(tmp_path, tiny_dataset, tiny_config, monkeypatch, offset):
    config = with_overrides(tiny_config, {"training.num_epochs": 2, "schedule.name": "constant"})
    steps = create_training_state(config, tiny_dataset, "cpu").steps_per_epoch
    first, peak, used = steps + offset, config.optimizer.learning_rate, []

    def note(optimizer, rate):
        set_learning_rate(optimizer, rate)
        used.append(optimizer.param_groups[0]["lr"])

    monkeypatch.setattr("cifar_core.training.stepper.set_learning_rate", note)
    _, events = run(config, tiny_dataset, tmp_path, factor=lambda step: 0.25 if step >= first else 1.0)
    assert used == [peak] * first + [peak / 4] * (2 * steps - first)
    told = [event.learning_rate for event in events if isinstance(event, EpochDone)]
    assert told == [used[steps - 1], used[-1]]
    for event in events:
        if isinstance(event, StepsDone):
            assert event.learning_rate == used[event.step - 1]


def test_whoever_watches_is_asked_before_each_step_once(tmp_path, tiny_dataset, tiny_config):
    watcher = Watcher()
    fit(tiny_config, tiny_dataset, RunFiles(tmp_path), watcher)
    num_steps = create_training_state(tiny_config, tiny_dataset, "cpu").num_steps
    assert watcher.steps == list(range(num_steps))


class UnwantedError(Exception):
    """Somebody who watches wants no more of it."""


class EndsWhilePreparing(Watcher):
    """Ends it all when it is asked for the n-th time, before the first step."""

    def __init__(self, asked):
        super().__init__()
        self.left = asked

    def while_preparing(self):
        self.left -= 1
        if self.left == 0:
            raise UnwantedError


@pytest.mark.parametrize(("asked", "done"), [(1, []), (2, ["choose"]), (3, ["choose", "compile"])])
def test_it_ends_between_the_pieces_of_work_before_the_first_step(
    tmp_path, tiny_dataset, tiny_config, monkeypatch, asked, done
):
    did = []
    monkeypatch.setattr(
        "cifar_core.training.state.choose_precision", lambda *_: did.append("choose") or PrecisionChoice("float32")
    )
    monkeypatch.setattr("cifar_core.training.fit.compile_ahead", lambda _: did.append("compile") or 0.5)
    watcher = EndsWhilePreparing(asked)
    with pytest.raises(UnwantedError):
        fit(with_overrides(tiny_config, {"training.compile": True}), tiny_dataset, RunFiles(tmp_path), watcher)
    assert did == done
    assert watcher.steps == []
    assert not RunFiles(tmp_path).checkpoint_path("last").exists()


def test_nobody_has_to_watch(tmp_path, tiny_dataset, tiny_config):
    watched, _ = run(tiny_config, tiny_dataset, tmp_path / "watched")
    alone = fit(tiny_config, tiny_dataset, RunFiles(tmp_path / "alone"))
    assert alone.test_accuracy_last == watched.test_accuracy_last
    assert_same_weights(weights(tmp_path / "alone"), weights(tmp_path / "watched"))


def test_every_report_tells_a_pace_and_an_epochs_is_between_its_reports(tmp_path, tiny_dataset, tiny_config):
    _, events = run(tiny_config, tiny_dataset, tmp_path)
    for epoch in (event for event in events if isinstance(event, EpochDone)):
        paces = [
            event.images_per_second for event in events if isinstance(event, StepsDone) and event.epoch == epoch.epoch
        ]
        assert min(paces) > 0
        assert min(paces) * 0.999 <= epoch.images_per_second <= max(paces) * 1.001


def test_a_loss_on_val_that_is_no_number_ends_the_run_and_names_the_step(
    tmp_path, tiny_dataset, tiny_config, monkeypatch
):
    steps = create_training_state(tiny_config, tiny_dataset, "cpu").steps_per_epoch
    losses = iter([1.0, math.nan])
    monkeypatch.setattr("cifar_core.training.fit.compute_loss", lambda predictions: next(losses))
    result, _ = run(tiny_config, tiny_dataset, tmp_path)
    assert (result.status, result.last_epoch) == ("diverged", 1)
    assert f"step {2 * steps}" in result.message

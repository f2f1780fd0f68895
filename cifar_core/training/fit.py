"""A whole run: epochs of steps, a look at val after each, checkpoints and predictions on the way, test at the end."""

import math
import time
from dataclasses import replace
from types import MappingProxyType

import torch

from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset
from cifar_core.evaluation.metrics import compute_accuracy, compute_loss
from cifar_core.evaluation.predictions import Predictions, save_predictions
from cifar_core.randomness import stream_seed
from cifar_core.training.average import update_average
from cifar_core.training.checkpoint import Progress, load_classifier, load_weights, read_checkpoint_header, restore
from cifar_core.training.compilation import compile_ahead
from cifar_core.training.device import measure_device_load, reproducible, resolve_device
from cifar_core.training.events import EpochDone, FitResult, NetworkCompiled, StepsDone, TrainingStarted
from cifar_core.training.keeping import Keeping
from cifar_core.training.look import count_dead_relus, predict_split
from cifar_core.training.monitor import Monitor, Outputs, Weights
from cifar_core.training.precision import precision_so_far
from cifar_core.training.saver import CheckpointSaver
from cifar_core.training.schedule import compute_learning_rate
from cifar_core.training.state import TrainingState, count_parameters, create_training_state, iterate_batches
from cifar_core.training.step import DivergedError, StepMeter, StepTotals, gradient_norm
from cifar_core.training.stepper import Stepper


class _StoppedError(Exception):
    """Somebody asked the run to stop."""


class _ParkedError(Exception):
    """Somebody asked the run to end before its next epoch, to be taken up again. Its text says where."""


def fit(
    config: RunConfig,
    dataset: Dataset,
    outputs: Outputs,
    monitor: Monitor | None = None,
    contents: Contents = MappingProxyType({}),
) -> FitResult:
    """Train one network, or continue where the last checkpoint left off.

    Writes the last and the best weights (highest val accuracy; the earliest of equals) and predictions (val after each
    epoch; test once, when the run ends, for the best and the last epoch). An epoch that was not finished leaves no
    trace. A parked run ends without test. On one device, with one thread count and one release of torch, the same
    config gives the same numbers, continued or not.

    Args:
        config: Everything that decides the run.
        dataset: The images; only read.
        outputs: Where checkpoints and predictions go.
        monitor: Who is told of every event, and asked before each step; nobody if None. What it raises ends it all.
        contents: The images that `config.data` refers to.

    Raises:
        DataError: They are not at hand, or none that may be trained on.
        DeviceError: The configured device is not on this machine.
        CheckpointError: The last checkpoint is broken or belongs to another config.
        CompilationError: The config asks to compile, and that does not work here.
    """
    monitor = monitor or Monitor()
    monitor.while_preparing()
    device = resolve_device(config.training.device)
    with reproducible(device, config.training.num_threads), CheckpointSaver() as saver:
        state = create_training_state(
            config, dataset, device, precision_so_far(config, device, outputs.checkpoint_path("last")), contents
        )
        monitor.while_preparing()
        run = _Run(state, dataset, outputs, saver, monitor)
        status, message = "completed", ""
        try:
            message = run.train()
        except _StoppedError:
            status, message = "stopped", "Stopped on request."
        except _ParkedError as parked:
            status, message = "parked", f"Parked {parked}."
        except DivergedError as error:
            status, message = "diverged", f"Diverged: {error}. Epochs finished before that are kept."
        return run.finish(status, message)


class _Run:
    """The state of one call of `fit`: what it trains with, and how far it is."""

    def __init__(
        self,
        state: TrainingState,
        dataset: Dataset,
        outputs: Outputs,
        saver: CheckpointSaver,
        monitor: Monitor,
    ) -> None:
        self._state = state
        self._dataset = dataset
        self._outputs = outputs
        self._monitor = monitor
        self._keeping = Keeping(state, outputs, saver, monitor)
        self._progress = Progress()
        self._stepper = Stepper(state)

    def train(self) -> str:
        """Run the epochs that are still to do; return a sentence on how it ended."""
        state, num_epochs = self._state, self._state.config.training.num_epochs
        last = self._outputs.checkpoint_path("last")
        if last.exists():
            self._progress = read_checkpoint_header(last).progress
            optimizer = None if self._is_over() else state.optimizer
            restore(last, state.config, state.classifier, optimizer, state.average)
        elif (start := self._outputs.checkpoint_path("start")).exists():
            load_weights(start, state.classifier)
            if state.average is not None:
                load_weights(start, state.average)
        self._announce()
        if state.config.training.compile and self._progress.epoch < num_epochs:
            self._compile()
        for epoch in range(self._progress.epoch + 1, num_epochs + 1):
            if self._is_over():
                break
            if not self._monitor.before_epoch(epoch):
                raise _ParkedError(f"after {epoch - 1} of {num_epochs} epochs")
            started = time.perf_counter()
            totals = self._train_one_epoch(epoch)
            self._close_epoch(epoch, totals, started)
        if self._progress.epoch < num_epochs:
            patience = state.config.training.early_stopping_patience
            return f"Stopped early: no better val accuracy for {patience} epochs."
        return f"Completed {num_epochs} epochs."

    def finish(self, status: str, message: str) -> FitResult:
        """Read the test images, once, with the best and the last epoch's weights; none of them if the run is parked."""
        progress = self._progress
        if (refused := self._keeping.finish(progress.epoch)) is not None:
            message = f"{message} {refused.words}".strip()
        accuracies: dict[Weights, float | None] = {"best": None, "last": None}
        if progress.epoch and status != "parked" and self._state.config.training.evaluate_test:
            epochs: dict[Weights, int | None] = {"best": progress.best_epoch, "last": progress.epoch}
            predictions: dict[int | None, Predictions] = {}
            for which, epoch in epochs.items():
                if epoch not in predictions:  # the last epoch is often the best one: the same weights, and answers
                    classifier = load_classifier(self._outputs.checkpoint_path(which), self._state.device)
                    predictions[epoch] = predict_split(self._state, self._dataset, classifier, "test")
                save_predictions(self._outputs.predictions_path("test", which), predictions[epoch], epoch)
                accuracies[which] = compute_accuracy(predictions[epoch])
        return FitResult(
            status=status,  # type: ignore[arg-type]  # one of the four that fit passes
            message=message,
            best_epoch=progress.best_epoch,
            last_epoch=progress.epoch,
            best_val_accuracy=progress.best_val_accuracy,
            last_val_accuracy=progress.last_val_accuracy,
            test_accuracy_best=accuracies["best"],
            test_accuracy_last=accuracies["last"],
            seconds=progress.seconds,
        )

    def _announce(self) -> None:
        state = self._state
        self._monitor.on_event(
            TrainingStarted(
                device=state.device,
                precision=state.precision,
                precision_timing=dict(state.precision_timing),
                num_threads=torch.get_num_threads(),
                num_parameters=count_parameters(state.classifier),
                num_steps=state.num_steps,
                steps_per_epoch=state.steps_per_epoch,
                first_epoch=self._progress.epoch + 1,
                is_compiling=state.config.training.compile,
            )
        )

    def _compile(self) -> None:
        seconds = compile_ahead(self._state)
        self._progress = replace(self._progress, seconds=self._progress.seconds + seconds)
        self._monitor.on_event(NetworkCompiled(self._progress.epoch + 1, seconds))
        self._monitor.while_preparing()

    def _train_one_epoch(self, epoch: int) -> StepTotals:
        state, training = self._state, self._state.config.training
        torch.manual_seed(stream_seed(training.seed, "dropout", epoch))
        state.model.train()
        step, meter, totals = self._progress.step, StepMeter(), StepTotals()
        for batch in iterate_batches(state, epoch):
            if not self._monitor.before_step(step):
                raise _StoppedError
            loss, num_correct = self._stepper.step(batch, self._learning_rate(step))
            if state.average is not None:
                update_average(state.average, state.classifier, training.ema_decay, step)
            step += 1
            meter.add(loss, num_correct, len(batch.targets))
            if meter.is_due:
                totals += self._report(epoch, step, meter.read(step))
        return totals + self._report(epoch, step, meter.read(step))

    def _report(self, epoch: int, step: int, totals: StepTotals) -> StepTotals:
        if totals.num_images:
            memory, utilization = measure_device_load(self._state.device)
            self._monitor.on_event(
                StepsDone(
                    epoch=epoch,
                    step=step,
                    train_loss=totals.mean_loss,
                    train_accuracy=totals.accuracy,
                    learning_rate=self._learning_rate(step - 1),
                    images_per_second=totals.images_per_second,
                    gradient_norm=gradient_norm(self._state.classifier),
                    device_memory=memory,
                    device_utilization=utilization,
                )
            )
        return totals

    def _close_epoch(self, epoch: int, totals: StepTotals, started: float) -> None:
        """Look at val, tell what the epoch brought, then save it."""
        predictions = predict_split(self._state, self._dataset, self._state.evaluated, "val")
        val_accuracy, val_loss = compute_accuracy(predictions), compute_loss(predictions)
        step = self._progress.step + self._state.steps_per_epoch
        if not math.isfinite(val_loss):
            raise DivergedError(step, val_loss)
        best = self._progress.best_val_accuracy
        is_best = best is None or val_accuracy > best
        self._progress = replace(self._progress, epoch=epoch, step=step, last_val_accuracy=val_accuracy)
        if is_best:
            self._progress = replace(self._progress, best_epoch=epoch, best_val_accuracy=val_accuracy)
        seconds = time.perf_counter() - started
        self._progress = replace(self._progress, seconds=self._progress.seconds + seconds)
        save_predictions(self._outputs.predictions_path("val", epoch), predictions)
        # Told before it is saved: who is killed between the two trains the epoch again and tells it again, while an
        # epoch that was saved and not told would be missing from the run's curves for good.
        self._monitor.on_event(
            EpochDone(
                epoch=epoch,
                step=step,
                train_loss=totals.mean_loss,
                train_accuracy=totals.accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                learning_rate=self._learning_rate(step - 1),
                seconds=seconds,
                images_per_second=totals.images_per_second,
                is_best=is_best,
                dead_relus=count_dead_relus(self._state, self._dataset),
            )
        )
        self._keeping.save(self._progress, is_best=is_best)

    def _learning_rate(self, step: int) -> float:
        config = self._state.config
        scheduled = compute_learning_rate(config.schedule, config.optimizer.learning_rate, step, self._state.num_steps)
        return scheduled * self._monitor.learning_rate_factor(step)

    def _is_over(self) -> bool:
        """Whether no epoch is left to do, or patience is at its end."""
        training, progress = self._state.config.training, self._progress
        patience = training.early_stopping_patience
        is_out_of_it = patience and progress.best_epoch and progress.epoch - progress.best_epoch >= patience
        return bool(progress.epoch >= training.num_epochs or is_out_of_it)

"""What runs came to, for a sweep."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from cifar_core.evaluation.predictions import PredictionsError, load_predictions
from cifar_core.runs import RunError, RunStore, RunSummary
from cifar_core.runs.groups import GUESSING
from cifar_core.sweeps.record import Sweep, Trial

# A run whose worker dies again and again is left alone.
MOST_ATTEMPTS = 4

Runs = Mapping[str, RunSummary]
# Val accuracy of a run after an epoch, None where it is not known.
AccuracyAt = Callable[[str, int], float | None]


def read_accuracies(runs: RunStore) -> AccuracyAt:
    """Return a function that reads what a run's metrics say of an epoch."""

    def accuracy_at(run_id: str, epoch: int) -> float | None:
        try:
            rows = runs.record(run_id).epoch_rows()
        except RunError:
            return None
        return next((row.get("val/accuracy") for row in rows if row["epoch"] == epoch), None)

    return accuracy_at


def count_val(runs: RunStore, sweep: Sweep) -> int | None:
    """Return how many val images the runs of a sweep were judged on; None if none tells."""
    for run_id in sweep.run_ids:
        with suppress(RunError, PredictionsError, OSError):
            path = runs.record(run_id).predictions_path("val", "last")
            if path is not None:
                return len(load_predictions(path).targets)
    return None


def goes_on(run: RunSummary | None) -> bool:
    """Whether something may still come of a run: it trains or waits, or it is parked or lost and can be taken up."""
    if run is None:
        return False
    status = run.status
    return status.is_active or status.status == "parked" or can_be_revived(run)


def can_be_revived(run: RunSummary) -> bool:
    """Whether a run has lost its worker, and not too often."""
    return run.status.status == "lost" and run.status.attempt < MOST_ATTEMPTS


def score_of(run: RunSummary | None, until: int | None, accuracy_at: AccuracyAt) -> float | None:
    """Return a run's val accuracy after so many epochs, or at its end; guessing's if it diverged; None before that."""
    if run is None:
        return None
    status = run.status
    if status.status == "diverged":
        return GUESSING
    if until is not None and status.epoch >= until:
        found = accuracy_at(run.run_id, until)
        return status.last_val_accuracy if found is None else found
    return status.last_val_accuracy if status.status == "completed" else None


def note(sweep: Sweep, runs: Runs, accuracy_at: AccuracyAt) -> Sweep:
    """Return the sweep with what its runs came to meanwhile."""
    rungs = sweep.rungs
    changed = [_note_trial(trial, len(sweep.seeds), rungs[trial.rung], runs, accuracy_at) for trial in sweep.trials]
    return sweep.model_copy(update={"trials": tuple(changed)})


def _note_trial(trial: Trial, num_seeds: int, until: int | None, runs: Runs, accuracy_at: AccuracyAt) -> Trial:
    mine = [runs.get(run_id) for run_id in trial.runs.values()]
    spent = sum(run.status.seconds or 0.0 for run in mine if run is not None)
    trial = trial.model_copy(update={"seconds": max(trial.seconds, round(spent, 3))})
    if trial.rung in trial.scores or trial.refused or len(mine) < num_seeds:
        return trial
    scores = [score_of(run, until, accuracy_at) for run in mine]
    known = [score for score in scores if score is not None]
    if any(score is None and goes_on(run) for score, run in zip(scores, mine, strict=True)):
        return trial.model_copy(update={"has_ended": False})
    if not known:
        return trial.model_copy(update={"has_ended": True})
    mean = sum(known) / len(known)
    return trial.model_copy(update={"has_ended": False, "scores": {**trial.scores, trial.rung: mean}})

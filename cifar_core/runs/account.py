"""A run's score card, from its record and from the other runs that it was chosen among."""

from collections.abc import Collection, Mapping, Sequence

from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.scorecard import Scorecard, score_run
from cifar_core.runs.groups import find_sisters, list_rivals
from cifar_core.runs.index import RunSummary


def score(
    run: RunSummary,
    runs: Sequence[RunSummary],
    val: tuple[Predictions, Predictions],
    test: Predictions | None,
    *,
    duplicates: Collection[int] | None = None,
    disputed: Collection[int] | None = None,
    corrections: Mapping[int, int] | None = None,
) -> Scorecard:
    """Return the account of a run.

    Args:
        run: Which.
        runs: All: among those that hold the same images out, it may have been chosen.
        val: What it saved of val after its best and after its last epoch.
        test: Of test, with its best weights; None if that is not to be said.
        duplicates: As for `score_run`.
        disputed: Likewise.
        corrections: Likewise.
    """
    seeds = [sister.status.best_val_accuracy for sister in find_sisters(run, runs).values()]
    return score_run(
        *val,
        test,
        num_tried=max(1, run.status.epoch),
        num_test_readings=run.test_readings,
        duplicates=duplicates,
        disputed=disputed,
        corrections=corrections,
        num_runs=max(1, len(list_rivals(run, runs))),
        seeds=[accuracy for accuracy in seeds if accuracy is not None],
    )

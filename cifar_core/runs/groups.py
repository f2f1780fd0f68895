"""Runs that differ in their seed alone: together they say how much of a difference between settings is chance."""

from collections.abc import Iterable, Sequence

from cifar_core.runs.index import RunSummary
from cifar_core.runs.remembered import once_a_run
from cifar_core.runs.status import RunStatus

# What a run that diverged is worth: CIFAR-10 has ten classes, with as many images of each.
GUESSING = 0.1
_OVER = frozenset(("completed", "diverged"))


def outcome_of(status: RunStatus) -> float | None:
    """Return what a run says of its settings, in [0, 1]: val accuracy after its last epoch; guessing's if it diverged.

    Not the best epoch's: that was chosen by the very images that judge it, among the more the longer a run is. And a
    run that diverged counts: to leave it out would judge settings by those seeds alone that they did not ruin.

    Returns:
        None of a run that did not come to its end: it failed, was stopped, or still trains.
    """
    if status.status == "diverged":
        return GUESSING
    return status.last_val_accuracy if status.status == "completed" else None


def group_by_settings(runs: Iterable[RunSummary]) -> list[list[RunSummary]]:
    """Return runs with an outcome, those together whose settings differ in `training.seed` alone, in order of creation.

    Runs on other data are another group, and forks of other weights; demos and imported ones are in none.
    """
    groups: dict[tuple[str, str], list[RunSummary]] = {}
    for run in sorted(runs, key=lambda run: run.created_at):
        if run.config is not None and run.status.status in _OVER and run.is_own:
            groups.setdefault(settings_key(run), []).append(run)
    return list(groups.values())


@once_a_run
def settings_key(run: RunSummary) -> tuple[str, str]:
    """Return what all runs have in common that differ in their seed alone.

    Raises:
        ValueError: The run's settings cannot be read.
    """
    if run.config is None:
        raise ValueError(f"run {run.run_id} has no settings; allowed: a run whose settings can be read")
    # What is kept of a run, and whether it ends with a look at test, change none of its weights.
    alike = {"seed": 0, "save_every_epoch": False, "evaluate_test": True}
    training = run.config.training.model_copy(update=alike)
    settings = run.config.model_copy(update={"training": training}).model_dump_json()
    return run.data_source, f"{run.first_weights}{settings}"


def find_sisters(run: RunSummary, runs: Sequence[RunSummary]) -> dict[int, RunSummary]:
    """Return by seed the runs with an outcome that differ from a run in their seed alone; of its own seed, itself.

    Of several with one seed it is the first: they were trained alike. A demo has sisters and is nobody else's.
    """
    if run.config is None or run.is_imported:
        return {}
    group = next((group for group in group_by_settings(runs) if settings_key(group[0]) == settings_key(run)), [])
    found = {each.config.training.seed: each for each in reversed(group) if each.config is not None}
    if run.status.status in _OVER:
        found[run.config.training.seed] = run
    return dict(sorted(found.items()))


def find_coming_seeds(run: RunSummary, runs: Sequence[RunSummary]) -> set[int]:
    """Return the seeds that are being trained, or wait for it, with the settings of a run."""
    if run.config is None or run.is_imported:
        return set()
    source, settings = settings_key(run)
    coming = set()
    for each in runs:
        if each.config is not None and each.status.is_active:
            its_source, its_settings = settings_key(each)
            if its_settings == settings and its_source in ("", source):  # one that waits knows no data yet
                coming.add(each.config.training.seed)
    return coming


def plan_seeds(first: Iterable[int], second: Iterable[int], num_pairs: int) -> list[tuple[int, bool, bool]]:
    """Return which seeds to train so that two groups have so many more in common, with the fewest runs.

    Args:
        first: Seeds that the first group has, or will have.
        second: Likewise.
        num_pairs: How many more.

    Returns:
        Of each seed: whether the first group lacks it, and whether the second does.
    """
    left, right = set(first), set(second)
    halves = sorted(left ^ right)[:num_pairs]
    fresh = (seed for seed in range(max(left | right, default=-1) + 1, 2**31) if seed not in left | right)
    seeds = halves + [next(fresh) for _ in range(num_pairs - len(halves))]
    return [(seed, seed not in left, seed not in right) for seed in seeds]


def list_rivals(run: RunSummary, runs: Iterable[RunSummary]) -> list[RunSummary]:
    """Return the runs whose val accuracies somebody may have chosen among, this one included.

    They hold out the same images of the same data and came to their end. Not counted are demos and runs of experiments,
    from which nobody picks a network, and imported ones, which others chose.
    """
    if run.config is None:
        return []
    if run.is_imported:
        return [run]
    return [each for each in runs if each.run_id == run.run_id or _is_rival(each, run)]


def _is_rival(each: RunSummary, run: RunSummary) -> bool:
    if not each.is_own or each.experiment is not None:
        return False
    return each.status.status == "completed" and each.data_source == run.data_source and hold_out_alike(each, run)


def hold_out_alike(first: RunSummary, second: RunSummary) -> bool:
    """Whether two runs of one dataset are judged by the same val images; not, if the settings of one cannot be read."""
    if first.config is None or second.config is None:
        return False
    return first.config.data.held_out == second.config.data.held_out


def mean_seconds(runs: Sequence[RunSummary]) -> float | None:
    """Return how long such a run takes, as far as one of these tells."""
    known = [run.status.seconds for run in runs if run.status.seconds]
    return sum(known) / len(known) if known else None

"""How much a sweep trains in all, how far it is, and how long the rest takes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cifar_core.config import RunConfig
from cifar_core.experiments import pace_of
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.runs import RunError, RunSummary
from cifar_core.sweeps.plan import Plan, dimensions_of
from cifar_core.sweeps.record import Sweep, Trial
from cifar_core.sweeps.steps import is_search_over, most_trials

# Spread evenly over what is searched, so many configurations tell what one takes on average.
_NUM_SAMPLED = 4


@dataclass(frozen=True)
class Stage:
    """Some configurations, trained equally long.

    Attributes:
        num_trials: How many.
        first, last: Epochs that each has been trained for before and after it.
    """

    num_trials: int
    first: int
    last: int


@dataclass(frozen=True)
class SweepProgress:
    """How far a sweep's search is.

    Attributes:
        share: Of the work, in [0, 1].
        seconds_left: Estimate; None where nobody knows yet.
    """

    share: float
    seconds_left: float | None


def list_stages(plan: Plan, num_trials: int, num_epochs: int) -> tuple[Stage, ...]:
    """Return how many configurations a plan trains how long; without halving, all of them to their end."""
    if plan.halving is None or not num_trials:
        return (Stage(num_trials, 0, num_epochs),)
    stages: list[Stage] = []
    count, before = num_trials, 0
    for rung in plan.halving.rungs(num_epochs):
        stages.append(Stage(count, before, rung))
        count, before = max(1, count // plan.halving.factor), rung
    return tuple(stages)


def share_trained(plan: Plan, num_trials: int, num_epochs: int) -> float:
    """Return how much of what whole runs of all configurations would take is trained, in [0, 1]: halving saves most."""
    stages = list_stages(plan, num_trials, num_epochs)
    trained = sum(stage.num_trials * (stage.last - stage.first) for stage in stages)
    return trained / (num_trials * num_epochs) if num_trials else 1.0


def sample_configs(plan: Plan) -> list[RunConfig]:
    """Return the settings of some configurations that lie evenly in what is searched; those that no run can have less.

    Raises:
        ConfigError: The plan's settings are not allowed.
    """
    return list(_sample_asked(_Asked(plan.model_dump_json(include={"preset", "settings", "search"}), plan)))


@dataclass(frozen=True)
class _Asked:
    """What of a plan decides about its configurations: plans with equal texts have the same."""

    text: str
    plan: Plan = field(compare=False)


@lru_cache(maxsize=16)
def _sample_asked(asked: _Asked) -> tuple[RunConfig, ...]:
    from scipy.stats import qmc

    base = asked.plan.base()
    dimensions = dimensions_of(asked.plan, base)
    shares = qmc.Sobol(len(dimensions), scramble=True, rng=0).random(_NUM_SAMPLED)
    found = []
    for row in shares:
        values = {each.path: each.at(float(share)) for each, share in zip(dimensions, row, strict=True)}
        try:
            found.append(with_overrides(base, values))
        except ConfigError:
            continue
    return tuple(found or [base])


def expect_run_seconds(configs: Sequence[RunConfig], paces: Mapping[str, float]) -> float | None:
    """Return how long one whole run takes here on average; None as long as that is not known of all.

    Args:
        configs: As `sample_configs` returns them.
        paces: Seconds of an epoch, as `read_paces` has them.
    """
    known = [paces[pace] * config.training.num_epochs for config in configs if (pace := pace_of(config)) in paces]
    return sum(known) / len(known) if len(known) == len(configs) and known else None


def expect_search_seconds(plan: Plan, seconds_of_run: float) -> float:
    """Return about how long a search takes, one run after another.

    Args:
        plan: What is asked.
        seconds_of_run: Of a whole one, as `expect_run_seconds` returns it.
    """
    if plan.budget.num_runs is None:
        return 60 * (plan.budget.minutes or 0.0)
    num_trials = plan.budget.num_runs // plan.num_seeds
    share = share_trained(plan, num_trials, plan.base().training.num_epochs)
    return share * num_trials * plan.num_seeds * seconds_of_run


def expect_trials(plan: Plan, seconds_of_run: float) -> int:
    """Return about how many configurations a budget is enough for, at least one."""
    if plan.budget.num_runs is not None:
        return plan.budget.num_runs // plan.num_seeds
    return max(1, round(60 * (plan.budget.minutes or 0.0) / (seconds_of_run * plan.num_seeds)))


def measure_progress(sweep: Sweep, runs: Sequence[RunSummary]) -> SweepProgress:
    """Return how far a search is, and how long the rest takes by what it took so far.

    Args:
        sweep: Which.
        runs: All; those of others are left out.

    Raises:
        RunError: Another release wrote settings that this one does not know.
    """
    seconds = sum(run.status.seconds or 0.0 for run in _own(sweep, runs))
    if is_search_over(sweep):
        return SweepProgress(1.0, 0.0)
    if sweep.budget.num_runs is None:
        wanted = 60 * (sweep.budget.minutes or 0.0)
        return SweepProgress(min(seconds / wanted, 0.99), max(0.0, wanted - seconds))
    done = sum(run.status.epoch for run in _own(sweep, runs))
    total = sum(_count_epochs(sweep, cohort) for cohort in range(sweep.cohort + 1))
    share = min(done / total, 0.99) if total else 0.0
    return SweepProgress(share, seconds / done * max(0.0, total - done) if done and seconds else None)


def _own(sweep: Sweep, runs: Sequence[RunSummary]) -> list[RunSummary]:
    mine = {run_id for trial in sweep.trials for run_id in trial.runs.values()}
    return [run for run in runs if run.run_id in mine]


def _count_epochs(sweep: Sweep, cohort: int) -> float:
    """Return how many epochs the runs of a cohort train in all, those that are yet to be asked for as well."""
    members = [trial for trial in sweep.trials if trial.cohort == cohort]
    open_trials = (most_trials(sweep) or 0) - len(sweep.trials) if cohort == sweep.cohort else 0
    count = len([trial for trial in members if not trial.refused]) + open_trials
    if not count:
        return 0.0
    if sweep.plan.halving is not None:
        stages = list_stages(sweep.plan, count, sweep.base_config().training.num_epochs)
        return sum(stage.num_trials * (stage.last - stage.first) for stage in stages) * len(sweep.seeds)
    usual = sweep.base_config().training.num_epochs
    epochs = [float(trial.values.get("training.num_epochs", usual)) for trial in members if not trial.refused]
    mean = sum(epochs) / len(epochs) if epochs else float(usual)
    return (sum(epochs) + open_trials * mean) * len(sweep.seeds)


def expect_promotion_seconds(sweep: Sweep, top: int, num_seeds: int) -> float | None:
    """Return about how long it takes to train the best again with fresh seeds, by what they took in the sweep.

    Returns:
        None where nothing came of the sweep, or its settings are of another release.
    """
    times = [_seconds_of_whole(sweep, trial) for trial in sweep.ranking()[:top]]
    known = [seconds for seconds in times if seconds is not None]
    return num_seeds * sum(known) if known and len(known) == len(times) else None


def _seconds_of_whole(sweep: Sweep, trial: Trial) -> float | None:
    """Return how long one whole run of a configuration takes."""
    if not trial.scores or not trial.seconds:
        return None
    try:
        epochs = int(trial.values.get("training.num_epochs", sweep.base_config().training.num_epochs))
    except RunError:
        return None
    trained = sweep.rungs[max(trial.scores)] or epochs
    return trial.seconds / max(1, len(trial.runs)) / trained * epochs

"""What a sweep is and does, in words."""

from collections.abc import Mapping
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.runs import RunSummary
from cifar_core.sweeps import Plan, Sweep, Trial, is_over, is_search_over, list_stages
from dashboard.drawing.words import choice_title, count, epoch_of, setting, setting_names

SAMPLERS = {
    "quasi-random": (
        "Evenly spread",
        "Values lie evenly over all ranges (Sobol's numbers): the best start when little is known.",
    ),
    "random": ("Random", "Each value is drawn by itself."),
    "tpe": (
        "Learning (TPE)",
        "After ten random ones, values are tried more often where it was good before. One run waits for "
        "another, and which setting mattered cannot be told afterwards.",
    ),
}


def describe_epochs(number: int | None) -> str:
    """Return how long is trained, e.g. "for 3 epochs"; None is the end."""
    return "to the end" if number is None else "for 1 epoch" if number == 1 else f"for {number} epochs"


def rung_title(until: int | None) -> str:
    """Return what a figure is of, e.g. "Val accuracy after 3 epochs"; None is the end."""
    after = "at the end" if until is None else "after 1 epoch" if until == 1 else f"after {until} epochs"
    return f"Val accuracy {after}"


def describe_stages(plan: Plan, num_trials: int) -> str:
    """Say in a sentence who is trained how long, and what that saves."""
    if "training.num_epochs" in plan.search:
        return f"{count(num_trials, 'configuration')}, each trained for its own number of epochs."
    num_epochs = plan.base().training.num_epochs
    stages = list_stages(plan, num_trials, num_epochs)
    if plan.halving is None:
        return f"{count(num_trials, 'configuration')}, each trained {describe_epochs(num_epochs)}."
    first, *rest = stages
    words = [f"{count(first.num_trials, 'configuration')} {describe_epochs(first.last)}"]
    words += [f"the best {stage.num_trials} {describe_epochs(stage.last)}" for stage in rest]
    trained = sum(stage.num_trials * (stage.last - stage.first) for stage in stages)
    return f"{', '.join(words)}: {trained} epochs instead of {num_trials * num_epochs}."


def describe_base(config: RunConfig) -> str:
    """Return in a line what all runs have, as far as it matters most."""
    share = config.data.train_fraction
    images = "all training images" if share == 1 else f"{100 * share:.3g} % of the training images"
    return (
        f"{choice_title(config.model.name)}, {choice_title(config.optimizer.name)} at learning rate "
        f"{setting(config.optimizer.learning_rate)}, batch size {config.training.batch_size}, "
        f"{count(config.training.num_epochs, 'epoch')}, {images}"
    )


def write_values(values: Mapping[str, Any]) -> str:
    """Return a configuration in words."""
    names = setting_names(values)
    return ", ".join(f"{names[path]} {setting(value)}" for path, value in values.items())


def state_of(sweep: Sweep) -> str:
    """Return in a word or two what a sweep does."""
    if sweep.state == "stopped":
        return "stopped"
    if sweep.promotion is not None:
        return "promoted" if is_over(sweep) else "trains the best again"
    return "over" if is_search_over(sweep) else "running"


def describe_trial(trial: Trial, rungs: tuple[int | None, ...], runs: Mapping[str, RunSummary]) -> str:
    """Return how far a configuration is, in a few words."""
    if trial.refused:
        return f"not allowed: {trial.refused}"
    mine = [runs.get(run_id) for run_id in trial.runs.values()]
    known = [run for run in mine if run is not None]
    if has_diverged(trial, runs):
        return "diverged: counts as guessing"
    if any(run is None for run in mine) and not trial.scores:
        return "its run was deleted"
    active = next((run for run in known if run.status.status == "running"), None)
    if active is not None:
        return f"trains, {epoch_of(active.status)}"
    if any(run.status.status == "queued" for run in known) or not mine:
        return "waits for its turn"
    gone = ", its run was deleted since" if len(known) < len(mine) else ""
    if trial.rung in trial.scores:
        done = "done" if rungs[trial.rung] is None else f"trained {describe_epochs(rungs[trial.rung])}"
        return f"{done}{gone}"
    ended = next((run.status.status for run in known if not run.status.is_active), None)
    return f"{ended or 'ended'}{gone}"


def has_diverged(trial: Trial, runs: Mapping[str, RunSummary]) -> bool:
    """Whether a run of a configuration diverged."""
    mine = (runs.get(run_id) for run_id in trial.runs.values())
    return any(run is not None and run.status.status == "diverged" for run in mine)

"""How long runs take here: by what was trained before, or by two seconds of training in the background."""

from collections.abc import Mapping, Sequence

from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.derived import Request, paces_options
from cifar_core.experiments import Question, pace_of, read_paces
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunSummary, default_runs_dir
from dashboard.session.background import find_derived, is_derived

_USUAL = {"training.num_epochs": 1, "training.seed": 0}


def list_configs(question: Question, seeds: Sequence[int]) -> list[RunConfig]:
    """Return the settings of all runs with these seeds."""
    return [question.config(arm.name, seed) for seed in seeds for arm in question.arms]


def find_paces(dataset: Dataset, question: Question, runs: Sequence[RunSummary], *, may_try: bool) -> dict[str, float]:
    """Return seconds of an epoch by `pace_of`: of all that was trained here, and of the arms of a question.

    Args:
        dataset: The images.
        question: Whose arms.
        runs: All, newest first.
        may_try: Whether arms like which nothing was trained yet may be tried in the background, while a bar moves.
            Beside a training that would tell nothing.
    """
    paces = read_paces(runs, dataset.source)
    unknown = unknown_configs(question, paces)
    if not unknown:
        return paces
    request = Request("paces", dataset.fingerprint, paces_options(list(unknown.values()), default_runs_dir()))
    is_training = any(run.status.status == "running" for run in runs)
    if not is_derived(request) and (is_training or not may_try):
        return paces
    words = "Training each arm for two seconds, to see how long this takes here"
    found = find_derived(dataset, request.kind, words, dict(request.options))
    return paces if found is None else paces | dict(zip(unknown, map(float, found["epoch_seconds"]), strict=True))


def unknown_configs(question: Question, paces: Mapping[str, float]) -> dict[str, RunConfig]:
    """Return the settings of which it is not known how long they take, each kind once."""
    configs = (with_overrides(question.config(arm.name, 0), _USUAL) for arm in question.arms)
    return {pace: config for config in configs if (pace := pace_of(config)) not in paces}

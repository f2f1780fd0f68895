"""How long runs take here: by what was trained before, or by two seconds of training in the background."""

from collections.abc import Mapping, Sequence

from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.experiments import Question, read_paces
from cifar_core.runs import RunSummary
from dashboard.session.pacing import find_unknown, try_paces


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
    words = "Training each arm for two seconds, to see how long this takes here"
    return paces | try_paces(dataset, unknown_configs(question, paces), runs, words, may_try=may_try)


def unknown_configs(question: Question, paces: Mapping[str, float]) -> dict[str, RunConfig]:
    """Return the settings of which it is not known how long they take, each kind once."""
    return find_unknown((question.config(arm.name, 0) for arm in question.arms), paces)

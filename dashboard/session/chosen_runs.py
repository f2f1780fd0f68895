"""Runs that were told which images to train on: which selections they name, and what to hold each against."""

from collections.abc import Sequence

from cifar_core.config import RunConfig
from cifar_core.data import choices_in, without_choices
from cifar_core.runs import RunSummary
from cifar_core.runs.groups import settings_key
from cifar_core.runs.remembered import once_a_list, once_a_run

# What a run did with a selection, by the setting that names it.
USES = {
    "exclude": "trained without it",
    "only": "trained on it alone",
    "oversample": "saw it several times an epoch",
    "relabel": "trained with its classes",
}


@once_a_list
def find_uses(runs: Sequence[RunSummary]) -> dict[str, list[tuple[RunSummary, str]]]:
    """Return by content hash the runs whose config names a selection, each with the setting that does, newest first."""
    uses: dict[str, list[tuple[RunSummary, str]]] = {}
    for run in runs:
        for setting, name in {} if run.config is None else choices_in(run.config.data).items():
            uses.setdefault(name, []).append((run, setting))
    return uses


def find_counterpart(run: RunSummary, runs: Sequence[RunSummary]) -> RunSummary | None:
    """Return the newest run that differs from one in that it was told of no selection, and in nothing else.

    It has the same seed, settings and data: what differs between the two is what the images did. None if there is none.
    """
    if run.config is None or not choices_in(run.config.data):
        return None
    source, wanted = _without(run)
    return next(
        (
            other
            for other in runs
            if other.config is not None
            and other.run_id != run.run_id
            and not choices_in(other.config.data)
            and other.config.training.seed == run.config.training.seed
            and settings_key(other)[1] == wanted
            and (not source or other.data_source in ("", source))  # a run that waits has not seen its images yet
        ),
        None,
    )


def with_all_images(config: RunConfig) -> RunConfig:
    """Return the same settings, told of no selection."""
    data = without_choices(config.data)
    usual = type(data).model_fields["oversample_weight"].default
    return config.model_copy(update={"data": data.model_copy(update={"oversample_weight": usual})})


@once_a_run
def _without(run: RunSummary) -> tuple[str, str]:
    assert run.config is not None  # noqa: S101  # asked for before
    return settings_key(run.model_copy(update={"config": with_all_images(run.config)}))

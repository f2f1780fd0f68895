"""How long an epoch takes here where nothing like it was trained yet: two seconds of training in the background."""

from collections.abc import Iterable, Mapping, Sequence

from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.derived import Request, paces_options
from cifar_core.experiments import pace_of
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunSummary, default_runs_dir
from dashboard.session.background import find_derived, is_derived, read_derived
from dashboard.session.cache import is_any_training

BESIDE_A_TRAINING = "Beside a training this would tell nothing."

_USUAL = {"training.num_epochs": 1, "training.seed": 0}


def find_unknown(configs: Iterable[RunConfig], paces: Mapping[str, float]) -> dict[str, RunConfig]:
    """Return by pace, as `pace_of` has it, the settings of which it is not known how long they take, each kind once."""
    kinds = {pace: config for config in configs if (pace := pace_of(config)) not in paces}
    return {pace: with_overrides(config, _USUAL) for pace, config in kinds.items()}


def try_paces(
    dataset: Dataset, unknown: Mapping[str, RunConfig], runs: Sequence[RunSummary], words: str, *, may_try: bool
) -> dict[str, float]:
    """Return how many seconds an epoch takes, by pace; empty as long as that is not known, and a bar may move.

    Args:
        dataset: The images.
        unknown: As `find_unknown` returns them.
        runs: All. Beside a training a trial would tell nothing.
        words: What the bar says.
        may_try: Whether they may be tried now, and the bar may move; what was tried before is known anyway.
    """
    if not unknown:
        return {}
    request = Request("paces", dataset.fingerprint, paces_options(list(unknown.values()), default_runs_dir()))
    if may_try and (is_derived(request) or not is_any_training(runs)):
        found = find_derived(dataset, request.kind, words, dict(request.options))
    else:
        found = read_derived(request)
    return {} if found is None else dict(zip(unknown, map(float, found["epoch_seconds"]), strict=True))

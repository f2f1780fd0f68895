"""Which values to try next, and which settings mattered, asked of Optuna.

A sweep's record is replayed; Optuna keeps nothing. It is an extra: without it everything else
here works, and who wants these two is told how to get it.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cifar_core.overrides import ConfigError
from cifar_core.sweeps.plan import SamplerName
from cifar_core.sweeps.space import Dimension

if TYPE_CHECKING:
    import optuna

# Trials that TPE draws at random before it learns from them.
NUM_STARTUP = 10
# Fewer say nothing: the best tenth of them would be one or two.
_FEWEST_FOR_IMPORTANCE = 20
_BEST_SHARE = 0.25


@dataclass(frozen=True)
class Tried:
    """What a sampler is told of a configuration.

    Attributes:
        values: By setting.
        score: Val accuracy in [0, 1]; None if it came to nothing, or has not yet.
        is_open: Whether it may still come to something.
    """

    values: Mapping[str, Any]
    score: float | None = None
    is_open: bool = False


def require_optuna() -> None:
    """Raise ConfigError, with what helps, where Optuna is not installed."""
    try:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)  # each replay would say that a study was created
    except ImportError as error:
        raise ConfigError(
            "a sweep needs Optuna, which is not installed here; allowed: install it first, with "
            "python -m pip install -r requirements-sweep.txt (of the package: pip install 'cifar-lab[sweep]')"
        ) from error


def suggest(
    dimensions: Sequence[Dimension], sampler: SamplerName, seed: int, tried: Sequence[Tried], count: int = 1
) -> list[dict[str, Any]]:
    """Return the next configurations, values by setting. The same record gets the same answer.

    Args:
        dimensions: What is searched.
        sampler: How.
        seed: Of the sampler.
        tried: Those before, in order.
        count: How many.

    Raises:
        ConfigError: Optuna is not installed.
    """
    require_optuna()
    if sampler == "tpe":
        return _suggest_by_tpe(dimensions, seed, tried, count)
    import optuna

    # Neither looks at what came of those before: asked as often as then, it goes on from there.
    study = optuna.create_study(direction="maximize", sampler=_create_blind(sampler, seed))
    return [_ask(study, dimensions) for _ in range(len(tried) + count)][len(tried) :]


def find_importance(
    dimensions: Sequence[Dimension], sampler: SamplerName, tried: Sequence[Tried]
) -> tuple[dict[str, float], str]:
    """Return how much of being among the best quarter each setting explains (PED-ANOVA), as shares of 1.

    Returns:
        By setting; empty where nothing can be said. And in one sentence why not, or what to keep in mind.

    Raises:
        ConfigError: Optuna is not installed.
    """
    known = [each for each in tried if each.score is not None]
    if sampler == "tpe":
        return {}, (
            "Importance is not told: tpe tries more often where it was good before, and would be measured by its own "
            "choices. A random or quasi-random sweep tells it."
        )
    if len(known) < _FEWEST_FOR_IMPORTANCE:
        return {}, f"Importance is told from {_FEWEST_FOR_IMPORTANCE} configurations on; {len(known)} have a result."
    require_optuna()
    import optuna

    study = _replay(dimensions, known, optuna.samplers.RandomSampler(seed=0))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=_BEST_SHARE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return dict(found), f"Of {len(known)} configurations, by which settings the best quarter stands out (PED-ANOVA)."


def _create_blind(sampler: SamplerName, seed: int) -> "optuna.samplers.BaseSampler":
    import optuna

    if sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its interface may change, it says: requirements-sweep.txt has a bound
        return optuna.samplers.QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False)


def _suggest_by_tpe(
    dimensions: Sequence[Dimension], seed: int, tried: Sequence[Tried], count: int
) -> list[dict[str, Any]]:
    import optuna

    from cifar_core.randomness import stream_seed  # brings torch, which no page shall load

    found: list[dict[str, Any]] = []
    for _ in range(count):
        before = [*tried, *(Tried(values, is_open=True) for values in found)]
        sampler = optuna.samplers.TPESampler(
            seed=stream_seed(seed, "sweep", len(before)) % 2**31, n_startup_trials=NUM_STARTUP, constant_liar=True
        )
        found.append(_ask(_replay(dimensions, before, sampler), dimensions))
    return found


def _replay(
    dimensions: Sequence[Dimension], tried: Sequence[Tried], sampler: "optuna.samplers.BaseSampler"
) -> "optuna.Study":
    """Return a study that has seen what is on record."""
    import optuna

    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = _distributions(dimensions)
    states = optuna.trial.TrialState
    for each in tried:
        state = states.COMPLETE if each.score is not None else states.RUNNING if each.is_open else states.FAIL
        parameters = {dimension.path: _index_of(dimension, each.values[dimension.path]) for dimension in dimensions}
        trial = optuna.trial.create_trial(state=state, value=each.score, params=parameters, distributions=distributions)
        study.add_trial(trial)
    return study


def _ask(study: "optuna.Study", dimensions: Sequence[Dimension]) -> dict[str, Any]:
    parameters = study.ask(_distributions(dimensions)).params
    return {
        each.path: each.choices[parameters[each.path]] if each.choices else each.tidy(parameters[each.path])
        for each in dimensions
    }


def _distributions(dimensions: Sequence[Dimension]) -> "dict[str, optuna.distributions.BaseDistribution]":
    return {each.path: _distribution(each) for each in dimensions}


def _distribution(dimension: Dimension) -> "optuna.distributions.BaseDistribution":
    """Choices are told by their places: Optuna takes no lists."""
    import optuna

    if dimension.kind == "choice":
        return optuna.distributions.CategoricalDistribution(range(len(dimension.choices)))
    if dimension.kind == "int":
        low, high = int(dimension.low), int(dimension.high)
        return optuna.distributions.IntDistribution(low, high, log=dimension.is_log, step=dimension.step)
    return optuna.distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.is_log)


def _index_of(dimension: Dimension, value: Any) -> Any:
    return dimension.choices.index(value) if dimension.choices else value

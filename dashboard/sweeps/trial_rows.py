"""The configurations of a sweep as lines: as a table, and as they pass through the axes of all settings."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from cifar_core.runs import RunSummary
from cifar_core.runs.groups import GUESSING
from cifar_core.sweeps import Dimension, Sweep, Trial
from dashboard.components.parallel import Axis, Path
from dashboard.drawing.words import percent, setting, setting_names
from dashboard.sweeps.words import describe_trial, has_diverged, rung_title, write_values

_ROOM = 0.06  # of the range of results, above and below
RESULT = "result_"  # before a rung's place: the key of its axis


def result_key(rung: int) -> str:
    """Return the key of the axis of a rung's results."""
    return f"{RESULT}{rung}"


def trials_frame(sweep: Sweep, runs: Mapping[str, RunSummary]) -> pd.DataFrame:
    """Return a row a configuration, the best first: number, settings, results, seconds, state."""
    names = setting_names(_paths(sweep))
    ranking = [trial.number for trial in sweep.ranking()]
    order = {number: place for place, number in enumerate(ranking)}
    rows = []
    for trial in sorted(sweep.trials, key=lambda trial: (order.get(trial.number, len(order)), trial.number)):
        settings = {names[path].capitalize(): trial.values.get(path) for path in names}
        results = {rung_title(until): trial.scores.get(rung) for rung, until in enumerate(sweep.rungs)}
        state = {"Minutes": round(trial.seconds / 60, 2), "Status": describe_trial(trial, sweep.rungs, runs)}
        rows.append({"Configuration": trial.number, **settings, **results, **state})
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    # Numbers stay numbers, so that they are put in order as such.
    titles = [name.capitalize() for name in names.values()]
    in_words = [title for title in titles if is_bool_dtype(frame[title]) or not is_numeric_dtype(frame[title])]
    frame = frame.assign(**{title: frame[title].map(setting) for title in in_words})
    return frame.astype({rung_title(until): float for until in sweep.rungs})


def _paths(sweep: Sweep) -> list[str]:
    return list(sweep.trials[0].values) if sweep.trials else list(sweep.plan.search)


def create_axes(sweep: Sweep, dimensions: Sequence[Dimension]) -> list[Axis]:
    """Return an axis for each setting that is searched, and one for each time at which results were told."""
    names = setting_names(dimension.path for dimension in dimensions)
    axes = [_axis(dimension, names[dimension.path].capitalize()) for dimension in dimensions]
    return axes + [_result_axis(sweep, rung) for rung in range(len(sweep.rungs))]


def _axis(dimension: Dimension, title: str) -> Axis:
    if dimension.choices:
        words = [setting(choice) for choice in dimension.choices]
        return Axis(dimension.path, title, 0, len(words) - 1, choices=words)
    return Axis(dimension.path, title, dimension.low, dimension.high, is_log=dimension.is_log)


def _result_axis(sweep: Sweep, rung: int) -> Axis:
    """What diverged counts as guessing; on the axis it lies at the foot, as what guesses, and squeezes no others."""
    title = rung_title(sweep.rungs[rung])
    scores = [trial.scores[rung] for trial in sweep.trials if rung in trial.scores]
    known = [score for score in scores if score > GUESSING] or scores
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = _ROOM * (high - low) or 0.01
    # Four digits: those that a brush has.
    return Axis(result_key(rung), title, _round(max(0.0, low - room)), _round(min(1.0, high + room)), is_share=True)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def create_paths(
    sweep: Sweep, dimensions: Sequence[Dimension], axes: Sequence[Axis], runs: Mapping[str, RunSummary]
) -> list[Path]:
    """Return a line for each configuration that can be trained, the best last."""
    ranking = [trial.number for trial in sweep.ranking()]
    last = max(1, len(ranking) - 1)
    strength = {number: round(1 - place / last, 3) for place, number in enumerate(ranking)}
    trials = [trial for trial in sweep.trials if not trial.refused]
    trials.sort(key=lambda trial: strength.get(trial.number, -1.0))
    return [
        Path(
            trial.number,
            name_trial(trial, sweep),
            [*_places(trial, dimensions), *_results(trial, axes[len(dimensions) :])],
            strength.get(trial.number),
            _tone(trial, runs, is_stopped=sweep.state == "stopped"),
        )
        for trial in trials
    ]


def _places(trial: Trial, dimensions: Sequence[Dimension]) -> list[float]:
    return [
        float(each.choices.index(trial.values[each.path])) if each.choices else _round(float(trial.values[each.path]))
        for each in dimensions
    ]


def _results(trial: Trial, axes: Sequence[Axis]) -> list[float | None]:
    found = (trial.scores.get(rung) for rung in range(len(axes)))
    pairs = zip(found, axes, strict=True)
    return [None if score is None else min(max(_round(score), axis.low), axis.high) for score, axis in pairs]


def _tone(trial: Trial, runs: Mapping[str, RunSummary], *, is_stopped: bool) -> Literal["", "bad", "open"]:
    """What a stopped sweep took along goes on with it."""
    has_nothing = trial.has_ended and not trial.scores
    if has_diverged(trial, runs) or (has_nothing and not is_stopped):
        return "bad"
    return "" if trial.is_settled and not has_nothing else "open"


def name_trial(trial: Trial, sweep: Sweep) -> str:
    """Return a configuration in a line: its number, its latest result, its settings."""
    score = trial.score
    after = "" if score is None else rung_title(sweep.rungs[max(trial.scores)]).removeprefix("Val accuracy")
    result = "no result yet" if score is None else f"val {percent(score)}{after}"
    return f"#{trial.number}: {result}; {write_values(trial.values)}"

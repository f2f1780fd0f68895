"""What a sweep may choose: ranges and choices of settings, a line each, checked against the config's bounds."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cifar_core.config import SECTIONS, RunConfig, section_choices
from cifar_core.overrides import ConfigError, parse_value, with_overrides

# What must be the same for all runs of a sweep, or their figures on val are not about the same.
NOT_SEARCHED = {
    "training.seed": "the sweep's own seeds decide it",
    "training.evaluate_test": "no run of a sweep reads test",
    "data.split_seed": "all runs must be judged on the same val images",
    "data.val_fraction": "all runs must be judged on the same val images",
}
_RANGE = re.compile(r"(?:(log|lin|int):)?([^:,\s]+):([^:,\s]+)")
_FORMS = "low:high, log:low:high, lin:low:high, int:low:high, or values with commas between them"


@dataclass(frozen=True)
class Dimension:
    """A setting that is searched.

    Attributes:
        path: Of the setting, e.g. "optimizer.learning_rate".
        kind: What it takes: numbers, whole numbers, or one of `choices`.
        low, high: Ends of a range, both allowed; 0 of choices.
        is_log: Whether factors count rather than differences.
        step: Between two whole numbers.
        choices: At least two.
    """

    path: str
    kind: Literal["float", "int", "choice"]
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False
    step: int = 1
    choices: tuple[Any, ...] = ()

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that bound it: all choices, or both ends of its range."""
        return self.choices if self.kind == "choice" else tuple(self.tidy(end) for end in (self.low, self.high))

    def tidy(self, value: Any) -> Any:
        """Return a value as people would write it, four digits of it, within the range."""
        if self.kind == "choice":
            return value
        return int(value) if self.kind == "int" else min(max(float(f"{value:.4g}"), self.low), self.high)

    def at(self, share: float) -> Any:
        """Return the value that lies so far between the ends, in [0, 1]; where factors count, by factors."""
        if self.choices:
            return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]
        low, high = self._straight(self.low), self._straight(self.high)
        value = low + share * (high - low)
        value = math.exp(value) if self.is_log else value
        return self.tidy(self.low + round((value - self.low) / self.step) * self.step if self.kind == "int" else value)

    def share_of(self, value: Any) -> float:
        """Return how far a value lies between the ends, in [0, 1]; choices lie evenly between them."""
        if self.choices:
            return self.choices.index(value) / (len(self.choices) - 1)
        low, high = self._straight(self.low), self._straight(self.high)
        return (self._straight(float(value)) - low) / (high - low)

    def _straight(self, value: float) -> float:
        return math.log(value) if self.is_log else value

    def describe(self) -> str:
        """Say in words what is searched."""
        if self.kind == "choice":
            return f"{self.path}: {', '.join(map(str, self.choices))}"
        numbers = "whole numbers " if self.kind == "int" else ""
        return f"{self.path}: {numbers}{self.low:g} to {self.high:g}{', logarithmic' if self.is_log else ''}"


def read_space(base: RunConfig, search: Mapping[str, Any]) -> tuple[Dimension, ...]:
    """Return what is searched.

    Args:
        base: The settings that stay as they are.
        search: By setting, a range ("log:1e-4:1", "int:32:512", "0:0.5") or choices ("16,32,64", or a list). Without a
            word in front, the setting itself says whether it takes whole numbers and whether factors count.

    Raises:
        ConfigError: A setting or value is not allowed. The text names the field, the value and what is allowed.
    """
    names = _swept_names(search)
    dimensions = tuple(_read(path, search[path], _base_of(path, base, names)) for path in search)
    _check_ends_together(base, dimensions)
    return dimensions


def is_searched(path: str, text: str, base: RunConfig) -> bool:
    """Whether a text stands for several values of a setting, rather than for one."""
    if text[:1] in ("[", "{"):
        return False
    is_number = _find_schema(path, base).get("type") in ("integer", "number") if _is_setting(path, base) else True
    return "," in text or (is_number and ":" in text)


def _swept_names(search: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return by section the kinds of it that are tried."""
    return {
        path.removesuffix(".name"): _split_choices(value)
        for path, value in search.items()
        if path.endswith(".name") and path.removesuffix(".name") in SECTIONS
    }


def _base_of(path: str, base: RunConfig, names: Mapping[str, Sequence[Any]]) -> RunConfig:
    """Return the settings with a kind of the section that has the setting."""
    section = path.partition(".")[0]
    for name in names.get(section, ()):
        if not path.endswith(".name"):
            candidate = with_overrides(base, {f"{section}.name": name})
            if _is_setting(path, candidate):
                return candidate
    return base


def _is_setting(path: str, config: RunConfig) -> bool:
    section, _, field = path.partition(".")
    return section in SECTIONS and field in type(getattr(config, section)).model_fields


def _find_schema(path: str, config: RunConfig) -> dict[str, Any]:
    section, _, field = path.partition(".")
    return type(getattr(config, section)).field_schemas()[field]


def _read(path: str, value: Any, base: RunConfig) -> Dimension:
    if path in NOT_SEARCHED:
        raise ConfigError(f"{path} = {value!r} cannot be searched: {NOT_SEARCHED[path]}; allowed: any other setting")
    if not _is_setting(path, base):
        with_overrides(base, {path: None})  # says what there is
    if path.endswith(".name"):
        dimension = Dimension(path, "choice", choices=tuple(_split_choices(value)))
        allowed = section_choices(path.partition(".")[0])
        for choice in dimension.choices:
            if choice not in allowed:
                raise ConfigError(f"{path} = {choice!r} is not allowed; allowed: {', '.join(allowed)}")
    else:
        dimension = _read_values(path, value, _find_schema(path, base))
        for end in dimension.ends:
            _check_bounds(base, path, end)
    if dimension.kind == "choice" and len({repr(choice) for choice in dimension.choices}) < max(
        2, len(dimension.choices)
    ):
        raise ConfigError(f"{path} = {value!r} is not allowed; allowed: two or more different values")
    return dimension


def _check_bounds(base: RunConfig, path: str, value: Any) -> None:
    """Raise ConfigError if no run can have this value; one that some can have, with others beside it, is let pass."""
    try:
        with_overrides(base, {path: value})
    except ConfigError as error:
        if str(error).startswith(path):
            raise


def _read_values(path: str, value: Any, schema: Mapping[str, Any]) -> Dimension:
    is_number = schema.get("type") in ("integer", "number") and "enum" not in schema
    if not (isinstance(value, str) and is_number and ":" in value):
        return Dimension(path, "choice", choices=tuple(_split_choices(value)))
    match = _RANGE.fullmatch(value.strip())
    if match is None:
        raise ConfigError(f"{path} = {value!r} is not allowed; allowed: {_FORMS}")
    return _read_range(path, value, match, schema)


def _read_range(path: str, text: str, match: re.Match[str], schema: Mapping[str, Any]) -> Dimension:
    how, *ends = match.groups()
    low, high = (_read_number(path, text, end) for end in ends)
    is_whole = schema.get("type") == "integer" or how == "int"
    if not low < high:
        raise ConfigError(f"{path} = {text!r} is not allowed; allowed: a low end below the high one")
    if how == "log" and low <= 0:
        raise ConfigError(f"{path} = {text!r} is not allowed; allowed: a low end above 0 where factors count")
    if is_whole and (low != int(low) or high != int(high)):
        raise ConfigError(f"{path} = {text!r} is not allowed; allowed: whole numbers")
    is_log = how == "log" or (how is None and schema.get("scale") == "log" and low > 0)
    step = int(schema.get("step", 1)) if is_whole and not is_log else 1
    return Dimension(
        path, "int" if is_whole else "float", low, low + (high - low) // step * step if is_whole else high, is_log, step
    )


def _read_number(path: str, text: str, end: str) -> float:
    try:
        return float(end)
    except ValueError as error:
        raise ConfigError(f"{path} = {text!r} is not allowed: {end!r} is no number; allowed: {_FORMS}") from error


def _split_choices(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    return [parse_value(part.strip()) for part in str(value).split(",")]


def _check_ends_together(base: RunConfig, dimensions: Sequence[Dimension]) -> None:
    """Try the lowest and the highest values of all together, with each kind of a section that is tried.

    Raises:
        ConfigError: Such settings are not allowed.
    """
    kinds = [{}]  # type: list[dict[str, Any]]
    for each in dimensions:
        if each.path.endswith(".name"):
            kinds = [kind | {each.path: name} for kind in kinds for name in each.choices]
    for kind in kinds:
        for end in (0, -1):
            with_overrides(base, {each.path: each.ends[end] for each in dimensions} | kind)

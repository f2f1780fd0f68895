"""Which settings a sweep can search, between which bounds, and a range to begin with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cifar_core.config import SECTIONS, RunConfig, section_choices
from cifar_core.config.fields import ON_WITH
from cifar_core.overrides import ConfigError
from cifar_core.sweeps.space import NOT_SEARCHED, read_space

# A range of whole numbers is no wider than this, unless its setting's bounds are; else it lies around the value.
_WIDE = 40
_AROUND, _LOG_AROUND_WHOLE, _LOG_AROUND = 2.0, 4.0, 10.0
# The smallest that a scale of factors begins with where the setting itself may be zero.
_SMALLEST = 1e-5
_LARGE = 10.0


@dataclass(frozen=True)
class Searchable:
    """A setting that can be searched.

    Attributes:
        path: Of the setting.
        kind: What it takes.
        least, most: The config's bounds; 0 of choices.
        is_above_least: Whether the lower bound itself is not allowed.
        is_below_most: Likewise the upper one.
        is_log: Whether the setting says that factors count.
        low, high: A range to begin with.
        choices: All of them; empty of numbers.
    """

    path: str
    kind: Literal["float", "int", "choice"]
    least: float = 0.0
    most: float = 0.0
    is_above_least: bool = False
    is_below_most: bool = False
    is_log: bool = False
    low: float = 0.0
    high: float = 0.0
    choices: tuple[Any, ...] = ()

    @property
    def text(self) -> str | list[Any]:
        """What is searched to begin with, as a plan has it."""
        return list(self.choices) if self.choices else write_range(self.low, self.high, is_log=self.is_log)


def write_range(low: float, high: float, *, is_log: bool) -> str:
    """Return a range as a plan has it."""
    return f"{'log' if is_log else 'lin'}:{low:.6g}:{high:.6g}"


def begin_with(config: RunConfig, each: Searchable) -> str | list[Any]:
    """Return what of a setting is searched to begin with, as a plan has it: what the config's others allow."""
    if each.choices:
        return list(each.choices)
    step = 1.0 if each.kind == "int" else 0.05
    raised = write_range(each.low + step, each.high, is_log=each.is_log)
    try:
        read_space(config, {each.path: each.text})
    except ConfigError:
        return raised
    return each.text


def list_searchable(config: RunConfig) -> dict[str, Searchable]:
    """Return, by path, each setting of a config that takes a number or one of several choices.

    Which network, optimizer and schedule are among them. Settings of those are the config's own: a plan that tries
    several may name settings of the others, too.
    """
    found: dict[str, Searchable] = {}
    for section in SECTIONS:
        kinds, part = tuple(section_choices(section)), getattr(config, section)
        if len(kinds) > 1:
            path = f"{section}.name"
            found[path] = Searchable(path, "choice", choices=kinds)
        for field, schema in type(part).field_schemas().items():
            path, switch = f"{section}.{field}", schema.get(ON_WITH)
            if field == "name" or path in NOT_SEARCHED or (switch is not None and not getattr(part, switch)):
                continue
            each = _read(path, schema, getattr(part, field))
            if each is not None:
                found[path] = each
    return found


def _read(path: str, schema: Mapping[str, Any], value: Any) -> Searchable | None:
    if "enum" in schema:
        return Searchable(path, "choice", choices=tuple(schema["enum"]))
    kind = schema.get("type")
    if kind == "boolean":
        return Searchable(path, "choice", choices=(False, True))
    if kind not in ("integer", "number"):
        return None
    least = float(schema.get("minimum", schema.get("exclusiveMinimum", 0.0)))
    most = float(schema.get("maximum", schema.get("exclusiveMaximum", math.inf)))
    is_whole, is_log = kind == "integer", schema.get("scale") == "log"
    low, high = _range_around(float(value), least, most, is_whole=is_whole, is_log=is_log, step=schema.get("step", 1))
    if "exclusiveMinimum" in schema and not is_log:
        low = max(low, float(schema.get("step", 0.1)))
    if "exclusiveMaximum" in schema:
        high = min(high, most - 0.01)
    return Searchable(
        path,
        "int" if is_whole else "float",
        least,
        most,
        "exclusiveMinimum" in schema,
        "exclusiveMaximum" in schema,
        is_log,
        low,
        high,
    )


def _range_around(
    value: float, least: float, most: float, *, is_whole: bool, is_log: bool, step: float
) -> tuple[float, float]:
    """Return a range that somebody may want: around the value where the bounds are far apart, else the bounds."""
    if is_log:
        around = _LOG_AROUND_WHOLE if is_whole else _LOG_AROUND
        centre = value or 100 * _SMALLEST
        low, high = max(centre / around, least, 1.0 if is_whole else _SMALLEST), min(centre * around, most)
        return (round(low), round(high)) if is_whole else (float(f"{low:.2g}"), float(f"{high:.2g}"))
    if is_whole:
        if most - least <= _WIDE or not value:
            return least, min(most, least + _WIDE)
        # From a value that is allowed, in steps: depths of some networks are far apart.
        return max(least, value - (value - value // _AROUND) // step * step), min(most, value * _AROUND)
    return least, most if most - least <= _LARGE else least + _LARGE * step

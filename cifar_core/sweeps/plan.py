"""What a sweep is asked to do, as data."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.slugs import SLUG, SLUG_IN_WORDS
from cifar_core.sweeps.space import Dimension, read_space

SamplerName = Literal["random", "quasi-random", "tpe"]
_BUDGET = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(runs?|min|minutes?)?\s*")
_MOST_RUNS, _MOST_MINUTES = 2000, 100_000


class PlanError(ValueError):
    """A sweep that cannot be asked for. Its text names the field, the value and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Budget(_Part):
    """How much may be spent: so many runs, or so many minutes of training; one of the two."""

    num_runs: int | None = Field(None, ge=1, le=_MOST_RUNS)
    minutes: float | None = Field(None, gt=0, le=_MOST_MINUTES)

    def __str__(self) -> str:
        """As `read_budget` reads it."""
        return f"{self.num_runs} runs" if self.num_runs is not None else f"{self.minutes:g} min"

    def plus(self, other: "Budget") -> "Budget":
        """Return both together.

        Raises:
            ConfigError: One is of runs, the other of minutes, or it is more than any sweep may have.
        """
        if (self.num_runs is None) != (other.num_runs is None):
            kind = "minutes" if self.num_runs is None else "runs"
            raise ConfigError(f"budget {other} is not allowed here; allowed: {kind}, as the sweep began")
        try:
            if self.num_runs is not None and other.num_runs is not None:
                return Budget(num_runs=self.num_runs + other.num_runs)
            return Budget(minutes=(self.minutes or 0.0) + (other.minutes or 0.0))
        except ValidationError as error:
            most = f"{_MOST_RUNS:,} runs, or {_MOST_MINUTES:,} minutes, in all"
            raise ConfigError(f"budget {self} and {other} more is not allowed; allowed: up to {most}") from error


class Halving(_Part):
    """Successive halving (Jamieson and Talwalkar, 2016): after few epochs only the best go on, and again, and again.

    Attributes:
        factor: Of so many that were trained equally long, one goes on, for so many times as many epochs.
        first_epochs: Epochs until the first choice.
    """

    factor: int = Field(3, ge=2, le=10)
    first_epochs: int = Field(1, ge=1, le=500)

    def rungs(self, num_epochs: int) -> tuple[int, ...]:
        """Return after which epochs is chosen, the last one included."""
        epochs, rungs = self.first_epochs, []
        while epochs < num_epochs:
            rungs.append(epochs)
            epochs *= self.factor
        return (*rungs, num_epochs)


class Plan(_Part):
    """What is searched, how, and how long.

    Attributes:
        name: Short, of lower-case letters, digits and hyphens.
        preset: The settings that all runs start from.
        settings: What all runs change.
        search: By setting, a range or choices, as `read_space` reads them.
        sampler: How values are chosen. random: each by itself. quasi-random: evenly spread (Sobol). tpe: more often
            where it was good before (Bergstra et al., 2011).
        budget: What may be spent; written "20", "20 runs" or "30 min".
        halving: If only the best shall be trained to their end.
        num_seeds: Runs of each configuration; their mean counts.
        seed: Of the sampler.
    """

    name: str = Field("sweep", pattern=f"^{SLUG}$", max_length=40)
    preset: str = FIRST_PRESET
    settings: dict[str, Any] = {}
    search: dict[str, Any] = Field(min_length=1, max_length=20)
    sampler: SamplerName = "quasi-random"
    budget: Budget
    halving: Halving | None = None
    num_seeds: Annotated[int, Field(ge=1, le=10)] = 1
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0

    @field_validator("budget", mode="before")
    @classmethod
    def _read_budget(cls, value: Any) -> Any:
        return read_budget(str(value)) if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.preset not in PRESETS:
            raise ValueError(f"preset = {self.preset!r} is not allowed; allowed: {', '.join(PRESETS)}")
        if both := sorted(self.settings.keys() & self.search.keys()):
            raise ValueError(f"settings.{both[0]} is searched as well; allowed: one of the two")
        if self.budget.num_runs is not None and self.budget.num_runs < self.num_seeds:
            raise ValueError(f"budget = {self.budget} is not allowed; allowed: {self.num_seeds} runs and more")
        self._check_halving()
        try:
            read_space(self.base(), self.search)
        except ConfigError as error:
            raise ValueError(str(error).splitlines()[0]) from error
        return self

    def _check_halving(self) -> None:
        if self.halving is None:
            return
        if self.budget.num_runs is None:
            raise ValueError(f"budget = {self.budget} is not allowed with halving; allowed: a number of runs")
        if "training.num_epochs" in self.search:
            raise ValueError("search.training.num_epochs is not allowed with halving; allowed: one number for all")
        most = self.base().training.num_epochs
        if self.halving.first_epochs >= most:
            raise ValueError(
                f"halving.first_epochs = {self.halving.first_epochs} is not allowed; allowed: fewer than the {most} "
                "epochs of a whole run"
            )

    def base(self) -> RunConfig:
        """Return the settings of all runs, less what is searched.

        Raises:
            ConfigError: A setting is not allowed.
        """
        return with_overrides(PRESETS[self.preset].config, {**self.settings, "training.evaluate_test": False})


def read_budget(text: str) -> Budget:
    """Read "20", "20 runs" or "30 min".

    Raises:
        ConfigError: It says something else.
    """
    match = _BUDGET.fullmatch(text)
    number, unit = (float(match[1]), match[2] or "runs") if match else (0.0, "")
    is_minutes = unit.startswith("min")
    most = _MOST_MINUTES if is_minutes else _MOST_RUNS
    if not 0 < number <= most or not (is_minutes or number == int(number)):
        raise ConfigError(
            f"budget = {text!r} is not allowed; allowed: up to {_MOST_RUNS} runs, or minutes, as in 30 min"
        )
    return Budget(minutes=number) if is_minutes else Budget(num_runs=int(number))


def read_plan(path: Path) -> Plan:
    """Read a plan from a YAML file.

    Raises:
        PlanError: It cannot be read, is no YAML, or asks for what is not allowed.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = explain(error) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PlanError(f"{path.name} cannot be read: {reason}; allowed: a YAML file") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise PlanError(f"{path.name}: not YAML; allowed: fields such as search, budget, settings") from error
    if not isinstance(tree, dict):
        raise PlanError(f"{path.name}: {type(tree).__name__} instead of fields; allowed: search, budget, settings, ...")
    return create_plan(tree, f"{path.name}: ")


def create_plan(tree: dict[str, Any], where: str = "") -> Plan:
    """Check a plan; `where` is what errors begin with.

    Raises:
        PlanError: It asks for what is not allowed.
    """
    try:
        return Plan.model_validate(tree)
    except ValidationError as error:
        raise PlanError(where + _describe(error)) from error
    except RecursionError as error:
        raise PlanError(f"{where}too deep; allowed: plain fields") from error


def _describe(error: ValidationError) -> str:
    """Turn pydantic's first error into the field, the value and what is allowed."""
    details = error.errors()[0]
    path = ".".join(map(str, details["loc"]))
    message = details["msg"].removeprefix("Value error, ")
    if not path or details["type"] == "value_error":
        return message
    if details["type"] == "missing":
        return f"{path} is missing; allowed: every sweep has one"
    if details["type"] == "extra_forbidden":
        return f"{path}: no such field; allowed: {', '.join(Plan.model_fields)}"
    if details["type"] == "string_pattern_mismatch":  # of names alone
        return f"{path} = {details['input']!r} is not allowed; allowed: {SLUG_IN_WORDS}"
    return f"{path} = {details['input']!r} is not allowed: {message[0].lower()}{message[1:]}"


def dimensions_of(plan: Plan, base: RunConfig) -> tuple[Dimension, ...]:
    """Return what a plan searches, beside settings that were those of all runs when it began."""
    return read_space(base, plan.search)

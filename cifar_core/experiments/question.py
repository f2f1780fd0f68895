"""What is asked, as data: arms that differ in settings, and claims about which of them is better."""

from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cifar_core.config import RunConfig
from cifar_core.evaluation.comparison import MARGIN
from cifar_core.failures import explain
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS

Settings = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(max_length=1500)]

# No question reads test: that is for a final figure, and for once.
_ALWAYS: Settings = {"training.evaluate_test": False}


class QuestionError(ValueError):
    """A question that cannot be asked. Its text names the field, the value and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arm(_Part):
    """One of the settings that are compared: its name, and what it changes."""

    name: Name
    settings: Settings = {}


class Claim(_Part):
    """That the second arm is more accurate on val than the first, by more than a margin.

    Attributes:
        first: An arm's name.
        second: Another's.
        says: The claim in a sentence.
        margin: Smallest difference of val accuracy that matters, in [0, 0.5].
    """

    first: Name
    second: Name
    says: Sentence
    margin: float = Field(MARGIN, ge=0, le=0.5)


class Change(_Part):
    """What turns the result round: settings for all arms, and what is to be seen then."""

    says: Sentence
    settings: Settings


class Question(_Part):
    """A question about settings.

    Attributes:
        name: Short, of lower-case letters, digits and hyphens.
        title: A heading.
        question: One sentence that ends in a question mark.
        preset: The settings that all arms start from.
        settings: What all arms change.
        arms: Two to six, each trained with every seed.
        claims: What is held against the runs.
        num_seeds: Runs of each arm, 2 to 20; with three the interval is 2.5 deviations to either side.
        why: What explains the result, for after it.
        look: What to look at in the runs.
        break_it: A change that turns the result round; None if there is none.
    """

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    title: Annotated[str, Field(min_length=1, max_length=80)]
    question: Annotated[str, Field(pattern=r"\?$", max_length=200)]
    preset: str = FIRST_PRESET
    settings: Settings = {}
    arms: tuple[Arm, ...] = Field(min_length=2, max_length=6)
    claims: tuple[Claim, ...] = Field(min_length=1, max_length=6)
    num_seeds: int = Field(3, ge=2, le=20)
    why: Text = ""
    look: Text = ""
    break_it: Change | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.preset not in PRESETS:
            raise ValueError(f"preset = {self.preset!r} is not allowed; allowed: {', '.join(PRESETS)}")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(f"arms = {', '.join(names)}: a name twice; allowed: a name of its own for each")
        for number, claim in enumerate(self.claims):
            for role, name in (("first", claim.first), ("second", claim.second)):
                if name not in names:
                    raise ValueError(f"claims.{number}.{role} = {name!r} is not allowed; allowed: {', '.join(names)}")
            if claim.first == claim.second:
                raise ValueError(f"claims.{number}.second = {claim.second!r} is not allowed; allowed: another arm")
        for changes in ({}, self.break_it.settings if self.break_it else {}):
            for arm in self.arms:
                self._try_config(arm, changes)
        return self

    def _try_config(self, arm: Arm, changes: Settings) -> None:
        try:
            self.config(arm.name, 0, changes)
        except ConfigError as error:
            where = "break_it, " if changes else ""
            raise ValueError(f"{where}arm {arm.name!r}: {str(error).splitlines()[0]}") from error

    def config(self, arm: str, seed: int, changes: Settings | None = None) -> RunConfig:
        """Return the settings of one run.

        Args:
            arm: Its name.
            seed: Of initial weights, order, augmentation and dropout; the images that train and validate stay the same.
            changes: What `break_it` changes, for all arms; an arm's own settings come after it.

        Raises:
            ConfigError: A setting is not allowed.
        """
        own = next(each.settings for each in self.arms if each.name == arm)
        base = with_overrides(PRESETS[self.preset].config, self.settings)
        base = with_overrides(base, changes or {})
        return with_overrides(base, {**own, **_ALWAYS, "training.seed": seed})

    def broken(self) -> "Question":
        """Return the question with its `break_it` done.

        Raises:
            QuestionError: It has none.
        """
        if self.break_it is None:
            raise QuestionError(f"question {self.name!r} has no break_it; allowed: one that has")
        changed = {"settings": self.settings | self.break_it.settings, "break_it": None}
        return Question.model_validate(self.model_dump() | changed)


def read_question(path: Path) -> Question:
    """Read a question from a YAML file.

    Raises:
        QuestionError: It cannot be read, is no YAML, or asks what cannot be asked.
    """
    try:
        return parse_question(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = explain(error) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise QuestionError(f"{path.name} cannot be read: {reason}; allowed: a YAML file") from error


def parse_question(text: str, where: str) -> Question:
    """Read a question from YAML; `where` is what errors call it.

    Raises:
        QuestionError: It is no YAML, or asks what cannot be asked.
    """
    try:
        tree = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = "" if line is None else f", line {line + 1}"
        raise QuestionError(f"{where}{place}: not YAML; allowed: as in the lessons that come with this") from error
    if not isinstance(tree, dict):
        raise QuestionError(
            f"{where}: {type(tree).__name__} instead of fields; allowed: name, title, question, arms, ..."
        )
    try:
        return Question.model_validate(tree)
    except ValidationError as error:
        raise QuestionError(f"{where}: {_describe(error)}") from error


def _describe(error: ValidationError) -> str:
    """Turn pydantic's first error into the field, the value and what is allowed."""
    details = error.errors()[0]
    path = ".".join(map(str, details["loc"]))
    message = details["msg"].removeprefix("Value error, ")
    if not path:
        return message
    if details["type"] == "missing":
        return f"{path} is missing; allowed: every question has one"
    if details["type"] == "extra_forbidden":
        return f"{path}: no such field; allowed: {', '.join(Question.model_fields)}"
    return f"{path} = {details['input']!r} is not allowed: {message[0].lower()}{message[1:]}"

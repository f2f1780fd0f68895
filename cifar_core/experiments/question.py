"""What is asked, as data: arms that differ in settings, and claims about which of them is better."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cifar_core.config import RunConfig
from cifar_core.evaluation.comparison import MARGIN
from cifar_core.experiments.measures import ACCURACY, Measure, parse_measure
from cifar_core.failures import explain
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.slugs import SLUG, SLUG_IN_WORDS

Settings = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(max_length=1500)]
# Pages that tell more of runs than a card does.
Page = Literal["explore", "augment", "train", "errors", "explain", "compare"]

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
    """That the second arm is more accurate on val than the first, or more of another measure, by more than a margin.

    Attributes:
        first: An arm's name.
        second: Another's.
        says: The claim in a sentence.
        margin: Smallest difference that matters, in [0, 0.5].
        measure: "accuracy", "recall:cat" (share of cats told rightly), "confusion:cat>dog" (share of cats taken for
            dogs) or "confusion:cat<>dog" (share of both taken for the other), all of val.
    """

    first: Name
    second: Name
    says: Sentence
    margin: float = Field(MARGIN, ge=0, le=0.5)
    measure: str = ACCURACY

    @field_validator("measure")
    @classmethod
    def _check_measure(cls, text: str) -> str:
        parse_measure(text)
        return text

    @property
    def measured(self) -> Measure:
        """What is measured."""
        return parse_measure(self.measure)


class Change(_Part):
    """What turns the result round: settings for all arms, and what is to be seen then."""

    says: Sentence
    settings: Settings


class FullSize(_Part):
    """What makes of a small experiment the real thing: settings for all arms, then for some of them by name.

    Those that it does not name stay as they are; without any, all images train for as long as the preset says.
    """

    settings: Settings = {}
    arms: dict[Name, Settings] = {}


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
        look_at: Pages that it speaks of: the card leads there with each arm's run.
        break_it: A change that turns the result round; None if there is none.
        full_size: What makes the real thing of it.
        form: Whether it is asked as it was written, with its change, or at full size.
        changed: What all arms change besides, if it is not as it was written: after `settings`, before an arm's own.
    """

    name: str = Field(pattern=f"^{SLUG}$", max_length=40)
    title: Annotated[str, Field(min_length=1, max_length=80)]
    question: Annotated[str, Field(pattern=r"\?$", max_length=200)]
    preset: str = FIRST_PRESET
    settings: Settings = {}
    arms: tuple[Arm, ...] = Field(min_length=2, max_length=6)
    claims: tuple[Claim, ...] = Field(min_length=1, max_length=6)
    num_seeds: int = Field(3, ge=2, le=20)
    why: Text = ""
    look: Text = ""
    look_at: tuple[Page, ...] = ("errors", "compare", "explain", "train")
    break_it: Change | None = None
    full_size: FullSize = FullSize()
    form: Literal["whole", "broken", "full size"] = "whole"
    changed: Settings = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.preset not in PRESETS:
            raise ValueError(f"preset = {self.preset!r} is not allowed; allowed: {', '.join(PRESETS)}")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(f"arms = {', '.join(names)}: a name twice; allowed: a name of its own for each")
        for name in self.full_size.arms:
            if name not in names:
                raise ValueError(f"full_size.arms = {name!r} is not allowed; allowed: {', '.join(names)}")
        for number, claim in enumerate(self.claims):
            for role, name in (("first", claim.first), ("second", claim.second)):
                if name not in names:
                    raise ValueError(f"claims.{number}.{role} = {name!r} is not allowed; allowed: {', '.join(names)}")
            if claim.first == claim.second:
                raise ValueError(f"claims.{number}.second = {claim.second!r} is not allowed; allowed: another arm")
        for arm in self.arms:
            self._try_config(arm, {}, "")
            self._try_config(arm, self.break_it.settings if self.break_it else {}, "break_it, ")
            self._try_config(self._grown(arm), self._full_settings, "full_size, ")
        self._check_val()
        return self

    def _check_val(self) -> None:
        """Arms that other images judge would differ by those images, which no number of seeds makes up for."""
        arms = {arm.name: arm for arm in self.arms}
        for number, claim in enumerate(self.claims):
            pair = [arms[claim.first], arms[claim.second]]
            whole = [self._config_of(arm, 0, {}).data.held_out for arm in pair]
            grown = [self._config_of(self._grown(arm), 0, self._full_settings).data.held_out for arm in pair]
            for where, (first, second) in (("", whole), ("full_size, ", grown)):
                if first != second:
                    raise ValueError(
                        f"{where}claims.{number}: arms {claim.first!r} and {claim.second!r} hold out other images: "
                        f"data.val_fraction = {first[0]:g} and {second[0]:g}, data.split_seed = {first[1]} and "
                        f"{second[1]}; allowed: arms that agree on both, so that the same images judge them"
                    )

    def _try_config(self, arm: Arm, changes: Settings, where: str) -> None:
        try:
            self._config_of(arm, 0, changes)
        except ConfigError as error:
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
        return self._config_of(next(each for each in self.arms if each.name == arm), seed, changes or {})

    def _config_of(self, arm: Arm, seed: int, changes: Settings) -> RunConfig:
        base = with_overrides(PRESETS[self.preset].config, self.settings)
        for layer in (self.changed, changes):  # one after the other: another optimizer leaves the last one's settings
            base = with_overrides(base, layer)
        return with_overrides(base, {**arm.settings, **_ALWAYS, "training.seed": seed})

    def broken(self) -> "Question":
        """Return the question with its `break_it` done.

        Raises:
            QuestionError: It has none.
        """
        if self.break_it is None:
            raise QuestionError(f"question {self.name!r} has no break_it; allowed: one that has")
        changed = {"changed": self.break_it.settings, "break_it": None, "form": "broken"}
        return Question.model_validate(self.model_dump() | changed)

    def at_full_size(self) -> "Question":
        """Return the real thing: the same question, as it was written, of all images and for longer."""
        changed: dict[str, Any] = {
            "changed": self._full_settings,
            "arms": [self._grown(arm).model_dump() for arm in self.arms],
            "break_it": None,
            "form": "full size",
        }
        return Question.model_validate(self.model_dump() | changed)

    @property
    def _full_settings(self) -> Settings:
        num_epochs = PRESETS[self.preset].config.training.num_epochs
        return {"data.train_fraction": 1.0, "training.num_epochs": num_epochs} | self.full_size.settings

    def _grown(self, arm: Arm) -> Arm:
        return Arm(name=arm.name, settings=arm.settings | self.full_size.arms.get(arm.name, {}))


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


# What patterns ask for.
_IN_WORDS = {"name": SLUG_IN_WORDS, "question": "a sentence that ends with ?"}
_PARTS: dict[str, type[BaseModel]] = {"arms": Arm, "claims": Claim, "break_it": Change, "full_size": FullSize}


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
        part = Question if len(details["loc"]) == 1 else _PARTS[str(details["loc"][0])]
        return f"{path}: no such field; allowed: {', '.join(part.model_fields)}"
    if path.startswith("look_at.") and details["type"] == "literal_error":
        return f"{path} = {details['input']!r} is not allowed; allowed: {', '.join(get_args(Page))}"
    if details["type"] == "string_pattern_mismatch":
        return f"{path} = {details['input']!r} is not allowed; allowed: {_IN_WORDS[path]}"
    return f"{path} = {details['input']!r} is not allowed: {message[0].lower()}{message[1:]}"

"""What the sections of RunConfig are made of: a strict base class, and fields that several of them have."""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import ComputedFieldInfo, FieldInfo

# In the schema of a field that does nothing while another one of its section is off: that one.
ON_WITH = "on_with"
# In the schema of a field that is chosen among the selections beside the runs: "images"; or "classes" where it takes
# those alone that say which class each image shows.
CHOOSES = "chooses"
# In the schema of a text with a pattern: what fits it, in words.
ALLOWED = "allowed"


def _sentence_case(name: str, _info: FieldInfo | ComputedFieldInfo) -> str:
    return name.replace("_", " ").capitalize()


def dropout_field(of: str) -> Any:
    """Share of units that are silenced."""
    return Field(
        0.0,
        ge=0,
        le=0.9,
        description=f"Share of {of} silenced at random in each training step.",
        json_schema_extra={"step": 0.05},
    )


def amount_field(description: str, at_most: float, step: float = 0.05) -> Any:
    """A strength from 0, off, up to a bound."""
    return Field(0.0, ge=0, le=at_most, description=f"{description} 0: off.", json_schema_extra={"step": step})


def learning_rate_field(default: float) -> Any:
    """An optimizer's learning rate."""
    return Field(
        default,
        gt=0,
        le=10,
        description="Size of a step along the gradient. Too small learns slowly, too large never settles or diverges.",
        json_schema_extra={"format": "%g", "step": 0.001, "scale": "log"},
    )


def multiplier_field(of: str) -> Any:
    """How much larger the learning rate of some parameters is."""
    return Field(
        1.0,
        gt=0,
        le=100_000,
        description=f"Learning rate of {of}, as a multiple of the one above. Muon's steps have a length of their own, "
        "so with it these may need several hundred times as much.",
        json_schema_extra={"format": "%g", "step": 0.5, "scale": "log"},
    )


def selection_field(description: str, chooses: str = "images") -> Any:
    """Images that somebody chose, by the hash of which they are."""
    return Field(
        "",
        pattern=r"^(sel-[0-9a-f]{16})?$",
        description=f"{description} Val and test stay as they are. Empty: off.",
        json_schema_extra={
            CHOOSES: chooses,
            ALLOWED: "sel- and 16 hexadecimal digits, as `selections` lists them, or nothing",
        },
    )


def momentum_field(default: float = 0.9) -> Any:
    """An optimizer's momentum."""
    return Field(
        default,
        ge=0,
        lt=1,
        description="Share of the last step that is carried into the next one.",
        json_schema_extra={"step": 0.05},
    )


def warmup_field() -> Any:
    """A schedule's warm-up."""
    return Field(
        0.05,
        ge=0,
        le=0.5,
        description="Share of all steps in which the learning rate climbs to its full value.",
        json_schema_extra={"step": 0.05},
    )


def weight_decay_field(default: float) -> Any:
    """An optimizer's weight decay."""
    return Field(
        default,
        ge=0,
        le=1,
        description="Pull of the weights towards zero at each step. Biases and normalisation layers are left alone.",
        json_schema_extra={"format": "%g", "step": 0.0001, "scale": "log"},
    )


class Section(BaseModel):
    """A frozen group of settings that refuses unknown names and non-finite numbers."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        field_title_generator=_sentence_case,
    )

    @classmethod
    def field_schemas(cls) -> dict[str, dict[str, Any]]:
        """Return each field's JSON schema, by name: its bounds, choices and help. Worked out once; only to be read."""
        return _field_schemas(cls)


@cache
def _field_schemas(section: type[Section]) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]] = section.model_json_schema()["properties"]
    return properties

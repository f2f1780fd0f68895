"""How the learning rate changes over a run, told apart by `name`."""

from typing import Annotated, Literal

from pydantic import Field

from cifar_core.config.fields import Section, warmup_field


class ConstantScheduleConfig(Section):
    """The same learning rate from the first step to the last."""

    name: Literal["constant"] = "constant"


class StepScheduleConfig(Section):
    """The full learning rate, dropped by a factor at even distances."""

    name: Literal["step"] = "step"
    num_drops: int = Field(2, ge=1, le=20, description="How often it drops: twice means after each third of the run.")
    factor: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="What the learning rate is multiplied by at each drop.",
        json_schema_extra={"step": 0.1},
    )


class LinearScheduleConfig(Section):
    """A linear warm-up, then a straight line down to zero."""

    name: Literal["linear"] = "linear"
    warmup_fraction: float = warmup_field()


class CosineScheduleConfig(Section):
    """A linear warm-up, then half a cosine down to zero."""

    name: Literal["cosine"] = "cosine"
    warmup_fraction: float = warmup_field()


class OneCycleScheduleConfig(Section):
    """Up to the full learning rate and down again in one cycle (Smith, 2018)."""

    name: Literal["one_cycle"] = "one_cycle"
    warmup_fraction: float = Field(
        0.3,
        ge=0.01,
        le=0.9,
        description="Share of all steps in which the learning rate climbs from a 25th to its full value.",
        json_schema_extra={"step": 0.05},
    )


ScheduleConfig = Annotated[
    ConstantScheduleConfig | StepScheduleConfig | LinearScheduleConfig | CosineScheduleConfig | OneCycleScheduleConfig,
    Field(discriminator="name"),
]

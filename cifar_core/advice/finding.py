"""A run so far, and what its curves may show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cifar_core.advice.course import LossCourse
from cifar_core.config import RunConfig

Row = Mapping[str, Any]
Changes = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that the curves show.

    Attributes:
        name: Of the rule, in words.
        epoch: Where on the chart it is seen; fractional within an epoch.
        text: What is seen, with its numbers.
        rule: When this is said.
        suggestion: One experiment that would show more.
        changes: The same as settings by path; empty if there is nothing to change.
    """

    name: str
    epoch: float
    text: str
    rule: str
    suggestion: str
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """A run so far.

    Attributes:
        config: Its settings.
        epochs: Rows of finished epochs, in order, as `RunRecord.epoch_rows` returns them.
        losses: Of the steps.
        steps_per_epoch: Optimizer updates of an epoch.
        has_ended: Whether no more will come.
        has_diverged: Whether it ended because the loss was no longer a number.
        num_classes: Of the dataset.
    """

    config: RunConfig
    epochs: Sequence[Row]
    losses: LossCourse
    steps_per_epoch: float
    has_ended: bool = False
    has_diverged: bool = False
    num_classes: int = 10


def percent(share: float, digits: int = 1) -> str:
    """Return a share in [0, 1] as the text of a finding says it."""
    return f"{100 * share:.{digits}f} %"

"""The loop's five steps: which are done, which is in the making, and which comes next. Knows no page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from cifar_core.runs import RunSummary

StepName = Literal["look", "train", "errors", "explain", "change"]
StepState = Literal["done", "now", "next", "later"]

STEPS: tuple[StepName, ...] = ("look", "train", "errors", "explain", "change")


@dataclass(frozen=True)
class Shown:
    """The runs that the steps speak of.

    Attributes:
        trained: What trains just now, else the newest run that has begun; its curve is drawn.
        examined: The newest run with predictions; its mistakes are drawn.
    """

    trained: RunSummary | None = None
    examined: RunSummary | None = None


def find_states(runs: Sequence[RunSummary], shown: Shown, opened: Collection[str]) -> dict[StepName, StepState]:
    """Return how far each step is. The first that is not done comes next; after the last it goes round again.

    Args:
        runs: All.
        shown: Those that the steps speak of.
        opened: Titles of the pages that were opened in this session.
    """
    is_training = shown.trained is not None and shown.trained.status.is_active
    own = [run for run in runs if run.status.epoch and run.is_own]
    done = {
        "look": True,  # Overview itself shows images
        "train": shown.examined is not None,
        "errors": "Errors" in opened and shown.examined is not None,
        "explain": "Explain" in opened and shown.examined is not None,
        "change": bool(own) and len([run for run in runs if run.status.epoch]) > 1,
    }
    states: dict[StepName, StepState] = {step: "done" if done[step] else "later" for step in STEPS}
    if is_training:
        states["train"] = "now"
    open_steps = [step for step in STEPS if states[step] == "later"]
    if not (is_training and shown.examined is None):  # until then there is nothing to go on to
        states[open_steps[0] if open_steps else "change"] = "next"
    return states

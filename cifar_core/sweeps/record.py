"""A sweep on disk: what was asked, which configurations were tried, by which runs, and what they came to."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.config import RunConfig
from cifar_core.formats import read_config
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.people import LONGEST_NAME
from cifar_core.runs import RunError
from cifar_core.sweeps.plan import Budget, Plan, dimensions_of
from cifar_core.sweeps.sampling import Tried
from cifar_core.sweeps.space import Dimension

FORMAT = 1


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Trial(_Record):
    """A configuration that is tried.

    Attributes:
        number: From 0, in the order in which they were asked for.
        cohort: Those that are halved together.
        values: What is searched, by setting.
        runs: Ids by seed.
        rung: How far it may train: the place among `Sweep.rungs`.
        scores: By rung, val accuracy in [0, 1], the mean over its seeds; noted once it is known.
        seconds: Trained so far, all its runs together.
        refused: Why no run can have these settings; empty if one can.
        has_ended: Whether it ended before it came to a score for its rung.
    """

    number: int
    cohort: int = 0
    values: dict[str, Any]
    runs: dict[int, str] = {}
    rung: int = 0
    scores: dict[int, float] = {}
    seconds: float = 0.0
    refused: str = ""
    has_ended: bool = False

    @property
    def score(self) -> float | None:
        """The latest."""
        return self.scores[max(self.scores)] if self.scores else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more comes of its rung."""
        return bool(self.refused) or self.has_ended or self.rung in self.scores


class Promotion(_Record):
    """The best, trained again with seeds that the sweep did not choose by.

    Attributes:
        trials: Their numbers, best first.
        seeds: Fresh ones.
        runs: Ids by trial and seed.
        scores: Val accuracy in [0, 1] by trial and seed, once known.
        reads_test: Whether the winner looks at test, once.
        winner: The trial with the highest mean; None until all are trained.
        test_run: Which of its runs looks: the first seed's, whatever it came to.
        test_accuracy: After its last epoch, in [0, 1].
        num_test: Images.
    """

    trials: tuple[int, ...]
    seeds: tuple[int, ...]
    runs: dict[int, dict[int, str]] = {}
    scores: dict[int, dict[int, float]] = {}
    ended: tuple[str, ...] = ()
    reads_test: bool = True
    winner: int | None = None
    test_run: str | None = None
    test_accuracy: float | None = None
    num_test: int = 0
    is_over: bool = False


class Sweep(_Record):
    """All of a sweep. Attributes are facts; what follows from them is computed.

    Attributes:
        id: The name of its folder.
        plan: What was asked.
        base: The settings of all runs as they were when it began, as a config is stored: presets change.
        state: What people want of it.
        budget: The plan's, and what was added.
        is_closed: Whether somebody promoted what there was before the budget was used: nothing more is searched.
        cohort: Of those that are asked for next.
        trials: In order.
        promotion: None until somebody asked for it.
        data_dir: Where its runs find the images.
        owner: Whose its runs are; empty: nobody's.
        created_at: Unix time.
    """

    format: int = FORMAT
    id: str
    plan: Plan
    base: dict[str, Any]
    state: Literal["running", "stopped"] = "running"
    budget: Budget
    is_closed: bool = False
    cohort: int = 0
    trials: tuple[Trial, ...] = ()
    promotion: Promotion | None = None
    data_dir: str | None = None
    owner: str = Field("", max_length=LONGEST_NAME)
    message: str = ""
    created_at: float = Field(0.0, ge=0)

    @property
    def is_of_newer(self) -> bool:
        """Whether a newer release wrote it: what this one does not know of it would be lost, if it wrote it again."""
        return self.format > FORMAT

    def base_config(self) -> RunConfig:
        """Return the settings that stay as they are.

        Raises:
            RunError: Another release wrote some that this one does not know.
        """
        try:
            stored = read_config(json.dumps(self.base))
        except ConfigError as error:
            raise RunError(f"sweep {self.id} cannot go on: {str(error).splitlines()[0]}") from error
        if stored.explanation:
            raise RunError(f"sweep {self.id} can only be looked at: {stored.explanation}")
        return stored.config

    def dimensions(self) -> tuple[Dimension, ...]:
        """Return what is searched."""
        return dimensions_of(self.plan, self.base_config())

    def config(self, trial: Trial, seed: int) -> RunConfig:
        """Return the settings of a run.

        Raises:
            ConfigError: These values are not allowed together.
        """
        always = {"training.evaluate_test": False, "training.seed": seed}
        return with_overrides(self.base_config(), {**trial.values, **always})

    @property
    def rungs(self) -> tuple[int | None, ...]:
        """After which epochs is chosen who goes on; None is the end."""
        halving = self.plan.halving
        if halving is None:
            return (None,)
        return (*halving.rungs(self.base_config().training.num_epochs)[:-1], None)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those that each configuration is trained with."""
        return tuple(range(self.plan.num_seeds))

    @property
    def run_ids(self) -> list[str]:
        """All of its runs."""
        promoted = self.promotion.runs.values() if self.promotion else ()
        return [
            run_id for by_seed in (*(trial.runs for trial in self.trials), *promoted) for run_id in by_seed.values()
        ]

    @property
    def seconds(self) -> float:
        """Trained in the search so far."""
        return sum(trial.seconds for trial in self.trials)

    def tried(self) -> list[Tried]:
        """Return what a sampler is told: the first choice's figures, which all have that came so far."""
        return [Tried(trial.values, trial.scores.get(0), is_open=not trial.is_settled) for trial in self.trials]

    def replace(self, *changed: Trial) -> "Sweep":
        """Return it with these trials in place of those with their numbers."""
        by_number = {trial.number: trial for trial in changed}
        return self.model_copy(update={"trials": tuple(by_number.get(trial.number, trial) for trial in self.trials)})

    def ranking(self) -> list[Trial]:
        """Return the trials that came to something: those that were trained longest first, the best first of them."""
        known = [trial for trial in self.trials if trial.scores]
        return sorted(known, key=lambda trial: (-max(trial.scores), -(trial.score or 0.0), trial.number))


def is_of_newer(path: Path) -> bool:
    """Whether the file of a sweep that cannot be read says that a newer release wrote it."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    written = tree.get("format") if isinstance(tree, dict) else None
    return isinstance(written, int) and written > FORMAT

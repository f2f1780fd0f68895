"""What was foretold of an answer without some training images, held against networks trained without them.

Each case is a record beside the runs. What its runs said is written into it once they have ended, so that it outlives
them. With the same seed the batches are others when images are missing: one pair of runs is one draw of chance.
"""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.config import RunConfig
from cifar_core.evaluation.foretelling import Agreement, change_of, measure_agreement
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunError, RunStore, RunSummary, fork_like
from cifar_core.runs.folders import RecordFolder
from cifar_core.selections import Selection, SelectionError, leave_out_too

_FORMAT, _FOLDER = 1, "verifications"
MOST_SEEDS = 5

# Returns what a run says of an image, (C,) probabilities: by the run's and the image's id; None if it cannot be told.
Answer = Callable[[str, int], Sequence[float] | None]


class Draw(BaseModel):
    """One seed: a run with all training images, one without some, and what both said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seed: int
    with_run: str
    without_run: str
    before: tuple[float, ...] | None = None
    after: tuple[float, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether both have ended and said something."""
        return self.before is not None and self.after is not None


class Verification(BaseModel):
    """One case.

    Attributes:
        id: Its name.
        created_at: Seconds since 1970.
        run_id: Whose answer it is about.
        index: The image's place in the dataset.
        label: Its class.
        target: The class whose probability was foretold: the one that the run predicted.
        content: Which images are left out, as a config calls them.
        num_images: How many.
        how: Which they are, in words.
        before: (C,) the fitted last layer's probabilities.
        after: (C,) those foretold without the images.
        draws: A seed each.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = _FORMAT
    id: str
    created_at: float
    run_id: str
    index: int = Field(ge=0)
    label: int = Field(ge=0)
    target: int = Field(ge=0)
    content: str
    num_images: int = Field(ge=1)
    how: str = ""
    before: tuple[float, ...]
    after: tuple[float, ...]
    draws: tuple[Draw, ...]

    @property
    def known(self) -> list[Draw]:
        """The draws of which both runs have said something."""
        return [draw for draw in self.draws if draw.is_known]


class Foretold(BaseModel):
    """What somebody wants to have verified: what was foretold of which image, as `Verification` has it."""

    run_id: str
    index: int
    label: int
    target: int
    how: str = ""
    before: tuple[float, ...]
    after: tuple[float, ...]


class VerificationStore:
    """The cases beside a store's runs."""

    def __init__(self, runs: RunStore) -> None:
        self._runs = runs
        self._records = RecordFolder(runs.runs_dir / _FOLDER, Verification, "verification", f"one of {_FOLDER}/")

    def all(self) -> list[Verification]:
        """Return those that can be read, newest first."""
        return self._records.list()

    def start(
        self,
        foretold: Foretold,
        left_out: Selection,
        num_seeds: int = 1,
        data_dir: Path | None = None,
        *,
        owner: str = "",
    ) -> Verification:
        """Queue the runs that verify what was foretold, and note the case.

        With the run's own seed it is the run itself that has all images; for each further seed two are trained.

        Args:
            foretold: Of which image, by whose last layer.
            left_out: The images; kept beside the runs.
            num_seeds: 1 to 5.
            data_dir: Where the images are; $CIFAR_DATA_DIR or `data` if None.
            owner: Whose the runs are; empty: nobody's.

        Raises:
            RunError: The runs cannot be written or started, or the number is not allowed.
        """
        if not 1 <= num_seeds <= MOST_SEEDS:
            raise RunError(f"num_seeds = {num_seeds} is not allowed; allowed: 1 to {MOST_SEEDS}")
        record = self._runs.record(foretold.run_id)
        config, name = record.config(), record.meta().name
        try:
            all_left_out = leave_out_too(self._runs.runs_dir, config.data, left_out)
        except SelectionError as error:
            raise RunError(str(error)) from error
        submit = partial(self._runs.submit, data_dir=data_dir, fork=fork_like(record), owner=owner)
        draws = [
            self._queue(config, f"{name}, seed {seed}", seed, foretold.run_id, all_left_out, submit)
            for seed in range(config.training.seed, config.training.seed + num_seeds)
        ]
        case = Verification(
            id=self._records.new_id(f"image-{foretold.index}"),
            created_at=time.time(),
            content=left_out.content_hash,
            num_images=left_out.num_images,
            draws=tuple(draws),
            **foretold.model_dump(),
        )
        self._records.write(case.id, case)
        return case

    def settle(self, answer: Answer, runs: Sequence[RunSummary] | None = None) -> list[Verification]:
        """Ask the runs that have ended meanwhile, note what they say, and return all cases, newest first.

        Args:
            answer: Asks a run.
            runs: All; they are looked up if None.
        """
        over = {
            run.run_id
            for run in (self._runs.list_runs() if runs is None else runs)
            if run.status.status in ("completed", "stopped") and run.status.best_epoch is not None
        }
        return [self._settle(case, answer, over) for case in self.all()]

    def _settle(self, case: Verification, answer: Answer, over: set[str]) -> Verification:
        draws = tuple(
            _ask(draw, case.index, answer) if not draw.is_known and {draw.with_run, draw.without_run} <= over else draw
            for draw in case.draws
        )
        if draws == case.draws:
            return case
        settled = case.model_copy(update={"draws": draws})
        self._records.write(settled.id, settled)
        return settled

    def _queue(
        self,
        config: RunConfig,
        name: str,
        seed: int,
        run_id: str,
        left_out: Selection,
        submit: Callable[..., str],
    ) -> Draw:
        """Queue the runs of one seed; the one with all images is there already if the seed is the run's own."""
        usual = {"training.seed": seed, "training.evaluate_test": False}
        without = with_overrides(config, usual | {"data.exclude": left_out.content_hash})
        with_run = run_id
        if seed != config.training.seed:
            wanted = with_overrides(config, usual)
            with_run = submit(wanted, name=name[:80])
        words = f"{name}, without {left_out.num_images}"[:80]
        without_run = submit(without, name=words)
        return Draw(seed=seed, with_run=with_run, without_run=without_run)


def _ask(draw: Draw, index: int, answer: Answer) -> Draw:
    before, after = answer(draw.with_run, index), answer(draw.without_run, index)
    if before is None or after is None:
        return draw
    return draw.model_copy(update={"before": tuple(map(float, before)), "after": tuple(map(float, after))})


def foretold_change(case: Verification) -> float:
    """Return the change of the predicted class's log odds that was foretold."""
    return change_of(case.before, case.after, case.target)


def came_change(case: Verification) -> float:
    """Return the mean change that came, over the seeds of which it is known; NaN before the first."""
    changes = [
        change_of(draw.before, draw.after, case.target)
        for draw in case.draws
        if draw.before is not None and draw.after is not None
    ]
    return math.fsum(changes) / len(changes) if changes else math.nan


def agreement_of(cases: Sequence[Verification]) -> Agreement:
    """Return how well the cases agree of which something is known."""
    known = [case for case in cases if case.known]
    return measure_agreement([foretold_change(case) for case in known], [came_change(case) for case in known])

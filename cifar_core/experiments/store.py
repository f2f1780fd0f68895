"""Experiments on disk: which question, which runs, what somebody predicted. What they found is read from the runs."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.experiments.answer import Answer, Found, answer_all
from cifar_core.experiments.drawn import Drawn
from cifar_core.experiments.duration import expect_seconds
from cifar_core.experiments.measures import ACCURACY, read_measure
from cifar_core.experiments.question import Question
from cifar_core.runs import RunStore, RunSummary
from cifar_core.runs.folders import RecordFolder
from cifar_core.runs.groups import outcome_of

_FORMAT = 1
_FOLDER = "experiments"

Prediction = Literal["supported", "contradicted", "no difference"]
Confidence = Annotated[int, Field(ge=50, le=100)]  # in per cent


class Experiment(BaseModel):
    """A question that was asked.

    Attributes:
        id: The name of its folder.
        question: What was asked, all of it: a lesson may change later.
        runs: Ids of runs by arm and seed.
        predictions: What somebody expected of each claim before it was run, by the claim's place; may be empty.
        drawn: The curve that somebody expected; None if none was drawn.
        confidences: How sure they were of each, in per cent; may be empty.
        learner: Who asked; may be empty.
        created_at: Unix time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = _FORMAT
    id: str
    question: Question
    runs: dict[str, dict[int, str]] = {}
    predictions: dict[int, Prediction] = {}
    drawn: Drawn | None = None
    confidences: dict[int, Confidence] = {}
    learner: str = Field("", max_length=80)
    created_at: float = 0.0

    @property
    def run_ids(self) -> list[str]:
        """All of its runs."""
        return [run_id for by_seed in self.runs.values() for run_id in by_seed.values()]

    @property
    def seeds(self) -> list[int]:
        """Those that any arm was asked to train with."""
        return sorted({seed for by_seed in self.runs.values() for seed in by_seed})


@dataclass(frozen=True)
class Progress:
    """How far an experiment is.

    Attributes:
        num_done: Runs that came to something.
        num_left: Runs that train or wait.
        num_ended: Runs that failed, were stopped or deleted before they came to anything.
        share: Of the work, in [0, 1]; what ended without a result counts as done.
        seconds_left: Estimate; None where nobody knows how long such runs take here.
    """

    num_done: int
    num_left: int
    num_ended: int
    share: float
    seconds_left: float | None


class ExperimentStore:
    """The experiments beside a store's runs, each a folder of `experiments/` with one file."""

    def __init__(self, runs: RunStore) -> None:
        self._runs = runs
        self._records = RecordFolder(runs.runs_dir / _FOLDER, Experiment, "experiment", f"one of {_FOLDER}/")

    def start(
        self,
        question: Question,
        *,
        num_seeds: int | None = None,
        predictions: dict[int, Prediction] | None = None,
        drawn: Drawn | None = None,
        confidences: dict[int, int] | None = None,
        learner: str = "",
        first_seed: int = 0,
        data_dir: Path | None = None,
    ) -> Experiment:
        """Ask a question: queue its runs, and return the record.

        Args:
            question: What.
            num_seeds: Of each arm; the question's own number if None.
            predictions: What somebody expects, by the claim's place.
            drawn: The curve that somebody expects.
            confidences: How sure somebody is of that, 50 to 100 %.
            learner: Who asks.
            first_seed: Runs have this seed and those that follow it.
            data_dir: Where the images are; $CIFAR_DATA_DIR or `data` if None.

        Raises:
            RunError: The runs cannot be written or started. Then nothing of the experiment remains.
        """
        experiment = Experiment(
            id=self._records.new_id(question.name),
            question=question,
            predictions=predictions or {},
            drawn=drawn,
            confidences=confidences or {},
            learner=learner,
            created_at=time.time(),
        )
        seeds = range(first_seed, first_seed + (num_seeds or question.num_seeds))
        return self._train(experiment, seeds, data_dir)

    def add_seeds(self, experiment: Experiment, num_seeds: int = 3, data_dir: Path | None = None) -> Experiment:
        """Train every arm with so many seeds more, and return the record.

        Raises:
            RunError: As `start`.
        """
        first = max(experiment.seeds, default=-1) + 1
        return self._train(experiment, range(first, first + num_seeds), data_dir)

    def get(self, experiment_id: str) -> Experiment:
        """Return an experiment.

        Raises:
            RunError: There is none of this name, or it cannot be read.
        """
        return self._records.get(experiment_id)

    def list_experiments(self) -> list[Experiment]:
        """Return those that can be read, newest first."""
        return self._records.list()

    def results(self, experiment: Experiment, runs: Sequence[RunSummary] | None = None) -> dict[str, dict[int, Found]]:
        """Return what its runs came to so far, by arm and seed; runs that failed or were stopped are left out.

        Args:
            experiment: Which.
            runs: All, as the store lists them; here and below they are looked up if None.
        """
        summaries = self._summaries(experiment, runs)
        measures = {claim.measure for claim in experiment.question.claims} - {ACCURACY}
        results: dict[str, dict[int, Found]] = {}
        for arm, by_seed in experiment.runs.items():
            found = {seed: self._find(summaries.get(run_id), measures) for seed, run_id in by_seed.items()}
            results[arm] = {seed: each for seed, each in found.items() if each is not None}
        return results

    def answers(self, experiment: Experiment, runs: Sequence[RunSummary] | None = None) -> list[Answer]:
        """Return what the runs say so far, a claim each, in the question's order."""
        return answer_all(experiment.question, self.results(experiment, runs))

    def is_over(self, experiment: Experiment, runs: Sequence[RunSummary] | None = None) -> bool:
        """Whether no run of it trains or waits any more."""
        return not any(run.status.is_active for run in self._summaries(experiment, runs).values())

    def progress(
        self, experiment: Experiment, paces: Mapping[str, float], runs: Sequence[RunSummary] | None = None
    ) -> Progress:
        """Return how far its runs are.

        Args:
            experiment: Which.
            paces: Seconds of an epoch, as `read_paces` has them.
            runs: As for `results`.
        """
        summaries = list(self._summaries(experiment, runs).values())
        left = [run for run in summaries if run.status.is_active]
        num_done = sum(outcome_of(run.status) is not None for run in summaries)
        num_runs = len(experiment.run_ids)
        done = num_runs - len(left) + sum(run.status.progress for run in left)
        times = [_seconds_left(run, paces) for run in left]
        known = [seconds for seconds in times if seconds is not None]
        return Progress(
            num_done=num_done,
            num_left=len(left),
            num_ended=num_runs - num_done - len(left),
            share=done / max(num_runs, 1),
            seconds_left=sum(known) if len(known) == len(times) else None,
        )

    def stop(self, experiment: Experiment) -> None:
        """Stop what still trains or waits, the waiting ones first; what is done stays."""
        active = [run for run in self._summaries(experiment, None).values() if run.status.is_active]
        for run in sorted(active, key=lambda run: run.status.status != "queued"):
            self._runs.stop(run.run_id)

    def go_on(self, experiment: Experiment) -> None:
        """Queue again what was stopped, failed or lost, each from its last finished epoch.

        Raises:
            RunError: It cannot be written or started.
        """
        summaries = self._summaries(experiment, None)
        # Seed by seed, as they were queued first.
        for seed in experiment.seeds:
            for by_seed in experiment.runs.values():
                run = summaries.get(by_seed.get(seed, ""))
                if run is not None and run.status.is_resumable:
                    self._runs.resume_run(run.run_id)

    def _find(self, run: RunSummary | None, measures: Iterable[str]) -> Found | None:
        """Return what a run came to; None if it did not come to its end."""
        accuracy = None if run is None else outcome_of(run.status)
        if run is None or accuracy is None:
            return None
        seconds = run.status.seconds or 0.0
        if run.status.status == "diverged":  # it guesses at all of them
            return Found(accuracy, seconds, dict.fromkeys(measures, accuracy))
        path = self._runs.record(run.run_id).files.predictions_path("val", run.status.epoch)
        values = {measure: read_measure(path, measure) for measure in measures}
        return Found(accuracy, seconds, {measure: value for measure, value in values.items() if value is not None})

    def _summaries(self, experiment: Experiment, runs: Sequence[RunSummary] | None) -> dict[str, RunSummary]:
        """Return those of its runs that are there, by id."""
        wanted = set(experiment.run_ids)
        listed = self._runs.list_runs() if runs is None else runs
        return {run.run_id: run for run in listed if run.run_id in wanted}

    def _train(self, experiment: Experiment, seeds: Sequence[int], data_dir: Path | None) -> Experiment:
        """Seed by seed, so that a stopped experiment has whole pairs."""
        question = experiment.question
        wanted = [(arm.name, seed) for seed in seeds for arm in question.arms]
        configs = [(f"{question.title}: {arm}, seed {seed}"[:80], question.config(arm, seed)) for arm, seed in wanted]
        run_ids = self._runs.submit_experiment(experiment.id, configs, data_dir=data_dir, owner=experiment.learner)
        runs = {arm: dict(by_seed) for arm, by_seed in experiment.runs.items()}
        for (arm, seed), run_id in zip(wanted, run_ids, strict=True):
            runs.setdefault(arm, {})[seed] = run_id
        grown = experiment.model_copy(update={"runs": runs})
        self._records.write(grown.id, grown)
        return grown


def _seconds_left(run: RunSummary, paces: Mapping[str, float]) -> float | None:
    """By earlier runs where there are some: a run's own first steps tell little."""
    whole = None if run.config is None else expect_seconds([run.config], paces)
    return run.status.seconds_left if whole is None else whole * (1 - run.status.progress)

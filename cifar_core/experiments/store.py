"""Experiments on disk: which question, which runs, what somebody predicted. What they found is read from the runs."""

import json
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cifar_core.experiments.answer import Answer, Found, answer_claim
from cifar_core.experiments.question import Question
from cifar_core.files import write_text_atomically
from cifar_core.runs import RunError, RunStore, RunSummary

_FORMAT = 1
_FOLDER = "experiments"
_FILE = "experiment.json"

Prediction = Literal["supported", "contradicted", "no difference"]


class Experiment(BaseModel):
    """A question that was asked.

    Attributes:
        id: The name of its folder.
        question: What was asked, all of it: a lesson may change later.
        runs: Ids of runs by arm and seed.
        predictions: What somebody expected of each claim before it was run, by the claim's place; may be empty.
        learner: Who asked; may be empty.
        created_at: Unix time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = _FORMAT
    id: str
    question: Question
    runs: dict[str, dict[int, str]] = {}
    predictions: dict[int, Prediction] = {}
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


class ExperimentStore:
    """The experiments beside a store's runs, each a folder of `experiments/` with one file."""

    def __init__(self, runs: RunStore) -> None:
        self._runs = runs
        self._folder = runs.runs_dir / _FOLDER

    def start(
        self,
        question: Question,
        *,
        num_seeds: int | None = None,
        predictions: dict[int, Prediction] | None = None,
        learner: str = "",
        data_dir: Path | None = None,
    ) -> Experiment:
        """Ask a question: queue its runs, and return the record.

        Args:
            question: What.
            num_seeds: Of each arm; the question's own number if None.
            predictions: What somebody expects, by the claim's place.
            learner: Who asks.
            data_dir: Where the images are; $CIFAR_DATA_DIR or `data` if None.

        Raises:
            RunError: The runs cannot be written or started. Then nothing of the experiment remains.
        """
        experiment = Experiment(
            id=f"{time.strftime('%Y%m%d-%H%M')}-{question.name}-{secrets.token_hex(2)}",
            question=question,
            predictions=predictions or {},
            learner=learner,
            created_at=time.time(),
        )
        return self._train(experiment, range(num_seeds or question.num_seeds), data_dir)

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
        path = self._folder / experiment_id / _FILE
        try:
            return Experiment.model_validate_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise RunError(f"experiment {experiment_id!r} does not exist; allowed: one of {_FOLDER}/") from error
        except (OSError, ValidationError, UnicodeDecodeError) as error:
            raise RunError(f"experiment {experiment_id!r} cannot be read: {path.name} is damaged") from error

    def list_experiments(self) -> list[Experiment]:
        """Return those that can be read, newest first."""
        found = []
        for path in self._folder.glob(f"*/{_FILE}"):
            try:
                found.append(self.get(path.parent.name))
            except RunError:
                continue
        return sorted(found, key=lambda experiment: experiment.created_at, reverse=True)

    def results(self, experiment: Experiment) -> dict[str, dict[int, Found]]:
        """Return what its runs came to so far, by arm and seed; runs that failed or were stopped are left out."""
        summaries = {summary.run_id: summary for summary in self._runs.list_runs()}
        return {
            arm: {
                seed: found for seed, run_id in by_seed.items() if (found := _found(summaries.get(run_id))) is not None
            }
            for arm, by_seed in experiment.runs.items()
        }

    def answers(self, experiment: Experiment) -> list[Answer]:
        """Return what the runs say so far, a claim each, in the question's order."""
        results = self.results(experiment)
        return [answer_claim(claim, results) for claim in experiment.question.claims]

    def is_over(self, experiment: Experiment) -> bool:
        """Whether no run of it trains or waits any more."""
        summaries = {summary.run_id: summary.status for summary in self._runs.list_runs()}
        return not any(
            run_id in summaries and summaries[run_id].status in ("queued", "running", "paused")
            for run_id in experiment.run_ids
        )

    def stop(self, experiment: Experiment) -> None:
        """Stop what still trains or waits, the waiting ones first; what is done stays."""
        summaries = {summary.run_id: summary.status.status for summary in self._runs.list_runs()}
        active = [run_id for run_id in experiment.run_ids if summaries.get(run_id) in ("queued", "running", "paused")]
        for run_id in sorted(active, key=lambda run_id: summaries[run_id] != "queued"):
            self._runs.stop(run_id)

    def _train(self, experiment: Experiment, seeds: Sequence[int], data_dir: Path | None) -> Experiment:
        """Seed by seed, so that a stopped experiment has whole pairs."""
        question = experiment.question
        wanted = [(arm.name, seed) for seed in seeds for arm in question.arms]
        configs = [(f"{question.title}: {arm}, seed {seed}"[:80], question.config(arm, seed)) for arm, seed in wanted]
        run_ids = self._runs.submit_experiment(experiment.id, configs, data_dir=data_dir)
        runs = {arm: dict(by_seed) for arm, by_seed in experiment.runs.items()}
        for (arm, seed), run_id in zip(wanted, run_ids, strict=True):
            runs.setdefault(arm, {})[seed] = run_id
        grown = experiment.model_copy(update={"runs": runs})
        self._write(grown)
        return grown

    def _write(self, experiment: Experiment) -> None:
        folder = self._folder / experiment.id
        folder.mkdir(parents=True, exist_ok=True)
        write_text_atomically(folder / _FILE, json.dumps(experiment.model_dump(mode="json"), indent=1))


def _found(summary: RunSummary | None) -> Found | None:
    if summary is None or summary.status.status not in ("completed", "diverged"):
        return None
    status = summary.status
    if status.status == "diverged":
        return Found(GUESSING, status.seconds or 0.0)
    return None if status.last_val_accuracy is None else Found(status.last_val_accuracy, status.seconds or 0.0)


# What a network that diverged is worth: CIFAR-10's ten classes, as many images of each.
GUESSING = 0.1

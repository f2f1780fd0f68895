"""The run that is taken along, and what of it an export needs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from cifar_core.config import RunConfig
from cifar_core.data import CIFAR10_CLASS_NAMES, Dataset, load_dataset
from cifar_core.data.practice import PRACTICE_CLASS_NAMES
from cifar_core.evaluation.predictions import Predictions, load_predictions
from cifar_core.evaluation.scorecard import Scorecard, score_run
from cifar_core.export.exceptions import ExportError
from cifar_core.export.kinds import Kind, explain_misfit
from cifar_core.overrides import flatten
from cifar_core.runs import RunMeta, RunRecord, RunStatus
from cifar_core.runs.account import score
from cifar_core.runs.index import RunIndex, RunSummary

Which = Literal["best", "last"]


@dataclass(frozen=True)
class Subject:
    """A run with at least one finished epoch.

    Attributes:
        record: Of the run.
        which: Weights of the best or of the last epoch.
        with_test: Whether results on test are told; that is counted on the run.
        data_dir: Where its images are; where the run found them if None.
        look: Of which look at test this is a part, as `RunRecord.count_test_reading` has it.
    """

    record: RunRecord
    which: Which = "best"
    with_test: bool = False
    data_dir: Path | None = None
    look: str = ""

    @cached_property
    def config(self) -> RunConfig:
        """Its settings."""
        return self.record.config()

    @cached_property
    def meta(self) -> RunMeta:
        """Its name, note and origin."""
        return self.record.meta()

    @cached_property
    def status(self) -> RunStatus:
        """How it ended, or how far it is."""
        return self.record.status()

    @cached_property
    def environment(self) -> dict[str, Any]:
        """What it ran on."""
        return self.record.environment()

    @property
    def title(self) -> str:
        """Its name, or its identifier."""
        return self.meta.name or self.record.run_id

    @property
    def is_imported(self) -> bool:
        """Whether it was trained elsewhere, so that most of its settings say nothing."""
        return bool(self.meta.imported_from)

    @property
    def settings(self) -> dict[str, Any]:
        """Its settings by path, as far as they say how it was trained: of an imported run, its network's alone."""
        settings = flatten(self.config)
        return {path: value for path, value in settings.items() if not self.is_imported or path.startswith("model.")}

    @property
    def is_practice(self) -> bool:
        """Whether its images were drawn by code."""
        return self.environment.get("data_source") == "practice"

    @property
    def data_title(self) -> str:
        """Its images, for people."""
        titles = {"practice": "Practice set", "cifar10-unverified": "CIFAR-10 (unverified)"}
        return titles.get(self.environment.get("data_source", ""), "CIFAR-10")

    @property
    def class_names(self) -> tuple[str, ...]:
        """Of its images."""
        return PRACTICE_CLASS_NAMES if self.is_practice else CIFAR10_CLASS_NAMES

    @cached_property
    def epoch(self) -> int:
        """The epoch whose weights are taken along, 1-based.

        Raises:
            ExportError: None was finished.
        """
        epoch = self.status.best_epoch if self.which == "best" else self.status.epoch
        if not epoch:
            raise ExportError(f"run {self.record.run_id} has finished no epoch yet; allowed: a run that has")
        return epoch

    def explain_misfit(self, kind: Kind) -> str:
        """Return why a kind cannot be made of this run, as the end of a sentence; empty if it can."""
        return explain_misfit(kind, is_imported=self.is_imported, is_program=self.config.model.name == "imported")

    def check_finished(self) -> None:
        """Raise ExportError unless an epoch was finished."""
        _ = self.epoch

    @cached_property
    def val(self) -> Predictions:
        """What the weights say of val."""
        return self._load("val", self.epoch)

    @cached_property
    def test(self) -> Predictions | None:
        """What they say of test; None where that is not told, or was not asked. The look is counted once."""
        if not self.with_test or self._test_path is None:
            return None
        self.record.count_test_reading(by="export", look=self.look)
        return load_predictions(self._test_path)

    @cached_property
    def said(self) -> tuple[str, Predictions]:
        """The split of most images that the weights were asked about, and what was saved of it.

        Test if it was predicted, whoever looks at it: what is compared with it tells nothing of what is right.
        """
        if self._test_path is None:
            return "val", self.val
        return "test", load_predictions(self._test_path)

    @cached_property
    def scorecard(self) -> Scorecard:
        """The honest account of the run, with the runs that lie beside it: it may have been chosen among them."""
        best, last = (self._load("val", epoch or 0) for epoch in (self.status.best_epoch, self.status.epoch))
        test = self.test if self.which == "best" else None
        if self.summary is not None:
            own = self.summary.model_copy(update={"test_readings": self.record.test_readings()})
            return score(own, self._beside, (best, last), test)
        num_tried, num_readings = max(1, self.status.epoch), self.record.test_readings()
        return score_run(best, last, test, num_tried=num_tried, num_test_readings=num_readings)

    @cached_property
    def summary(self) -> RunSummary | None:
        """Its line in the list of runs; None if it has none."""
        return next((run for run in self._beside if run.run_id == self.record.run_id), None)

    @cached_property
    def _beside(self) -> list[RunSummary]:
        """The runs of its folder, itself among them, newest first."""
        return RunIndex(self.record.run_dir.parent).summaries()

    def load_images(self) -> Dataset:
        """Return the images it was trained on.

        Raises:
            ExportError: Other ones are there.
            DataError: None can be read.
        """
        stored = Path(self.meta.data_dir) if self.meta.data_dir else None
        dataset = load_dataset(self.data_dir or stored)
        if self.environment.get("data_fingerprint", dataset.fingerprint) != dataset.fingerprint:
            raise ExportError(
                f"run {self.record.run_id} was trained on {self.data_title}, but {dataset.title} is there; "
                "allowed: --data-dir with the images it was trained on"
            )
        return dataset

    @property
    def _test_path(self) -> Path | None:
        """Of these weights' predictions."""
        return self.record.predictions_path("test", self.epoch)

    def _load(self, split: str, epoch: int) -> Predictions:
        path = self.record.predictions_path(split, epoch)
        if path is None:
            raise ExportError(f"run {self.record.run_id} has no {split} predictions of epoch {epoch}")
        return load_predictions(path)

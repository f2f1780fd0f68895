"""Labels that may be wrong: list them, decide on them by hand, make a selection of them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import print_json, read_predictions, remark
from cifar_core.cli.arguments import AsJson, DataDir, Epoch, RunId, RunsDir
from cifar_core.cli.deriving import find_checkpoint, obtain
from cifar_core.data import DataError, Dataset, default_data_dir, load_dataset
from cifar_core.derived import DerivedStore, Request
from cifar_core.derived.heads import head_options
from cifar_core.evaluation.label_errors import label_errors_frame
from cifar_core.evaluation.predictions import Predictions
from cifar_core.labels.known import KnownVerdicts, load_verdicts, score_three_ways
from cifar_core.labels.suspects import suspects_frame
from cifar_core.labels.verdicts import Verdict, VerdictStore, Word
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunRecord, RunStore, default_runs_dir
from cifar_core.selections import SelectionStore, create_selection

if TYPE_CHECKING:
    import pandas as pd

Facts = dict[str, Any]


class LabelsCommand(BaseModel):
    """List the labels that a run doubts, the most doubtful first.

    Of train, by the run's last layer, fitted five times to four fifths of the images and asked about the others. Of val
    and test, by what the run predicted; a look at test is counted. Far down the list, most are the network's own
    mistakes.
    """

    run_id: RunId
    split: Annotated[Literal["train", "val", "test"], Field(description="Which images")] = "train"
    top: Annotated[int, Field(ge=1, description="At most so many")] = 500
    select: Annotated[
        str | None, Field(description="Make a selection of them, with the suggested classes, under this name")
    ] = None
    epoch: Epoch = "best"
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Rank the images and print a line each."""
        record, dataset = RunStore(self.runs_dir).record(self.run_id), load_dataset(self.data_dir)
        runs_dir = self.runs_dir or default_runs_dir()
        labels, facts = dataset.labels.copy(), Facts(run_id=self.run_id, split=self.split)
        if self.split == "train":
            options = head_options(find_checkpoint(record, self.epoch))
            obtain(dataset, self.data_dir, "head", options, "Fitting the last layer")
            store = DerivedStore(self.data_dir or default_data_dir())
            options |= {"head": str(store.path(Request("head", dataset.fingerprint, options)))}
            arrays = obtain(dataset, self.data_dir, "out_of_fold", options, "Judging the labels")
            train, given = arrays["train"].astype(np.int64), arrays["labels"].astype(np.int64)
            suspects = suspects_frame(train, given, arrays["probs"].astype(np.float64))
            labels[train] = given  # as training saw them
        else:
            predictions = read_predictions(record, self.split, self.epoch)
            suspects = _as_suspects(label_errors_frame(predictions))
            facts |= self._known_facts(dataset, predictions)
        verdicts = VerdictStore(runs_dir, dataset.fingerprint).all(labels)
        shown = suspects.head(self.top)
        rows = [_row_of(row, dataset, verdicts) for row in shown.to_dict("records")]
        for row in rows[:20]:
            print(f"{row['index']:>6}  {row['given']:<12} {row['suggested']:<12} {row['score']:.3f}")
        print(f"{len(suspects):,} labels of {self.split} are doubted; the first {len(rows):,} are listed.")
        if self.select is not None:
            self._select(runs_dir, dataset, shown, record)
        print_json(facts | {"num_suspects": len(suspects), "labels": rows}, self.as_json)

    def _known_facts(self, dataset: Dataset, predictions: Predictions) -> Facts:
        """Say what people's published votes make of the accuracy on test."""
        known = _find_known(self.data_dir, dataset) if self.split == "test" else None
        if known is None:
            return {}
        ways = asdict(score_three_ways(predictions, known))
        for name, share in ways.items():
            interval = f"[{share['low']:.2%}, {share['high']:.2%}]"
            print(f"test accuracy by {name} labels: {share['value']:.2%} {interval} on {share['num_images']:,} images")
        return {"accuracies": {name: {"accuracy": share.pop("value")} | share for name, share in ways.items()}}

    def _select(self, runs_dir: Path, dataset: Dataset, suspects: "pd.DataFrame", record: RunRecord) -> None:
        if not len(suspects):
            raise ConfigError(f"--select {self.select}: no label is doubted; allowed: a run that doubts some")
        made = create_selection(
            self.select or "",
            suspects["index"].to_numpy(),
            labels=suspects["suggested_idx"].to_numpy(),
            origin=f"labels of {self.split} that run {record.run_id} doubts",
            fingerprint=dataset.fingerprint,
        )
        kept = SelectionStore(runs_dir).save(made)
        print(f"Selection {kept.id}: {kept.num_images:,} images, {kept.content_hash}.")


class VerdictCommand(BaseModel):
    """Decide on an image's label by hand: right, wrong or unsure. Without --label, say what was decided."""

    index: Annotated[CliPositionalArg[int], Field(ge=0, description="The image's place in the dataset")]
    label: Annotated[Word | None, Field(description="What its label is")] = None
    shows: Annotated[str | None, Field(description="The class it shows")] = None
    given: Annotated[
        str | None, Field(description="The label that is judged, where a run trained with another than the dataset's")
    ] = None
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Note it, and say it."""
        dataset = load_dataset(self.data_dir)
        if self.index >= dataset.num_images:
            raise ConfigError(f"index {self.index} is not allowed; allowed: 0 to {dataset.num_images - 1}")
        store = VerdictStore(self.runs_dir or default_runs_dir(), dataset.fingerprint)
        if self.label is not None:
            shows, judged = (_find_class(dataset, *each) for each in (("shows", self.shows), ("given", self.given)))
            store.decide([self.index], self.label, shows, judged)
        verdict = store.all().get(self.index)
        given = dataset.class_names[dataset.labels[self.index]]
        said = "nothing was decided" if verdict is None else verdict.word
        print(f"Image {self.index}, labelled {given}: {said}.")
        facts = {"index": self.index, "given": given, "verdict": None if verdict is None else verdict.word}
        print_json(facts | {"shows": _class_of(dataset, verdict)}, self.as_json)


def _find_class(dataset: Dataset, option: str, name: str | None) -> int | None:
    if name is None:
        return None
    if name not in dataset.class_names:
        raise ConfigError(f"--{option} {name!r} is no class; allowed: {', '.join(dataset.class_names)}")
    return dataset.class_names.index(name)


def _class_of(dataset: Dataset, verdict: Verdict | None) -> str | None:
    return None if verdict is None or verdict.label is None else dataset.class_names[verdict.label]


def _as_suspects(errors: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {
            "index": errors["index"],
            "given_idx": errors["true_idx"],
            "suggested_idx": errors["pred_idx"],
            "score": 1.0 - errors["prob_true"],
        }
    )


def _row_of(row: Mapping[Any, Any], dataset: Dataset, verdicts: Mapping[int, Verdict]) -> Facts:
    verdict: Word | None = verdicts[int(row["index"])].word if int(row["index"]) in verdicts else None
    return {
        "index": int(row["index"]),
        "given": dataset.class_names[int(row["given_idx"])],
        "suggested": dataset.class_names[int(row["suggested_idx"])],
        "score": round(float(row["score"]), 6),
        "verdict": verdict,
    }


def _find_known(data_dir: Path | None, dataset: Dataset) -> KnownVerdicts | None:
    try:
        return load_verdicts(data_dir or default_data_dir(), dataset)
    except DataError as error:
        remark(str(error))
        return None

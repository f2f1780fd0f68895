"""What taught a run its answer for an image, and what the answer would be without some training images."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import PROGRAM, print_json
from cifar_core.cli.arguments import AsJson, DataDir, Epoch, RunId, RunsDir
from cifar_core.cli.deriving import find_checkpoint, obtain
from cifar_core.data import Dataset, load_dataset, without_selections
from cifar_core.derived.heads import head_options
from cifar_core.evaluation.views import views_of
from cifar_core.experiments.verification import MOST_SEEDS, Foretold, VerificationStore
from cifar_core.influence.fitted import FittedHead, from_arrays
from cifar_core.influence.head import Numbers
from cifar_core.influence.scores import ask_what_if, rank, score_images
from cifar_core.overrides import ConfigError
from cifar_core.people import default_owner
from cifar_core.runs import RunRecord, RunStore, default_runs_dir
from cifar_core.selections import SelectionStore

Facts = dict[str, Any]


class InfluenceCommand(BaseModel):
    """Name the training images that pushed an answer towards a class, and those that pushed it away.

    By the run's last layer, fitted anew to its features, which are held fixed: a network trained without the images
    would have other ones.
    """

    run_id: RunId
    index: Annotated[CliPositionalArg[int], Field(ge=0, description="The image's place in the dataset")]
    top: Annotated[int, Field(ge=1, le=1000, description="How many of each")] = 50
    target: Annotated[str | None, Field(description="A class (default: the predicted one and the true one)")] = None
    without: Annotated[
        str | None, Field(description="What the answer would be without the training images of this selection")
    ] = None
    verify: Annotated[
        int, Field(ge=0, le=MOST_SEEDS, description="Queue real trainings without them, with so many seeds (--without)")
    ] = 0
    epoch: Epoch = "best"
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Fit the head, or take the one that is kept, and rank the training images."""
        record, dataset = RunStore(self.runs_dir).record(self.run_id), load_dataset(self.data_dir)
        if self.index >= dataset.num_images:
            raise ConfigError(f"index {self.index} is not allowed; allowed: 0 to {dataset.num_images - 1}")
        targets = self._find_targets(dataset)
        checkpoint = find_checkpoint(record, self.epoch)
        arrays = obtain(dataset, self.data_dir, "head", head_options(checkpoint), "Fitting the last layer")
        fitted = from_arrays(arrays)
        inputs = see_image(fitted, dataset, checkpoint, self.index)
        facts = self._describe(record, dataset, fitted, inputs)
        accuracy = f"val accuracy {facts['head_val_accuracy']:.1%}"
        print(f"By the last layer, fitted anew ({accuracy}); features held fixed.")
        names = [] if targets else [facts["predicted"], facts["label"]]
        targets = targets or list(dict.fromkeys(map(dataset.class_names.index, names)))
        facts["answers"] = [self._rank(dataset, fitted, inputs, target) for target in targets]
        facts["without"] = self._leave_out(dataset, fitted, inputs)
        if self.verify:
            facts["verification"] = self._verify(record, dataset, fitted, inputs)
        print_json(facts, self.as_json)

    def _describe(self, record: RunRecord, dataset: Dataset, fitted: FittedHead, inputs: Numbers) -> Facts:
        """Say what the head makes of the image, and how good it is beside the run's own last layer."""
        probs = fitted.head.probs(inputs[None])[0]
        label, predicted = dataset.class_names[dataset.labels[self.index]], dataset.class_names[int(probs.argmax())]
        splits = without_selections(dataset, record.stored_config().config.data)
        is_right = fitted.probs_of_others().argmax(axis=1) == dataset.labels[fitted.others]
        print(f"Image {self.index}, labelled {label}: {predicted} {probs.max():.1%}.")
        return {
            "run_id": self.run_id,
            "index": self.index,
            "split": splits.split_of(self.index),
            "label": label,
            "predicted": predicted,
            "probs": _by_class(dataset, probs),
            "num_train": len(fitted.train),
            "head_val_accuracy": float(is_right.mean()),
            "run_val_accuracy": record.status().best_val_accuracy,
        }

    def _find_targets(self, dataset: Dataset) -> list[int]:
        if self.target is None:
            return []
        if self.target not in dataset.class_names:
            allowed = ", ".join(dataset.class_names)
            raise ConfigError(f"--target {self.target!r} is no class; allowed: {allowed}")
        return [dataset.class_names.index(self.target)]

    def _rank(self, dataset: Dataset, fitted: FittedHead, inputs: Numbers, target: int) -> Facts:
        """Say which images pushed towards a class; the image itself, if it trained, is told apart."""
        scores = score_images(fitted.head, fitted.evidence, inputs, target)
        own = fitted.rows_of(np.array([self.index]))
        of_itself = float(scores[own[0]]) if len(own) else None
        scores[own] = 0.0
        answer: Facts = {"class": dataset.class_names[target], "of_itself": of_itself}
        for name in ("helpful", "harmful"):
            rows = rank(scores, self.top, helpful=name == "helpful")
            answer[name] = _list_images(dataset, fitted, rows, scores)
            first = ", ".join(f"{each['index']} ({each['label']})" for each in answer[name][:5])
            way = "towards" if name == "helpful" else "away from"
            print(f"Most {way} {answer['class']}: {first or 'none'}")
        return answer

    def _leave_out(self, dataset: Dataset, fitted: FittedHead, inputs: Numbers) -> Facts | None:
        if self.without is None:
            return None
        selection = SelectionStore(self.runs_dir or default_runs_dir()).get(self.without)
        rows = fitted.rows_of(selection.images.indices)
        if not len(rows):
            raise ConfigError(f"--without {self.without}: none of its images trained; allowed: some that did")
        answer = ask_what_if(fitted.head, fitted.evidence, inputs, rows)
        after = int(answer.after.argmax())
        print(f"Without {len(rows):,} training images: {dataset.class_names[after]} {answer.after[after]:.1%}.")
        return {
            "selection": selection.id,
            "num_images": len(rows),
            "before": _by_class(dataset, answer.before),
            "after": _by_class(dataset, answer.after),
        }

    def _verify(self, record: RunRecord, dataset: Dataset, fitted: FittedHead, inputs: Numbers) -> str:
        """Queue the runs that verify what was foretold; return the case's id."""
        if self.without is None:
            raise ConfigError("--verify needs --without; allowed: the name of a selection of training images")
        if self.epoch != "best":
            raise ConfigError(f"--verify goes by the best epoch, --epoch {self.epoch} does not; allowed: best")
        runs = RunStore(self.runs_dir)
        selection = SelectionStore(runs.runs_dir).get(self.without)
        answer = ask_what_if(fitted.head, fitted.evidence, inputs, fitted.rows_of(selection.images.indices))
        said = ask_run(record, dataset, self.index)
        if said is None:
            raise ConfigError(f"run {self.run_id} has no best weights; allowed: a run that finished an epoch")
        foretold = Foretold(
            run_id=self.run_id,
            index=self.index,
            label=int(dataset.labels[self.index]),
            target=int(said.argmax()),
            how=f"selection {selection.id}",
            before=tuple(map(float, answer.before)),
            after=tuple(map(float, answer.after)),
        )
        case = VerificationStore(runs).start(foretold, selection, self.verify, self.data_dir, owner=default_owner())
        print(f"Queued: {case.id}. What comes of it: {PROGRAM} verifications")
        return case.id


def ask_run(record: RunRecord, dataset: Dataset, index: int) -> NDArray[np.float64] | None:
    """Return what a run's best weights say of an image, as it predicts; None where they are gone."""
    path = record.checkpoint_path("best")
    if not path.exists():
        return None
    from cifar_core.inference.predict import predict
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    header = read_checkpoint_header(path)
    views, place = views_of(header.config.training), np.array([index])
    said = predict(load_classifier(path), dataset.images, dataset.labels, place, dtype=header.dtype, views=views)
    return said.probs[0].astype(np.float64)


def see_image(fitted: FittedHead, dataset: Dataset, checkpoint: Path, index: int) -> Numbers:
    """Return what the head sees of an image, by the network where its components are not known."""
    known = fitted.find(index)
    if known is not None:
        return known
    from cifar_core.inference.features import extract_features
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    dtype = read_checkpoint_header(checkpoint).dtype
    return fitted.see(extract_features(load_classifier(checkpoint), dataset.images, np.array([index]), dtype)[0])


def _by_class(dataset: Dataset, probs: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(prob), 6) for name, prob in zip(dataset.class_names, probs, strict=True)}


def _list_images(
    dataset: Dataset, fitted: FittedHead, rows: NDArray[np.int64], scores: NDArray[np.float64]
) -> list[Facts]:
    return [
        {
            "index": int(fitted.train[row]),
            "label": dataset.class_names[fitted.labels[row]],
            "score": float(scores[row]),
        }
        for row in rows
    ]

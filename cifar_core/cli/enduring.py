"""How a run stands images that get worse."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from cifar_core.cli.answers import print_json, remark_on
from cifar_core.cli.arguments import AsJson, DataDir, Epoch, RunId, RunsDir, Split
from cifar_core.cli.deriving import find_checkpoint, obtain
from cifar_core.corruptions import CORRUPTIONS
from cifar_core.data import Dataset, load_dataset
from cifar_core.derived.robustness import robustness_options
from cifar_core.evaluation.robustness import Robustness, robustness_from
from cifar_core.runs import RunStore


class RobustnessCommand(BaseModel):
    """Show a run's accuracy under the fifteen corruptions of CIFAR-10-C, made here, at five severities.

    By the recipe of its authors, but for frost, which is drawn instead of laid over from photographs. A look at test is
    counted on the run.
    """

    run_id: RunId
    split: Split = "val"
    num_images: Annotated[int, Field(ge=10, description="At most so many, the same share of each class")] = 2000
    epoch: Epoch = "best"
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Corrupt, predict, or take what is kept, and print a table."""
        record, dataset = RunStore(self.runs_dir).record(self.run_id), load_dataset(self.data_dir)
        remark_on(dataset)
        options = robustness_options(find_checkpoint(record, self.epoch), self.split, self.num_images)
        if self.split == "test":
            record.count_test_reading(by="command line")
        arrays = obtain(dataset, self.data_dir, "robustness", options, "Fifteen corruptions")
        robustness = robustness_from(tuple(CORRUPTIONS), arrays)
        _print_table(robustness)
        facts = {"run_id": self.run_id, "split": self.split, "epoch": self.epoch}
        print_json(facts | _facts_of(robustness, dataset) | {"test_readings": record.test_readings()}, self.as_json)


def _print_table(robustness: Robustness) -> None:
    print(f"{'severity':<20}{'':>8}" + "".join(f"{severity:>8}" for severity in range(1, 6)) + f"{'mean':>8}")
    print(f"{'as they are':<20}{robustness.clean_accuracy:>8.1%}")
    for name, accuracies in zip(robustness.names, robustness.accuracies, strict=True):
        cells = "".join(f"{accuracy:>8.1%}" for accuracy in [*accuracies, accuracies.mean()])
        print(f"{name.replace('_', ' '):<20}{'':>8}{cells}")
    error, clean_error = robustness.mean_corruption_error, 1 - robustness.clean_accuracy
    print(f"Mean corruption error {error:.2%} over {len(robustness.indices):,} images; as they are {clean_error:.2%}.")


def _facts_of(robustness: Robustness, dataset: Dataset) -> dict[str, Any]:
    by_class = robustness.by_class(dataset.num_classes)
    return {
        "num_images": len(robustness.indices),
        "clean_accuracy": robustness.clean_accuracy,
        "mean_corruption_error": robustness.mean_corruption_error,
        "corruptions": [
            {
                "name": name,
                "group": CORRUPTIONS[name].group,
                "accuracies": accuracies.tolist(),
                "mean": float(accuracies.mean()),
                "by_class": dict(zip(dataset.class_names, classes.tolist(), strict=True)),
            }
            for name, accuracies, classes in zip(robustness.names, robustness.accuracies, by_class, strict=True)
        ],
    }

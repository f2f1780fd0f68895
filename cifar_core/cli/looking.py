"""Commands that change nothing: open the dashboard, find the data, evaluate and list runs."""

from dataclasses import asdict
from typing import Annotated

from pydantic import BaseModel, Field
from tqdm import tqdm

from cifar_core.cli.answers import find_doubtful, print_json, read_predictions
from cifar_core.cli.arguments import AsJson, DataDir, Epoch, RunId, RunsDir, Split
from cifar_core.data import DownloadProgress, default_data_dir, load_dataset
from cifar_core.evaluation.metrics import compute_accuracy, compute_loss
from cifar_core.evaluation.scorecard_lines import describe_scorecard
from cifar_core.people import is_same_person
from cifar_core.runs import RunStore
from cifar_core.runs.account import score
from cifar_core.serving import serve


class AppCommand(BaseModel):
    """Start the dashboard and say where to open it. Interrupt to end it."""

    port: Annotated[
        int | None, Field(ge=1, le=65535, description="Where to listen (default: 8501, or the next free one)")
    ] = None
    runs_dir: RunsDir = None
    data_dir: DataDir = None

    def cli_cmd(self) -> None:
        """Become the server."""
        serve(port=self.port, data_dir=self.data_dir, runs_dir=self.runs_dir)


class DataCommand(BaseModel):
    """Find CIFAR-10 or download it, check it, and prepare it for use."""

    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Load the dataset and say what it is."""
        with tqdm(unit="B", unit_scale=True, desc="Download", disable=None, delay=0.5) as bar:

            def show(progress: DownloadProgress) -> None:
                bar.total = progress.bytes_total
                bar.update(progress.bytes_done - bar.n)

            dataset = load_dataset(self.data_dir, download=True, on_progress=show)
        facts = {
            "source": dataset.source,
            "num_train": dataset.num_train,
            "num_test": dataset.num_test,
            "data_dir": str(self.data_dir or default_data_dir()),
        }
        print(f"{dataset.title}: {dataset.num_train:,} train and {dataset.num_test:,} test images.")
        print_json(facts, self.as_json)


class EvaluateCommand(BaseModel):
    """Show the accuracy of a run's saved predictions. A look at test is counted on the run."""

    run_id: RunId
    split: Split = "val"
    epoch: Epoch = "best"
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Read the saved predictions and print their metrics."""
        record = RunStore(self.runs_dir).record(self.run_id)
        predictions = read_predictions(record, self.split, self.epoch)
        facts = {
            "run_id": self.run_id,
            "split": self.split,
            "epoch": self.epoch,
            "accuracy": compute_accuracy(predictions),
            "loss": compute_loss(predictions),
            "num_images": len(predictions.targets),
            "test_readings": record.test_readings(),
        }
        print(
            f"{self.split} accuracy {facts['accuracy']:.2%} on {facts['num_images']:,} images, "
            f"loss {facts['loss']:.4f}, weights of the {self.epoch} epoch."
        )
        print_json(facts, self.as_json)


class ScorecardCommand(BaseModel):
    """Give an honest account of a run: accuracies with their intervals, and what choosing its best epoch adds."""

    run_id: RunId
    with_test: Annotated[bool, Field(description="Look at test, too; it is counted on the run")] = False
    data_dir: DataDir = None
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Read the saved predictions and print the card."""
        store = RunStore(self.runs_dir)
        record = store.record(self.run_id)
        best, last = (read_predictions(record, "val", epoch) for epoch in ("best", "last"))
        test = read_predictions(record, "test", "best") if self.with_test else None
        runs = store.refresh()
        run = next(run for run in runs if run.run_id == self.run_id)
        known = find_doubtful(self.data_dir or default_data_dir()) if self.with_test else {}
        card = score(run, runs, (best, last), test, **known)
        for what, value, meaning in describe_scorecard(card):
            print(f"{what:<26} {value:<24} {meaning}")
        print_json({"run_id": self.run_id} | asdict(card), self.as_json)


class RunsCommand(BaseModel):
    """List the runs, newest first."""

    owner: Annotated[str | None, Field(description="Only those of this person, of nobody if empty")] = None
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Print a line a run."""
        store = RunStore(self.runs_dir)
        store.refresh()
        runs = [run for run in store.list_runs() if self.owner is None or is_same_person(run.owner, self.owner.strip())]
        for run in runs:
            accuracy = "" if run.status.best_val_accuracy is None else f"val {run.status.best_val_accuracy:.2%}"
            whose = f" ({run.owner})" if run.owner else ""
            name = f"{run.name} (imported)" if run.is_imported else run.name
            print(f"{run.run_id:<36} {run.status.status:<10} {accuracy:<12} {name}{whose}")
        rows = [
            {
                "run_id": run.run_id,
                "name": run.name,
                "owner": run.owner,
                "is_demo": run.is_demo,
                "is_imported": run.is_imported,
                "status": run.status.status,
                "val_accuracy": run.status.best_val_accuracy,
                "test_accuracy": run.status.test_accuracy_best,
            }
            for run in runs
        ]
        print_json(rows, self.as_json)

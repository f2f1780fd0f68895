"""The command line: cifar-lab (or python -m cifar_core) app | data | train | evaluate | runs.

Results go to standard output, progress and remarks to standard error. Exit codes: 0 done, 1 the run or download did not
succeed, 2 bad input (one line that names the field, the value and what is allowed), 130 interrupted twice.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, CliApp, CliPositionalArg, CliSubCommand, SettingsConfigDict, SettingsError
from tqdm import tqdm

from cifar_core import __version__
from cifar_core.data import DataError, Dataset, DownloadProgress, default_data_dir, load_dataset
from cifar_core.evaluation.metrics import compute_accuracy, compute_loss
from cifar_core.evaluation.predictions import load_predictions
from cifar_core.following import follow
from cifar_core.overrides import ConfigError, parse_value, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStatus, RunStore, default_runs_dir, list_presets
from cifar_core.serving import serve

_PROGRAM = "cifar-lab" if Path(sys.argv[0]).stem == "cifar-lab" else "python -m cifar_core"
RunsDir = Annotated[Path | None, Field(description="Where runs are kept (default: $CIFAR_RUNS_DIR or runs)")]
DataDir = Annotated[Path | None, Field(description="Where CIFAR-10 is (default: $CIFAR_DATA_DIR or data)")]
AsJson = Annotated[bool, Field(alias="json", description="Print one last line of JSON")]


class AppCommand(BaseModel):
    """Start the dashboard and say where to open it. Interrupt to end it."""

    port: int | None = Field(None, ge=1, le=65535, description="Where to listen (default: 8501, or the next free one)")
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
        _print_json(facts, self.as_json)


class TrainCommand(BaseModel):
    """Train a network and wait for it. Interrupt once to stop it and keep what it has."""

    runs_dir: RunsDir = None
    preset: str = Field(
        "notebook", description=f"Settings to start from: {', '.join(PRESETS)}, or one saved in the dashboard"
    )
    overrides: list[str] = Field(
        [], alias="set", description="Change a setting, e.g. --set optimizer.learning_rate=0.05; may be repeated"
    )
    name: str = Field("", description="Name of the run (default: the preset's)")
    data_dir: DataDir = None
    as_json: AsJson = False

    @field_validator("preset")
    @classmethod
    def _preset_exists(cls, preset: str, info: ValidationInfo) -> str:
        presets = list_presets(info.data.get("runs_dir") or default_runs_dir())
        if preset not in presets:
            raise ValueError(f"no such preset; allowed: {', '.join(presets)}")
        return preset

    def cli_cmd(self) -> None:
        """Submit the run and follow it to its end."""
        preset = list_presets(self.runs_dir or default_runs_dir())[self.preset]
        config = with_overrides(preset.config, dict(map(_split_override, self.overrides)))
        dataset = load_dataset(self.data_dir)
        _remark_on(dataset)
        store = RunStore(self.runs_dir)
        run_id = store.submit(config, name=self.name, preset=self.preset, data_dir=self.data_dir)
        print(f"Run {run_id}", flush=True)
        status = follow(store, run_id)
        _print_result(run_id, status, dataset)
        summary = {
            "run_id": run_id,
            "status": status.status,
            "val_accuracy": status.best_val_accuracy,
            "test_accuracy": status.test_accuracy_best,
            "seconds": status.seconds,
        }
        _print_json(summary, self.as_json)
        if status.status not in ("completed", "stopped"):
            raise _FailedError(f"Run {run_id} {status.status}: {status.message}")


class EvaluateCommand(BaseModel):
    """Show the accuracy of a run's saved predictions. A look at test is counted on the run."""

    run_id: CliPositionalArg[str] = Field(description="As `runs` lists it")
    split: Literal["val", "test"] = Field("val", description="Which images")
    epoch: Literal["best", "last"] = Field("best", description="Which weights: of the best val accuracy, or the last")
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Read the saved predictions and print their metrics."""
        record = RunStore(self.runs_dir).record(self.run_id)
        path = record.predictions_path(self.split, self.epoch)
        if path is None or not path.exists():
            raise ConfigError(
                f"run {self.run_id} has no {self.split} predictions: it did not end, or it is not readable"
            )
        if self.split == "test":
            record.count_test_reading(by="command line")
        predictions = load_predictions(path)
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
        _print_json(facts, self.as_json)


class RunsCommand(BaseModel):
    """List the runs, newest first."""

    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Print a line a run."""
        store = RunStore(self.runs_dir)
        store.refresh()
        runs = store.list_runs()
        for run in runs:
            accuracy = "" if run.status.best_val_accuracy is None else f"val {run.status.best_val_accuracy:.2%}"
            print(f"{run.run_id:<36} {run.status.status:<10} {accuracy:<12} {run.name}")
        rows = [
            {
                "run_id": run.run_id,
                "name": run.name,
                "status": run.status.status,
                "val_accuracy": run.status.best_val_accuracy,
                "test_accuracy": run.status.test_accuracy_best,
            }
            for run in runs
        ]
        _print_json(rows, self.as_json)


class Cli(BaseSettings):
    """CIFAR Lab: open the dashboard, or do without a browser: prepare data, train, evaluate, list runs."""

    model_config = SettingsConfigDict(
        cli_prog_name=_PROGRAM,
        cli_kebab_case=True,
        cli_implicit_flags="toggle",
        cli_exit_on_error=False,
        cli_avoid_json=True,
        cli_hide_none_type=True,
        env_prefix="CIFAR_CLI_",
    )

    version: bool = Field(False, description="Print the version")
    app: CliSubCommand[AppCommand]
    data: CliSubCommand[DataCommand]
    train: CliSubCommand[TrainCommand]
    evaluate: CliSubCommand[EvaluateCommand]
    runs: CliSubCommand[RunsCommand]

    def cli_cmd(self) -> None:
        """Run the chosen command."""
        if self.version:
            print(f"CIFAR Lab {__version__}")
        else:
            CliApp.run_subcommand(self)


class _FailedError(Exception):
    """The command was understood, but its work did not succeed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    try:
        CliApp.run(Cli, cli_args=list(sys.argv[1:] if arguments is None else arguments) or ["--help"])
    except ValidationError as error:
        return _complain(_describe_arguments(error), 2)
    except SettingsError as error:
        return _complain(str(error).removeprefix("error parsing CLI: "), 2)
    except (ConfigError, DataError, ValueError) as error:
        return _complain(str(error), 2)
    except _FailedError as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    except SystemExit as leave:  # --help
        return int(leave.code or 0)
    return 0


def _print_result(run_id: str, status: RunStatus, dataset: Dataset) -> None:
    print(f"{status.status.capitalize()} in {status.seconds or 0:.0f} s on {dataset.title}. {status.message}")
    if status.best_val_accuracy is None:
        return
    best = f"val accuracy {status.best_val_accuracy:.2%} at its best epoch ({status.best_epoch})"
    print(f"{best}, {status.last_val_accuracy or 0:.2%} at the last.")
    if status.test_accuracy_best is not None:
        print(f"test accuracy {status.test_accuracy_best:.2%} with the weights of epoch {status.best_epoch}.")


def _remark_on(dataset: Dataset) -> None:
    remarks = {
        "practice": f"No CIFAR-10 found: this trains on the practice set. Get it with: {_PROGRAM} data",
        "cifar10-unverified": "The CIFAR-10 files lack the official checksums: results are marked unverified.",
    }
    if dataset.source in remarks:
        sys.stderr.write(remarks[dataset.source] + "\n")


def _split_override(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set {text!r} is not allowed; allowed: section.field=value")
    return path.strip(), parse_value(value.strip())


def _describe_arguments(error: ValidationError) -> str:
    """Turn pydantic's first error about the command line into one line."""
    details = error.errors()[0]
    flag = "--" + str(details["loc"][-1]).replace("_", "-")
    message = details["msg"].removeprefix("Value error, ")
    return f"{flag} {details['input']!r}: {message[0].lower()}{message[1:]}"


def _complain(message: str, code: int) -> int:
    sys.stderr.write(message.strip() + "\n")
    return code


def _print_json(value: Any, wanted: bool) -> None:
    if wanted:
        print(json.dumps(value))

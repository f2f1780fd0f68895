"""All commands, and what becomes of their errors."""

import sys
from collections.abc import Sequence

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, CliSubCommand, SettingsConfigDict, SettingsError

from cifar_core import __version__
from cifar_core.cli.answers import PROGRAM, FailedError, remark
from cifar_core.cli.arguments import protect_overrides
from cifar_core.cli.choosing import SelectionCommand, SelectionsCommand
from cifar_core.cli.comparing import CompareCommand
from cifar_core.cli.enduring import RobustnessCommand
from cifar_core.cli.engines import ExecutorCommand
from cifar_core.cli.experimenting import ExperimentCommand, LessonCommand, LessonsCommand
from cifar_core.cli.exporting import ExportCommand
from cifar_core.cli.importing import ImportCommand
from cifar_core.cli.influencing import InfluenceCommand
from cifar_core.cli.labelling import LabelsCommand, VerdictCommand
from cifar_core.cli.looking import AppCommand, DataCommand, EvaluateCommand, RunsCommand, ScorecardCommand
from cifar_core.cli.peopling import PeopleCommand
from cifar_core.cli.steering import (
    DeleteCommand,
    ExtendCommand,
    ParkCommand,
    PauseCommand,
    ResumeCommand,
    SlimCommand,
    StopCommand,
)
from cifar_core.cli.sweeping import PromoteCommand, SweepCommand, SweepsCommand
from cifar_core.cli.teaching import ClassCommand, LearnerCommand
from cifar_core.cli.training import ForkCommand, TrainCommand
from cifar_core.cli.verifying import VerificationsCommand
from cifar_core.data import DataError
from cifar_core.interrupts import signals_interrupt
from cifar_core.overrides import ConfigError


class Cli(BaseSettings):
    """CIFAR Lab: open the dashboard, or do without a browser: prepare data, train, steer, evaluate and compare runs."""

    model_config = SettingsConfigDict(
        cli_prog_name=PROGRAM,
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
    scorecard: CliSubCommand[ScorecardCommand]
    compare: CliSubCommand[CompareCommand]
    lessons: CliSubCommand[LessonsCommand]
    lesson: CliSubCommand[LessonCommand]
    experiment: CliSubCommand[ExperimentCommand]
    influence: CliSubCommand[InfluenceCommand]
    verifications: CliSubCommand[VerificationsCommand]
    labels: CliSubCommand[LabelsCommand]
    verdict: CliSubCommand[VerdictCommand]
    people: CliSubCommand[PeopleCommand]
    robustness: CliSubCommand[RobustnessCommand]
    selections: CliSubCommand[SelectionsCommand]
    selection: CliSubCommand[SelectionCommand]
    sweep: CliSubCommand[SweepCommand]
    sweeps: CliSubCommand[SweepsCommand]
    promote: CliSubCommand[PromoteCommand]
    learner: CliSubCommand[LearnerCommand]
    class_: CliSubCommand[ClassCommand] = Field(alias="class")
    runs: CliSubCommand[RunsCommand]
    stop: CliSubCommand[StopCommand]
    park: CliSubCommand[ParkCommand]
    pause: CliSubCommand[PauseCommand]
    resume: CliSubCommand[ResumeCommand]
    extend: CliSubCommand[ExtendCommand]
    fork: CliSubCommand[ForkCommand]
    slim: CliSubCommand[SlimCommand]
    delete: CliSubCommand[DeleteCommand]
    executor: CliSubCommand[ExecutorCommand]
    export: CliSubCommand[ExportCommand]
    import_: CliSubCommand[ImportCommand] = Field(alias="import")

    def cli_cmd(self) -> None:
        """Run the chosen command."""
        if self.version:
            print(f"CIFAR Lab {__version__}")
        else:
            CliApp.run_subcommand(self)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        with signals_interrupt():
            CliApp.run(Cli, cli_args=protect_overrides(arguments))
    except ValidationError as error:
        return _complain(_describe_arguments(error), 2)
    except SettingsError as error:
        return _complain(str(error).removeprefix("error parsing CLI: "), 2)
    except (ConfigError, DataError, ValueError) as error:
        return _complain(str(error), 2)
    except FailedError as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    except SystemExit as leave:  # --help
        return int(leave.code or 0)
    return 0


def _describe_arguments(error: ValidationError) -> str:
    """Turn pydantic's first error about the command line into one line."""
    details = error.errors()[0]
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"]:  # of several fields together, or of something that a command made
        return message
    flag = "--" + str(details["loc"][-1]).replace("_", "-")
    return f"{flag} {details['input']!r}: {message[0].lower()}{message[1:]}"


def _complain(message: str, code: int) -> int:
    remark(message.strip())
    return code

"""Commands that ask a question of several runs and say what they answer."""

import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import FailedError, print_json, remark, remark_on
from cifar_core.cli.arguments import AsJson, DataDir, RunsDir, find_owner
from cifar_core.data import load_dataset
from cifar_core.experiments import Answer, Experiment, ExperimentStore, Question, list_lessons, read_question
from cifar_core.experiments.learners import first_seed
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunStore

_LOOK_SECONDS = 0.5

NumSeeds = Annotated[int | None, Field(ge=2, le=20, description="Runs of each arm (default: what the question says)")]

Learner = Annotated[
    str | None,
    Field(
        validation_alias=AliasChoices("learner", "owner"),
        description="Who asks (default: $CIFAR_OWNER, or nobody): kept with the answer; a name has seeds of its own",
    ),
]


class LessonsCommand(BaseModel):
    """List the lessons: questions that come with this, each answered by a few small runs."""

    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Print a line a lesson."""
        lessons = list_lessons()
        for name, lesson in lessons.items():
            print(f"{name:<16} {lesson.question}")
        rows = [
            {
                "name": name,
                "title": lesson.title,
                "question": lesson.question,
                "arms": [arm.name for arm in lesson.arms],
                "claims": [claim.says for claim in lesson.claims],
                "num_seeds": lesson.num_seeds,
            }
            for name, lesson in lessons.items()
        ]
        print_json(rows, self.as_json)


class LessonCommand(BaseModel):
    """Ask the question of a lesson here: train its arms with several seeds, and say what they answer. Reads no test."""

    name: Annotated[CliPositionalArg[str], Field(description="As `lessons` lists it")]
    seeds: NumSeeds = None
    break_it: Annotated[bool, Field(description="With the change that turns the result round")] = False
    full_size: Annotated[bool, Field(description="The real thing: all images, and longer")] = False
    learner: Learner = None
    data_dir: DataDir = None
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Train and answer."""
        lessons = list_lessons()
        if self.name not in lessons:
            raise ConfigError(f"lesson {self.name!r} does not exist; allowed: {', '.join(lessons)}")
        if self.break_it and self.full_size:
            raise ConfigError("break_it and full_size are both set; allowed: one of them")
        question = lessons[self.name]
        if self.break_it or self.full_size:
            question = question.broken() if self.break_it else question.at_full_size()
        _ask(question, self.seeds, self.learner, self.data_dir, self.runs_dir, self.as_json)


class ExperimentCommand(BaseModel):
    """Ask a question of your own, from a YAML file that is written as the lessons are. Reads no test."""

    file: Annotated[CliPositionalArg[Path], Field(description="The question")]
    seeds: NumSeeds = None
    learner: Learner = None
    data_dir: DataDir = None
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Train and answer."""
        _ask(read_question(self.file), self.seeds, self.learner, self.data_dir, self.runs_dir, self.as_json)


def _ask(
    question: Question,
    num_seeds: int | None,
    learner: str | None,
    data_dir: Path | None,
    runs_dir: Path | None,
    as_json: bool,
) -> None:
    name = find_owner(learner)
    remark_on(load_dataset(data_dir))
    store = RunStore(runs_dir)
    experiments = ExperimentStore(store)
    print(question.question)
    experiment = experiments.start(
        question, num_seeds=num_seeds, learner=name, first_seed=first_seed(name), data_dir=data_dir
    )
    try:
        _wait(store, experiments, experiment)
    except KeyboardInterrupt:
        experiments.stop(experiment)
        remark("Stopped. What was trained is kept.")
    answers = experiments.answers(experiment)
    for answer in answers:
        print(f"{answer.claim.says} {answer.sentence}")
    print_json(_facts(experiments, experiment, answers), as_json)
    if all(answer.num_pairs < 2 for answer in answers):
        raise FailedError("No claim could be compared: runs failed or were stopped; `runs` lists them.")


def _wait(store: RunStore, experiments: ExperimentStore, experiment: Experiment) -> None:
    total, told = len(experiment.run_ids), -1
    while not experiments.is_over(experiment):
        store.refresh()
        done = sum(len(by_seed) for by_seed in experiments.results(experiment).values())
        if done != told:
            remark(f"{done} of {total} runs are done.")
            told = done
        time.sleep(_LOOK_SECONDS)


def _facts(experiments: ExperimentStore, experiment: Experiment, answers: list[Answer]) -> dict[str, Any]:
    results = experiments.results(experiment)
    seconds = sum(found.seconds for by_seed in results.values() for found in by_seed.values())
    return {
        "experiment": experiment.id,
        "name": experiment.question.name,
        "question": experiment.question.question,
        "seconds": round(seconds, 1),
        "arms": {
            arm: {seed: {"val_accuracy": found.accuracy, "seconds": found.seconds} for seed, found in by_seed.items()}
            for arm, by_seed in results.items()
        },
        "claims": [_claim_facts(answer) for answer in answers],
    }


def _claim_facts(answer: Answer) -> dict[str, Any]:
    effect = answer.effect
    return {
        "first": answer.claim.first,
        "second": answer.claim.second,
        "says": answer.claim.says,
        "measure": answer.claim.measure,
        "num_pairs": answer.num_pairs,
        "effect": effect and effect.size,
        "interval": effect and [effect.low, effect.high],
        "p": effect and effect.p,
        "verdict": answer.verdict,
        "sentence": answer.sentence,
    }

"""Commands for a class: what one learner did, as a file, and what several learners' files say together."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import print_json
from cifar_core.cli.arguments import AsJson, RunsDir
from cifar_core.experiments.class_folder import read_record
from cifar_core.experiments.learner_page import describe_guess, draw_page
from cifar_core.experiments.learners import (
    LearnerError,
    LearnerRecord,
    read_learner,
    read_learners,
    write_record,
)
from cifar_core.experiments.pooling import PooledClaim, PooledLesson, calibrate, count_right, pool
from cifar_core.failures import explain
from cifar_core.files import write_text_atomically
from cifar_core.people import clean_name
from cifar_core.runs import RunStore

_WRITERS = {".json": write_record, ".html": draw_page}


class LearnerCommand(BaseModel):
    """Say what a learner asked and predicted here, or write it to a file. Reads no test."""

    name: Annotated[CliPositionalArg[str], Field(description="As it was given on Lessons")]
    export: Annotated[
        Path | None, Field(description="Write it to this file: .json, which `class` reads, or .html, a page to read")
    ] = None
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Read, print and write."""
        write = None if self.export is None else _writer(self.export)
        record = _find_learner(RunStore(self.runs_dir), clean_name(self.name))
        for lesson in pool([record]):
            _print_lesson(lesson)
        if write is not None and self.export is not None:
            _write(self.export, write(record))
            print(f"Written to {self.export}.")
        print_json(record.model_dump(mode="json", by_alias=True), self.as_json)


class ClassCommand(BaseModel):
    """Pool what several learners found, from the files that they exported: each contributes seeds."""

    files: Annotated[CliPositionalArg[list[Path]], Field(description="Learners' files, .json")]
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Check all files, then pool and print."""
        lessons = pool([read_record(path) for path in self.files])
        for lesson in lessons:
            _print_lesson(lesson)
        guesses = [guess for lesson in lessons for claim in lesson.claims for guess in claim.guesses]
        right, known = count_right(guesses)
        if known:
            print(f"{right} of {known} predictions that are decided were right.")
        rows = [vars(row) for row in calibrate(guesses)]
        facts = {"lessons": [_facts(lesson) for lesson in lessons], "num_right": right, "num_known": known}
        print_json(facts | {"calibration": rows}, self.as_json)


def _writer(path: Path) -> Any:
    if path.suffix.lower() not in _WRITERS:
        raise LearnerError(f"--export {str(path)!r} is not allowed; allowed: a file that ends in .json or .html")
    return _WRITERS[path.suffix.lower()]


def _find_learner(runs: RunStore, name: str) -> LearnerRecord:
    record = read_learner(runs, name)
    if not record.experiments:
        known = ", ".join(each.learner for each in read_learners(runs) if each.learner) or "none here yet"
        raise LearnerError(f"learner {name!r} asked nothing here; allowed: {known}")
    return record


def _write(path: Path, text: str) -> None:
    try:
        write_text_atomically(path, text)
    except OSError as error:
        raise LearnerError(f"--export {str(path)!r} cannot be written: {explain(error)}") from error


def _print_lesson(lesson: PooledLesson) -> None:
    print(f"{lesson.title} ({', '.join(lesson.learners)}; {lesson.data or 'no images'})")
    for claim in lesson.claims:
        print(f"  {claim.claim.says} {claim.sentence}")
        if claim.num_copies or claim.num_shared:
            print(f"    {describe_doubles(claim)}")
        for guess in claim.guesses:
            sure = "" if guess.confidence is None else f", {guess.confidence} % sure"
            print(f"    {guess.learner} expected {describe_guess(claim.claim, guess.prediction)}{sure}.")


def describe_doubles(claim: PooledClaim) -> str:
    """Say what did not count by itself."""
    copies = f"{claim.num_copies} equal to another of the same seed, not counted" if claim.num_copies else ""
    shared = f"{claim.num_shared} seeds trained by several, counted once with their mean" if claim.num_shared else ""
    return "; ".join(filter(None, (copies, shared))).capitalize() + "."


def _facts(lesson: PooledLesson) -> dict[str, Any]:
    return {
        "name": lesson.question.name,
        "title": lesson.title,
        "question": lesson.question.question,
        "data": lesson.data,
        "learners": list(lesson.learners),
        "claims": [_claim_facts(claim) for claim in lesson.claims],
    }


def _claim_facts(pooled: PooledClaim) -> dict[str, Any]:
    effect = pooled.effect
    return {
        "first": pooled.claim.first,
        "second": pooled.claim.second,
        "says": pooled.claim.says,
        "num_seeds": len(pooled.by_seed),
        "num_copies": pooled.num_copies,
        "num_shared_seeds": pooled.num_shared,
        "effect": effect and effect.size,
        "interval": effect and [effect.low, effect.high],
        "p": effect and effect.p,
        "verdict": pooled.verdict,
        "sentence": pooled.sentence,
        "by_learner": {learner: dict(values) for learner, values in pooled.by_learner.items()},
        "guesses": [vars(guess) for guess in pooled.guesses],
    }

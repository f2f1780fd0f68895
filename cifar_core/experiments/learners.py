"""What one learner did: derived from the experiments on disk, written to a file, read back with every check."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cifar_core import __version__
from cifar_core.evaluation.comparison import Verdict
from cifar_core.experiments.answer import answer_all
from cifar_core.experiments.measures import ACCURACY
from cifar_core.experiments.question import Claim, Name, Question
from cifar_core.experiments.store import Confidence, Experiment, ExperimentStore, Prediction
from cifar_core.people import PersonError, clean_name, is_same_person
from cifar_core.runs import RunStore, RunSummary

SCHEMA: Literal["cifar-lab-learner"] = "cifar-lab-learner"
VERSION: Literal[1] = 1
LARGEST_FILE = 2_000_000  # bytes
_MOST_SEEDS, _MOST_EXPERIMENTS = 1000, 500
_BLOCKS, _SEEDS_A_BLOCK = 10_000, 100

Accuracy = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Difference = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=200)]


class LearnerError(ValueError):
    """A file that cannot be used. Its text names the field, the value and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(_Part):
    """One experiment as a learner takes it along.

    Attributes:
        id: The experiment's.
        asked_at: Unix time.
        question: What was asked, all of it.
        hash: Of what decides its runs and claims, as `hash_question` has it.
        data: Where the images were from, as `Dataset.source` has it; empty before a run began.
        predictions: What was expected of each claim, by its place.
        confidences: How sure the learner was of each, in per cent.
        accuracies: On val after the last epoch, by arm and seed; guessing's where a run diverged.
        differences: Of what each claim is about, the second arm's less the first's, by seed.
        verdicts: What these runs alone make of each claim. For readers: whoever pools computes them anew.
        machine: Device, threads, cores and number format that trained them.
        versions: Of this, Python and what computes.
    """

    id: Word
    asked_at: float = Field(ge=0, allow_inf_nan=False)
    question: Question
    hash: Word
    data: Word
    predictions: dict[int, Prediction] = {}
    confidences: dict[int, Confidence] = {}
    accuracies: dict[Name, Annotated[dict[Seed, Accuracy], Field(max_length=_MOST_SEEDS)]] = {}
    differences: tuple[Annotated[dict[Seed, Difference], Field(max_length=_MOST_SEEDS)], ...] = ()
    verdicts: tuple[Verdict | None, ...] = ()
    machine: Annotated[dict[Word, Word], Field(max_length=20)] = {}
    versions: Annotated[dict[Word, Word], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hash != (expected := hash_question(self.question)):
            raise ValueError(f"hash = {self.hash!r} is not allowed; allowed: {expected!r}, which this question has")
        arms = [arm.name for arm in self.question.arms]
        for arm in self.accuracies:
            if arm not in arms:
                raise ValueError(f"accuracies, arm = {arm!r} is not allowed; allowed: {', '.join(arms)}")
        places = range(len(self.question.claims))
        for place in (*self.predictions, *self.confidences):
            if place not in places:
                raise ValueError(f"predictions, claim = {place} is not allowed; allowed: 0 to {places[-1]}")
        if len(self.differences) != len(places):
            raise ValueError(f"{len(self.differences)} differences; allowed: {len(places)}, one for each claim")
        for place, claim in enumerate(self.question.claims):
            self._check_differences(place, claim)
        return self

    def _check_differences(self, place: int, claim: Claim) -> None:
        """They are what the accuracies say, where the claim is about these."""
        first, second = self.accuracies.get(claim.first, {}), self.accuracies.get(claim.second, {})
        for seed, difference in self.differences[place].items():
            if seed not in first or seed not in second:
                raise ValueError(f"differences, claim {place}, seed = {seed} is not allowed; allowed: one of both arms")
            expected = second[seed] - first[seed]
            if claim.measure == ACCURACY and abs(difference - expected) > 1e-9:
                where = f"differences, claim {place}, seed {seed} = {difference:.6g}"
                raise ValueError(f"{where} is not allowed; allowed: {expected:.6g}, as the accuracies say")


class LearnerRecord(_Part):
    """All that a learner asked, the first one first."""

    schema_name: Literal["cifar-lab-learner"] = Field(SCHEMA, alias="schema")
    version: Literal[1] = VERSION
    learner: Word
    exported_at: float = Field(ge=0, allow_inf_nan=False)
    app: Word = __version__
    experiments: tuple[Asked, ...] = Field((), max_length=_MOST_EXPERIMENTS)


def first_seed(name: str) -> int:
    """Return the first of a learner's hundred seeds, the same on every machine; 0 without a name.

    Equal seeds train equal networks on equal machines: a class in which all train the same three would know no more
    than one of them does. Of 23 classes of thirty, one has two names that share their seeds; those count once then.
    """
    if not name:
        return 0
    digest = hashlib.blake2b(name.casefold().encode(), digest_size=8).digest()
    return _SEEDS_A_BLOCK * (1 + int.from_bytes(digest) % _BLOCKS)


def hash_question(question: Question) -> str:
    """Return a text that is the same for questions with the same runs and claims, whatever else they say."""
    return _hash(question.model_dump_json())


@lru_cache(maxsize=1024)
def _hash(text: str) -> str:
    question = Question.model_validate_json(text)
    arms = [[arm.name, question.config(arm.name, 0).model_dump(mode="json")] for arm in question.arms]
    claims = [claim.model_dump(mode="json", exclude={"says"}) for claim in question.claims]
    return hashlib.sha256(json.dumps([arms, claims], sort_keys=True).encode()).hexdigest()[:16]


def read_learners(runs: RunStore, listed: Sequence[RunSummary] | None = None) -> list[LearnerRecord]:
    """Return what each learner did here so far, read from the experiments and their runs.

    Args:
        runs: The store.
        listed: All runs; they are looked up if None.

    Returns:
        A record a name, in the alphabet's order; whoever gave none is first.
    """
    store = ExperimentStore(runs)
    by_experiment: dict[str | None, list[RunSummary]] = {}
    for run in runs.list_runs() if listed is None else listed:
        by_experiment.setdefault(run.experiment, []).append(run)
    found: dict[str, list[Asked]] = {}
    names: dict[str, str] = {}
    for experiment in reversed(store.list_experiments()):
        key = experiment.learner.casefold()
        names.setdefault(key, experiment.learner)
        found.setdefault(key, []).append(_describe(runs, store, experiment, by_experiment.get(experiment.id, [])))
    return [_record(names[key], found[key]) for key in sorted(found)]


def read_learner(runs: RunStore, name: str, listed: Sequence[RunSummary] | None = None) -> LearnerRecord:
    """Return one of them, empty where that learner asked nothing here.

    Args:
        runs: The store.
        name: As `clean_name` returns it; empty: whoever gave none.
        listed: As above.
    """
    records = (record for record in read_learners(runs, listed) if is_same_person(record.learner, name))
    return next(records, _record(name, []))


def _record(name: str, asked: Sequence[Asked]) -> LearnerRecord:
    latest = tuple(asked[-_MOST_EXPERIMENTS:])
    return LearnerRecord(schema=SCHEMA, learner=name, exported_at=round(time.time()), experiments=latest)


def _describe(runs: RunStore, store: ExperimentStore, experiment: Experiment, own: Sequence[RunSummary]) -> Asked:
    results = store.results(experiment, own)
    answers = answer_all(experiment.question, results)
    begun = [run for run in own if run.data_source]
    facts = runs.record(begun[0].run_id).environment() if begun else {}
    return Asked(
        id=experiment.id,
        asked_at=experiment.created_at,
        question=experiment.question,
        hash=hash_question(experiment.question),
        data=begun[0].data_source if begun else "",
        predictions=experiment.predictions,
        confidences=experiment.confidences,
        accuracies={arm: {seed: found.accuracy for seed, found in by_seed.items()} for arm, by_seed in results.items()},
        differences=tuple(dict(answer.differences) for answer in answers),
        verdicts=tuple(answer.verdict for answer in answers),
        machine=_pick(facts, ("device_title", "num_threads", "num_cores", "precision", "platform")),
        versions=_pick(facts, ("cifar_lab", "python", "torch", "numpy")),
    )


def _pick(facts: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: str(facts[name])[:200] for name in names if name in facts}


def write_record(record: LearnerRecord) -> str:
    """Return a record as JSON."""
    return record.model_dump_json(indent=1, by_alias=True)


def parse_record(content: bytes, where: str) -> LearnerRecord:
    """Read a record from JSON; `where` is what errors call it.

    Raises:
        LearnerError: It is too large, no JSON, of another schema, or some of it is not allowed.
    """
    if len(content) > LARGEST_FILE:
        most = f"{LARGEST_FILE / 1e6:g} MB"
        raise LearnerError(f"{where}: {len(content) / 1e6:.1f} MB; allowed: up to {most}, as a learner's record has")
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LearnerError(f"{where}: not JSON; allowed: a file that a learner exported") from error
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
        found = repr(tree.get("schema"))[:60] if isinstance(tree, dict) else type(tree).__name__
        raise LearnerError(f"{where}: schema = {found} is not allowed; allowed: {SCHEMA!r}")
    if tree.get("version") != VERSION:
        raise LearnerError(f"{where}: version = {repr(tree.get('version'))[:60]} is not allowed; allowed: {VERSION}")
    try:
        name = tree.get("learner")
        return LearnerRecord.model_validate(tree | {"learner": clean_name(name if isinstance(name, str) else "")})
    except ValidationError as error:
        raise LearnerError(f"{where}: {_explain(error)}") from error
    except PersonError as error:
        raise LearnerError(f"{where}: {error}") from error


def _explain(error: ValidationError) -> str:
    details = error.errors()[0]
    path = ", ".join(str(part) for part in details["loc"] if part != "[key]")
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] == "missing":
        return f"{path} is missing; allowed: every record has one"
    if details["type"] == "value_error":
        return f"{path}: {message}"
    return f"{path} = {repr(details['input'])[:60]} is not allowed: {message[0].lower()}{message[1:]}"

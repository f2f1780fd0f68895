"""What several learners' runs say together: each contributes seeds, and what is no evidence of its own counts once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cifar_core.evaluation.comparison import Effect, Verdict, compare_seeds, judge_claim
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.experiments.answer import describe_effect
from cifar_core.experiments.learners import Asked, LearnerRecord, hash_question
from cifar_core.experiments.lessons import list_lessons
from cifar_core.experiments.question import Claim, Question
from cifar_core.experiments.store import Prediction

# Ranges of confidences, in per cent, both ends included: what is said of them is said of few predictions each.
RANGES = ((50, 59), (60, 69), (70, 79), (80, 89), (90, 100))


@dataclass(frozen=True)
class Guess:
    """What one learner expected of a claim, before their first run of it.

    Attributes:
        learner: Who.
        prediction: What.
        confidence: How sure, in per cent; None if that was not said.
        is_right: Whether the pooled verdict is that; None while it is undecided.
    """

    learner: str
    prediction: Prediction
    confidence: int | None
    is_right: bool | None


@dataclass(frozen=True)
class PooledClaim:
    """What all learners' runs say of a claim.

    Attributes:
        claim: Which.
        effect: Mean difference over seeds with its interval; None with fewer than two seeds.
        verdict: What that makes of the claim; None likewise.
        sentence: For people.
        by_seed: The difference that counts for each seed.
        by_learner: Each learner's own differences, by seed.
        num_copies: Runs' pairs that equal another learner's of the same seed to the bit.
        num_shared: Seeds of which several learners have unequal pairs; their mean counts.
        guesses: What was expected, a learner each.
    """

    claim: Claim
    effect: Effect | None
    verdict: Verdict | None
    sentence: str
    by_seed: Mapping[int, float]
    by_learner: Mapping[str, Mapping[int, float]]
    num_copies: int
    num_shared: int
    guesses: tuple[Guess, ...]


@dataclass(frozen=True)
class PooledLesson:
    """One question, asked by several learners, on the same images.

    Attributes:
        question: As the first of them asked it.
        hash: Its.
        data: Where the images are from, as `Dataset.source` has it.
        latest: Id of the experiment that asked it last.
        learners: Who has runs or predictions of it.
        accuracies: By arm, learner and seed.
        claims: In the question's order.
    """

    question: Question
    hash: str
    data: str
    latest: str
    learners: tuple[str, ...]
    accuracies: Mapping[str, Mapping[str, Mapping[int, float]]]
    claims: tuple[PooledClaim, ...]

    @property
    def title(self) -> str:
        """The question's; where it is a lesson that was changed, that is said."""
        lesson = list_lessons().get(self.question.name)
        if lesson is None or hash_question(lesson) == self.hash:
            return self.question.title
        change = "at full size" if self.question.form == "full size" else "with a change"
        return f"{self.question.title}, {change}"


@dataclass(frozen=True)
class Calibration:
    """How often predictions of about one confidence were right.

    Attributes:
        lowest, highest: The confidence, in per cent.
        num_right: So many were right.
        num_guesses: Of so many.
        low, high: Ends of the share's 95 % interval (Wilson, 1927), as if each were of a claim of its own.
    """

    lowest: int
    highest: int
    num_right: int
    num_guesses: int
    low: float
    high: float


_Contribution = tuple[str, Asked]


def pool(records: Iterable[LearnerRecord]) -> list[PooledLesson]:
    """Pool what learners found, a lesson for each question on the same images: by number of learners, then as a course.

    An experiment that is in several records counts once. Runs of the practice set are never pooled with those of
    CIFAR-10, nor a lesson with one that was changed.
    """
    groups: dict[tuple[str, str], dict[str, _Contribution]] = {}
    for record in records:
        for asked in record.experiments:
            groups.setdefault((asked.hash, asked.data), {}).setdefault(asked.id, (record.learner, asked))
    lessons = [_pool_lesson(list(group.values())) for group in groups.values()]
    return sorted(in_course_order(lessons), key=lambda lesson: -len(lesson.learners))


def in_course_order(lessons: Iterable[PooledLesson]) -> list[PooledLesson]:
    """Return lessons as the course has them, each before itself with a change, then others."""
    places = {name: place for place, name in enumerate(list_lessons())}
    return sorted(lessons, key=lambda lesson: (places.get(lesson.question.name, len(places)), lesson.title))


def _pool_lesson(asked: Sequence[_Contribution]) -> PooledLesson:
    asked = _spell_alike(sorted(asked, key=lambda each: each[1].asked_at))
    question = asked[0][1].question
    return PooledLesson(
        question=question,
        hash=asked[0][1].hash,
        data=asked[0][1].data,
        latest=asked[-1][1].id,
        learners=tuple(dict.fromkeys(learner for learner, _ in asked)),
        accuracies={arm.name: _merge((name, each.accuracies.get(arm.name, {})) for name, each in asked)
                    for arm in question.arms},
        claims=tuple(_pool_claim(place, claim, asked) for place, claim in enumerate(question.claims)),
    )  # fmt: skip


def _spell_alike(asked: Sequence[_Contribution]) -> list[_Contribution]:
    """Two spellings of a name are one learner's."""
    names: dict[str, str] = {}
    return [(names.setdefault(name.casefold(), name), each) for name, each in asked]


def _merge(parts: Iterable[tuple[str, Mapping[int, float]]]) -> dict[str, dict[int, float]]:
    """Return by learner and seed; of a seed that somebody trained twice, the first."""
    merged: dict[str, dict[int, float]] = {}
    for learner, values in parts:
        if values:
            merged[learner] = dict(values) | merged.get(learner, {})
    return merged


def _pool_claim(place: int, claim: Claim, asked: Sequence[_Contribution]) -> PooledClaim:
    by_learner = _merge((learner, each.differences[place]) for learner, each in asked)
    by_seed, num_copies, num_shared = pool_seeds(by_learner.values())
    effect = compare_seeds([0.0] * len(by_seed), list(by_seed.values())) if len(by_seed) >= 2 else None
    verdict = None if effect is None else judge_claim(effect, claim.margin)
    return PooledClaim(
        claim=claim,
        effect=effect,
        verdict=verdict,
        sentence=describe_effect(claim, effect, verdict, len(by_seed)),
        by_seed=by_seed,
        by_learner=by_learner,
        num_copies=num_copies,
        num_shared=num_shared,
        guesses=_list_guesses(place, asked, verdict),
    )


def pool_seeds(by_learner: Iterable[Mapping[int, float]]) -> tuple[dict[int, float], int, int]:
    """Return the one difference that counts for each seed, the number of copies, and of seeds with unequal values.

    Equal seeds start from the same weights and see the same images in the same order. On machines of the same kind
    their networks are the same to the bit: copies are no evidence. On others arithmetic rounds otherwise and they drift
    apart, but may stay more alike than networks of other seeds: their mean counts, as one seed.

    Args:
        by_learner: Each learner's differences, by seed.
    """
    values: dict[int, set[float]] = {}
    num_pairs = 0
    for differences in by_learner:
        for seed, value in differences.items():
            values.setdefault(seed, set()).add(value)
            num_pairs += 1
    num_copies = num_pairs - sum(map(len, values.values()))
    means = {seed: sum(sorted(values[seed])) / len(values[seed]) for seed in sorted(values)}
    return means, num_copies, sum(len(each) > 1 for each in values.values())


def _list_guesses(place: int, asked: Sequence[_Contribution], verdict: Verdict | None) -> tuple[Guess, ...]:
    """Return each learner's first prediction alone: whoever asks again has seen the answer."""
    is_decided = verdict not in (None, "undecided")
    guesses: dict[str, Guess | None] = {}
    for learner, each in asked:
        prediction = each.predictions.get(place)
        is_right = (prediction == verdict) if is_decided else None
        guess = prediction and Guess(learner, prediction, each.confidences.get(place), is_right)
        guesses.setdefault(learner, guess or None)
    return tuple(guess for guess in guesses.values() if guess is not None)


def count_right(guesses: Iterable[Guess]) -> tuple[int, int]:
    """Return how many predictions were right, and of how many that is known."""
    known = [guess.is_right for guess in guesses if guess.is_right is not None]
    return sum(known), len(known)


def calibrate(guesses: Iterable[Guess]) -> list[Calibration]:
    """Return a row for each range of confidences that was named, of predictions whose claim is decided."""
    told = [guess for guess in guesses if guess.confidence is not None and guess.is_right is not None]
    rows = []
    for lowest, highest in RANGES:
        within = [guess for guess in told if lowest <= (guess.confidence or 0) <= highest]
        right, total = count_right(within)
        if total:
            low, high = wilson_interval(right, total)
            rows.append(Calibration(lowest, highest, right, total, float(low), float(high)))
    return rows

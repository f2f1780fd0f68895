"""Predictions, verdicts and settings as a card says them."""

from collections.abc import Mapping, Sequence
from typing import Any

from cifar_core.data import CIFAR10_CLASS_NAMES
from cifar_core.evaluation.comparison import Verdict, expected_half_width
from cifar_core.experiments import Answer, Progress, Question
from cifar_core.experiments.measures import ACCURACY
from cifar_core.experiments.question import Claim
from cifar_core.experiments.store import Prediction
from dashboard.drawing.literal import literal
from dashboard.drawing.words import duration, percent, setting_names
from dashboard.session.kept import say_setting

CHOICES: tuple[Prediction, ...] = ("supported", "no difference", "contradicted")
# As the address has them: the second is better, no difference, the first is better.
_LETTERS: dict[Prediction, str] = {"supported": "s", "no difference": "n", "contradicted": "f"}
_OPEN = "o"


def describe_choice(claim: Claim, choice: Prediction) -> str:
    """Return what a prediction says of a claim, for Markdown."""
    if choice == "no difference":
        return "no difference"
    return f'"{literal(claim.second if choice == "supported" else claim.first)}" {claim.measured.more}'


def describe_better(claims: Sequence[Claim]) -> str:
    """Say from which difference on something is better, for Markdown."""
    margin = describe_margin(claims)
    if all(claim.measure == ACCURACY for claim in claims):
        return f"*Better* means: by more than {margin} of accuracy on val, the images that no network trains on."
    return f"*Better* and *more* mean: by more than {margin} on val, the images that no network trains on."


def describe_change(question: Question, lesson: Question) -> str:
    """Say what is other than in the lesson as it was written; empty if nothing is. For Markdown."""
    if question.form == "full size":
        return f"At full size: {describe_size(question)}."
    if is_broken(question, lesson) and lesson.break_it is not None:
        return f"With a change: {literal(lesson.break_it.says, most=None)}"
    return ""


def describe_kind(question: Question, lesson: Question) -> str:
    """Say before what came of a question what is other than in the lesson as it was written; empty if nothing is."""
    if question.form == "full size":
        return "At full size: "
    return "With its change: " if is_broken(question, lesson) else ""


def is_broken(question: Question, lesson: Question) -> bool:
    """Whether a question is a lesson's with its change."""
    return question.form != "full size" and question.break_it is None and lesson.break_it is not None


def describe_size(question: Question) -> str:
    """Say how many images the arms of a question train on, and for how long, e.g. "all images, 10 epochs"."""
    configs = [question.config(arm.name, 0) for arm in question.arms]
    shares = sorted({config.data.train_fraction for config in configs})
    epochs = sorted({config.training.num_epochs for config in configs})
    parts = " to ".join(percent(share, 0) for share in _ends(shares))
    images = "all images" if shares == [1.0] else f"{parts} of all images"
    return f"{images}, {' to '.join(map(str, _ends(epochs)))} epochs"


def _ends(values: Sequence[float]) -> list[float]:
    return list(dict.fromkeys((values[0], values[-1])))


def describe_stand_ins(question: Question, class_names: Sequence[str]) -> str:
    """Say which of the dataset's classes stand for those that claims name; empty where they are CIFAR-10's."""
    measures = [claim.measured for claim in question.claims]
    named = dict.fromkeys(name for measure in measures for name in (measure.true, measure.pred) if name)
    places = {name: class_names[CIFAR10_CLASS_NAMES.index(name)] for name in named}
    words = ", ".join(f"{other} for {name}" for name, other in places.items() if other != name)
    return f"These images show other things. In their place stand: {words}." if words else ""


def list_pairs(question: Question) -> list[tuple[str, str]]:
    """Return the arms that claims compare, each pair once, as the first claim about it has them."""
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for claim in question.claims:
        pairs.setdefault(frozenset((claim.first, claim.second)), (claim.first, claim.second))
    return list(pairs.values())


def describe_margin(claims: Sequence[Claim]) -> str:
    """Return which differences matter, e.g. "1 point"."""
    margins = sorted({100 * claim.margin for claim in claims})
    return " or ".join(f"{margin:.3g}" for margin in margins) + (" point" if margins == [1] else " points")


def write_predictions(predictions: Mapping[int, Prediction], num_claims: int) -> str | None:
    """Return predictions as the address has them, a letter a claim; None without any."""
    letters = [_LETTERS[predictions[place]] if place in predictions else _OPEN for place in range(num_claims)]
    return "".join(letters) if predictions else None


def read_predictions(text: str | None, num_claims: int) -> dict[int, Prediction]:
    """Return the predictions of an address by the claim's place; what is no prediction is left out."""
    choices = {letter: choice for choice, letter in _LETTERS.items()}
    return {place: choices[letter] for place, letter in enumerate((text or "")[:num_claims]) if letter in choices}


def describe_guess(claim: Claim, said: Prediction | None, verdict: Verdict | None) -> str:
    """Hold a prediction against what the runs say, for Markdown."""
    if said is None:
        return "Nothing was predicted."
    you = f"You said: **{describe_choice(claim, said)}**"
    if verdict is None:
        return f"{you}."
    if verdict == "undecided":
        return f"{you}. These runs do not decide it."
    if verdict == said:
        return f"{you}, and so it is here."
    return f"{you}; here it is **{describe_choice(claim, verdict)}**."


def describe_settings(settings: Mapping[str, Any]) -> str:
    """Return settings in words, e.g. "learning rate 0.01, momentum 0.9"; "nothing" if there are none."""
    names = setting_names(settings)
    return ", ".join(f"{names[path]} {say_setting(value)}" for path, value in settings.items()) or "nothing"


def say_narrower(num_seeds: int, num_more: int) -> str:
    """Say what more seeds do to intervals, if seeds lie as far apart as they do."""
    if num_seeds < 2:
        return "Intervals take two seeds or more."
    share = expected_half_width(1.0, num_seeds + num_more) / expected_half_width(1.0, num_seeds)
    return (
        f"More seeds make intervals narrower: with {num_seeds + num_more} instead of {num_seeds}, about "
        f"{percent(share, 0)} as wide."
    )


def about(seconds: float) -> str:
    """Return an estimated time span, rounded to what is known of it."""
    step = 1 if seconds < 10 else 5 if seconds < 60 else 10 if seconds < 600 else 60
    return f"about {duration(max(step, step * round(seconds / step))).removesuffix(' 0 s')}"


def describe_progress(progress: Progress) -> str:
    """Return how far an experiment is."""
    total = progress.num_done + progress.num_left + progress.num_ended
    words = f"{progress.num_done} of {total} runs are done"
    return words if progress.seconds_left is None else f"{words}, {about(progress.seconds_left)} left"


def describe_outcome(answers: Sequence[Answer], predictions: Mapping[int, Prediction]) -> str:
    """Return what came of all claims in a line: verdicts, and how many were predicted; empty before the first one."""
    verdicts = [answer.verdict for answer in answers if answer.verdict is not None]
    if not verdicts:
        return ""
    words = ", ".join(dict.fromkeys(_count(verdict, verdicts) for verdict in verdicts))
    decided = [place for place, answer in enumerate(answers) if answer.verdict not in (None, "undecided")]
    right = sum(predictions.get(place) == answers[place].verdict for place in decided)
    if not predictions or not decided:
        return f"{words[:1].upper()}{words[1:]}."
    return f"{words[:1].upper()}{words[1:]}. You predicted {right} of the {len(decided)} decided."


def _count(verdict: Verdict, among: Sequence[Verdict]) -> str:
    number = among.count(verdict)
    return verdict if len(among) == 1 else f"{number} {verdict}"

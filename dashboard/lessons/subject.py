"""Which lessons there are, and which of them, and of its experiments, the address speaks of."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from cifar_core.experiments import Experiment, ExperimentStore, Question, list_lessons
from dashboard.lessons.words import describe_change
from dashboard.session import address
from dashboard.session.learner import is_own
from dashboard.session.lock import read_lock

# In place of an experiment's id: one is about to be asked, as the lesson is, with its change, or at full size.
NEW, BROKEN, FULL = "new", "broken", "full"


@dataclass(frozen=True)
class Lesson:
    """A question with the experiments that asked it.

    Attributes:
        question: As it comes, without its change.
        number: Its place in the course, from 1; None for a question of somebody's own.
        asked: Experiments, newest first.
    """

    question: Question
    number: int | None
    asked: tuple[Experiment, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What the page shows.

    Attributes:
        lesson: Which.
        question: What was asked, or is about to be.
        experiment: Which one; None before it is run.
    """

    lesson: Lesson
    question: Question
    experiment: Experiment | None

    @property
    def is_whole(self) -> bool:
        """Whether the question is asked as it was written."""
        return is_whole(self.question, self.lesson)


def is_whole(question: Question, lesson: Lesson) -> bool:
    """Whether a question is a lesson's as it was written, neither with its change nor at full size."""
    return not describe_change(question, lesson.question)


def find_lessons(asked: Sequence[Experiment], shown: Sequence[Experiment] | None = None) -> dict[str, Lesson]:
    """Return all lessons by name, the course's first, then what else was asked.

    Args:
        asked: Experiments, newest first. They tell which questions there are.
        shown: Those of them that lessons speak of; None for all.
    """
    by_name: dict[str, list[Experiment]] = {}
    shown_ids = {each.id for each in (asked if shown is None else shown)}
    for experiment in asked:
        by_name.setdefault(experiment.question.name, []).append(experiment)
    lessons = {
        name: Lesson(question, number, _only(by_name.pop(name, ()), shown_ids))
        for number, (name, question) in enumerate(list_lessons().items(), start=1)
    }
    for name, experiments in by_name.items():
        questions = [each.question for each in experiments]
        small = [question for question in questions if question.form != "full size"] or questions
        whole = next((question for question in small if question.break_it), small[0])
        lessons[name] = Lesson(whole, None, _only(experiments, shown_ids))
    return lessons


def _only(experiments: Sequence[Experiment], ids: Container[str]) -> tuple[Experiment, ...]:
    return tuple(each for each in experiments if each.id in ids)


def read_subject(store: ExperimentStore, lessons: Mapping[str, Lesson]) -> Subject | None:
    """Return what the address speaks of; None: of no lesson, or of none that is here.

    Raises:
        RunError: The experiment is not here, or damaged.
    """
    wanted, lesson = address.EXPERIMENT.value(), lessons.get(address.LESSON.value() or "")
    if wanted is not None and wanted not in (NEW, BROKEN, FULL):
        experiment = store.get(wanted)
        lesson = lessons.get(experiment.question.name) or Lesson(experiment.question, None, (experiment,))
        return Subject(lesson, experiment.question, experiment)
    if lesson is None:
        return None
    if wanted == BROKEN and lesson.question.break_it is not None and not read_lock().hides("break_it"):
        return Subject(lesson, lesson.question.broken(), None)
    if wanted == FULL:
        return Subject(lesson, lesson.question.at_full_size(), None)
    if wanted is None and lesson.asked:
        return Subject(lesson, lesson.asked[0].question, lesson.asked[0])
    return Subject(lesson, lesson.question, None)


def is_hidden(subject: Subject | None) -> bool:
    """Whether the address speaks of somebody else's experiment, and its lock hides those."""
    if subject is None or subject.experiment is None or not read_lock().hides("others"):
        return False
    return not is_own(subject.experiment)


def open_lesson(name: str | None, experiment: str | None = None) -> None:
    """Show a lesson, or the list of them; an experiment by its id, or one that is about to be asked. For callbacks."""
    turn_to(name, experiment)
    address.step_on()


def turn_to(name: str | None, experiment: str | None) -> None:
    """Likewise before the page is drawn anew."""
    address.LESSON.choose(name)
    address.EXPERIMENT.choose(experiment)
    address.PREDICTED.choose(None)
    address.DRAWN.choose(None)
    address.SURE.choose(None)
    address.LOOKED_SEED.choose(None)
    address.CHANGED_PAIR.choose(None)

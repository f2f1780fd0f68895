"""Questions about settings, asked of several runs and answered with what chance leaves open."""

from cifar_core.experiments.answer import Answer, Found, answer_claim
from cifar_core.experiments.duration import expect_seconds, pace_of, read_paces
from cifar_core.experiments.lessons import list_lessons
from cifar_core.experiments.question import Arm, Change, Claim, Question, QuestionError, read_question
from cifar_core.experiments.store import Experiment, ExperimentStore, Prediction, Progress

__all__ = [
    "Answer",
    "Arm",
    "Change",
    "Claim",
    "Experiment",
    "ExperimentStore",
    "Found",
    "Prediction",
    "Progress",
    "Question",
    "QuestionError",
    "answer_claim",
    "expect_seconds",
    "list_lessons",
    "pace_of",
    "read_paces",
    "read_question",
]

"""Questions about settings, asked of several runs and answered with what chance leaves open."""

from cifar_core.experiments.answer import Answer, Found, answer_all, answer_claim, describe_power, usual_deviation
from cifar_core.experiments.drawn import Drawn
from cifar_core.experiments.duration import Wait, expect_seconds, expect_waits, pace_of, read_paces
from cifar_core.experiments.lessons import list_lessons
from cifar_core.experiments.question import Arm, Change, Claim, FullSize, Question, QuestionError, read_question
from cifar_core.experiments.store import Experiment, ExperimentStore, Prediction, Progress

__all__ = [
    "Answer",
    "Arm",
    "Change",
    "Claim",
    "Drawn",
    "Experiment",
    "ExperimentStore",
    "Found",
    "FullSize",
    "Prediction",
    "Progress",
    "Question",
    "QuestionError",
    "Wait",
    "answer_all",
    "answer_claim",
    "describe_power",
    "expect_seconds",
    "expect_waits",
    "list_lessons",
    "pace_of",
    "read_paces",
    "read_question",
    "usual_deviation",
]

"""What may be asked, and what is said of a question that may not."""

import pytest

from cifar_core.experiments import QuestionError, list_lessons, read_question
from cifar_core.experiments.question import parse_question
from cifar_core.models import summarize_config

WHOLE = """
name: rate
title: Learning rate
question: Is ten times the rate better?
arms:
  - {name: slow}
  - {name: fast, settings: {optimizer.learning_rate: 0.01}}
claims:
  - {first: slow, second: fast, says: Faster is better.}
break_it:
  says: One epoch.
  settings: {training.num_epochs: 1}
"""


def test_every_lesson_can_be_asked():
    lessons = list_lessons()
    assert len(lessons) >= 11
    for name, lesson in lessons.items():
        assert (lesson.name, bool(lesson.why), bool(lesson.look)) == (name, True, True)
        for arm in lesson.arms:
            config = lesson.config(arm.name, 1)
            assert (config.training.seed, config.training.evaluate_test) == (1, False)


def test_networks_of_the_first_lesson_have_as_many_weights():
    lesson = list_lessons()["convolution"]
    sizes = {arm.name: summarize_config(lesson.config(arm.name, 0).model).num_parameters for arm in lesson.arms}
    assert len(sizes) == 3
    assert max(sizes.values()) / min(sizes.values()) < 1.01


def test_arms_change_what_they_say_and_nothing_else():
    question = parse_question(WHOLE, "rate.yaml")
    slow, fast = question.config("slow", 4), question.config("fast", 4)
    assert (slow.optimizer.learning_rate, fast.optimizer.learning_rate) == (0.001, 0.01)
    assert slow.model == fast.model
    assert slow.training == fast.training


def test_a_broken_question_keeps_its_arms():
    broken = parse_question(WHOLE, "rate.yaml").broken()
    assert broken.config("fast", 0).training.num_epochs == 1
    assert broken.config("fast", 0).optimizer.learning_rate == 0.01
    with pytest.raises(QuestionError, match="'rate' has no break_it"):
        broken.broken()


def test_no_question_reads_test_whatever_it_says():
    text = WHOLE.replace("{name: slow}", "{name: slow, settings: {training.evaluate_test: true}}")
    assert not parse_question(text, "rate.yaml").config("slow", 0).training.evaluate_test


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: rate\n", "name: Rate 1\n", ["name = 'Rate 1'"]),
        ("title: Learning rate\n", "", ["title is missing"]),
        ("better?", "better", ["question = 'Is ten times the rate better'"]),
        ("  - {name: slow}\n", "", ["arms", "at least 2"]),
        ("name: slow}", "name: fast}", ["arms = fast, fast: a name twice"]),
        ("second: fast", "second: quick", ["claims.0.second = 'quick'", "allowed: slow, fast"]),
        ("second: fast", "second: slow", ["claims.0.second = 'slow'", "another arm"]),
        ("0.01}", "50}", ["arm 'fast'", "optimizer.learning_rate = 50", "at most 10"]),
        ("optimizer.learning_rate", "optimiser.rate", ["arm 'fast'", "optimiser.rate", "no such setting"]),
        ("training.num_epochs: 1", "training.num_epochs: 0", ["break_it, arm 'slow'", "training.num_epochs = 0"]),
        ("title:", "preset: lenet\ntitle:", ["preset = 'lenet'", "notebook"]),
        ("title:", "colour: red\ntitle:", ["colour: no such field", "num_seeds"]),
        ("title:", "num_seeds: 1\ntitle:", ["num_seeds = 1", "greater than or equal to 2"]),
        ("arms:", "arms: [", ["line", "not YAML"]),
        (WHOLE, "- 1\n", ["list instead of fields"]),
        (WHOLE, "", ["NoneType instead of fields"]),
    ],
)
def test_what_cannot_be_asked_is_named(old, new, words):
    assert old in WHOLE
    with pytest.raises(QuestionError) as caught:
        parse_question(WHOLE.replace(old, new, 1), "rate.yaml")
    assert str(caught.value).startswith("rate.yaml")
    for word in words:
        assert word in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(QuestionError, match=r"none\.yaml cannot be read"):
        read_question(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionError, match=r"bytes\.yaml cannot be read: it is not UTF-8 text"):
        read_question(tmp_path / "bytes.yaml")

"""What may be asked, and what is said of a question that may not."""

import re
from pathlib import Path

import pytest

from cifar_core.experiments import Question, QuestionError, list_lessons, read_question
from cifar_core.experiments.question import parse_question
from cifar_core.models import summarize_config
from cifar_core.presets import PRESETS

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


def test_at_full_size_all_images_train_for_as_long_as_the_preset_says():
    question = parse_question(WHOLE.replace("title:", "settings: {data.train_fraction: 0.1}\ntitle:"), "rate.yaml")
    full = question.at_full_size()
    config = full.config("fast", 0)
    assert (config.data.train_fraction, config.optimizer.learning_rate) == (1.0, 0.01)
    assert config.training.num_epochs == PRESETS[question.preset].config.training.num_epochs
    assert not config.training.evaluate_test
    assert (full.form, full.break_it, full.claims) == ("full size", None, question.claims)


def test_full_size_is_what_the_question_says_arm_by_arm():
    more = "full_size: {settings: {training.num_epochs: 7}, arms: {fast: {training.num_epochs: 21}}}\ntitle:"
    full = parse_question(WHOLE.replace("title:", more), "rate.yaml").at_full_size()
    assert [full.config(arm, 0).training.num_epochs for arm in ("slow", "fast")] == [7, 21]
    assert full.config("fast", 0).optimizer.learning_rate == 0.01
    assert parse_question(WHOLE, "rate.yaml").broken().form == "broken"


@pytest.mark.parametrize("name", list_lessons())
def test_every_lesson_can_be_broken_and_asked_at_full_size(name):
    lesson = list_lessons()[name]
    forms = [lesson.at_full_size()] + ([lesson.broken()] if lesson.break_it else [])
    for question in forms:
        assert Question.model_validate_json(question.model_dump_json()) == question
        configs = [question.config(arm.name, 1) for arm in question.arms]
        assert not any(config.training.evaluate_test for config in configs)
        assert configs != [lesson.config(arm.name, 1) for arm in lesson.arms]


def test_another_optimizer_leaves_the_settings_of_the_last_one():
    momentum = "settings: {optimizer.name: sgd, optimizer.momentum: 0.9}\ntitle:"
    text = WHOLE.replace("title:", momentum).replace("training.num_epochs: 1", "optimizer.name: adam")
    assert parse_question(text, "rate.yaml").broken().config("slow", 0).optimizer.name == "adam"


def test_the_documented_question_can_be_asked_and_all_fields_are_told_of():
    document = (Path(__file__).parents[3] / "docs" / "lessons.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", document, re.S)[1]
    question = parse_question(example, "example")
    assert question.at_full_size().config("narrow", 0).training.num_epochs == 25
    assert set(re.findall(r"^(\w+):", example, re.M)) == set(Question.model_fields) - {"form", "changed"}
    for name in Question.model_fields:
        assert f"`{name}`" in document, name


def test_no_question_reads_test_whatever_it_says():
    text = WHOLE.replace("{name: slow}", "{name: slow, settings: {training.evaluate_test: true}}")
    assert not parse_question(text, "rate.yaml").config("slow", 0).training.evaluate_test


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: rate\n", "name: Rate 1\n", ["name = 'Rate 1'", "lower-case letters"]),
        ("title: Learning rate\n", "", ["title is missing"]),
        ("better?", "better", ["question = 'Is ten times the rate better'", "ends with ?"]),
        ("  - {name: slow}\n", "", ["arms", "at least 2"]),
        ("name: slow}", "name: fast}", ["arms = fast, fast: a name twice"]),
        ("second: fast", "second: quick", ["claims.0.second = 'quick'", "allowed: slow, fast"]),
        ("second: fast", "second: slow", ["claims.0.second = 'slow'", "another arm"]),
        (
            "{optimizer.learning_rate: 0.01}",
            "{data.val_fraction: 0.2}",
            ["claims.0", "'fast'", "= 0.1 and 0.2", "agree"],
        ),
        ("{optimizer.learning_rate: 0.01}", "{data.split_seed: 3}", ["claims.0", "data.split_seed = 0 and 3", "agree"]),
        (
            "title:",
            "full_size: {arms: {slow: {data.val_fraction: 0.02}}}\ntitle:",
            ["full_size, claims.0", "= 0.02 and 0.1", "agree"],
        ),
        ("0.01}", "50}", ["arm 'fast'", "optimizer.learning_rate = 50", "at most 10"]),
        ("optimizer.learning_rate", "optimiser.rate", ["arm 'fast'", "optimiser.rate", "no such setting"]),
        ("training.num_epochs: 1", "training.num_epochs: 0", ["break_it, arm 'slow'", "training.num_epochs = 0"]),
        ("title:", "preset: lenet\ntitle:", ["preset = 'lenet'", "notebook"]),
        ("title:", "colour: red\ntitle:", ["colour: no such field", "num_seeds"]),
        ("title:", "look_at: [errors, runs]\ntitle:", ["look_at.1 = 'runs'", "allowed: explore, augment, train"]),
        (
            "is better.}",
            "is better., measure: speed}",
            ["claims.0.measure = 'speed'", "allowed: accuracy, recall:CLASS"],
        ),
        ("is better.}", "is better., metric: x}", ["claims.0.metric: no such field", "allowed: first, second"]),
        ("title:", "full_size: {arms: {quick: {}}}\ntitle:", ["full_size.arms = 'quick'", "allowed: slow, fast"]),
        (
            "title:",
            "full_size: {settings: {training.num_epochs: 0}}\ntitle:",
            ["full_size, arm 'slow'", "training.num_epochs = 0"],
        ),
        (
            "title:",
            "full_size: {arms: {fast: {optimizer.learning_rate: 99}}}\ntitle:",
            ["full_size, arm 'fast'", "optimizer.learning_rate = 99"],
        ),
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

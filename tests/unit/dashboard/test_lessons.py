"""What a lesson says and draws."""

import pytest

from cifar_core.data import CIFAR10_CLASS_NAMES
from cifar_core.evaluation.bands import fold_curves
from cifar_core.experiments import Drawn, Found, answer_claim, list_lessons
from cifar_core.experiments.question import Claim
from cifar_core.experiments.store import Experiment, Progress
from dashboard.drawing.words import signed, with_minus
from dashboard.lessons.charts import balance_of, curves_chart, effect_row, find_extent
from dashboard.lessons.list_view import describe_state
from dashboard.lessons.pace import list_configs, unknown_configs
from dashboard.lessons.subject import find_lessons, is_whole
from dashboard.lessons.words import (
    about,
    describe_better,
    describe_change,
    describe_choice,
    describe_guess,
    describe_margin,
    describe_outcome,
    describe_progress,
    describe_settings,
    describe_stand_ins,
    read_predictions,
    say_narrower,
    write_predictions,
)

CLAIM = Claim(first="A", second="*B*", says="B is better.")


def answer(first, second):
    found = {name: {seed: Found(value, 2.0) for seed, value in enumerate(values)} for name, values in
             (("A", first), ("*B*", second))}  # fmt: skip
    return answer_claim(CLAIM, found)


@pytest.mark.parametrize(
    ("said", "verdict", "words"),
    [
        (None, "supported", "Nothing was predicted."),
        ("supported", None, r'You said: **"\*B\*" is better**.'),
        ("supported", "supported", r'You said: **"\*B\*" is better**, and so it is here.'),
        ("contradicted", "no difference", 'You said: **"A" is better**; here it is **no difference**.'),
        ("no difference", "supported", r'You said: **no difference**; here it is **"\*B\*" is better**.'),
        ("no difference", "undecided", "You said: **no difference**. These runs do not decide it."),
    ],
)
def test_a_prediction_is_held_against_the_verdict(said, verdict, words):
    assert describe_guess(CLAIM, said, verdict) == words


def test_predictions_go_through_the_address():
    predictions = {0: "supported", 2: "contradicted", 3: "no difference"}
    assert write_predictions(predictions, 4) == "sofn"
    assert read_predictions("sofn", 4) == predictions
    assert write_predictions({}, 4) is None
    for strange in (None, "", "zz", "oooo"):
        assert read_predictions(strange, 4) == {}
    assert read_predictions("ssssssss", 2) == {0: "supported", 1: "supported"}


def test_an_outcome_counts_verdicts_and_what_was_predicted_of_them():
    better, even, open_ = (
        answer((0.4, 0.41), (0.5, 0.51)),
        answer((0.5, 0.5), (0.5, 0.5)),
        answer((0.5, 0.6), (0.6, 0.5)),
    )
    assert describe_outcome([better], {}) == "Supported."
    assert describe_outcome([better], {0: "supported"}) == "Supported. You predicted 1 of the 1 decided."
    several = describe_outcome([better, even, open_], {0: "contradicted", 1: "no difference", 2: "supported"})
    assert several == "1 supported, 1 no difference, 1 undecided. You predicted 1 of the 2 decided."
    assert describe_outcome([answer((), ())], {0: "supported"}) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 s"), (7.4, "about 7 s"), (33, "about 35 s"), (103, "about 1 min 40 s"), (1210, "about 20 min")],
)
def test_estimates_are_rounded(seconds, words):
    assert about(seconds) == words


def test_settings_and_progress_in_words():
    assert describe_settings({"optimizer.learning_rate": 0.5, "data.normalization": "none"}) == (
        "learning rate 0.5, normalisation none"
    )
    assert describe_settings({}) == "nothing"
    assert describe_margin([CLAIM, CLAIM]) == "1 point"
    assert describe_margin([CLAIM.model_copy(update={"margin": 0.025}), CLAIM]) == "1 or 2.5 points"
    assert describe_progress(Progress(2, 4, 0, 0.3, 61.0)) == "2 of 6 runs are done, about 1 min left"
    assert describe_progress(Progress(2, 3, 1, 0.3, None)) == "2 of 6 runs are done"


def test_a_claim_is_drawn_with_each_seed_their_mean_and_its_interval():
    found = answer((0.4, 0.41, 0.42), (0.5, 0.51, 0.55))
    row = effect_row(found)
    assert [dot.value for dot in row.dots] == pytest.approx([0.10, 0.10, 0.13])
    assert row.dots[2].words == "seed 2: +13.0 points"
    assert (row.name, row.mean) == ("3 seeds", pytest.approx(0.11))
    assert row.interval == (found.effect.low, found.effect.high)
    assert row.mean_words.startswith("mean +11.0 points, 95 % interval +")
    single = effect_row(answer((0.4,), (0.3,)))
    assert (single.name, single.mean, single.interval) == ("1 seed", None, None)
    assert single.dots[0].words == "seed 0: \N{MINUS SIGN}10.0 points"


def test_a_claims_axis_shows_all_that_is_drawn_of_it():
    answers = [answer((0.4, 0.41, 0.42), (0.5, 0.51, 0.55)), answer((0.4,), (0.1,))]
    extent = find_extent(answers)
    assert extent > max(answers[0].effect.high, 0.3)
    assert find_extent([answer((0.4, 0.4), (0.4, 0.4))]) == pytest.approx(1.1 * 2 * CLAIM.margin)
    axis = balance_of(CLAIM, extent)
    assert (axis.margin, axis.ends) == (CLAIM.margin, ("A better", "*B* better"))
    long = balance_of(CLAIM.model_copy(update={"first": "x" * 60, "measure": "confusion:cat>dog"}), extent)
    assert long.ends[0] == f"{'x' * 35}…: more"


def test_curves_are_a_line_and_a_band_an_arm():
    def rows(*values):
        return [{"epoch": epoch, "val/accuracy": value} for epoch, value in enumerate(values, start=1)]

    arms = {"A": [rows(0.1, 0.2), rows(0.3, 0.4)], "B": [rows(0.5)]}
    chart = curves_chart({arm: fold_curves(found, "val/accuracy") for arm, found in arms.items()}, "range")
    assert [(line.name, list(line.low), list(line.high)) for line in chart.lines] == [
        ("A, 2 seeds", [0.1, 0.2], [0.3, 0.4]),
        ("B, 1 seed", [], []),
    ]


def test_experiments_are_found_under_their_lessons():
    lesson = list_lessons()["dropout"]
    own = lesson.model_copy(update={"name": "mine"})
    asked = [
        Experiment(id="3", question=own.broken(), created_at=3),
        Experiment(id="2", question=lesson.broken(), created_at=2),
        Experiment(id="1", question=own, created_at=1),
    ]
    lessons = find_lessons(asked)
    assert list(lessons)[: len(list_lessons())] == list(list_lessons())
    assert [each.id for each in lessons["dropout"].asked] == ["2"]
    assert not is_whole(asked[1].question, lessons["dropout"])
    assert is_whole(lesson, lessons["dropout"])
    assert (lessons["mine"].number, lessons["mine"].question, len(lessons["mine"].asked)) == (None, own, 2)
    assert describe_state(None, lessons["luck"], None, []) == ("open", "Not asked yet.")


def test_each_kind_of_arm_is_tried_once():
    lessons = list_lessons()
    assert len(unknown_configs(lessons["convolution"], {})) == 2
    known = dict.fromkeys(unknown_configs(lessons["convolution"], {}), 1.0)
    assert unknown_configs(lessons["convolution"], known) == {}
    assert len(list_configs(lessons["convolution"], range(3))) == 9


def test_numbers_have_a_minus_and_words_their_hyphens():
    assert with_minus("-1.2 to +0.8, twenty-four, 3-4, x-2 (-5)") == (
        "\N{MINUS SIGN}1.2 to +0.8, twenty-four, 3-4, x-2 (\N{MINUS SIGN}5)"
    )
    assert (signed(-0.0123), signed(0.5, 0)) == ("\N{MINUS SIGN}1.2", "+50")


def test_a_drawn_curve_is_drawn_beside_what_came():
    rows = [{"epoch": 1, "val/accuracy": 0.2}, {"epoch": 2, "val/accuracy": 0.4}]
    bands = {"A": fold_curves([rows], "val/accuracy")}
    chart = curves_chart(bands, "range", Drawn(arm="A", values=(0.3, 0.9)))
    drawn = chart.lines[-1]
    assert (drawn.name, drawn.x, drawn.y, drawn.is_dotted) == ("drawn for A", [1, 2], [0.3, 0.9], True)
    assert chart.y_range[1] >= 0.9


def test_a_claim_about_a_confusion_is_not_about_what_is_better():
    claim = Claim(first="A", second="B", says="B mixes.", measure="confusion:cat<>dog")
    assert describe_choice(claim, "supported") == '"B" mixes up more cats and dogs'
    assert describe_choice(claim, "contradicted") == '"A" mixes up more cats and dogs'
    assert describe_better([claim]).startswith("*Better* and *more* mean: by more than 1 point on val")


def test_on_other_images_it_is_said_which_classes_stand_for_those_of_a_claim():
    lesson = list_lessons()["confusion"]
    assert describe_stand_ins(lesson, CIFAR10_CLASS_NAMES) == ""
    words = describe_stand_ins(lesson, tuple("abcdefghij"))
    assert (
        words
        == "These images show other things. In their place stand: a for airplane, i for ship, d for cat, f for dog."
    )
    assert describe_stand_ins(list_lessons()["luck"], tuple("abcdefghij")) == ""


def test_a_question_that_is_not_as_it_was_written_says_so():
    lesson = list_lessons()["amount-of-data"]
    assert describe_change(lesson, lesson) == ""
    assert describe_change(lesson.broken(), lesson).startswith("With a change: One epoch.")
    assert describe_change(lesson.at_full_size(), lesson) == "At full size: 5 % to 40 % of all images, 20 epochs."
    full = Experiment(id="2", question=lesson.model_copy(update={"name": "mine"}).at_full_size(), created_at=2)
    small = Experiment(id="1", question=lesson.model_copy(update={"name": "mine", "break_it": None}), created_at=1)
    assert find_lessons([full, small])["mine"].question == small.question


def test_what_more_seeds_do_to_intervals_is_said_of_these():
    # Half-widths go with t / sqrt(n): 4.303 / sqrt(3) with three seeds, 2.571 / sqrt(6) with six.
    assert "with 6 instead of 3, about 42 % as wide" in say_narrower(3, 3)
    assert "with 8 instead of 5, about 67 % as wide" in say_narrower(5, 3)
    assert say_narrower(1, 3) == "Intervals take two seeds or more."

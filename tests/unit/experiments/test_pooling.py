"""The class is the seed sweep: what several learners' runs say together, and what they do not."""

import numpy as np
import pytest

from cifar_core.evaluation.comparison import compare_seeds
from cifar_core.experiments.learners import Asked, LearnerRecord, hash_question
from cifar_core.experiments.pooling import Guess, calibrate, count_right, pool, pool_seeds
from cifar_core.experiments.question import parse_question
from tests.unit.experiments.test_question import WHOLE

QUESTION = parse_question(WHOLE, "rate.yaml")
EFFECT, NUM_CLASSES = 0.02, 800


def asked(differences, *, question=QUESTION, number=0, at=1.0, data="cifar10", said=None, sure=None):
    """An experiment with these differences by seed, beside a first arm that is always right half of the time."""
    return Asked(
        id=f"e{number}",
        asked_at=at,
        question=question,
        hash=hash_question(question),
        data=data,
        predictions={} if said is None else {0: said},
        confidences={} if sure is None else {0: sure},
        accuracies={"slow": dict.fromkeys(differences, 0.5), "fast": {s: 0.5 + d for s, d in differences.items()}},
        differences=({seed: (0.5 + d) - 0.5 for seed, d in differences.items()},),
    )


def record(learner, *experiments):
    return LearnerRecord(schema="cifar-lab-learner", learner=learner, exported_at=1.0, experiments=experiments)


def pool_one(*records):
    (lesson,) = pool(records)
    return lesson.claims[0]


def test_each_learner_contributes_seeds():
    ada = record("Ada", asked({0: 0.04, 1: 0.05}, number=1))
    bob = record("Bob", asked({100: 0.06, 101: 0.05}, number=2))
    (lesson,) = pool([ada, bob])
    claim = lesson.claims[0]
    expected = compare_seeds([0.5] * 4, [0.54, 0.55, 0.56, 0.55])
    assert (claim.effect.size, claim.effect.low) == pytest.approx((expected.size, expected.low))
    assert claim.verdict == "supported"
    assert claim.sentence.endswith("4 seeds).")
    assert lesson.learners == ("Ada", "Bob")
    assert lesson.accuracies["fast"]["Bob"] == pytest.approx({100: 0.56, 101: 0.55})
    assert (claim.num_copies, claim.num_shared) == (0, 0)


def test_equal_runs_of_equal_seeds_count_once():
    one = pool_one(record("Ada", asked({0: 0.04, 1: 0.05}, number=1)))
    many = pool_one(*(record(f"L{n}", asked({0: 0.04, 1: 0.05}, number=n)) for n in range(10)))
    assert many.effect == one.effect
    assert (many.num_copies, len(many.by_seed)) == (18, 2)


def test_unequal_runs_of_a_seed_count_once_with_their_mean():
    claim = pool_one(record("Ada", asked({0: 0.04, 1: 0.05}, number=1)), record("Bob", asked({0: 0.06}, number=2)))
    assert claim.by_seed == pytest.approx({0: 0.05, 1: 0.05})
    assert (claim.num_copies, claim.num_shared) == (0, 1)


def test_the_same_file_twice_counts_once():
    ada = record("Ada", asked({0: 0.04, 1: 0.05}, number=1, said="supported"))
    claim = pool_one(ada, ada)
    assert (claim.num_copies, len(claim.by_seed), len(claim.guesses)) == (0, 2, 1)


def test_what_differs_is_pooled_apart():
    changed = QUESTION.broken()
    records = [
        record("Ada", asked({0: 0.04, 1: 0.05}, number=1), asked({0: 0.0, 1: 0.0}, question=changed, number=2)),
        record("Bob", asked({2: 0.04, 3: 0.05}, number=3, data="practice")),
    ]
    lessons = pool(records)
    assert sorted((lesson.data, len(lesson.claims[0].by_seed)) for lesson in lessons) == [
        ("cifar10", 2), ("cifar10", 2), ("practice", 2),
    ]  # fmt: skip


def test_nothing_and_one_seed_answer_nothing():
    assert pool([]) == []
    assert pool([record("Ada")]) == []
    claim = pool_one(record("Ada", asked({0: 0.04}, number=1)))
    assert (claim.effect, claim.verdict) == (None, None)
    assert claim.sentence.startswith("Not answered yet: One seed has")


def test_the_first_prediction_counts_and_is_held_against_all():
    ada = record(
        "Ada",
        asked({0: 0.04, 1: 0.05}, number=1, at=1.0, said="contradicted", sure=90),
        asked({2: 0.04, 3: 0.05}, number=2, at=2.0, said="supported", sure=100),
    )
    silent = record("Bob", asked({4: 0.05}, number=3), asked({5: 0.05}, number=4, at=2.0, said="supported"))
    claim = pool_one(ada, silent)
    assert claim.guesses == (Guess("Ada", "contradicted", 90, False),)


def test_predictions_of_what_is_undecided_are_neither_right_nor_wrong():
    claim = pool_one(record("Ada", asked({0: 0.2, 1: -0.2}, number=1, said="supported")))
    assert claim.verdict == "undecided"
    assert claim.guesses[0].is_right is None
    assert count_right(claim.guesses) == (0, 0)


def test_calibration_counts_by_confidence():
    guesses = [Guess("a", "supported", sure, is_right) for sure, is_right in
               [(50, True), (55, False), (100, True), (90, True), (95, False), (75, None)]]  # fmt: skip
    guesses.append(Guess("a", "supported", None, True))
    rows = calibrate(guesses)
    assert [(row.lowest, row.highest, row.num_right, row.num_guesses) for row in rows] == [
        (50, 59, 1, 2),
        (90, 100, 2, 3),
    ]
    assert (rows[1].low, rows[1].high) == pytest.approx((0.2077, 0.9385), abs=1e-4)  # Wilson's of 2 in 3
    assert count_right(guesses) == (4, 6)


def draw_class(chance, num_learners, *, has_own_seeds, of_seed=0.02, of_machine=0.0):
    """Differences by learner and seed: the effect, what the seed does to it, and what rounding on a machine does."""
    of_seeds = {}
    for learner in range(num_learners):
        start = 100 * learner if has_own_seeds else 0
        yield {
            seed: EFFECT + of_seeds.setdefault(seed, chance.normal(0, of_seed)) + chance.normal(0, of_machine)
            for seed in range(start, start + 3)
        }


def share_covered(pool_it, **kinds):
    chance, covered = np.random.default_rng(7), 0
    for _ in range(NUM_CLASSES):
        differences = pool_it(draw_class(chance, 8, **kinds))
        effect = compare_seeds([0.0] * len(differences), differences)
        covered += effect.low <= EFFECT <= effect.high
    return covered / NUM_CLASSES


def by_seed(learners):
    return list(pool_seeds(learners)[0].values())


def all_alike(learners):
    return [value for differences in learners for value in differences.values()]


@pytest.mark.parametrize(
    "kinds",
    [
        {"has_own_seeds": True},
        {"has_own_seeds": False},
        {"has_own_seeds": False, "of_machine": 0.01},
        {"has_own_seeds": True, "of_machine": 0.01},
    ],
    ids=["own seeds", "equal seeds, equal machines", "equal seeds, other machines", "own seeds, other machines"],
)
def test_pooled_intervals_hold_the_true_effect_as_often_as_they_say(kinds):
    # 800 classes: 95 % is seen as 93.0 to 96.8 % in 99 of 100 such tries.
    assert 0.93 <= share_covered(by_seed, **kinds) <= 0.97


def test_counting_equal_seeds_as_evidence_of_their_own_would_claim_too_much():
    assert share_covered(all_alike, has_own_seeds=False) < 0.5
    assert share_covered(all_alike, has_own_seeds=False, of_machine=0.01) < 0.6

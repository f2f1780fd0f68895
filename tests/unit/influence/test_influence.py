"""python -m pytest tests/unit/influence/test_influence.py. A head, and what it would be without some images."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from cifar_core.influence.fitted import find_projection, fit_to_features, from_arrays
from cifar_core.influence.head import (
    Evidence,
    Head,
    compute_factor,
    compute_gradient,
    compute_loss,
    compute_probs,
    fit_head,
    refit_without,
    with_ones,
)
from cifar_core.influence.scores import ask_what_if, gradient_of_surprise, rank, score_images


def draw(num_images=120, num_features=4, num_classes=3, seed=0, penalty=1.0):
    """Classes that overlap: some images are harmful."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, num_classes, num_images)
    centres = generator.normal(size=(num_classes, num_features))
    features = centres[labels] + generator.normal(size=(num_images, num_features))
    return Evidence(with_ones(features), labels, num_classes, penalty)


def numerical(function, weights, step=1e-5):
    """Central differences of a function of the weights."""
    rows = []
    for place in np.ndindex(weights.shape):
        shift = np.zeros_like(weights)
        shift[place] = step
        rows.append((function(weights + shift) - function(weights - shift)) / (2 * step))
    return np.array(rows)


def sklearn_probs(evidence, inputs):
    model = LogisticRegression(C=1 / evidence.penalty, tol=1e-10, max_iter=5000)
    return model.fit(evidence.inputs[:, 1:], evidence.labels).predict_proba(inputs[:, 1:])


def test_derivatives_are_those_of_finite_differences():
    evidence = draw(40)
    weights = np.random.default_rng(1).normal(size=(3, 5))
    gradient = numerical(lambda w: compute_loss(w, evidence), weights)
    assert compute_gradient(weights, evidence).ravel() == pytest.approx(gradient, abs=1e-6)
    factor = compute_factor(weights, evidence)
    hessian = numerical(lambda w: compute_gradient(w, evidence).ravel(), weights)
    difference = (factor @ factor.T - hessian).reshape(3, 5, 3, 5)
    assert np.ptp(difference[:, 0, :, 0]) == pytest.approx(0, abs=1e-6)  # the slope that biases alike get
    difference[:, 0, :, 0] = 0
    assert difference == pytest.approx(0, abs=1e-6)


def test_the_gradient_of_an_answer_is_that_of_finite_differences():
    evidence = draw(40)
    head, inputs = fit_head(evidence), draw(5, seed=3).inputs[0]
    for class_idx in range(3):
        slope = numerical(lambda w, c=class_idx: -np.log(compute_probs(w, inputs[None])[0, c]), head.weights)
        assert gradient_of_surprise(head, inputs, class_idx).ravel() == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("penalty", [0.1, 1.0, 30.0])
def test_a_head_is_what_sklearn_fits(penalty):
    evidence, others = draw(penalty=penalty), draw(30, seed=5)
    head = fit_head(evidence)
    assert np.abs(compute_gradient(head.weights, evidence)).max() < 1e-6
    assert head.probs(others.inputs) == pytest.approx(sklearn_probs(evidence, others.inputs), abs=1e-5)


def test_many_images_are_begun_with_a_part_and_end_at_the_same_optimum():
    evidence = draw(9000)
    fitted = fit_head(evidence).weights
    again = fit_head(evidence, np.zeros((3, 5))).weights
    assert fitted - fitted.mean(axis=0) == pytest.approx(again - again.mean(axis=0), abs=1e-5)


def test_scores_rank_images_as_leaving_each_out_does():
    evidence = draw(penalty=0.5)
    head, inputs = fit_head(evidence), draw(5, seed=2).inputs[1]
    before = np.log(head.probs(inputs[None])[0])
    exact = np.empty((len(evidence.labels), 3))
    for place in range(len(exact)):
        rest = evidence.at(np.setdiff1d(np.arange(len(exact)), [place]))
        exact[place] = before - np.log(fit_head(rest).probs(inputs[None])[0])
    for class_idx in range(3):
        scores = score_images(head, evidence, inputs, class_idx)
        assert spearmanr(scores, exact[:, class_idx]).statistic > 0.95
        assert np.corrcoef(scores, exact[:, class_idx])[0, 1] > 0.95
        helpful, harmful = (rank(scores, 10, helpful=way) for way in (True, False))
        assert exact[helpful, class_idx].mean() > 0 > exact[harmful, class_idx].mean()
        assert (np.diff(scores[helpful]) <= 0).all()
        assert (np.diff(scores[harmful]) >= 0).all()


def test_with_nothing_to_see_scores_are_what_counting_says():
    """A head of biases alone gives each class its share n_c / n, and one image less of it changes that by counting."""
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    evidence = Evidence(np.ones((100, 1)), labels, 3)
    head = fit_head(evidence)
    assert head.probs(np.ones((1, 1)))[0] == pytest.approx([0.5, 0.3, 0.2], abs=1e-9)
    scores = score_images(head, evidence, np.ones(1), 2)
    assert scores == pytest.approx(np.where(labels == 2, 1 / 20 - 1 / 100, -1 / 100), abs=1e-9)
    after = ask_what_if(head, evidence, np.ones(1), np.arange(80, 90)).after
    assert after == pytest.approx([50 / 90, 30 / 90, 10 / 90], abs=1e-7)


@pytest.mark.parametrize("num_left_out", [1, 12, 70])
def test_a_refit_is_exact_however_much_is_left_out(num_left_out):
    evidence = draw()
    head, others = fit_head(evidence), draw(30, seed=5)
    gone = np.random.default_rng(num_left_out).choice(120, num_left_out, replace=False)
    rest = evidence.at(np.setdiff1d(np.arange(120), gone))
    probs = compute_probs(refit_without(head, evidence, gone), others.inputs)
    assert probs == pytest.approx(fit_head(rest).probs(others.inputs), abs=1e-6)
    assert probs == pytest.approx(sklearn_probs(rest, others.inputs), abs=1e-5)
    assert ask_what_if(head, evidence, others.inputs[0], gone).before == pytest.approx(head.probs(others.inputs)[0])


def test_a_class_may_vanish_with_its_images():
    evidence = draw()
    gone = np.flatnonzero(evidence.labels == 1)
    probs = compute_probs(refit_without(fit_head(evidence), evidence, gone), evidence.inputs)
    assert probs[:, 1].max() < 0.01


def test_features_are_reduced_to_what_varies_most():
    generator = np.random.default_rng(0)
    features = np.zeros((200, 6), np.float32)
    features[:, 2] = 5 * generator.normal(size=200)
    features[:, 4] = generator.normal(size=200)
    reduced = find_projection(features[:150], 4)(features)
    assert reduced.shape == (200, 2)  # four of six never vary
    assert reduced[:150].std(axis=0, ddof=1) == pytest.approx([1, 0.2], rel=0.15)
    assert np.corrcoef(reduced[:, 0], features[:, 2])[0, 1] == pytest.approx(1, abs=0.02)
    assert reduced[:150].mean(axis=0) == pytest.approx(0, abs=1e-5)


def test_a_head_is_kept_whole():
    evidence = draw(80, num_features=10)
    features = evidence.inputs[:, 1:].astype(np.float32)
    train, others = np.arange(5, 70), np.array([2, 74, 79])
    shares = []
    fitted = fit_to_features(features.__getitem__, train, evidence.labels[train], others, 3, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    read = from_arrays(fitted.to_arrays())
    assert np.array_equal(read.probs_of_others(), fitted.probs_of_others())
    seen = read.evidence.inputs
    assert read.probs_of_others() == pytest.approx(
        sklearn_probs(read.evidence, np.stack([read.find(index) for index in others])), abs=1e-5
    )
    assert np.array_equal(read.find(5), seen[0])
    assert np.array_equal(read.find(69), seen[-1])
    assert read.find(70) is None
    assert read.find(1000) is None
    assert read.see(features[2]) == pytest.approx(read.find(2), abs=1e-6), "what was known, worked out again"
    assert read.rows_of(np.array([5, 69, 70, 4])).tolist() == [0, 64]
    scores = score_images(read.head, read.evidence, read.see(features[70]), 2)
    assert scores.shape == (65,)
    assert isinstance(read.head, Head)


def test_of_many_images_all_components_are_made_by_those_of_some():
    """Blocks end anywhere, and no image takes another one's place."""
    features = np.random.default_rng(0).normal(size=(9000, 3)).astype(np.float32) * [3, 2, 1]
    train, others = np.arange(0, 9000, 2), np.arange(1, 9000, 900)
    fitted = fit_to_features(features.astype(np.float32).__getitem__, train, train % 3, others, 3)
    for index in (0, 2, 8998, 1, 8101):
        assert fitted.find(index) == pytest.approx(fitted.see(features[index].astype(np.float32)), abs=1e-4)

"""Predictions to judge by."""

import numpy as np

from cifar_core.evaluation import Predictions


def make_predictions(seed=0, num_images=300, num_classes=10, scale=2.0, bias=0.0, classes_present=None):
    """Random scores; with a bias, the true class's is raised by it. Indices are places in a larger dataset."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, scale, (num_images, num_classes)).astype(np.float32)
    targets = generator.choice(classes_present or num_classes, num_images).astype(np.int64)
    logits[np.arange(num_images), targets] += bias
    indices = generator.permutation(10 * num_images)[:num_images].astype(np.int64)
    return Predictions(logits, targets, indices)


def predictions_of(probs, targets):
    """Predictions with these probabilities; indices from 0."""
    logits = np.log(np.asarray(probs, np.float64)).astype(np.float32)
    return Predictions(logits, np.asarray(targets, np.int64), np.arange(len(targets)))

"""A look at images that are not trained on, as a run takes it after an epoch and at its end."""

import torch

from cifar_core.data import Dataset
from cifar_core.evaluation.predictions import Predictions, as_saved
from cifar_core.evaluation.views import views_of
from cifar_core.inference.activations import measure_dead_relus
from cifar_core.inference.predict import predict
from cifar_core.models import Classifier
from cifar_core.training.state import TrainingState

# Val images at which each epoch's dead ReLUs are counted.
_NUM_LOOKED_AT = 256


def predict_split(state: TrainingState, dataset: Dataset, classifier: Classifier, split: str) -> Predictions:
    """Predict a split, rounded as the file will hold it, so that every later reading gives the same numbers.

    Args:
        state: Whose splits, number format and views.
        dataset: The images.
        classifier: The network, on the state's device.
        split: "train", "val" or "test".
    """
    return as_saved(
        predict(
            classifier,
            dataset.images,
            dataset.labels,
            state.splits.indices(split),
            dtype=torch.bfloat16 if state.precision == "bfloat16" else None,
            views=views_of(state.config.training),
        )
    )


def count_dead_relus(state: TrainingState, dataset: Dataset) -> dict[str, float]:
    """Return of each ReLU layer the share of its units that some val images leave at zero, all of them."""
    shares = measure_dead_relus(state.evaluated, dataset.images, state.splits.val[:_NUM_LOOKED_AT])
    return {name: round(share, 4) for name, share in shares.items()}

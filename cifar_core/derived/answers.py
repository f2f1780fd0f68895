"""What a run's network makes of every image of the dataset, also of those that its run never looked at."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.data.splits import stratified_sample
from cifar_core.evaluation.predictions import as_saved
from cifar_core.evaluation.views import views_of

_AT_ONCE = 2_000
# With early exaggeration, and without: of 60,000 images on one core some 10 and 35 seconds.
_ITERATIONS = (200, 400)
_COMPONENTS = 50
_PERPLEXITY = 20
_SHARE_OF_FEATURES, _SHARE_OF_NEIGHBOURS = 0.25, 0.45


def derive_answers(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """What a network predicts of each image, as its run predicts val and test.

    Options:
        checkpoint: Path of the weights; their config says from which versions of an image they predict.

    Returns:
        `log_probs` (N, C) float16 of all images, rounded as the run's own predictions are.
    """
    from cifar_core.inference.predict import predict
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    path = Path(str(options["checkpoint"]))
    views, classifier = views_of(read_checkpoint_header(path).config.training), load_classifier(path)
    parts = []
    for chunk in _chunks(np.arange(dataset.num_images), on_progress):
        parts.append(as_saved(predict(classifier, dataset.images, dataset.labels, chunk, views=views)).logits)
    return {"log_probs": np.concatenate(parts).astype(np.float16)}


def derive_tsne(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """A t-SNE map (van der Maaten and Hinton, 2008) of a network's penultimate features.

    Options:
        checkpoint: Path of the weights.
        num_images: Images in the map; fewer than there are are drawn evenly over splits and classes.

    Returns:
        `indices` (N,) dataset indices, `positions` (N, 2) float32.
    """
    from cifar_core.inference.features import extract_features
    from cifar_core.training.checkpoint import load_classifier

    indices = stratified_sample(dataset, int(options["num_images"]))
    classifier = load_classifier(Path(str(options["checkpoint"])))
    chunks = _chunks(indices, lambda share: on_progress(_SHARE_OF_FEATURES * share))
    features = np.concatenate([extract_features(classifier, dataset.images, chunk) for chunk in chunks])
    return {"indices": indices, "positions": _place_by_neighbours(features, on_progress)}


def _chunks(indices: NDArray[np.int64], on_progress: Callable[[float], None]) -> Iterator[NDArray[np.int64]]:
    """Cut indices into pieces, and tell after each how many were had."""
    for start in range(0, len(indices), _AT_ONCE):
        yield indices[start : start + _AT_ONCE]
        on_progress(min(1.0, (start + _AT_ONCE) / len(indices)))


def _place_by_neighbours(features: NDArray[np.float32], on_progress: Callable[[float], None]) -> NDArray[np.float32]:
    """Return (N, 2) positions that keep neighbours together."""
    from openTSNE import TSNEEmbedding, affinity, initialization
    from sklearn.decomposition import PCA

    num_jobs = int(os.environ.get("OMP_NUM_THREADS", "1"))
    if features.shape[1] > _COMPONENTS:
        features = PCA(_COMPONENTS, random_state=0).fit_transform(features)
    perplexity = min(_PERPLEXITY, (len(features) - 1) // 3)
    near = affinity.PerplexityBasedNN(features, perplexity=perplexity, n_jobs=num_jobs, random_state=0)
    on_progress(_SHARE_OF_NEIGHBOURS)
    done = 0

    def tell(iteration: int, error: float, embedding: object) -> None:
        nonlocal done
        done += 25
        on_progress(_SHARE_OF_NEIGHBOURS + (1 - _SHARE_OF_NEIGHBOURS) * min(done / sum(_ITERATIONS), 1.0))

    places = TSNEEmbedding(initialization.pca(features, random_state=0), near, n_jobs=num_jobs, random_state=0)
    early, late = _ITERATIONS
    watch = {"callbacks": tell, "callbacks_every_iters": 25, "inplace": True}
    places.optimize(early, exaggeration=12, momentum=0.5, **watch)
    places.optimize(late, momentum=0.8, **watch)
    return np.asarray(places, np.float32)

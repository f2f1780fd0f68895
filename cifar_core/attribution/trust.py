"""Whether a map can be believed: checks against what is known for certain."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_core.attribution.computations import BASELINES, IMAGE_SHAPE
from cifar_core.attribution.gradient_shap import draw_copies
from cifar_core.attribution.locks import model_lock
from cifar_core.attribution.method import AttributionError
from cifar_core.attribution.methods import METHODS, check_options
from cifar_core.models import evaluation_mode
from cifar_core.randomness import stream_seed

_NUM_PIXELS = IMAGE_SHAPE[1] * IMAGE_SHAPE[2]


@dataclass(frozen=True)
class Completeness:
    """Whether a map's sum is what its method promises.

    Attributes:
        total: Sum of the map.
        difference: Score of the image less the baseline's; of several baselines and noisy copies, of their means.
        copies_score: Mean score of the noisy copies that the map is of; None where it is of the image itself.
        image_score: The image's own.
    """

    total: float
    difference: float
    copies_score: float | None = None
    image_score: float = 0.0

    @property
    def gap(self) -> float:
        """How far the sum is off."""
        return self.total - self.difference


@dataclass(frozen=True, eq=False)
class PerturbationCurve:
    """The probability of a class while an image's pixels go, or come, the strongest of the map first.

    Attributes:
        shares: (S,) shares of pixels changed, from 0 to 1.
        probs: (S,) probability of the class.
        random_probs: (R, S) the same for random orders.
    """

    shares: NDArray[np.float64]
    probs: NDArray[np.float64]
    random_probs: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Mean height of the curve. Deletion: the lower, the better the map; insertion: the higher."""
        return float(np.trapezoid(self.probs, self.shares))

    @property
    def random_area(self) -> float:
        """Mean height of the random curves."""
        return float(np.trapezoid(self.random_probs.mean(axis=0), self.shares))


def measure_completeness(
    model: nn.Module, image: Tensor, attributions: Tensor, target: int, method: str, **options: Any
) -> Completeness:
    """Compare the sum of a map with the difference of scores that it promises to part.

    Args:
        model: Images float in [0, 1] -> logits.
        image: (3, 32, 32) float in [0, 1].
        attributions: (3, 32, 32), the method's.
        target: Whose score.
        method: One that adds up.
        **options: Those of the map.

    Raises:
        AttributionError: If the method promises nothing of the kind.
    """
    if method not in METHODS or not METHODS[method].adds_up:
        allowed = ", ".join(name for name, each in METHODS.items() if each.adds_up)
        raise AttributionError(f"method {method!r}; allowed: those that add up: {allowed}")
    chosen = check_options(method, options)
    names = [chosen["baseline"]] if "baseline" in chosen else list(BASELINES)
    plain = [torch.full(IMAGE_SHAPE, BASELINES[name], device=image.device) for name in names]
    scores = _scores(model, torch.stack([image.float(), *plain]))[:, target].double()
    start, own, copies_score = float(scores[1:].mean()), float(scores[0]), None
    if chosen.get("noise"):
        drawn = {name: chosen[name] for name in ("num_samples", "noise", "seed")}
        copies_score = float(
            _scores(model, draw_copies(image.float(), num_baselines=len(names), **drawn))[:, target].double().mean()
        )
    end = own if copies_score is None else copies_score
    return Completeness(float(attributions.double().sum()), end - start, copies_score, own)


def deletion_curve(
    model: nn.Module, image: Tensor, saliency_map: NDArray[np.float32], target: int, **options: int
) -> PerturbationCurve:
    """Replace pixels by grey, those that speak most for the class first (Petsiuk, Das, Saenko, 2018).

    Args:
        model: Images float in [0, 1] -> logits.
        image: (3, 32, 32) float in [0, 1].
        saliency_map: (32, 32) signed.
        target: Whose probability.
        **options: `num_steps`, equal shares of pixels that change (32); `num_orders`, random orders beside it (8);
            `seed` of those (0).
    """
    return _perturb(model, image, torch.full_like(image, BASELINES["grey"]), saliency_map, target, **options)


def insertion_curve(
    model: nn.Module, image: Tensor, saliency_map: NDArray[np.float32], target: int, **options: int
) -> PerturbationCurve:
    """Put the image's pixels onto grey, those that speak most for the class first; arguments as of `deletion_curve`."""
    return _perturb(model, torch.full_like(image, BASELINES["grey"]), image, saliency_map, target, **options)


def _perturb(
    model: nn.Module,
    start: Tensor,
    end: Tensor,
    saliency_map: NDArray[np.float32],
    target: int,
    *,
    num_steps: int = 32,
    num_orders: int = 8,
    seed: int = 0,
) -> PerturbationCurve:
    if tuple(start.shape) != IMAGE_SHAPE or saliency_map.shape != IMAGE_SHAPE[1:]:
        raise AttributionError(
            f"image of shape {tuple(start.shape)}, map of {saliency_map.shape}; allowed: (3, 32, 32) and (32, 32)"
        )
    if not 1 <= num_steps <= _NUM_PIXELS:
        raise AttributionError(f"num_steps {num_steps}; allowed: 1 to {_NUM_PIXELS}")
    draws = np.random.default_rng(stream_seed(seed, "pixel order"))
    orders = [np.argsort(-saliency_map.ravel(), kind="stable")]
    orders += [draws.permutation(_NUM_PIXELS) for _ in range(num_orders)]
    counts = np.round(np.linspace(0, _NUM_PIXELS, num_steps + 1)).astype(int)
    probs = [_probs_on_the_way(model, start, end, order, counts, target) for order in orders]
    return PerturbationCurve(counts / _NUM_PIXELS, probs[0], np.array(probs[1:]).reshape(num_orders, len(counts)))


def _probs_on_the_way(
    model: nn.Module, start: Tensor, end: Tensor, order: NDArray[np.intp], counts: NDArray[np.intp], target: int
) -> NDArray[np.float64]:
    rank = np.empty(_NUM_PIXELS, np.int64)
    rank[order] = np.arange(_NUM_PIXELS)
    is_changed = torch.from_numpy(rank < counts[:, None]).view(-1, 1, *IMAGE_SHAPE[1:]).to(start.device)
    images = torch.where(is_changed, end, start)
    return _scores(model, images).double().softmax(dim=1)[:, target].cpu().numpy()


def _scores(model: nn.Module, images: Tensor) -> Tensor:
    device = next((parameter.device for parameter in model.parameters()), images.device)
    with model_lock(model), evaluation_mode(model), torch.inference_mode():
        return model(images.to(device)).float()

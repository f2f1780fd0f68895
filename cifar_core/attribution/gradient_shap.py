"""Gradient SHAP (Lundberg and Lee, 2017): contributions averaged over plain baselines and noisy copies of the image.

Captum draws baseline, place on the way and noise of each sample by chance, and its sums are off by a tenth for that
alone. Here every baseline gets the same number of samples, at the middles of equal parts of the way, so that only
noise, if any is asked for, is left to chance.
"""

import torch
from torch import Tensor, nn


def gradient_shap(
    model: nn.Module,
    image: Tensor,
    target: Tensor,
    *,
    baselines: tuple[float, ...],
    num_samples: int,
    noise: float,
    seed: int,
    batch_size: int,
) -> Tensor:
    """Return the contributions (3, 32, 32) of an image's pixels (3, 32, 32) to a class's score.

    They add up to what the noisy copies score on average, less what the plain images do; without noise that is the
    image's own score.

    Args:
        model: In evaluation mode.
        image: Float in [0, 1].
        target: (1,) whose score.
        baselines: Values of the plain images' pixels.
        num_samples: Rounded up to as many for each baseline.
        noise: Standard deviation.
        seed: Of the noise.
        batch_size: Samples that pass through the model at once.
    """
    copies = draw_copies(image, num_baselines=len(baselines), num_samples=num_samples, noise=noise, seed=seed)
    num_each = len(copies) // len(baselines)
    places = ((torch.arange(num_each, device=image.device) + 0.5) / num_each).repeat(len(baselines))
    levels = torch.tensor(baselines, device=image.device).repeat_interleave(num_each)
    total = torch.zeros_like(image)
    for part, place, level in zip(
        copies.split(batch_size), places.split(batch_size), levels.split(batch_size), strict=True
    ):
        ways = part - level[:, None, None, None]
        on_the_way = (level[:, None, None, None] + place[:, None, None, None] * ways).requires_grad_()
        (slopes,) = torch.autograd.grad(model(on_the_way)[:, target].sum(), on_the_way)
        total += (slopes * ways).sum(dim=0)
    return total / len(copies)


def draw_copies(image: Tensor, *, num_baselines: int, num_samples: int, noise: float, seed: int) -> Tensor:
    """Return the noisy copies (K, 3, 32, 32) of an image that stand for it, the same for the same seed."""
    num_each = -(-num_samples // num_baselines)
    draws = torch.Generator().manual_seed(seed)
    numbers = torch.randn((num_each * num_baselines, *image.shape), generator=draws)
    return image + noise * numbers.to(image.device)

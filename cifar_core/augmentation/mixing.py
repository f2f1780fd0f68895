"""Mixup and CutMix: two images and two labels in one."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cifar_core.augmentation.draws import SIDE, Boxes
from cifar_core.config import AugmentationConfig
from cifar_core.randomness import uniforms

_TABLE_SIZE = 4096


@dataclass(frozen=True)
class MixingDraws:
    """Which image each one is mixed with, and how.

    Attributes:
        partner: (B,) int64 in [0, num_partners): a place among the training images.
        share: (B,) float in [0, 1]: what remains of the image itself, as an area for CutMix.
        is_cutmix: (B,) bool, mixup where false.
        box: What CutMix replaces.
    """

    partner: Tensor
    share: Tensor
    is_cutmix: Tensor
    box: Boxes

    def part(self, start: int, end: int) -> "MixingDraws":
        """Return those of the images from `start` to before `end`."""
        place = slice(start, end)
        return MixingDraws(self.partner[place], self.share[place], self.is_cutmix[place], self.box.part(start, end))


def draw_mixing(config: AugmentationConfig, seed: int, epoch: int, indices: Tensor, num_partners: int) -> MixingDraws:
    """Draw each image's partner and share from (seed, epoch, index) alone, whatever the batch.

    Args:
        config: With mixup or CutMix on.
        seed: The run's.
        epoch: 1-based.
        indices: (B,) int64 dataset indices.
        num_partners: Training images to choose from.
    """
    who, how, amount, down, right = uniforms(seed, "augmentation/mixing", epoch, indices, 5).unbind(1)
    partner = (who.double() * num_partners).long()
    is_cutmix = torch.zeros_like(how, dtype=torch.bool)
    if config.cutmix_alpha:
        is_cutmix = how < (0.5 if config.mixup_alpha else 1.0)
    mixup_share = _beta(amount, config.mixup_alpha or 1.0)
    # Half a side and the centre are whole pixels, rounded down, as in the paper's code and torchvision's.
    half = ((1 - _beta(amount, config.cutmix_alpha or 1.0)).sqrt() * SIDE / 2).long()
    top, left = ((place * SIDE).long() - half for place in (down, right))
    # The part of the square inside the image decides the label.
    bottom, end = (top + 2 * half).clamp(max=SIDE), (left + 2 * half).clamp(max=SIDE)
    top, left = top.clamp(min=0), left.clamp(min=0)
    box = Boxes(top, left, bottom - top, end - left)
    area = (box.height * box.width) / SIDE**2
    return MixingDraws(partner, torch.where(is_cutmix, 1 - area, mixup_share), is_cutmix, box)


def mix_images(images: Tensor, partners: Tensor, draws: MixingDraws) -> Tensor:
    """Blend or paste as drawn: two times (B, C, 32, 32) float -> the same shape."""
    share = draws.share[:, None, None, None]
    blended = share * images + (1 - share) * partners
    pasted = torch.where(draws.box.mask(), partners, images)
    return torch.where(draws.is_cutmix[:, None, None, None], pasted, blended)


def mix_labels(labels: Tensor, partners: Tensor, draws: MixingDraws, num_classes: int) -> Tensor:
    """Two times (B,) int64 -> (B, num_classes) float: each class's share of the picture."""
    own, other = (torch.nn.functional.one_hot(part, num_classes).float() for part in (labels, partners))
    return draws.share[:, None] * own + (1 - draws.share[:, None]) * other


def _beta(numbers: Tensor, alpha: float) -> Tensor:
    """Turn uniform numbers into ones from Beta(alpha, alpha) by its quantiles."""
    table = torch.from_numpy(_beta_quantiles(alpha)).to(numbers.device)
    return table[(numbers * _TABLE_SIZE).long()]


@functools.lru_cache(maxsize=32)
def _beta_quantiles(alpha: float) -> np.ndarray:
    from scipy.special import betaincinv

    middles = (np.arange(_TABLE_SIZE) + 0.5) / _TABLE_SIZE
    return betaincinv(alpha, alpha, middles).astype(np.float32)

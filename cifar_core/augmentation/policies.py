"""RandAugment and TrivialAugment as torchvision has them: image by image, from a seed of the image's own."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cifar_core.augmentation.draws import AugmentationDraws
from cifar_core.config import AugmentationConfig
from cifar_core.randomness import stream_seed

if TYPE_CHECKING:
    from torchvision.transforms import v2


def create_policy(config: AugmentationConfig) -> "v2.Transform | None":
    """Return torchvision's transform for one uint8 image, None if no policy is on."""
    if config.policy == "none":
        return None
    from torchvision.transforms import v2  # with torch's compiler, seconds: where a policy is on

    if config.policy == "rand_augment":
        return v2.RandAugment(config.policy_operations, config.policy_magnitude)
    return v2.TrivialAugmentWide()


def apply_policy(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Let the policy change each image: (B, 3, H, W) uint8 -> the same. The global random state is left as it was."""
    policy = create_policy(config)
    if policy is None:
        return images
    changed = []
    with torch.random.fork_rng(devices=[]):
        for image, index in zip(images, draws.indices.tolist(), strict=True):
            torch.manual_seed(stream_seed(draws.seed, "augmentation/policy", draws.epoch, index))
            changed.append(policy(image))
    return torch.stack(changed)

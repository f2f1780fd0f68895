"""Random changes to training images, drawn per image and applied to whole batches on the training device.

The numbers an image gets depend on (seed, epoch, index) alone (`cifar_core.randomness`), so a preview shows exactly
what training sees.
"""

from cifar_core.augmentation.draws import AugmentationDraws
from cifar_core.augmentation.pipeline import Batch, ImagePool, augment, draw_batch, draw_batches, scale_pixels

__all__ = ["AugmentationDraws", "Batch", "ImagePool", "augment", "draw_batch", "draw_batches", "scale_pixels"]

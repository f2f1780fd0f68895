"""What chance decides for each image of a batch, before anything is done to it."""

import math
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from cifar_core.config import AugmentationConfig
from cifar_core.randomness import uniforms

SIDE = 32

# Random erasing's rectangle: its share of the area and its ratio of height to width (Zhong et al., 2017).
_ERASED_AREA = (0.02, 0.33)
_ERASED_RATIO = (0.3, 1 / 0.3)


@dataclass(frozen=True)
class Boxes:
    """A rectangle in each image, in pixels; height 0 means none. It may reach over the edge.

    Attributes:
        top: (B,) int64, may be negative.
        left: (B,) int64, may be negative.
        height: (B,) int64.
        width: (B,) int64.
    """

    top: Tensor
    left: Tensor
    height: Tensor
    width: Tensor

    def part(self, start: int, end: int) -> "Boxes":
        """Return those of the images from `start` to before `end`."""
        place = slice(start, end)
        return Boxes(self.top[place], self.left[place], self.height[place], self.width[place])

    def mask(self) -> Tensor:
        """Return (B, 1, 32, 32) bool, true inside."""
        steps = torch.arange(SIDE, device=self.top.device)
        rows = (steps >= self.top[:, None]) & (steps < (self.top + self.height)[:, None])
        columns = (steps >= self.left[:, None]) & (steps < (self.left + self.width)[:, None])
        return (rows[:, :, None] & columns[:, None, :])[:, None]


@dataclass(frozen=True, eq=False)
class AugmentationDraws:
    """The random numbers of some images. Each depends on (seed, epoch, index), on what it is for, and on nothing else.

    Every property has one entry an image, (B,), on the device of the indices.
    """

    config: AugmentationConfig
    seed: int
    epoch: int
    indices: Tensor
    _part_of: "tuple[AugmentationDraws, slice] | None" = None
    _drawn: dict[str, Tensor] = field(default_factory=dict)

    def part(self, start: int, end: int) -> "AugmentationDraws":
        """Return the same numbers for the images from `start` to before `end`: a batch's, drawn for a whole epoch.

        Drawing takes some dozen operations whose cost hardly grows with the number of images.
        """
        place = slice(start, end)
        return AugmentationDraws(self.config, self.seed, self.epoch, self.indices[place], (self, place))

    @cached_property
    def top(self) -> Tensor:
        """Upper edge of the crop in the padded image, 0 .. 2 * crop_padding, int64."""
        return self._crop_offsets[:, 0]

    @cached_property
    def left(self) -> Tensor:
        """Left edge of the crop, likewise."""
        return self._crop_offsets[:, 1]

    @cached_property
    def is_flipped(self) -> Tensor:
        """Whether the image is mirrored, bool."""
        if self.config.alternating_flip:
            first = self._uniforms("alternating flip", 1, epoch=0)[:, 0] < 0.5
            return first if self.epoch % 2 else ~first
        return self._coin("horizontal flip", self.config.horizontal_flip)

    @cached_property
    def is_upside_down(self) -> Tensor:
        """Whether the image is turned upside down, bool."""
        return self._coin("vertical flip", self.config.vertical_flip)

    @cached_property
    def angle(self) -> Tensor:
        """Clockwise turn in degrees."""
        return self._around(0.0, self.config.rotation, "rotation")

    @cached_property
    def shift(self) -> Tensor:
        """(B, 2) shift to the right and down in whole pixels, float."""
        numbers = self._uniforms("translation", 2) * 2 - 1
        return (numbers * (self.config.translation * SIDE)).round()

    @cached_property
    def scale(self) -> Tensor:
        """Factor by which the image is enlarged."""
        return self._around(1.0, self.config.scaling, "scaling")

    @cached_property
    def brightness(self) -> Tensor:
        """Factor of all pixels."""
        return self._around(1.0, self.config.brightness, "brightness")

    @cached_property
    def contrast(self) -> Tensor:
        """Factor of the distance to the mean grey."""
        return self._around(1.0, self.config.contrast, "contrast")

    @cached_property
    def saturation(self) -> Tensor:
        """Factor of the distance to the grey image."""
        return self._around(1.0, self.config.saturation, "saturation")

    @cached_property
    def hue(self) -> Tensor:
        """Turn of the colour wheel, as a share of a full turn."""
        return self._around(0.0, self.config.hue, "hue")

    @cached_property
    def is_gray(self) -> Tensor:
        """Whether the image loses its colours, bool."""
        return self._uniform("grayscale") < self.config.grayscale

    @cached_property
    def cutout(self) -> Boxes:
        """The square, its centre anywhere in the image, and as much of it as reaches into the image.

        An odd side is centred on a pixel and covers all of it; the paper's code leaves out its last row and column.
        """
        centres = (self._uniforms("cutout", 2) * SIDE).long()
        size = torch.full_like(centres[:, 0], self.config.cutout_size)
        corner = centres - self.config.cutout_size // 2
        return Boxes(corner[:, 0], corner[:, 1], size, size)

    @cached_property
    def erasing(self) -> Boxes:
        """The rectangle, inside the image; none where the image keeps all of itself."""
        chance, area, ratio, down, right = self._uniforms("erasing", 5).unbind(1)
        area = (_ERASED_AREA[0] + area * (_ERASED_AREA[1] - _ERASED_AREA[0])) * SIDE**2
        logs = [math.log(bound) for bound in _ERASED_RATIO]
        ratio = torch.exp(logs[0] + ratio * (logs[1] - logs[0]))
        height = (area * ratio).sqrt().round().clamp(1, SIDE - 1)
        width = (area / ratio).sqrt().round().clamp(1, SIDE - 1)
        top, left = (down * (SIDE - height + 1)).long(), (right * (SIDE - width + 1)).long()
        return Boxes(top, left, torch.where(chance < self.config.erasing, height, 0).long(), width.long())

    def noise(self) -> Tensor:
        """(B, 3, 32, 32) standard normal numbers. Drawn anew at each call: they are too many to keep."""
        numbers = uniforms(self.seed, "augmentation/noise", self.epoch, self.indices, 3 * SIDE * SIDE)
        # The 24 bits of a uniform number, moved off 0 so that none becomes infinite.
        normal = torch.erfinv((numbers + 2.0**-25) * 2 - 1) * math.sqrt(2)
        return normal.view(-1, 3, SIDE, SIDE)

    @cached_property
    def _crop_offsets(self) -> Tensor:
        return (self._uniforms("crop", 2) * (2 * self.config.crop_padding + 1)).long()

    def _coin(self, purpose: str, is_on: bool) -> Tensor:
        if is_on:
            return self._uniform(purpose) < 0.5
        return torch.zeros_like(self.indices, dtype=torch.bool)

    def _around(self, middle: float, reach: float, purpose: str) -> Tensor:
        return middle + (self._uniform(purpose) * 2 - 1) * reach

    def _uniform(self, purpose: str) -> Tensor:
        return self._uniforms(purpose, 1)[:, 0]

    def _uniforms(self, purpose: str, num_draws: int, epoch: int | None = None) -> Tensor:
        if self._part_of is not None:
            whole, place = self._part_of
            return whole._uniforms(purpose, num_draws, epoch)[place]
        if purpose not in self._drawn:
            epoch = self.epoch if epoch is None else epoch
            self._drawn[purpose] = uniforms(self.seed, f"augmentation/{purpose}", epoch, self.indices, num_draws)
        return self._drawn[purpose]

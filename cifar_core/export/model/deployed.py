"""A network as others use it: images as they are stored in, probabilities out."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from cifar_core.evaluation.views import Views
from cifar_core.models import Classifier
from cifar_core.training.checkpoint import load_classifier


class Deployed(nn.Module):
    """Images (N, 3, 32, 32) uint8 -> probabilities (N, num_classes) float32.

    Everything that belongs to a prediction is inside: pixels divided by 255, their scaling, and the mean over versions
    of an image where the run averages them. A classifier by itself expects pixels in [0, 1], and takes others in
    silence.

    Args:
        classifier: In evaluation mode.
        views: Over which its scores are averaged.
    """

    def __init__(self, classifier: Classifier, views: Views) -> None:
        super().__init__()
        self.classifier = classifier
        self.views = views

    def forward(self, images: Tensor) -> Tensor:
        """Map images to probabilities."""
        pixels = images.to(torch.float32) / 255
        scores = self._look(pixels)
        if self.views.shifted:
            wider = functional.pad(pixels, (1, 1, 1, 1), mode="reflect")
            moved = self._look(wider[..., 2:, 2:]) + self._look(wider[..., :32, :32])
            scores = scores / 2 + moved / 4
        return scores.softmax(dim=1)

    def _look(self, pixels: Tensor) -> Tensor:
        scores: Tensor = self.classifier(pixels)
        return (scores + self.classifier(pixels.flip(-1))) / 2 if self.views.mirrored else scores


def load_deployed(path: Path, views: Views) -> Deployed:
    """Return a checkpoint's network on the CPU, ready to be exported.

    Raises:
        CheckpointError: It is missing, broken, or does not fit its own config.
    """
    return Deployed(load_classifier(path).requires_grad_(False), views).eval()

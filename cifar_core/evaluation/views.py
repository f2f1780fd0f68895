"""Which versions of an image a prediction is the mean over: what is called test-time augmentation."""

from dataclasses import dataclass

from cifar_core.config import TrainingConfig


@dataclass(frozen=True)
class Views:
    """The versions of an image that its logits are averaged over; by default it alone, as it is.

    Attributes:
        mirrored: Its mirror image, too, half and half.
        shifted: Also moved by a pixel, up and to the left, and down and to the right; the edge shows what lies beside
            it, mirrored. The image in its place counts half, the others a quarter each (Jordan, 2024).
    """

    mirrored: bool = False
    shifted: bool = False

    @property
    def words(self) -> str:
        """What the mean is over, for people; empty for the image alone."""
        if not self.shifted:
            return "the mean over the image and its mirror image" if self.mirrored else ""
        return "the mean over the image, shifted by a pixel" + (", and their mirror images" if self.mirrored else "")


AS_IT_IS = Views()


def views_of(training: TrainingConfig) -> Views:
    """Return what a run predicts val and test from."""
    return Views(training.flip_averaging, training.shift_averaging)

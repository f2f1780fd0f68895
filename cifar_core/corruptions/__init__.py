"""The fifteen corruptions of CIFAR-10-C at five severities (Hendrycks and Dietterich, 2019), made here by code.

They follow the recipe that its authors published, but for frost: theirs lays photographs of ice over the image, which
are not brought along, and this one draws ice. Random numbers are others, so single pixels are not those of the files
that were published. What is drawn depends on the image's index alone: the same at each severity and in any batch.

Importing this needs no torch; `corrupt` in `cifar_core.corruptions.corrupt` does.
"""

from cifar_core.corruptions.kinds import CORRUPTIONS, SEVERITIES, Corruption

__all__ = ["CORRUPTIONS", "SEVERITIES", "Corruption"]

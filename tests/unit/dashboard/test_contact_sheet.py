"""Contact sheets, and the superclasses."""

import io

import numpy as np
import pytest
from PIL import Image

from cifar_core.data import CIFAR10_CLASS_NAMES
from cifar_core.data.practice import PRACTICE_CLASS_NAMES
from cifar_core.data.superclasses import find_superclasses
from dashboard.drawing.contact_sheet import draw_contact_sheet


@pytest.mark.parametrize("count", [1, 10, 23])
def test_a_contact_sheet_holds_every_image(count):
    colours = np.random.default_rng(0).integers(0, 256, (count, 3, 1, 1), dtype=np.uint8)
    images = np.broadcast_to(colours, (count, 3, 32, 32))
    sheet = np.asarray(Image.open(io.BytesIO(draw_contact_sheet(images, ["cat > dog 90%"] * count, "Mistakes"))))
    seen = {tuple(colour) for colour in sheet.reshape(-1, 3)}
    assert {tuple(colour) for colour in colours.reshape(-1, 3)} <= seen
    for colour in colours.reshape(-1, 3):
        assert (sheet == colour).all(axis=2).sum() >= 96 * 96


@pytest.mark.parametrize("names", [CIFAR10_CLASS_NAMES, PRACTICE_CLASS_NAMES])
def test_superclasses_part_the_classes(names):
    found = find_superclasses(names)
    assert sorted(place for members in found.values() for place in members) == list(range(10))
    assert len(found) == 2


def test_unknown_classes_have_no_superclass():
    assert find_superclasses(("cat", "unicorn")) == {"animals": (0,)}

"""Words of augmentation: what is done to training images at random."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "augmentation",
        "Random changes to training images, made anew in each epoch. The network sees more variety and learns less by "
        "heart.",
    ),
    Term(
        "random crop",
        "The image is padded on all sides and a piece of its old size cut out at a random place. The network learns "
        "that an object may stand anywhere.",
        words=("crop padding",),
        fields=("augmentation.crop_padding",),
    ),
    Term(
        "padding mode",
        "What fills the border that a crop adds: zero is black, reflect mirrors the image at its edge. A mirrored "
        "edge looks more natural.",
        fields=("augmentation.padding_mode",),
    ),
    Term(
        "horizontal flip",
        "Every second image is mirrored, left for right. Nearly all things look as likely either way, so it is the "
        "safest augmentation.",
        fields=("augmentation.horizontal_flip",),
    ),
    Term(
        "alternating flip",
        "Each image is mirrored in every other epoch instead of by chance. Any two epochs then show both sides of "
        "each image.",
        fields=("augmentation.alternating_flip",),
    ),
    Term(
        "vertical flip",
        "Every second image is turned upside down. Few things in photographs are, so it usually does harm.",
        fields=("augmentation.vertical_flip",),
    ),
    Term(
        "policy",
        "A ready-made mix of many image operations, chosen anew for each image. It spares tuning every operation by "
        "hand.",
        words=("policies",),
        fields=("augmentation.policy",),
    ),
    Term(
        "RandAugment",
        "A policy that does a few random operations in a row, all of one strength. Two numbers, how many and how "
        "strong, are all there is to tune.",
        words=("rand augment",),
        fields=("augmentation.policy_operations", "augmentation.policy_magnitude"),
    ),
    Term(
        "TrivialAugment",
        "A policy that does one random operation of a random strength to each image. There is nothing to tune.",
        words=("trivial augment",),
    ),
    Term(
        "rotation",
        "The image is turned, as augmentation by a random angle up to the given one. Corners that come in from "
        "outside are black.",
        fields=("augmentation.rotation",),
    ),
    Term(
        "translation",
        "The image is shifted by a random number of whole pixels, up to the given share of its side. What comes in "
        "from outside is black.",
        fields=("augmentation.translation",),
    ),
    Term(
        "scaling",
        "The image is enlarged or shrunk by a random amount. The network learns that near and far things are the same "
        "things.",
        fields=("augmentation.scaling",),
    ),
    Term(
        "brightness",
        "How light an image is. As augmentation, all pixels are multiplied by one random factor, for the class should "
        "not depend on the light.",
        fields=("augmentation.brightness",),
    ),
    Term(
        "contrast",
        "How far pixels lie from the image's mean grey. As augmentation, a random change makes the image crisper or "
        "flatter.",
        fields=("augmentation.contrast",),
    ),
    Term(
        "saturation",
        "How strong colours are, from grey to vivid. A random change keeps the network from relying on one shade.",
        fields=("augmentation.saturation",),
    ),
    Term(
        "hue",
        "Which colour a colour is: its place on the colour wheel. Turning the wheel makes a red car blue, and leaves "
        "it a car.",
        fields=("augmentation.hue",),
    ),
    Term(
        "grayscale",
        "Some images lose their colours at random. The network has to know shapes, too.",
        fields=("augmentation.grayscale",),
    ),
    Term(
        "Gaussian noise",
        "A random number is added to every pixel, small ones being the most likely. It looks like the grain of a "
        "photograph taken in the dark.",
        fields=("augmentation.noise",),
    ),
    Term(
        "cutout",
        "A grey square covers a random place of the image. The network has to recognise a thing by what is left.",
        fields=("augmentation.cutout_size",),
    ),
    Term(
        "random erasing",
        "In some images a random rectangle is greyed. Like cutout, it teaches the network to use all parts of a thing.",
        words=("erasing",),
        fields=("augmentation.erasing",),
    ),
    Term(
        "mixup",
        "Two images are blended, and so are their labels: 70 % cat and 30 % dog. Its alpha says how evenly: small "
        "values blend little, 1 gives any mix.",
        words=("mixup alpha",),
        fields=("augmentation.mixup_alpha",),
    ),
    Term(
        "CutMix",
        "A rectangle of one image is pasted into another, and labels are mixed by area. Its alpha says how evenly the "
        "areas are drawn.",
        words=("cutmix", "cutmix alpha"),
        fields=("augmentation.cutmix_alpha",),
    ),
)

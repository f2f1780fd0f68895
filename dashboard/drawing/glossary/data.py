"""Words of images, and of how they are divided and scaled."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "CIFAR-10",
        "60,000 small colour photographs of ten kinds of things, 32 pixels wide and high. Image classifiers have been "
        "compared on them since 2009.",
    ),
    Term(
        "practice set",
        "Shapes and textures drawn by code, used where CIFAR-10 is not on this machine. Accuracies on it cannot be "
        "compared with accuracies on CIFAR-10.",
        words=("practice data",),
    ),
    Term(
        "class",
        "One of the ten kinds of things that an image may show, such as cat or ship. The network gives each class a "
        "score, and the highest one is its answer.",
    ),
    Term(
        "superclass",
        "Several classes that belong together, such as all animals. Folding them into one shows whether mistakes stay "
        "within the family.",
    ),
    Term(
        "label",
        "The class that people gave an image. A few labels are wrong, and a network that is right then counts wrong.",
    ),
    Term(
        "label noise",
        "Training labels that are replaced by wrong ones on purpose. It shows how a network first learns what images "
        "have in common and then memorises the mistakes.",
        fields=("data.label_noise",),
    ),
    Term(
        "selection",
        "Some images that somebody chose and gave a name. A run can be trained without them, on them alone, on several "
        "of each, or with other labels for them.",
        fields=("data.only", "data.exclude", "data.oversample", "data.oversample_weight", "data.relabel"),
    ),
    Term(
        "influence",
        "How much one training image pushed a network towards an answer, or away from it. It is reckoned from the last "
        "layer alone, as if all layers before it stayed as they are.",
    ),
    Term(
        "split",
        "One of the parts into which images are divided: train, val or test. Keeping them apart is what makes an "
        "accuracy honest.",
        fields=("data.split_seed",),
    ),
    Term(
        "training image",
        "An image that the network learns from. Its accuracy on these flatters it, for it may have learned them by "
        "heart.",
        words=("train split",),
        fields=("data.train_fraction",),
    ),
    Term(
        "val",
        "Short for validation: images held out from the official training images, to measure the network after each "
        "epoch. They choose between epochs and settings, and nothing is trained on them.",
        words=("validation",),
        fields=("data.val_fraction",),
    ),
    Term(
        "test image",
        "One of the 10,000 official images that are kept for the very end. Whoever chooses by them fools himself, so "
        "every look at them is counted.",
        words=("Test", "test split", "test accuracy", "looks at test", "Mean test"),
    ),
    Term(
        "normalisation",
        "Pixel values are shifted and scaled so that they lie around zero. Networks learn faster from such numbers.",
        fields=("data.normalization",),
    ),
    Term(
        "standard deviation",
        "How far values typically lie from their mean. It is the root of their mean squared distance from it.",
    ),
    Term(
        "near-duplicate",
        "Two images that show almost the same picture. If one is in train and the other in test, the network has seen "
        "the answer before.",
    ),
    Term(
        "PCA",
        "Principal component analysis finds the directions in which images differ most, one after the other. The "
        "first two make a flat map of thousands of numbers.",
        words=("main direction",),
    ),
    Term(
        "t-SNE",
        "A way to lay out many points on a flat map so that close neighbours stay close. Distances between groups, "
        "and how large they look, mean little.",
    ),
    Term(
        "correlation",
        "How well one list of numbers follows another: 1 is perfectly, 0 is not at all, -1 is the other way round. It "
        "ignores how large the numbers are.",
    ),
    Term(
        "seed",
        "The number from which all chance of a run follows: first weights, order of images, augmentation. Another "
        "seed shows how much of a result was luck.",
        fields=("training.seed",),
        labels=("Seeds",),
    ),
)

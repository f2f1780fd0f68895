"""Words of labels, and of people who looked at the same images."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "out of fold",
        "Asked about images that it was not fitted to: the training images are dealt into five parts, and each part is "
        "judged by what the other four taught. So no label speaks for itself.",
    ),
    Term(
        "doubted label",
        "A label that is not the class which a network finds likeliest. Mostly the network is mistaken; among those "
        "that it doubts most, the label often is.",
        words=("doubted labels", "labels are doubted", "label is doubted"),
    ),
    Term(
        "disputed label",
        "A label that fewer than three of five people kept when they were shown the image. A prediction that differs "
        "from it may be no mistake at all.",
        words=("disputed labels", "disputed"),
    ),
    Term(
        "CIFAR-10H",
        "The answers of some fifty people to each of CIFAR-10's 10,000 test images, half a million in all (Peterson "
        "et al., 2019). They tell hard images from mistakes of the network.",
    ),
    Term(
        "entropy",
        "How spread out answers are, in nats: 0 if all agree, 0.69 for two classes half and half, 2.3 for ten that are "
        "equally likely. Of a network, it measures its doubt; of people, how little they agree.",
    ),
    Term(
        "planted error",
        "A label that was replaced by another one on purpose. Because it is known where they are, one can count how "
        "many of them somebody finds.",
        words=("planted errors", "wrong label planted"),
    ),
)

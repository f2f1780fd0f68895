"""Words of explanations: maps over an image, what they can tell, and what lies inside a network."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "attribution",
        "A map over the image that gives each pixel a share in a class's score, for it or against it. Methods differ "
        "in what they call a share.",
        labels=("Method",),
    ),
    Term(
        "Saliency",
        "A map of the gradient: how much the score would change if a pixel changed a little. It is quick and noisy.",
        words=("saliency",),
    ),
    Term(
        "Input x Gradient",
        "A map of each pixel's value times its gradient. It would be the pixel's exact share if the network were "
        "linear, which it is not.",
    ),
    Term(
        "Integrated gradients",
        "A map of gradients added up on the way from a plain baseline to the image. Its parts sum to the difference "
        "of the two scores.",
        words=("integrated gradients",),
    ),
    Term(
        "SmoothGrad",
        "A map of the gradient averaged over noisy copies of the image. What flickers from copy to copy disappears.",
    ),
    Term(
        "Guided backprop",
        "A map of gradients that pass only where units are active and speak for the class. It is sharp, but hardly "
        "depends on the class.",
        words=("guided backprop",),
    ),
    Term(
        "Guided Grad-CAM",
        "A map that keeps guided backprop's details where Grad-CAM sees the class. It looks sharp, and inherits the "
        "faults of both.",
    ),
    Term(
        "Grad-CAM",
        "A map of the regions in which a convolutional layer's features speak for the class. It is coarse and calm, a "
        "good first look.",
    ),
    Term(
        "DeepLift",
        "A map that follows the difference from a plain baseline through each layer. Its parts sum to the difference "
        "of the scores, in a single pass.",
    ),
    Term(
        "Occlusion",
        "A map of how far the score drops when a square covers each part of the image. It is slow, and easy to "
        "understand.",
        words=("occlusion",),
    ),
    Term(
        "Gradient SHAP",
        "A map like that of integrated gradients, averaged over several baselines. It estimates Shapley values, a "
        "fair division of the score among pixels.",
    ),
    Term(
        "Feature ablation",
        "A map of how far the score drops when a patch of like-coloured pixels is covered. It shows parts of the "
        "picture, not single pixels.",
        words=("feature ablation",),
    ),
    Term(
        "baseline",
        "The plain image that stands for nothing to see: black, grey or white. A map tells what sets the image apart "
        "from it, so another one gives another map.",
    ),
    Term(
        "completeness",
        "The promise of some methods that a map's parts add up to the score of the image less that of the baseline. "
        "It can be checked, and is on the view Trust.",
        words=("add up", "Sum of the map", "Promised", "Gap"),
    ),
    Term(
        "untrained network",
        "A network of the same shape with fresh random weights. A map that looks the same for it shows edges, not "
        "what was learned.",
        words=("network forgets", "nothing was learned", "Untrained"),
    ),
    Term(
        "Deletion",
        "Pixels turn grey in the map's order, the strongest first, and the probability is watched. If the map is "
        "right it falls fast.",
        words=("deletion",),
    ),
    Term(
        "Insertion",
        "Pixels come back onto a grey image in the map's order, the strongest first. If the map is right the "
        "probability rises fast.",
        words=("insertion",),
    ),
    Term(
        "rank correlation",
        "How alike two maps put pixels in order, by strength: 1 is the same order, 0 is none in common. It ignores "
        "how strong they are.",
        words=("Likeness",),
    ),
    Term(
        "overlay",
        "How much of a map covers the image below it. Less shows more of the picture, more shows more of the map.",
        labels=("Overlay",),
    ),
    Term(
        "feature map",
        "What one channel of a layer makes of an image, drawn as a picture. Bright places are where its pattern was "
        "found.",
    ),
    Term(
        "activation maximisation",
        "From noise, an image is changed until it excites one unit as much as it can. It shows what the unit answers "
        "to, not what it has seen.",
        words=("An image it would like best",),
    ),
    Term(
        "cosine similarity",
        "How nearly two lists of numbers point the same way: 1 is the same way, 0 is at right angles. Between "
        "features it says how alike two images look to the network.",
        words=("looks like these training images",),
    ),
    Term(
        "robustness",
        "How far a prediction holds while the picture changes: darker, turned, blurred, partly covered. A network may "
        "be right and yet lose its way at a small change.",
        words=("One change at a time",),
    ),
)

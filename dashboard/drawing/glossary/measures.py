"""Words of measures: how good predictions are, and how far they can be taken at their word."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "accuracy",
        "The share of images for which the most probable class is the true one. Guessing among ten classes gives 10 %.",
        words=("accuracies",),
    ),
    Term(
        "percentage point",
        "The difference between two percentages: from 60 % to 63 % are 3 points. It avoids the question of what a per "
        "cent is of.",
        words=("points above", "points against", "points surer", "points less sure", "points of accuracy"),
    ),
    Term(
        "confusion matrix",
        "A table that counts, for each true class, what its images were taken for. What is right lies on the "
        "diagonal, everything else is a kind of mistake.",
        words=("Confusion", "Matrix"),
    ),
    Term(
        "mean corruption error",
        "The share of mistakes on images that got worse, a mean over fifteen corruptions and five severities of each. "
        "Relative to another network, its mistakes count as 100 %.",
    ),
    Term(
        "corruption",
        "A way in which an image gets worse: noise, blur, weather, or what cameras and files do to it. At each of five "
        "severities it is stronger.",
        words=("severity", "severities"),
    ),
    Term(
        "diagonal",
        "The cells of the confusion matrix in which the predicted class is the true one. Hide it, and mistakes stand "
        "alone.",
    ),
    Term(
        "precision",
        "Of the images that are predicted as a class, the share that is it. High precision: what it says is so.",
    ),
    Term(
        "recall",
        "Of the images of a class, the share that is predicted as it. High recall: little of the class is missed.",
    ),
    Term(
        "F1",
        "One number for precision and recall, their harmonic mean. It is high only if both are.",
    ),
    Term(
        "95 % interval",
        "The range in which the true share lies in 95 of 100 such cases (Wilson's). The fewer the images, the wider.",
        words=("Wilson interval",),
    ),
    Term(
        "average precision",
        "The area under the curve of precision over recall: how good the order is in which a class is recognised. "
        "Guessing has the share of the class.",
    ),
    Term(
        "ROC",
        "A curve of how many images of a class are found against how many others are taken for it, from strict to "
        "lax. Its area is 50 % for guessing and 100 % at best.",
        words=("ROC area",),
    ),
    Term(
        "pooled",
        "Taken together as if one had made all runs: each seed of each learner is a piece of evidence. Equal seeds "
        "count once, since their networks began alike.",
    ),
    Term(
        "confidence",
        "The probability that the network gives the class it predicts. Over several epochs it is the mean probability "
        "of the true class.",
        words=("surest",),
    ),
    Term(
        "margin",
        "The gap between the two most probable classes. A small margin means that it might well have said the other.",
    ),
    Term(
        "calibration",
        "Whether the network is right as often as it says: of all answers given with 80 %, 80 % should be right. A "
        "network can be accurate and yet far too sure.",
        words=("Reliability",),
    ),
    Term(
        "ECE",
        "Expected calibration error: images are put into bins by confidence, and the gap between confidence and "
        "accuracy is averaged over them. 0 % is as sure as right.",
        words=("calibration error", "expected calibration error"),
    ),
    Term(
        "Brier",
        "The mean squared difference between the probabilities and the truth, from 0 to 2. Guessing evenly among ten "
        "classes has 0.9.",
    ),
    Term(
        "temperature",
        "A number by which all scores are divided to make a network less sure, or surer below 1. The predicted "
        "classes stay as they are.",
    ),
    Term(
        "selective prediction",
        "The network may decline to answer where it is unsure. The fewer it answers, the more of its answers should "
        "be right.",
        words=("decline to answer", "Coverage"),
    ),
    Term(
        "forgotten",
        "Said of an image that was right after one epoch and wrong after the next. Images that are forgotten often "
        "are unusual or mislabelled.",
        words=("forgetting",),
    ),
    Term(
        "variability",
        "How much the probability of the true class goes up and down over the epochs: its standard deviation. High "
        "means that the network cannot make up its mind.",
    ),
    Term(
        "confident learning",
        "A way to find wrong labels: images of which a network is surer that they are another class than it is of "
        "that class's own. What it finds is a suspicion, to be looked at.",
        words=("suspected label",),
        labels=("Labels",),
    ),
    Term(
        "sample standard deviation",
        "How far runs of the same settings lie from their mean, judged by a few of them. A difference smaller than "
        "this may be luck.",
        words=("± val", "± test"),
    ),
)

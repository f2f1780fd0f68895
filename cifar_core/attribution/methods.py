"""The attribution methods by name. Free of torch, for pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from cifar_core.attribution.method import AttributionError, Method, Option

_BASELINE = Option(
    name="baseline",
    default="black",
    choices=("black", "grey", "white"),
    help="The plain image that stands for nothing to see.",
)
_COVER = Option(
    name="baseline",
    default="grey",
    choices=("black", "grey", "white"),
    help="The colour that covers a part of the image.",
)
_LAYER = Option(
    name="layer",
    default=None,
    help="The layer whose features are looked at; by default the last convolutional one, after its ReLU.",
)
_SEED = Option(name="seed", default=0, minimum=0, maximum=9999, help="Another number draws other noise.")

_METHODS = (
    Method(
        name="saliency",
        title="Saliency",
        tells="How much the class's score would change if a pixel changed a little: its gradient, brighter or darker "
        "told apart by the sign.",
        cannot_tell="Not how much a pixel contributed: where the score is saturated the gradient is small although the "
        "pixel matters, and neighbouring gradients are noisy.",
        source="Simonyan, Vedaldi, Zisserman (2013), Deep inside convolutional networks",
    ),
    Method(
        name="input_x_gradient",
        title="Input x Gradient",
        tells="Each pixel's value times its gradient: its share of the score if the network were linear.",
        cannot_tell="Not the influence of dark pixels, which are multiplied by almost zero, and no more than the "
        "gradient itself where the network bends.",
        source="Shrikumar et al. (2016), Not just a black box",
    ),
    Method(
        name="integrated_gradients",
        title="Integrated gradients",
        tells="How the difference between the class's score for the image and for a plain baseline is made up of its "
        "pixels: the contributions add up to that difference.",
        cannot_tell="Nothing without its baseline: a pixel of the baseline's own colour gets no contribution, however "
        "much it matters, and another baseline gives another map.",
        source="Sundararajan, Taly, Yan (2017), Axiomatic attribution for deep networks",
        adds_up=True,
        options=(
            Option(
                name="num_steps",
                default=64,
                minimum=2,
                maximum=512,
                help="Images on the way from the baseline to the image; more make the sum more exact, and take longer.",
            ),
            _BASELINE,
        ),
    ),
    Method(
        name="smooth_grad",
        title="SmoothGrad",
        tells="The gradient averaged over noisy copies of the image: what stays when the flicker of single gradients "
        "is smoothed away.",
        cannot_tell="Not how much a pixel contributed, and nothing about this very image alone: its noisy neighbours "
        "speak with it.",
        source="Smilkov et al. (2017), SmoothGrad: removing noise by adding noise",
        options=(
            Option(name="num_samples", default=32, minimum=2, maximum=256, help="Noisy copies; more are smoother."),
            Option(
                name="noise",
                default=0.1,
                minimum=0.01,
                maximum=0.5,
                help="Standard deviation of the noise, where black is 0 and white is 1.",
            ),
            _SEED,
        ),
    ),
    Method(
        name="guided_backprop",
        title="Guided backprop",
        tells="The details that excite the network: gradients that pass only through units that are active and that "
        "speak for what lies above them.",
        cannot_tell="Hardly anything about the class: it redraws edges and looks much alike for every class, even for "
        "an untrained network.",
        source="Springenberg et al. (2014), Striving for simplicity",
        needs_relu=True,
        needs_layers=True,
    ),
    Method(
        name="guided_grad_cam",
        title="Guided Grad-CAM",
        tells="The details of guided backprop within the regions of Grad-CAM: which edges lie where the class is seen.",
        cannot_tell="Not whether those edges decide: it inherits guided backprop's blindness for the class and "
        "Grad-CAM's coarseness.",
        source="Selvaraju et al. (2016), Grad-CAM: visual explanations from deep networks",
        needs_convolution=True,
        needs_relu=True,
        needs_layers=True,
        options=(_LAYER,),
    ),
    Method(
        name="grad_cam",
        title="Grad-CAM",
        tells="In which regions the features of a convolutional layer speak for the class, and where its sign is "
        "negative, against it.",
        cannot_tell="Not which pixels: the map is as coarse as the layer and drawn out to the image's size, so "
        "its outlines are not the object's.",
        source="Selvaraju et al. (2016), Grad-CAM: visual explanations from deep networks",
        needs_convolution=True,
        options=(
            _LAYER,
            Option(name="relu", default=False, help="Keep only what speaks for the class, as in the paper."),
        ),
    ),
    Method(
        name="deep_lift",
        title="DeepLift",
        tells="How the difference from a plain baseline travels through each layer to the score: the contributions "
        "add up to the difference of the scores, for the price of one pass.",
        cannot_tell="Nothing without its baseline, and not every step it takes is the only one possible: the rule of a "
        "max pooling gives all to one place, and beside an even baseline a layer norm's large parts cancel each other.",
        source="Shrikumar, Greenside, Kundaje (2017), Learning important features",
        needs_layers=True,
        adds_up=True,
        options=(_BASELINE,),
    ),
    Method(
        name="occlusion",
        title="Occlusion",
        tells="How much the score drops when a square covers a part of the image: what the network misses there.",
        cannot_tell="Not what two parts do together, and the covered image is one the network never saw: the square "
        "itself may look like something.",
        source="Zeiler, Fergus (2013), Visualizing and understanding convolutional networks",
        needs_gradient=False,
        options=(
            Option(name="window", default=6, minimum=1, maximum=16, help="Side of the square, in pixels."),
            Option(name="stride", default=2, minimum=1, maximum=8, help="Pixels from one position to the next."),
            _COVER,
        ),
    ),
    Method(
        name="gradient_shap",
        title="Gradient SHAP",
        tells="Contributions as by integrated gradients, averaged over black, grey and white baselines, and over noisy "
        "copies if noise is asked for: an estimate of Shapley values that hangs less on one baseline.",
        cannot_tell="Not one picture's reasons alone: with noise the contributions are of noisy copies, whose score "
        "may be far from the image's own, and few samples leave their sum rough.",
        source="Lundberg, Lee (2017), A unified approach to interpreting model predictions",
        adds_up=True,
        options=(
            Option(
                name="num_samples",
                default=96,
                minimum=3,
                maximum=384,
                help="Images on the ways from the three baselines; more make the sum more exact, and take longer.",
            ),
            Option(
                name="noise",
                default=0.0,
                minimum=0.0,
                maximum=0.5,
                help="Standard deviation of the noise, where black is 0 and white is 1; 0 explains the image itself.",
            ),
            _SEED,
        ),
    ),
    Method(
        name="feature_ablation",
        title="Feature ablation",
        tells="How much the score drops when a whole patch of like-coloured pixels is covered: which parts of the "
        "picture it rests on.",
        cannot_tell="Not what patches do together, and not where within a patch; patches follow colour, not objects.",
        source="Achanta et al. (2012), SLIC superpixels; Kokhlikyan et al. (2020), Captum",
        needs_gradient=False,
        options=(
            Option(name="num_patches", default=36, minimum=4, maximum=144, help="About how many patches."),
            _COVER,
        ),
    ),
)

METHODS: dict[str, Method] = {method.name: method for method in _METHODS}
# Maps of regions, without the flicker of single pixels; the first that fits a network is shown where nobody chose.
_QUIET = ("grad_cam", "occlusion")


def quietest(fitting: Sequence[str]) -> str:
    """Return the least noisy of the methods that fit a network: Grad-CAM where there is a convolution, else occlusion.

    Args:
        fitting: Names, at least one.
    """
    return next((name for name in _QUIET if name in fitting), fitting[0])


def check_options(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options of a method, the given ones over the defaults.

    Raises:
        AttributionError: For an unknown method or option, or a value out of bounds.
    """
    if method not in METHODS:
        raise AttributionError(f"method {method!r}; allowed: {', '.join(METHODS)}")
    known = {option.name: option for option in METHODS[method].options}
    for name, value in options.items():
        if name not in known:
            raise AttributionError(f"{method} has no option {name!r}; allowed: {', '.join(known) or 'none'}")
        known[name].check(value)
    return {name: option.default for name, option in known.items()} | dict(options)

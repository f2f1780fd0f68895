"""DeepLift by the rescale rule (Shrikumar, Greenside, Kundaje, 2017), exact for every layer of the networks here.

How much each value of a layer's output differs from what it is for the baseline is passed back through the layer as
multipliers, so that multipliers times differences keep their sum. Linear layers pass them on as they pass gradients;
each other one has a rule below.

Captum's DeepLift is not used: where two layers with rules follow each other directly, as a ReLU and a max pooling do,
it hands the first one the second one's gradient instead of its multipliers, and the sum is lost.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn

from cifar_core.models.layers import ChannelNorm

# Differences below this carry nothing; a quotient of two such is noise, and the gradient takes its place.
_SMALLEST = 1e-6

# (module, input, output, the baseline's input and output, multipliers of the output) -> multipliers of the input.
Rule = Callable[[nn.Module, Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def deep_lift(model: nn.Module, images: Tensor, targets: Tensor, baseline: float) -> Tensor:
    """Return the contributions (N, 3, 32, 32) of pixels to the difference of a class's score from a plain image's.

    Args:
        model: In evaluation mode.
        images: (N, 3, 32, 32) float in [0, 1].
        targets: (N,) classes.
        baseline: Value of each pixel of the plain image.
    """
    plain = torch.full_like(images[:1], baseline)
    with _recorded(model) as kept, torch.no_grad():
        model(plain)
    given = images.detach().requires_grad_()
    with _ruled(model, kept):
        scores = model(given).gather(1, targets[:, None])
        (multipliers,) = torch.autograd.grad(scores.sum(), given)
    return multipliers * (images - plain)


def _rescale(module: nn.Module, x: Tensor, y: Tensor, plain_x: Tensor, plain_y: Tensor, multipliers: Tensor) -> Tensor:
    """Of a function of each value alone: the slope of the line from the baseline's value to the image's."""
    difference = x - plain_x
    is_small = difference.abs() < _SMALLEST
    with torch.enable_grad():
        middle = ((x + plain_x) / 2).requires_grad_()
        (slope,) = torch.autograd.grad(module.forward(middle).sum(), middle)
    return multipliers * torch.where(is_small, slope, (y - plain_y) / difference.masked_fill(is_small, 1.0))


def _pool(module: nn.Module, x: Tensor, y: Tensor, plain_x: Tensor, plain_y: Tensor, multipliers: Tensor) -> Tensor:
    """Of a max pooling: all goes to the place of the larger of both maxima.

    There the input differs by as much as the maxima do or more, so that its multiplier is from 0 to 1.
    """
    places, plain_places = _winners(module, x), _winners(module, plain_x).expand(len(x), -1, -1, -1)
    winners = torch.where(y >= plain_y, places, plain_places).flatten(2)
    difference = (x - plain_x).flatten(2).gather(2, winners)
    is_small = difference.abs() < _SMALLEST
    slope = torch.where(is_small, 1.0, (y - plain_y).flatten(2) / difference.masked_fill(is_small, 1.0))
    # Windows may overlap: a place that wins in several gets a share from each.
    found = torch.zeros_like(x).flatten(2).scatter_add_(2, winners, multipliers.flatten(2) * slope)
    return found.view_as(x)


def _norm(module: nn.Module, x: Tensor, y: Tensor, plain_x: Tensor, plain_y: Tensor, multipliers: Tensor) -> Tensor:
    """Of a layer or group norm: distances from the mean times the inverse deviation, two factors that both differ.

    A product's difference is one factor's difference times the other's mean, and the same turned round. The inverse
    deviation passes its own on to the variance, by the rescale rule, and that to the squares it is the mean of.
    """
    centred, inverse = _standardize(module, x)
    plain_centred, plain_inverse = _standardize(module, plain_x)
    middle = (centred + plain_centred) / 2
    passed = _grouped(module, multipliers * module.get_parameter("weight")[:, None, None])
    # (1 / a - 1 / b) / (a² - b²), written without a quotient of small differences.
    slope = -((inverse * plain_inverse) ** 2) / (inverse + plain_inverse)
    to_variance = (passed * middle).sum(dim=-1, keepdim=True) * slope
    to_centred = passed * (inverse + plain_inverse) / 2 + to_variance * 2 * middle / middle.shape[-1]
    found = to_centred - to_centred.mean(dim=-1, keepdim=True)
    return found.permute(0, 3, 1, 2) if isinstance(module, ChannelNorm) else found.view_as(x)


def _standardize(module: nn.Module, values: Tensor) -> tuple[Tensor, Tensor]:
    """Return distances from the mean of their group, and the inverse of each group's deviation."""
    grouped = _grouped(module, values)
    eps: Any = module.eps
    centred = grouped - grouped.mean(dim=-1, keepdim=True)
    return centred, ((centred**2).mean(dim=-1, keepdim=True) + eps).rsqrt()


def _grouped(module: nn.Module, values: Tensor) -> Tensor:
    """Lay what is normalised together along the last dimension."""
    if isinstance(module, nn.GroupNorm):
        return values.reshape(len(values), module.num_groups, -1)
    return values.permute(0, 2, 3, 1)


def _winners(module: nn.Module, values: Tensor) -> Tensor:
    """Return the flat place of each window's largest value."""
    told = copy(module)
    told.return_indices = True  # type: ignore[assignment]  # it is a flag of both poolings, not a submodule
    places: Tensor = told.forward(values)[1]
    return places


RULES: dict[type[nn.Module], Rule] = {
    nn.ReLU: _rescale,
    nn.LeakyReLU: _rescale,
    nn.GELU: _rescale,
    nn.SiLU: _rescale,
    nn.Tanh: _rescale,
    nn.MaxPool2d: _pool,
    nn.AdaptiveMaxPool2d: _pool,
    ChannelNorm: _norm,
    nn.GroupNorm: _norm,
}


class _Ruled(torch.autograd.Function):
    """A layer's output, behind which multipliers take the place of gradients."""

    @staticmethod
    def forward(context: Any, given: Tensor, output: Tensor, module: nn.Module, plain: tuple[Tensor, Tensor]) -> Tensor:
        context.module, context.plain = module, plain
        context.save_for_backward(given, output)
        return output.clone()

    @staticmethod
    def backward(context: Any, *multipliers: Tensor) -> tuple[Tensor, None, None, None]:
        given, output = context.saved_tensors
        plain_given, plain_output = context.plain
        rule = RULES[type(context.module)]
        passed = rule(context.module, given, output, plain_given, plain_output, *multipliers)
        return passed, None, None, None


_Kept = dict[nn.Module, deque[tuple[Tensor, Tensor]]]


@contextmanager
def _recorded(model: nn.Module) -> Iterator[_Kept]:
    """Keep what goes into each layer with a rule, and what comes out, call by call."""
    kept: _Kept = defaultdict(deque)

    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        kept[module].append((inputs[0], output))

    with _hooked(model, keep):
        yield kept


@contextmanager
def _ruled(model: nn.Module, kept: _Kept) -> Iterator[None]:
    """Let the layers' rules take the place of their gradients."""

    def rule(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        found: Tensor = _Ruled.apply(inputs[0], output.detach(), module, kept[module].popleft())
        return found

    with _hooked(model, rule):
        yield


@contextmanager
def _hooked(model: nn.Module, hook: Callable[..., Tensor | None]) -> Iterator[None]:
    hooks = [module.register_forward_hook(hook) for module in model.modules() if type(module) in RULES]
    try:
        yield
    finally:
        for each in hooks:
            each.remove()

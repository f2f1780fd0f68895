"""Muon: momentum whose steps change every direction of a weight matrix by the same amount."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, optim

# Jordan (2024): chosen so that a few iterations bring every singular value near one.
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


class Muon(optim.Optimizer):
    """Muon (Jordan, 2024) for hidden weights, SGD with Nesterov momentum for all other parameters.

    A plain gradient mostly strengthens the few directions that are strong already. Muon replaces the momentum matrix
    U S V^T by about U V^T, so that rare directions learn as fast as common ones. A convolution's filters count as one
    matrix (out_channels, in_channels x height x width); `torch.optim.Muon` takes nothing but matrices.

    Weight decay is decoupled, as in AdamW, and acts on weights of two and more dimensions. Hidden weights of a fixed
    length need none: theirs is brought back to the square root of their number of rows before each step.

    Args:
        groups: As torch takes them, each with "is_hidden": whether its parameters are weights of two and more
            dimensions whose steps are made orthogonal. All other parameters get SGD: the last layer's weights,
            biases, normalisation.
        lr: Learning rate of groups that bring none of their own.
        momentum: In [0, 1).
        weight_decay: Share of a weight that is taken off at each step, times the learning rate.
        fixed_length: Whether hidden weights keep their length.
        num_iterations: Of `orthogonalize`.
    """

    def __init__(
        self,
        groups: Iterable[dict[str, Any]],
        *,
        lr: float,
        momentum: float,
        weight_decay: float,
        fixed_length: bool = False,
        num_iterations: int = 5,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "weight_decay": weight_decay,
            "fixed_length": fixed_length,
            "num_iterations": num_iterations,
        }
        super().__init__(groups, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient.

        Args:
            closure: What computes the gradients anew and returns the loss, as trainers hand it in; called once, before.

        Returns:
            The closure's loss; None without one.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, parameter.grad, group)
        return loss

    def _update(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        momentum, lr = group["momentum"], group["lr"]
        state = self.state[parameter]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        buffer = state["momentum_buffer"]
        if group["is_hidden"] and group["fixed_length"]:
            parameter.mul_(len(parameter) ** 0.5 / parameter.norm().clamp(min=1e-7))
        elif parameter.ndim >= 2:
            parameter.mul_(1 - lr * group["weight_decay"])
        if group["is_hidden"]:
            buffer.lerp_(gradient, 1 - momentum)
            matrix = gradient.lerp(buffer, momentum).flatten(1)
            tall = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
            direction = orthogonalize(matrix, group["num_iterations"]).view(parameter.shape)
            _descend(parameter, direction, lr * tall)
        else:
            buffer.mul_(momentum).add_(gradient)
            _descend(parameter, gradient.add(buffer, alpha=momentum), lr)


def _descend(parameter: Tensor, direction: Tensor, lr: float | Tensor) -> None:
    """A step's kernels may be recorded and replayed: then its learning rate is a number on the device."""
    if isinstance(lr, Tensor):
        parameter.sub_(direction * lr)
    else:
        parameter.add_(direction, alpha=-lr)


def orthogonalize(matrix: Tensor, num_iterations: int = 5) -> Tensor:
    """Return about U V^T of a matrix U S V^T, (M, N) -> (M, N), in the matrix's own number format.

    The Newton-Schulz iteration X <- a X + (b X X^T + c (X X^T)^2) X with Jordan's coefficients, in bfloat16: after
    five of them singular values lie between about 0.7 and 1.2, after three small ones are still smaller, which is exact
    enough for a step's direction.
    """
    a, b, c = _COEFFICIENTS
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_tall else matrix).bfloat16()
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(num_iterations):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if is_tall else x).to(matrix.dtype)

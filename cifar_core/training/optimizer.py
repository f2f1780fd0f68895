"""From OptimizerConfig to torch.optim."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn, optim

from cifar_core.config import AdamConfig, AdamWConfig, MuonConfig, OptimizerConfig, RMSpropConfig, SGDConfig
from cifar_core.training.muon import Muon

# What a group's learning rate is to the configured one.
_MULTIPLIER = "multiplier"


def create_optimizer(config: OptimizerConfig, model: nn.Module) -> optim.Optimizer:
    """Return the optimizer over the model's parameters, in groups with a learning rate each.

    Weight decay acts on weights of two and more dimensions only: pulling biases and normalisation scales towards zero
    does not simplify the network, it shifts it.
    """
    optimizer = _create(config, model)
    set_learning_rate(optimizer, config.learning_rate)  # whoever never changes it has the multiples, too
    return optimizer


def _create(config: OptimizerConfig, model: nn.Module) -> optim.Optimizer:
    if isinstance(config, MuonConfig):
        return _create_muon(config, model)
    decay = {"weight_decay": config.weight_decay}
    groups = [
        *_group(model, {"hidden": 1.0, "head": config.head_multiplier}, **decay),
        *_group(model, {"bias": config.bias_multiplier}, weight_decay=0.0),
    ]
    match config:
        case SGDConfig():
            return optim.SGD(
                groups, lr=config.learning_rate, momentum=config.momentum, nesterov=config.nesterov, fused=True
            )
        case AdamConfig():
            return optim.Adam(groups, lr=config.learning_rate, fused=True)
        case AdamWConfig():
            return optim.AdamW(groups, lr=config.learning_rate, fused=True)
        case RMSpropConfig():
            return optim.RMSprop(groups, lr=config.learning_rate, momentum=config.momentum)


def _create_muon(config: MuonConfig, model: nn.Module) -> Muon:
    """The classifier stays with SGD: its rows are classes, of which none should be tied to the others."""
    return Muon(
        [
            *_group(model, {"hidden": 1.0}, is_hidden=True),
            *_group(model, {"bias": config.bias_multiplier, "head": config.head_multiplier}, is_hidden=False),
        ],
        lr=config.learning_rate,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        fixed_length=config.fixed_length,
        num_iterations=config.num_iterations,
    )


def _group(model: nn.Module, multipliers: dict[str, float], **options: Any) -> Iterator[dict[str, Any]]:
    """Yield a group for each multiplier, with those parts' parameters in the model's order; none that is empty.

    Parts that share a multiplier share a group: one update is cheaper than two, and checkpoints count parameters
    through the groups, so that those of before there were multipliers still fit.
    """
    for multiplier in dict.fromkeys(multipliers.values()):
        parts = [part for part, its_own in multipliers.items() if its_own == multiplier]
        parameters = [parameter for part, parameter in _parameters(model) if part in parts]
        if parameters:
            yield {"params": parameters, _MULTIPLIER: multiplier, **options}


def _parameters(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield each parameter that is trained and the part it belongs to: "hidden", "head" or "bias"."""
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            is_head = "classifier" in name.split(".")
            yield "bias" if parameter.ndim < 2 else "head" if is_head else "hidden", parameter


def set_learning_rate(optimizer: optim.Optimizer, learning_rate: float) -> None:
    """Make the next update use this learning rate, times each group's multiplier."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(learning_rate * group[_MULTIPLIER])
        else:
            group["lr"] = learning_rate * group[_MULTIPLIER]


def make_recordable(optimizer: optim.Optimizer, device: str) -> None:
    """Keep learning rates and step counts on a GPU, so that a recorded update reads what they are when it is replayed.

    Args:
        optimizer: As `create_optimizer` returns it, before its first step.
        device: Where its parameters are.
    """
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), device=device)
        if "capturable" in group:  # torch's word, where an optimizer counts its steps
            group["capturable"] = True

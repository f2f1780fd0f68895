"""From OptimizerConfig to torch.optim."""

from torch import nn, optim

from cifar_core.config import AdamConfig, AdamWConfig, MuonConfig, OptimizerConfig, RMSpropConfig, SGDConfig
from cifar_core.training.muon import Muon


def create_optimizer(config: OptimizerConfig, model: nn.Module) -> optim.Optimizer:
    """Return the optimizer over the model's parameters.

    Weight decay acts on weights of two and more dimensions only: pulling biases and normalisation scales towards zero
    does not simplify the network, it shifts it.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [parameter for parameter in parameters if parameter.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [parameter for parameter in parameters if parameter.ndim < 2], "weight_decay": 0.0},
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
        case MuonConfig():
            return _create_muon(config, model)


def _create_muon(config: MuonConfig, model: nn.Module) -> Muon:
    """The classifier stays with SGD: its rows are classes, of which none should be tied to the others."""
    parameters = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    is_hidden = {name: parameter.ndim >= 2 and "classifier" not in name.split(".") for name, parameter in parameters}
    return Muon(
        [parameter for name, parameter in parameters if is_hidden[name]],
        [parameter for name, parameter in parameters if not is_hidden[name]],
        lr=config.learning_rate,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        fixed_length=config.fixed_length,
    )


def set_learning_rate(optimizer: optim.Optimizer, learning_rate: float) -> None:
    """Make the next update use this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate

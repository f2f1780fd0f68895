"""From OptimizerConfig to torch.optim."""

from torch import nn, optim

from cifar_core.config import AdamConfig, AdamWConfig, OptimizerConfig, SGDConfig


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


def set_learning_rate(optimizer: optim.Optimizer, learning_rate: float) -> None:
    """Make the next update use this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate

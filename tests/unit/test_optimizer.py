"""python -m pytest tests/unit/test_optimizer.py."""

import pytest
import torch
from torch import nn

from cifar_core.config import AdamConfig, AdamWConfig, SGDConfig
from cifar_core.training.optimizer import create_optimizer, set_learning_rate


@pytest.mark.parametrize(
    ("config", "reference"),
    [
        (SGDConfig(learning_rate=0.1, momentum=0.8, nesterov=False, weight_decay=0.01), torch.optim.SGD),
        (AdamConfig(learning_rate=0.01, weight_decay=0.01), torch.optim.Adam),
        (AdamWConfig(learning_rate=0.01, weight_decay=0.1), torch.optim.AdamW),
    ],
)
def test_updates_equal_torch_with_decay_on_matrices_only(config, reference):
    torch.manual_seed(0)
    model, twin = nn.Linear(4, 3), nn.Linear(4, 3)
    twin.load_state_dict(model.state_dict())
    options = {"momentum": 0.8} if reference is torch.optim.SGD else {}
    groups = [
        {"params": [twin.weight], "weight_decay": config.weight_decay},
        {"params": [twin.bias], "weight_decay": 0.0},
    ]
    ours, theirs = create_optimizer(config, model), reference(groups, lr=config.learning_rate, **options)
    for _ in range(5):
        images = torch.randn(8, 4)
        for network, optimizer in ((model, ours), (twin, theirs)):
            optimizer.zero_grad()
            network(images).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(model.weight, twin.weight)
    torch.testing.assert_close(model.bias, twin.bias)


def test_the_set_learning_rate_is_used_by_the_next_update():
    model = nn.Linear(2, 1, bias=False)
    optimizer = create_optimizer(SGDConfig(momentum=0, nesterov=False, weight_decay=0), model)
    before = model.weight.detach().clone()
    set_learning_rate(optimizer, 0.5)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    torch.testing.assert_close(model.weight.detach(), before - 0.5)

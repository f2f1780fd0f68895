"""python -m pytest tests/unit/training/test_optimizer.py."""

import copy
from collections import OrderedDict

import pytest
import torch
from torch import nn

from cifar_core.config import AdamConfig, AdamWConfig, MuonConfig, RMSpropConfig, SGDConfig
from cifar_core.training.muon import Muon, orthogonalize
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


@pytest.mark.parametrize(
    ("config", "reference"),
    [
        (
            SGDConfig(learning_rate=0.1, weight_decay=0.01, bias_multiplier=3, head_multiplier=0.5),
            lambda groups: torch.optim.SGD(groups, momentum=0.9, nesterov=True),
        ),
        (AdamConfig(learning_rate=0.01, bias_multiplier=3, head_multiplier=0.5), torch.optim.Adam),
        (AdamWConfig(learning_rate=0.01, bias_multiplier=3, head_multiplier=0.5), torch.optim.AdamW),
        (RMSpropConfig(learning_rate=0.01, bias_multiplier=3, head_multiplier=0.5), torch.optim.RMSprop),
    ],
)
def test_biases_and_the_head_learn_at_multiples_of_the_learning_rate(config, reference):
    torch.manual_seed(0)
    layers = OrderedDict(hidden=nn.Linear(4, 5, bias=False), norm=nn.BatchNorm1d(5), classifier=nn.Linear(5, 3))
    model = nn.Sequential(layers)
    twin = copy.deepcopy(model)
    rate = config.learning_rate / 4  # a quarter of the peak
    biases = [twin.norm.weight, twin.norm.bias, twin.classifier.bias]
    ours = create_optimizer(config, model)
    theirs = reference(
        [
            {"params": [twin.hidden.weight], "lr": rate, "weight_decay": config.weight_decay},
            {"params": [twin.classifier.weight], "lr": rate * 0.5, "weight_decay": config.weight_decay},
            {"params": biases, "lr": rate * 3, "weight_decay": 0.0},
        ]
    )
    set_learning_rate(ours, rate)
    for _ in range(5):
        features = torch.randn(8, 4)
        for network, optimizer in ((model, ours), (twin, theirs)):
            optimizer.zero_grad()
            network(features).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(model.state_dict(), twin.state_dict())


@pytest.mark.parametrize("config", [SGDConfig(bias_multiplier=3), MuonConfig(bias_multiplier=3)])
def test_multiples_hold_from_the_first_update_on(config):
    model = nn.Sequential(OrderedDict(hidden=nn.Linear(4, 5), classifier=nn.Linear(5, 3)))
    groups = create_optimizer(config, model).param_groups
    rates = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
    assert rates[id(model.hidden.weight)] == config.learning_rate
    assert rates[id(model.hidden.bias)] == pytest.approx(3 * config.learning_rate)


def test_muon_gives_biases_and_the_head_learning_rates_of_their_own():
    torch.manual_seed(0)
    model = nn.Sequential(OrderedDict(hidden=nn.Linear(4, 5), classifier=nn.Linear(5, 3, bias=False)))
    twin = copy.deepcopy(model)
    config = MuonConfig(learning_rate=0.1, momentum=0.8, weight_decay=0.0, bias_multiplier=400, head_multiplier=2)
    ours = create_optimizer(config, model)
    filters = torch.optim.Muon([twin.hidden.weight], lr=0.1, momentum=0.8, weight_decay=0.0)
    groups = [{"params": [twin.hidden.bias], "lr": 40.0}, {"params": [twin.classifier.weight], "lr": 0.2}]
    others = torch.optim.SGD(groups, momentum=0.8, nesterov=True)
    set_learning_rate(ours, 0.1)
    for _ in range(4):
        for mine, its in zip(model.parameters(), twin.parameters(), strict=True):
            mine.grad = torch.randn_like(mine) / 100
            its.grad = mine.grad.clone()
        ours.step()
        filters.step()
        others.step()
    torch.testing.assert_close(model.state_dict(), twin.state_dict())


@pytest.mark.parametrize("config", [SGDConfig(), AdamConfig(), MuonConfig()])
def test_without_multipliers_parameters_are_counted_as_they_always_were(config):
    """A checkpoint holds the optimizer's numbers by place."""
    model = nn.Sequential(OrderedDict(hidden=nn.Linear(4, 5), classifier=nn.Linear(5, 3)))
    hidden, classifier = model.hidden, model.classifier
    rest = [hidden.bias, classifier.weight, classifier.bias]
    if not isinstance(config, MuonConfig):
        rest = [classifier.weight, hidden.bias, classifier.bias]
    found = [id(parameter) for group in create_optimizer(config, model).param_groups for parameter in group["params"]]
    assert found == [id(parameter) for parameter in [hidden.weight, *rest]]


def singular_values(matrix):
    return torch.linalg.svdvals(matrix.double())


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (12, 12)])
def test_orthogonalize_evens_out_singular_values_and_keeps_directions(shape):
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    made = orthogonalize(matrix)
    assert made.dtype == matrix.dtype
    assert ((singular_values(made) > 0.5) & (singular_values(made) < 1.3)).all()
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.nn.functional.cosine_similarity(made.flatten(), (left @ right).flatten(), dim=0) > 0.95


def test_orthogonalize_leaves_zeros_alone():
    assert torch.equal(orthogonalize(torch.zeros(3, 4)), torch.zeros(3, 4))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_muon_updates_filters_as_torch_does_their_matrix(layout):
    torch.manual_seed(0)
    config = MuonConfig(learning_rate=0.1, momentum=0.8, weight_decay=0.2)
    conv = nn.Conv2d(2, 24, 3, bias=False).to(memory_format=layout)
    matrix = nn.Parameter(conv.weight.detach().flatten(1).clone())
    ours = create_optimizer(config, conv)
    theirs = torch.optim.Muon([matrix], lr=0.1, momentum=0.8, weight_decay=0.2)
    for _ in range(4):
        gradient = torch.randn(24, 2, 3, 3)
        conv.weight.grad, matrix.grad = gradient.to(memory_format=layout), gradient.flatten(1).clone()
        ours.step()
        theirs.step()
    torch.testing.assert_close(conv.weight.detach().flatten(1), matrix.detach())


def test_muon_leaves_the_classifier_and_vectors_to_sgd():
    torch.manual_seed(0)
    model = nn.Sequential(OrderedDict(hidden=nn.Linear(4, 5), classifier=nn.Linear(5, 3)))
    optimizer = create_optimizer(MuonConfig(learning_rate=0.1, weight_decay=0.2), model)
    hidden, others = optimizer.param_groups
    assert [id(parameter) for parameter in hidden["params"]] == [id(model.hidden.weight)]
    assert len(others["params"]) == 3
    twin = [parameter.detach().clone().requires_grad_() for parameter in (model.hidden.bias, model.classifier.bias)]
    sgd = torch.optim.SGD(twin, lr=0.1, momentum=0.9, nesterov=True)
    for _ in range(4):
        for mine, its in zip((model.hidden.bias, model.classifier.bias), twin, strict=True):
            mine.grad = torch.randn_like(mine)
            its.grad = mine.grad.clone()
        model.hidden.weight.grad = model.classifier.weight.grad = None
        optimizer.step()
        sgd.step()
    torch.testing.assert_close([model.hidden.bias, model.classifier.bias], twin)


def test_muon_brings_hidden_weights_to_a_fixed_length_before_each_step():
    torch.manual_seed(0)
    hidden, other = nn.Parameter(torch.randn(8, 20)), nn.Parameter(torch.randn(3, 8))
    direction, kept = hidden.detach().clone(), other.detach().clone()
    groups = [{"params": [hidden], "is_hidden": True}, {"params": [other], "is_hidden": False}]
    optimizer = Muon(groups, lr=0.1, momentum=0.0, weight_decay=0.5, fixed_length=True)
    hidden.grad, other.grad = torch.zeros_like(hidden), torch.zeros_like(other)
    optimizer.step()
    torch.testing.assert_close(hidden.detach(), direction / direction.norm() * 8**0.5)
    torch.testing.assert_close(other.detach(), kept * (1 - 0.1 * 0.5))  # plain decay, no fixed length


def test_muon_computes_gradients_by_a_closure_as_trainers_hand_it_in():
    torch.manual_seed(0)
    model, images = nn.Sequential(OrderedDict(hidden=nn.Linear(4, 5), classifier=nn.Linear(5, 3))), torch.randn(6, 4)
    twin = copy.deepcopy(model)
    ours, plain = (create_optimizer(MuonConfig(), network) for network in (model, twin))

    def compute(network):
        network.zero_grad()
        loss = network(images).square().mean()
        loss.backward()
        return loss

    loss = ours.step(lambda: compute(model))
    torch.testing.assert_close(loss, compute(twin))
    assert plain.step() is None
    torch.testing.assert_close(model.state_dict(), twin.state_dict(), rtol=0, atol=0)

"""python -m pytest tests/unit/attribution/test_attribution.py"""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from captum.attr import (
    DeepLift,
    FeatureAblation,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from torch import nn
from torch.nn import functional

from cifar_core.attribution import METHODS, AttributionError, computations
from cifar_core.attribution.attribute import attribute, compute_saliency_map
from cifar_core.attribution.layers import explain_misfit, list_layers
from cifar_core.attribution.locks import _locks, model_lock
from cifar_core.attribution.superpixels import segment
from cifar_core.config import (
    ConvNeXtConfig,
    CustomConfig,
    MLPConfig,
    ResNetConfig,
    RunConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    VGGConfig,
)
from cifar_core.config.blocks import ConvBlock, GlobalPoolBlock, PoolBlock
from cifar_core.models import create_classifier, create_model

MODELS = {
    "mlp": MLPConfig(hidden_size=16, dropout=0.3),
    "simple_cnn": SimpleCNNConfig(width=4, hidden_size=16, dropout=0.3),
    "vgg": VGGConfig(width=4, dropout=0.3),
    "resnet": ResNetConfig(depth=8, width=4, dropout=0.3),
    "convnext": ConvNeXtConfig(width=4, blocks_per_stage=1),
    "speed_cnn": SpeedCNNConfig(width=4),
    "custom": CustomConfig(
        blocks=(
            ConvBlock(channels=4, norm="group", activation="silu"),
            PoolBlock(method="average"),
            ConvBlock(channels=4, norm="none", activation="tanh", residual=True),
            GlobalPoolBlock(),
        )
    ),
}
WITHOUT_CONVOLUTION = {"grad_cam", "guided_grad_cam"}
WITH_RELU = {"guided_backprop", "guided_grad_cam"}
FITTING = [
    (model, method)
    for model in MODELS
    for method in METHODS
    if not (model == "mlp" and method in WITHOUT_CONVOLUTION)
    and not (model in ("convnext", "speed_cnn", "custom") and method in WITH_RELU)
]
# Computed by ourselves: see test_deep_lift and test_gradient_shap.
OWN = {"deep_lift", "gradient_shap"}
each_pair = pytest.mark.parametrize(("name", "method"), FITTING)


def create(name):
    model = create_classifier(RunConfig(model=MODELS[name]), mean=(0.5,) * 3, std=(0.25,) * 3)
    if name in ("vgg", "resnet", "speed_cnn"):  # running statistics of real features, not those of an untrained network
        with torch.no_grad():
            model.train()(torch.rand(32, 3, 32, 32, generator=torch.Generator().manual_seed(1)))
    return model


def draw(count=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(count, 3, 32, 32, generator=generator)
    return images, torch.randint(10, (count,), generator=generator)


class Linear(nn.Module):
    """Logits that are a weighted sum of pixels: every method has a closed form."""

    def __init__(self):
        super().__init__()
        self.flatten, self.classifier = nn.Flatten(), nn.Linear(3 * 32 * 32, 4)

    def forward(self, images):
        return self.classifier(self.flatten(images))


class Frozen(nn.Module):
    """One convolution, one ReLU, a mean over the image; weights that ask for no gradients."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU()
        self.requires_grad_(False)

    def forward(self, images):
        return self.relu(self.conv(images)).mean(dim=(2, 3))


def each(images, targets):
    return zip(images.split(1), targets.split(1), strict=True)


def captums(model, image, target, method):
    """What captum, called directly, makes of one image."""
    given = image.clone().requires_grad_()
    torch.manual_seed(0)
    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if method == "saliency":
            found = Saliency(model).attribute(given, target=target, abs=False)
        elif method == "input_x_gradient":
            found = InputXGradient(model).attribute(given, target=target)
        elif method == "integrated_gradients":
            found = IntegratedGradients(model).attribute(image, baselines=0.0, target=target, n_steps=64)
        elif method == "smooth_grad":
            options = {"nt_samples": 32, "nt_samples_batch_size": 128, "stdevs": 0.1}
            found = NoiseTunnel(Saliency(model)).attribute(given, target=target, abs=False, **options)
        elif method == "guided_backprop":
            found = GuidedBackprop(model).attribute(given, target=target)
        elif method == "deep_lift":
            found = DeepLift(model).attribute(given, 0.0, target=target)
        elif method == "occlusion":
            found = Occlusion(model).attribute(image, (3, 6, 6), (3, 2, 2), baselines=0.5, target=target)
        elif method == "feature_ablation":
            patches = torch.from_numpy(segment(image[0].numpy(), 36))
            drops = FeatureAblation(model).attribute(
                image, baselines=0.5, target=target, feature_mask=patches.expand(1, 3, 32, 32)
            )
            found = drops / (3 * patches.view(-1).bincount()[patches])
        else:
            layer = model.network.get_submodule(model.network.last_conv_name)
            if method == "guided_grad_cam":
                found = GuidedGradCam(model, layer).attribute(given, target=target, interpolate_mode="bilinear")
            else:
                cam = LayerGradCam(model, layer).attribute(given, target=target)
                found = functional.interpolate(cam, (32, 32), mode="bilinear").repeat(1, 3, 1, 1) / 3
    return found.detach()


@each_pair
def test_result_has_the_images_shape_and_says_something(name, method):
    images, targets = draw()
    attributions = attribute(create(name), images, targets, method)
    assert attributions.shape == images.shape
    assert attributions.dtype == torch.float32
    assert attributions.isfinite().all()
    assert not attributions.requires_grad
    # Where nothing of the layer speaks for the class, Guided Grad-CAM has nothing to show.
    enough = any if method == "guided_grad_cam" else all
    assert enough(one.abs().max() > 0 for one in attributions)


@pytest.mark.parametrize(
    ("name", "method"), [pair for pair in FITTING if pair[1] not in OWN or pair == ("mlp", "deep_lift")]
)
def test_result_is_captums(name, method):
    model, (images, targets) = create(name).eval(), draw()
    expected = torch.cat([captums(model, image, target, method) for image, target in each(images, targets)])
    torch.testing.assert_close(attribute(model, images, targets, method), expected, rtol=1e-3, atol=1e-6)


@each_pair
def test_batch_is_its_single_images(name, method):
    model, (images, targets) = create(name), draw()
    together = attribute(model, images, targets, method)
    alone = [attribute(model, images[i : i + 1], targets[i : i + 1], method) for i in range(len(images))]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_many_images_go_through_in_bounded_batches(method, monkeypatch):
    model, (images, targets) = create("simple_cnn"), draw(7)
    expected = attribute(model, images, targets, method)
    sizes = []
    model.register_forward_hook(lambda module, inputs, output: sizes.append(len(inputs[0])))
    monkeypatch.setattr("cifar_core.attribution.computations.MAX_BATCH_SIZE", 3)
    torch.testing.assert_close(attribute(model, images, targets, method), expected, rtol=1e-3, atol=1e-6)
    assert max(sizes) <= 3


@each_pair
def test_two_classes_give_two_maps(name, method):
    model, (images, _) = create(name), draw(1)
    maps = [attribute(model, images, torch.tensor([target]), method) for target in (2, 7)]
    assert not torch.allclose(*maps, rtol=0.01)


@each_pair
def test_caller_and_model_are_left_alone(name, method):
    model, (images, targets) = create(name).train(), draw()
    model.network.classifier.eval()
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 3.0)
    next(model.parameters()).requires_grad_(False)
    flags = [parameter.requires_grad for parameter in model.parameters()]
    modes = [module.training for module in model.modules()]
    kept = {key: value.clone() for key, value in model.state_dict().items()}
    images_kept, targets_kept = images.clone(), targets.clone()

    attribute(model, images, targets, method)

    assert torch.equal(images, images_kept)
    assert torch.equal(targets, targets_kept)
    assert not images.requires_grad
    assert images.grad is None
    assert all((parameter.grad == 3).all() for parameter in model.parameters())
    assert [parameter.requires_grad for parameter in model.parameters()] == flags
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(kept[key], value) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize("method", METHODS)
def test_images_that_require_gradients_keep_theirs(method):
    model, (images, targets) = create("simple_cnn"), draw(2)
    images.requires_grad_()
    images.grad = torch.ones_like(images)
    attribute(model, images, targets, method)
    assert images.requires_grad
    assert (images.grad == 1).all()
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_callers_without_gradients_get_the_same(method, mode):
    model, (images, targets) = create("simple_cnn"), draw(2)
    expected = attribute(model, images, targets, method)
    with mode():
        given = images.clone()
        assert torch.equal(attribute(model, given, targets.clone(), method), expected)


@each_pair
def test_dropout_is_off(name, method):
    model, (images, targets) = create(name).train(), draw(2)
    assert torch.equal(attribute(model, images, targets, method), attribute(model, images, targets, method))


# Layer norm makes something of the least unevenness: next to an even baseline its score jumps, and no sum follows it.
@pytest.mark.parametrize("name", [name for name in MODELS if name != "convnext"])
def test_integrated_gradients_add_up_to_the_difference_of_scores(name):
    model, (images, targets) = create(name).eval(), draw()
    rows = torch.arange(len(images))
    for baseline, level in (("black", 0.0), ("grey", 0.5), ("white", 1.0)):
        with torch.no_grad():
            expected = model(images)[rows, targets] - model(torch.full_like(images, level))[rows, targets]
        gaps = []
        for num_steps in (4, 512):
            maps = attribute(model, images, targets, "integrated_gradients", num_steps=num_steps, baseline=baseline)
            gaps.append((maps.sum(dim=(1, 2, 3)) - expected).abs().max().item())
        assert gaps[1] < max(0.02 * expected.abs().max().item(), 1e-4)
        assert gaps[1] <= gaps[0]


def test_linear_model_has_its_weights_for_saliency_and_their_products_for_integrated_gradients():
    model, (images, _) = Linear(), draw(3)
    targets = torch.tensor([3, 0, 1])
    weights = model.classifier.weight.detach()[targets].view(3, 3, 32, 32)
    torch.testing.assert_close(attribute(model, images, targets, "saliency"), weights)
    for baseline, level in (("black", 0.0), ("grey", 0.5), ("white", 1.0)):
        maps = attribute(model, images, targets, "integrated_gradients", num_steps=8, baseline=baseline)
        torch.testing.assert_close(maps, weights * (images - level), rtol=1e-4, atol=1e-6)


def test_grad_cam_by_hand_on_frozen_weights():
    model, (images, targets) = Frozen(), draw(2)
    targets = targets % 4
    features = model.conv(images)  # (2, 4, 16, 16)
    # The gradient of a channel's mean is 1 / 256 at each of its places, and nothing in other channels.
    expected = torch.stack([features[i, target] for i, target in enumerate(targets)])[:, None] / 256
    maps = attribute(model, images, targets, "grad_cam", layer="relu")
    reference = functional.interpolate(expected.relu(), (32, 32), mode="bilinear")
    torch.testing.assert_close(maps.sum(dim=1, keepdim=True), reference, rtol=1e-4, atol=1e-7)


def test_grad_cam_is_the_same_in_each_colour_and_its_sum_is_the_map():
    model, (images, targets) = create("vgg").eval(), draw(2)
    maps = attribute(model, images, targets, "grad_cam")
    assert torch.equal(maps[:, 0], maps[:, 1])
    assert torch.equal(maps[:, 0], maps[:, 2])
    cam = LayerGradCam(model, model.network.relu3_2).attribute(images, target=targets)
    expected = functional.interpolate(cam, (32, 32), mode="bilinear")[:, 0].detach()
    torch.testing.assert_close(compute_saliency_map(maps), expected, rtol=1e-3, atol=1e-7)


def test_grad_cam_keeps_its_sign_unless_told_otherwise():
    model, (images, targets) = create("resnet"), draw(8)
    assert attribute(model, images, targets, "grad_cam").min() < 0
    assert attribute(model, images, targets, "grad_cam", relu=True).min() >= 0


def test_grad_cam_looks_at_the_layer_it_is_told():
    model, (images, targets) = create("vgg"), draw(2)
    names = list_layers(model)
    assert names[0] == "network.relu1_1"
    assert names[-1] == "network.relu3_2"
    default, last, first = (attribute(model, images, targets, "grad_cam", layer=x) for x in (None, names[-1], names[0]))
    assert torch.equal(default, last)
    assert not torch.allclose(default, first)


def test_layers_worth_choosing_from():
    assert list_layers(create_model(MODELS["mlp"])) == ()
    assert list_layers(create_model(MODELS["simple_cnn"])) == ("relu1", "relu2")
    plain = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Conv2d(2, 2, 3), nn.Flatten(), nn.Linear(2 * 28 * 28, 4))
    assert list_layers(plain) == ("0", "1")
    images, _ = draw(1)
    assert attribute(plain, images, torch.tensor([1]), "grad_cam").shape == images.shape


@each_pair
def test_a_difference_is_of_the_two_scores(name, method):
    model, (images, targets) = create(name), draw(2)
    others = (targets + 1) % 10
    maps = attribute(model, images, targets, method, against=others)
    assert maps.shape == images.shape
    if method not in WITHOUT_CONVOLUTION | WITH_RELU:  # those cut signs off, or interpolate what was cut
        apart = attribute(model, images, targets, method) - attribute(model, images, others, method)
        torch.testing.assert_close(maps, apart, rtol=1e-2, atol=1e-4 * float(apart.abs().max()) + 1e-6)
    turned = attribute(model, images, others, method, against=targets)
    assert method in WITH_RELU or torch.allclose(maps, -turned, rtol=1e-2, atol=1e-4 * float(maps.abs().max()) + 1e-6)


def test_a_difference_of_a_class_to_itself_is_nothing():
    model, (images, targets) = create("simple_cnn"), draw(2)
    assert not attribute(model, images, targets, "saliency", against=targets).any()


@pytest.mark.parametrize("method", ["smooth_grad", "gradient_shap"])
def test_noise_hangs_on_the_seed_alone_and_leaves_the_global_generators(method):
    model, (images, targets) = create("simple_cnn"), draw(1)
    torch.manual_seed(5)
    np.random.seed(5)
    expected = torch.rand(3), np.random.rand(3)
    torch.manual_seed(5)
    np.random.seed(5)
    first = attribute(model, images, targets, method, noise=0.1, seed=1)
    assert torch.equal(torch.rand(3), expected[0])
    assert np.array_equal(np.random.rand(3), expected[1])
    assert torch.equal(attribute(model, images, targets, method, noise=0.1, seed=1), first)
    assert not torch.equal(attribute(model, images, targets, method, noise=0.1, seed=2), first)


def test_methods_that_do_not_fit_are_told_with_the_reason():
    models = {name: create(name) for name in MODELS}
    for name, model in models.items():
        fitting = {method for method in METHODS if explain_misfit(model, method) is None}
        assert fitting == {method for other, method in FITTING if other == name}
    assert "has no convolution" in explain_misfit(models["mlp"], "grad_cam")
    assert "its activations are SiLU, Tanh; allowed: ReLU alone" in explain_misfit(models["custom"], "guided_backprop")


def test_patches_are_of_like_colour_and_all_in_use():
    image = np.zeros((3, 32, 32), np.float32)
    image[:, :, 16:] = 1.0
    patches = segment(image, 16)
    assert sorted(np.unique(patches)) == list(range(16))
    assert not set(patches[:, :16].ravel()) & set(patches[:, 16:].ravel())
    assert np.array_equal(patches, segment(image, 16))
    assert len(np.unique(segment(np.random.default_rng(0).random((3, 32, 32), np.float32), 100))) == 100
    assert segment(image, 1).max() == 0


IMAGES, TARGETS = draw(2)


@pytest.mark.parametrize(
    ("name", "changes", "match"),
    [
        ("simple_cnn", {"method": "lime"}, "method 'lime'; allowed: saliency, .*, feature_ablation"),
        ("mlp", {"method": "grad_cam"}, "has no convolution"),
        ("mlp", {"method": "grad_cam", "layer": "network.relu1"}, "has no convolution"),
        ("simple_cnn", {"targets": torch.tensor([0, 10])}, "targets from 0 to 10; allowed: 0 to 9"),
        ("simple_cnn", {"targets": torch.tensor([-1, 0])}, "targets from -1 to 0; allowed: 0 to 9"),
        ("simple_cnn", {"targets": torch.tensor([1])}, r"targets of shape \(1,\); allowed: \(2,\)"),
        ("simple_cnn", {"targets": torch.tensor([1.0, 2.0])}, "targets of dtype torch.float32; allowed: integers"),
        ("simple_cnn", {"images": IMAGES[:, :1]}, r"images of shape \(2, 1, 32, 32\); allowed: \(N, 3, 32, 32\)"),
        ("simple_cnn", {"images": IMAGES[0]}, r"images of shape \(3, 32, 32\)"),
        ("simple_cnn", {"images": IMAGES[:0], "targets": TARGETS[:0]}, "N from 1"),
        ("simple_cnn", {"images": IMAGES.byte()}, "images of dtype torch.uint8; allowed: float"),
        ("simple_cnn", {"against": torch.tensor([0, 10])}, "against from 0 to 10; allowed: 0 to 9"),
        ("simple_cnn", {"against": torch.tensor([1])}, r"against of shape \(1,\); allowed: \(2,\)"),
        ("simple_cnn", {"method": "smooth_grad", "noise": 0.9}, "noise 0.9; allowed: a number from 0.01 to 0.5"),
        (
            "speed_cnn",
            {"method": "guided_backprop"},
            "guided_backprop does not fit .*: its activations are GELU",
        ),
        ("simple_cnn", {"num_steps": 8}, "saliency has no option 'num_steps'; allowed: none"),
        ("simple_cnn", {"method": "grad_cam", "layer": "conv9"}, "layer 'conv9'; allowed: .*network.relu2"),
        ("simple_cnn", {"method": "grad_cam", "layer": "network.dense"}, "layer 'network.dense'; allowed"),
        ("simple_cnn", {"method": "grad_cam", "layer": 3}, "layer 3; allowed: the name of a layer"),
        ("simple_cnn", {"method": "grad_cam", "relu": 1}, "relu 1; allowed: True or False"),
        ("simple_cnn", {"method": "integrated_gradients", "num_steps": 1}, "num_steps 1; allowed: .* from 2 to 512"),
        ("simple_cnn", {"method": "integrated_gradients", "num_steps": 513}, "num_steps 513; allowed"),
        ("simple_cnn", {"method": "integrated_gradients", "num_steps": True}, "num_steps True; allowed"),
        ("simple_cnn", {"method": "integrated_gradients", "num_steps": "8"}, "num_steps '8'; allowed"),
        ("simple_cnn", {"method": "integrated_gradients", "baseline": "red"}, "'red'; allowed: black, grey, white"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(name, changes, match):
    arguments = {"images": IMAGES, "targets": TARGETS, "method": "saliency"} | changes
    model = create(name).train()
    with pytest.raises(AttributionError, match=match):
        attribute(model, **arguments)
    assert all(module.training for module in model.modules())
    assert not model_lock(model).locked()


@pytest.mark.parametrize("method", METHODS)
def test_threads_get_what_a_single_one_gets(method):
    model = create("simple_cnn").train()
    draws = [draw(2, seed) for seed in range(24)]
    expected = [attribute(model, *pair, method) for pair in draws]
    with ThreadPoolExecutor(8) as pool:
        maps = list(pool.map(lambda pair: attribute(model, *pair, method), draws))
    assert all(torch.equal(*pair) for pair in zip(maps, expected, strict=True))
    assert all(module.training for module in model.modules())


def test_each_model_has_one_lock_that_goes_with_it():
    model, other = Linear(), Linear()
    assert model_lock(model) is model_lock(model)
    assert model_lock(model) is not model_lock(other)
    count = len(_locks)
    del model
    assert len(_locks) == count - 1


def test_saliency_map_sums_the_colours():
    attributions = torch.tensor([1.0, -2.0, 4.0]).view(1, 3, 1, 1).expand(2, 3, 32, 32)
    assert torch.equal(compute_saliency_map(attributions), torch.full((2, 32, 32), 3.0))
    assert torch.equal(compute_saliency_map(attributions, signed=False), torch.full((2, 32, 32), 7.0))


def test_table_and_code_name_the_same_methods():
    assert computations.COMPUTE.keys() == METHODS.keys()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_each_method_says_what_it_can_and_cannot_tell(method):
    assert METHODS[method.name] is method
    for sentence in (method.tells, method.cannot_tell, *(option.help for option in method.options)):
        assert sentence.endswith(".")
        assert "  " not in sentence
    for option in method.options:
        option.check(option.default)
    assert method.needs_convolution == (method.name in WITHOUT_CONVOLUTION)
    assert method.needs_relu == (method.name in WITH_RELU)

"""Which layer Grad-CAM may look at."""

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from cifar_core.attribution.method import AttributionError, Method
from cifar_core.attribution.methods import METHODS
from cifar_core.models import LayerSummary, summarize
from cifar_core.models.imported import ImportedNetwork
from cifar_core.models.kinds import ACTIVATIONS, describe_kind


def default_layer_name(model: nn.Module) -> str:
    """Return the name of the last layer with convolutional features, after its ReLU where the network says which.

    Raises:
        AttributionError: If the model has no convolution.
    """
    for path, module in model.named_modules():
        name = getattr(module, "last_conv_name", None)
        if isinstance(name, str):
            return f"{path}.{name}" if path else name
    convolutions = [path for path, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    if not convolutions:
        raise AttributionError("grad_cam does not fit this model: it has no convolution")
    return convolutions[-1]


def explain_misfit(model: nn.Module, method: str) -> str | None:
    """Return why a method does not fit a model, None if it does."""
    needed = METHODS[method]
    if (network := _find_imported(model)) is not None and (reason := _explain_imported(network, needed)):
        return f"{method} does not fit this model: {reason}"
    if needed.needs_convolution and not any(isinstance(module, nn.Conv2d) for module in model.modules()):
        return f"{method} does not fit this model: it has no convolution"
    if needed.needs_relu:
        kinds = {type(module).__name__ for module in model.modules()} & set(ACTIVATIONS)
        if kinds != {"ReLU"}:
            found = ", ".join(sorted(kinds)) or "none"
            return f"{method} does not fit this model: its activations are {found}; allowed: ReLU alone"
    return None


def _find_imported(model: nn.Module) -> ImportedNetwork | None:
    return next((module for module in model.modules() if isinstance(module, ImportedNetwork)), None)


def _explain_imported(network: ImportedNetwork, needed: Method) -> str:
    """Return why a method does not fit a network that came from a file; empty if it may."""
    if needed.needs_gradient and not network.has_gradients:
        what = "an ONNX file" if network.config.kind == "onnx" else "a network of whole numbers"
        return f"{what} tells no gradients"
    if (needed.needs_layers or needed.needs_convolution) and network.is_opaque:
        return "the layers of its file cannot be looked at"
    if needed.needs_layers and network.hidden == ("?",):
        return "its forward cannot be followed"
    if needed.needs_layers and network.hidden:
        return f"its forward calls {', '.join(network.hidden)} by itself; allowed: modules, such as nn.ReLU()"
    return ""


def list_layers(model: nn.Module) -> tuple[str, ...]:
    """Return the names of the layers worth choosing from, in order of computation.

    Each activation from the first convolution on; without one, each convolution; nothing without convolutions.
    """
    layers = _spatial_layers(model)
    activations = [layer.name for layer in layers if layer.kind in ACTIVATIONS]
    return tuple(activations or (layer.name for layer in layers if "onvolution" in layer.kind))


def find_layer(model: nn.Module, name: str | None) -> nn.Module:
    """Return the layer of that name, or the default one for None.

    Raises:
        AttributionError: If the model has no convolution, or no such layer with features (C, H, W).
    """
    default = default_layer_name(model)
    if name is not None and name not in {layer.name for layer in _spatial_layers(model)}:
        raise AttributionError(f"layer {name!r}; allowed: one with features (C, H, W): {', '.join(list_layers(model))}")
    return model.get_submodule(name or default)


def _watch_layers(model: nn.Module) -> tuple[LayerSummary, ...]:
    """Likewise of a network with functions between its layers, which cannot be counted but be watched at work."""
    found: list[LayerSummary] = []

    def watch(name: str, module: nn.Module) -> None:
        def note(_: nn.Module, __: object, output: object) -> None:
            if isinstance(output, Tensor) and output.ndim == 4:
                found.append(LayerSummary(name, describe_kind(module), tuple(output.shape[1:]), 0, 0, 0))

        hooks.append(module.register_forward_hook(note))

    hooks: list[RemovableHandle] = []
    try:
        for name, module in model.named_modules():
            if not any(True for _ in module.children()):
                watch(name, module)
        with torch.no_grad():  # without the lock: who has it may ask, and another pass shows the same layers
            model(torch.zeros(1, 3, 32, 32))
    finally:
        for hook in hooks:
            hook.remove()
    first = next((place for place, layer in enumerate(found) if "onvolution" in layer.kind), len(found))
    return tuple({layer.name: layer for layer in found[first:]}.values())


def _spatial_layers(model: nn.Module) -> tuple[LayerSummary, ...]:
    """All layers with features (C, H, W), from the first convolution on; none of a file that hides them."""
    network = _find_imported(model)
    if network is not None:
        return () if network.is_opaque else _watch_layers(model)
    layers = summarize(model).layers
    first = next((place for place, layer in enumerate(layers) if "onvolution" in layer.kind), len(layers))
    return tuple(layer for layer in layers[first:] if len(layer.output_shape) == 3)

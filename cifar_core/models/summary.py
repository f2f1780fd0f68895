"""What each layer of a network makes of an image, and what that costs."""

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cifar_core.config import ModelConfig
from cifar_core.models.kinds import Extent, describe_kind, next_extent
from cifar_core.models.registry import create_model

if TYPE_CHECKING:
    import pandas as pd

_BYTES_PER_FLOAT32 = 4


@dataclass(frozen=True)
class LayerSummary:
    """One layer, in the order of computation.

    Attributes:
        name: Its path in the model, for `model.get_submodule`.
        kind: In words: "Convolution 3x3", "Dense".
        output_shape: Of one image, without the batch dimension.
        num_parameters: Its weights, frozen ones too; the running statistics of a batch norm are not among them.
        num_frozen: Those of them that training leaves as they are.
        macs: Multiply-accumulates for one image; see `ModelSummary`.
        receptive_field: Side in pixels of the square of the input that one output unit can see, padding included
            but never more than the image: after a global pooling or a dense layer, the whole image.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    num_parameters: int
    macs: int
    receptive_field: int
    num_frozen: int = 0


@dataclass(frozen=True)
class ModelSummary:
    """All layers. A multiply-accumulate (MAC) is one multiplication with its addition, two floating-point operations.

    Only those of convolutions and dense layers are counted, without biases, as is usual: the rest is below a per cent.
    """

    layers: tuple[LayerSummary, ...]

    @property
    def num_parameters(self) -> int:
        """Weights in all layers, trained and frozen."""
        return sum(layer.num_parameters for layer in self.layers)

    @property
    def num_frozen(self) -> int:
        """Weights that training leaves as they are."""
        return sum(layer.num_frozen for layer in self.layers)

    @property
    def num_trainable(self) -> int:
        """Weights that are trained."""
        return self.num_parameters - self.num_frozen

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image."""
        return sum(layer.macs for layer in self.layers)

    @property
    def num_megabytes(self) -> float:
        """The parameters as float32, in units of 10**6 bytes."""
        return self.num_parameters * _BYTES_PER_FLOAT32 / 1e6


def summarize(model: nn.Module, input_shape: tuple[int, int, int] = (3, 32, 32)) -> ModelSummary:
    """Follow one image through the model and describe every layer without submodules.

    Works on networks and classifiers whose operations are all modules, as the ones in the registry are. Nothing is
    computed and the model is not touched: a copy without memory for its weights is followed instead.

    Args:
        model: On any device.
        input_shape: Of one image: (3, 32, 32).
    """
    skeleton = _copy_without_memory(model).eval()
    image = torch.empty((1, *input_shape), device="meta")
    return ModelSummary(_follow(skeleton, image))


def summarize_config(config: ModelConfig, *, num_classes: int = 10) -> ModelSummary:
    """Describe the network a config would build, without spending time or memory on its weights."""
    with torch.device("meta"):
        return summarize(create_model(config, num_classes=num_classes))


def summary_frame(summary: ModelSummary) -> "pd.DataFrame":
    """Return a row for each layer: layer, kind, output ("32 x 16 x 16"), parameters, macs, receptive_field."""
    import pandas as pd

    return pd.DataFrame(
        {
            "layer": [layer.name for layer in summary.layers],
            "kind": [layer.kind for layer in summary.layers],
            "output": [" x ".join(map(str, layer.output_shape)) for layer in summary.layers],
            "parameters": [layer.num_parameters for layer in summary.layers],
            "macs": [layer.macs for layer in summary.layers],
            "receptive_field": [layer.receptive_field for layer in summary.layers],
        }
    )


def _copy_without_memory(model: nn.Module) -> nn.Module:
    """Copy the modules, with "meta" tensors, that have a shape and no content, for all parameters and buffers."""
    memo: dict[int, Tensor] = {}
    for parameter in model.parameters():
        memo[id(parameter)] = nn.Parameter(torch.empty_like(parameter, device="meta"), parameter.requires_grad)
    for buffer in model.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(model, memo)


def _follow(model: nn.Module, image: Tensor) -> tuple[LayerSummary, ...]:
    """Watch the leaf modules of a model nobody else holds. Hooks, since tracing by torch.fx patches all threads."""
    # Tensors by identity: each is kept beside its extent, so that no id is given away twice.
    extents: dict[int, tuple[Tensor, Extent]] = {id(image): (image, Extent(field=1, jump=1, side=image.shape[-1]))}
    layers: list[LayerSummary] = []

    def watch(name: str, module: nn.Module) -> None:
        def note(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            extent = next_extent(module, [extents[id(branch)][1] for branch in inputs], output)
            extents[id(output)] = (output, extent)
            field = min(extent.field, image.shape[-1])
            layers.append(_describe(name, module, output, field))

        module.register_forward_hook(note)

    for name, module in model.named_modules():
        if not any(True for _ in module.children()):
            watch(name, module)
    with torch.no_grad():
        model(image)
    return tuple(layers)


def _describe(name: str, module: nn.Module, output: Tensor, receptive_field: int) -> LayerSummary:
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in module.parameters()]
    return LayerSummary(
        name=name,
        kind=describe_kind(module),
        output_shape=tuple(output.shape[1:]),
        num_parameters=sum(size for size, _ in sizes),
        macs=_count_macs(module, output),
        receptive_field=receptive_field,
        num_frozen=sum(size for size, is_trained in sizes if not is_trained),
    )


def _count_macs(module: nn.Module, output: Tensor) -> int:
    """Each output number takes one MAC for each weight that leads to it."""
    if not isinstance(module, nn.Conv2d | nn.Linear):
        return 0
    return output[0].numel() * module.weight[0].numel()

"""A file and what is said of it, put together to a classifier."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from cifar_core.config import DataConfig, ImportedConfig, ModelConfig, RunConfig
from cifar_core.data import without_choices
from cifar_core.failures import first_line
from cifar_core.formats import read_config
from cifar_core.importing.conventions import PIXELS, Pixels
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.importing.reading import NetworkFile, clean_names, read_network_file
from cifar_core.models import Classifier, create_model
from cifar_core.models.imported import ImportedNetwork, ImportedNetworkError, open_imported, start_session
from cifar_core.models.layers import Network
from cifar_core.overrides import ConfigError

_NUM_TRIED = 2
_SUM_TOLERANCE = 1e-3
_SHOWN = 3


@dataclass(frozen=True)
class Wish:
    """What somebody says of a network's file.

    Attributes:
        path: The file.
        model: The architecture, of a file of weights without a header that tells it; None if it is not said.
        pixels: How it wants its images; None: find out.
        class_order: Of each class of the dataset, its place among the outputs.
        weights_path: Of a Python file, the weights for its network; None for those it starts with.
        entry: Of a Python file, the class or function that makes the network; empty: the only one there is.
    """

    path: Path
    model: ModelConfig | None = None
    pixels: Pixels | None = None
    class_order: tuple[int, ...] = tuple(range(10))
    weights_path: Path | None = None
    entry: str = ""


@dataclass(frozen=True)
class Assembled:
    """A network that answers.

    Attributes:
        config: What is known of it; the rest has its defaults.
        classifier: In evaluation mode.
        pixels: How it wants its images; None as long as nobody knows.
        remarks: What there is to say of how it was put together, in sentences.
        is_fixed: Whether the file itself says how it wants its images.
    """

    config: RunConfig
    classifier: Classifier
    pixels: Pixels | None
    remarks: tuple[str, ...] = ()
    is_fixed: bool = False


def assemble(wish: Wish) -> Assembled:
    """Return the network of a file.

    Raises:
        ImportRefusedError: It cannot be read, or does not answer with ten numbers an image.
    """
    file = read_network_file(wish.path)
    try:
        return _assemble_weights(file, wish) if file.kind == "weights" else _assemble_program(file, wish)
    except ImportedNetworkError as error:
        raise ImportRefusedError(f"{file.name}: {error}") from error


def scale_as(assembled: Assembled, pixels: Pixels) -> Assembled:
    """Return the same network, which is changed: it is given its images otherwise."""
    normalize, network, config = assembled.classifier.normalize, assembled.classifier.network, assembled.config
    normalize.mean.copy_(torch.tensor(pixels.mean).view(-1, 1, 1))
    normalize.std.copy_(torch.tensor(pixels.std).view(-1, 1, 1))
    if isinstance(network, ImportedNetwork):
        network.config = network.config.model_copy(update={"takes_integers": pixels.is_integer})
        config = config.model_copy(update={"model": network.config})
    return replace(assembled, config=config, pixels=pixels)


def _assemble_weights(file: NetworkFile, wish: Wish) -> Assembled:
    tensors = clean_names(file.tensors)
    scaling = {name: value for name, value in tensors.items() if name.startswith("normalize.")}
    weights = {name: value for name, value in tensors.items() if name not in scaling}
    config = _config_in(file, wish)
    network = create_model(config.model)
    remarks = _fill(network, weights, file.name, config.model.name)
    _permute_outputs(network, wish.class_order)
    classifier = Classifier(network, mean=(0.0,) * 3, std=(1.0,) * 3).requires_grad_(False).eval()
    assembled = Assembled(config, classifier, wish.pixels, remarks)
    if scaling:
        pixels = Pixels("own", "As its file says", _read_three(scaling, "mean"), _read_three(scaling, "std"))
        assembled = replace(scale_as(assembled, pixels), is_fixed=True)
    elif wish.pixels is not None:
        assembled = scale_as(assembled, wish.pixels)
    _check_answers(classifier, file.name)
    return assembled


def _config_in(file: NetworkFile, wish: Wish) -> RunConfig:
    """Return the settings that a file's own header tells, else the defaults with the architecture that was said."""
    if wish.model is not None:
        return RunConfig(data=DataConfig(normalization="none"), model=wish.model)
    if "config" in file.about:
        try:
            config = read_config(file.about["config"].encode()).config
            return config.model_copy(update={"data": without_choices(config.data)})
        except ConfigError as error:
            raise ImportRefusedError(f"{file.name} has a header that cannot be read: {error}") from error
    raise ImportRefusedError(
        f"{file.name} holds weights, and does not say of which network; allowed: --network with the name of an "
        "architecture, a preset or a run, or a Python file with the network in models/user/"
    )


def _fill(network: Network, weights: Mapping[str, Tensor], file: str, of: str) -> tuple[str, ...]:
    """Put weights into a network: by name, or in their order where names differ and all shapes agree."""
    own = network.state_dict()
    if own.keys() != weights.keys():
        left = [(name, value) for name, value in own.items() if not name.endswith("num_batches_tracked")]
        right = [(name, value) for name, value in weights.items() if not name.endswith("num_batches_tracked")]
        if [value.shape for _, value in left] != [value.shape for _, value in right]:
            raise ImportRefusedError(_explain_misfit(own, weights, file, of))
        taken = {name: value for (name, _), (_, value) in zip(left, right, strict=True)}
        network.load_state_dict(own | taken)
        return ("Its layers have names of their own; they were taken in their order, which has the same shapes.",)
    wrong = [name for name, value in own.items() if value.shape != weights[name].shape]
    if wrong:
        raise ImportRefusedError(_explain_misfit(own, weights, file, of))
    network.load_state_dict(dict(weights))
    return ()


def _explain_misfit(own: Mapping[str, Tensor], weights: Mapping[str, Tensor], file: str, of: str) -> str:
    parts = []
    for words, names in (
        ("lacks", [name for name in own if name not in weights]),
        ("has besides", [name for name in weights if name not in own]),
        (
            "has another shape of",
            [
                f"{name} ({_say_shape(weights[name])} in place of {_say_shape(value)})"
                for name, value in own.items()
                if name in weights and weights[name].shape != value.shape
            ],
        ),
    ):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            parts.append(f"{words} {', '.join(names[:_SHOWN])}{more}")
    return f"{file} does not fit the network {of}: it {'; it '.join(parts)}; allowed: weights of this very network"


def _say_shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "one number"


def _permute_outputs(network: Network, order: Sequence[int]) -> None:
    """Let a network of ours name the classes in the dataset's order."""
    if list(order) == list(range(len(order))):
        return
    last = network.get_submodule("classifier")
    for parameter in last.parameters():
        parameter.data = parameter.data[list(order)].clone()


def _read_three(scaling: Mapping[str, Tensor], name: str) -> tuple[float, float, float]:
    values = scaling.get(f"normalize.{name}")
    if values is None or values.numel() != 3 or (name == "std" and not bool((values > 0).all())):
        raise ImportRefusedError(f"normalize.{name} in the file is no scaling; allowed: three numbers, of each colour")
    red, green, blue = values.flatten().tolist()
    return red, green, blue


def _assemble_program(file: NetworkFile, wish: Wish) -> Assembled:
    is_integer = wish.pixels is not None and wish.pixels.is_integer
    model = ImportedConfig(
        kind="python" if file.kind == "python" else "onnx" if file.kind == "onnx" else "torchscript",
        file=file.name[-200:],
        digest=hashlib.sha256(file.content).hexdigest(),
        entry=wish.entry,
        takes_integers=is_integer,
        class_order=wish.class_order,
    )
    pixels, is_fixed = wish.pixels, False
    if file.kind == "onnx" and _takes_integers(file):
        model = model.model_copy(update={"takes_integers": True})
        pixels, is_fixed = PIXELS["uint8"], True
    classifier = _open(model, file, wish)
    answers = _check_answers(classifier, file.name)
    if _are_probabilities(answers):
        model = model.model_copy(update={"gives_probabilities": True})
        classifier = _open(model, file, wish)
    config = RunConfig(data=DataConfig(normalization="none"), model=model)
    remarks = ("It gives probabilities: their logarithms are kept as its scores.",) if model.gives_probabilities else ()
    assembled = Assembled(config, classifier, pixels, remarks, is_fixed)
    return assembled if pixels is None else scale_as(assembled, pixels)


def _open(model: ImportedConfig, file: NetworkFile, wish: Wish) -> Classifier:
    network = open_imported(model, file.content)
    if file.kind == "python" and wish.weights_path is not None:
        weights = read_network_file(wish.weights_path)
        if weights.kind != "weights":
            raise ImportRefusedError(f"{weights.name} is no file of weights; allowed: .safetensors, .pt or .pth")
        _fill(network.module, clean_names(weights.tensors), weights.name, file.name)  # type: ignore[arg-type]
    return Classifier(network, mean=(0.0,) * 3, std=(1.0,) * 3).requires_grad_(False).eval()


def _takes_integers(file: NetworkFile) -> bool:
    kinds = {"tensor(uint8)": True, "tensor(float)": False}
    given = start_session(file.content).get_inputs()
    if not given or given[0].type not in kinds:
        found = given[0].type if given else "no input"
        raise ImportRefusedError(f"{file.name} takes {found}; allowed: tensor(float) or tensor(uint8)")
    return kinds[given[0].type]


def _check_answers(classifier: Classifier, name: str) -> Tensor:
    """Return what a network says of a few images before anything is scaled; refuse what is no ten scores each."""
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(_NUM_TRIED, 3, 32, 32, generator=generator)
    try:
        with torch.inference_mode():
            answers: Tensor = classifier(images)
    except Exception as error:  # whatever a foreign program raises
        raise ImportRefusedError(
            f"{name} does not answer: {first_line(error)}; allowed: images (N, 3, 32, 32) in, (N, 10) out"
        ) from error
    if not bool(torch.isfinite(answers).all()):
        raise ImportRefusedError(f"{name} answers what is no number; allowed: finite scores")
    return answers


def _are_probabilities(answers: Tensor) -> bool:
    return bool((answers >= 0).all() and ((answers.sum(dim=1) - 1).abs() < _SUM_TOLERANCE).all())

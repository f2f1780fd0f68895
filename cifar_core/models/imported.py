"""Networks that were made elsewhere: programs in a file, asked as one of ours is. Their layers are their own affair."""

import hashlib
import importlib.util
import io
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from cifar_core.config import ImportedConfig
from cifar_core.failures import first_line
from cifar_core.models.classifier import Classifier
from cifar_core.models.layers import Network
from cifar_core.user_models import user_models_dir

_SMALLEST = 1e-12
# What changes values one by one or picks among them: layers that an attribution has to see, and cannot see inside
# a `forward`.
_ACTIVATIONS = (
    "relu",
    "relu_",
    "gelu",
    "silu",
    "sigmoid",
    "tanh",
    "leaky_relu",
    "elu",
    "hardtanh",
    "relu6",
    "softplus",
)
_OTHERS = ("max_pool2d", "adaptive_max_pool2d", "softmax", "batch_norm", "layer_norm", "group_norm", "clamp", "abs")
_HIDDEN = frozenset((*_ACTIVATIONS, *_OTHERS))


class ImportedNetworkError(ValueError):
    """An imported network cannot be opened or asked; the message says why."""


class ImportedNetwork(Network):
    """Scaled images (N, 3, 32, 32) -> logits (N, num_classes), by a program or a module from elsewhere.

    Attributes:
        is_opaque: Whether its layers cannot be looked at.
        hidden: Functions that its `forward` calls by themselves, not as modules, as far as that can be told; a single
            "?" where it cannot.
    """

    def __init__(self, config: ImportedConfig, ask: Callable[[Tensor], Tensor] | nn.Module) -> None:
        module = ask if isinstance(ask, nn.Module) else None
        super().__init__({} if module is None else {"module": module})
        self.config = config
        self.is_opaque = module is None
        self.hidden = () if module is None else find_hidden(module)
        self._ask = ask if module is None else module.__call__  # not a second time as a part of this module

    @property
    def has_gradients(self) -> bool:
        """Whether its answers can be differentiated by the pixels."""
        return self.config.kind != "onnx" and not self.config.takes_integers

    def forward(self, images: Tensor) -> Tensor:
        """Map images, as the file expects them, to logits in the dataset's order of classes."""
        if self.config.takes_integers:
            images = images.round().clamp(0, 255).to(torch.uint8)
        answers = self._ask(images.contiguous()).float()
        if answers.ndim != 2 or answers.shape[1] != len(self.config.class_order):
            found = " x ".join(map(str, answers.shape[1:])) or "one number"
            wanted = len(self.config.class_order)
            raise ImportedNetworkError(f"it answers {found} to each image; allowed: {wanted} scores or probabilities")
        if self.config.gives_probabilities:
            answers = answers.clamp_min(_SMALLEST).log()
        return answers[:, self.config.class_order]


class _Program(nn.Module):
    """Keeps the bytes of a file beside the network, so that a checkpoint holds all of it."""

    program: Tensor

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.register_buffer("program", torch.frombuffer(bytearray(content), dtype=torch.uint8))


def open_imported(config: ImportedConfig, content: bytes) -> ImportedNetwork:
    """Return the network of a file.

    Args:
        config: What is known of it.
        content: Of the file. A Python file is executed; its weights are still those it starts with.

    Raises:
        ImportedNetworkError: It cannot be opened.
    """
    if config.kind == "python":
        module = create_module(content, config.file, config.entry)
        return ImportedNetwork(config, module)
    ask = open_script(content) if config.kind == "torchscript" else open_session(content)
    network = ImportedNetwork(config, ask)
    network.add_module("file", _Program(content))
    return network


def create_imported(config: ImportedConfig, tensors: dict[str, Tensor]) -> Classifier:
    """Return the classifier that a checkpoint holds, in evaluation mode.

    Args:
        config: The checkpoint's.
        tensors: Its own, by name in the classifier.

    Raises:
        ImportedNetworkError: Its file is gone, or cannot be opened.
    """
    if config.kind == "python":
        content = read_user_file(config)
    else:
        content = bytes(tensors["network.file.program"].numpy()) if "network.file.program" in tensors else b""
    classifier = Classifier(open_imported(config, content), mean=(0.0,) * 3, std=(1.0,) * 3)
    classifier.load_state_dict(tensors)
    return classifier.requires_grad_(False).eval()


def create_untrained_twin(trained: Classifier, config: ImportedConfig) -> Classifier:
    """Return the network of a Python file as it was before any training, its pixels scaled alike.

    Raises:
        ImportedNetworkError: It is a program, which is there as it was trained alone; or its file is gone.
    """
    if config.kind != "python":
        raise ImportedNetworkError("an imported program is there as it was trained alone: there is no untrained one")
    network = open_imported(config, read_user_file(config))
    for module in network.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()  # whatever seed the file sets
    untrained = Classifier(network, mean=(0.0,) * 3, std=(1.0,) * 3)
    untrained.normalize.load_state_dict(trained.normalize.state_dict())
    return untrained.eval()


def read_user_file(config: ImportedConfig) -> bytes:
    """Return the content of an imported Python file, if it still is what was imported.

    Raises:
        ImportedNetworkError: It is gone, or another one.
    """
    path = user_models_dir() / config.file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportedNetworkError(f"{path} is gone; allowed: put it back, its network's code is in it") from error
    if hashlib.sha256(content).hexdigest() != config.digest:
        raise ImportedNetworkError(f"{path} has changed since it was imported; allowed: import it again")
    return content


def open_script(content: bytes) -> Callable[[Tensor], Tensor]:
    """Return a TorchScript file as a function.

    Raises:
        ImportedNetworkError: torch cannot open it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have another format
        try:
            module = torch.jit.load(io.BytesIO(content), map_location="cpu").eval()
        except (RuntimeError, ValueError) as error:
            raise ImportedNetworkError(f"it is no TorchScript file that torch opens: {first_line(error)}") from error
    for parameter in module.parameters():
        parameter.requires_grad_(False)

    def ask(images: Tensor) -> Tensor:
        answers: Tensor = module(images)
        return answers

    return ask


def start_session(content: bytes) -> Any:
    """Return an ONNX file as onnxruntime runs it.

    Raises:
        ImportedNetworkError: onnxruntime is not installed, or cannot open it.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportedNetworkError(
            "ONNX files need onnxruntime, which is not installed: pip install -r requirements-export.txt, or pip "
            "install 'cifar-lab[export]'"
        ) from error
    try:
        return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds, which are no subclass of anything but Exception
        raise ImportedNetworkError(f"it is no ONNX file that onnxruntime opens: {first_line(error)}") from error


def open_session(content: bytes) -> Callable[[Tensor], Tensor]:
    """Return an ONNX file as a function. It knows no gradients.

    Raises:
        ImportedNetworkError: It cannot be opened, or wants more than images.
    """
    session = start_session(content)
    given = session.get_inputs()
    if len(given) != 1:
        raise ImportedNetworkError(f"it has {len(given)} inputs; allowed: one, images of shape (N, 3, 32, 32)")
    name, fixed = given[0].name, given[0].shape[0] if given[0].shape else None

    def ask(images: Tensor) -> Tensor:
        size = fixed if isinstance(fixed, int) else len(images)
        parts = []
        for part in images.detach().split(size):
            padded = torch.cat([part, part[-1:].expand(size - len(part), -1, -1, -1)]) if len(part) < size else part
            answers = session.run(None, {name: padded.numpy()})[0]
            parts.append(torch.from_numpy(answers)[: len(part)])
        return torch.cat(parts)

    return ask


def create_module(content: bytes, file: str, entry: str) -> nn.Module:
    """Execute a Python file and return the network it makes.

    Args:
        content: Of the file.
        file: Its name, for messages.
        entry: Name of the class, or of a function that returns a network, called without arguments; empty: the only
            class of a network that the file defines.

    Raises:
        ImportedNetworkError: It fails, or there is no such class or function.
    """
    name = f"imported_network_{hashlib.sha256(content).hexdigest()[:16]}"
    spec = importlib.util.spec_from_loader(name, loader=None)
    if spec is None:
        raise ImportedNetworkError(f"{file} cannot be made a module")
    space = importlib.util.module_from_spec(spec)
    try:
        exec(compile(content, file, "exec"), space.__dict__)  # noqa: S102 it was put there to be executed, and said so
        made = _find_entry(space.__dict__, file, entry)()
    except ImportedNetworkError:
        raise
    except Exception as error:  # whatever a learner's file may raise
        raise ImportedNetworkError(f"{file} fails: {type(error).__name__}: {first_line(error)}") from error
    if not isinstance(made, nn.Module):
        raise ImportedNetworkError(f"{entry} of {file} makes a {type(made).__name__}; allowed: a torch.nn.Module")
    for module in made.modules():
        if getattr(module, "inplace", False):
            vars(module)["inplace"] = False  # attributions need the values before a ReLU
    return made.eval()


def _find_entry(space: dict[str, object], file: str, entry: str) -> Callable[[], object]:
    own = {name: value for name, value in space.items() if getattr(value, "__module__", None) == space["__name__"]}
    if entry:
        found = own.get(entry)
        if not callable(found):
            raise ImportedNetworkError(f"{file} defines no {entry!r}; allowed: {', '.join(own) or 'what it defines'}")
        return found
    classes = {name: value for name, value in own.items() if isinstance(value, type) and issubclass(value, nn.Module)}
    whole = [name for name in classes if not any(name in _names_used(value) for value in classes.values())]
    if len(whole) != 1:
        raise ImportedNetworkError(
            f"{file} defines {len(classes)} networks ({', '.join(classes) or 'none'}); allowed: one, or --entry NAME"
        )
    return classes[whole[0]]


def _names_used(made: type) -> set[str]:
    """Return the names that a class's methods refer to: a network is made of its parts, and no part of itself."""
    codes = [value.__code__ for value in vars(made).values() if hasattr(value, "__code__")]
    return {name for code in codes for name in code.co_names} - {made.__name__}


def find_hidden(module: nn.Module) -> tuple[str, ...]:
    """Return functions that a network calls by themselves, where an attribution would need a module to look at.

    Returns:
        Their names; "?" alone where the network cannot be followed, e.g. because it decides on its way.
    """
    try:
        nodes = torch.fx.symbolic_trace(module).graph.nodes
    except Exception:  # whatever a network does that cannot be traced
        return ("?",)
    called = (
        getattr(node.target, "__name__", str(node.target))
        for node in nodes
        if node.op in ("call_function", "call_method")
    )
    return tuple(dict.fromkeys(name for name in called if name in _HIDDEN))

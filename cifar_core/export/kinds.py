"""What a run can be taken along as, what each needs, and about how large it gets. Knows no torch."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, get_args

from cifar_core.export.exceptions import ExportError
from cifar_core.runs import RunRecord

KindName = Literal["zip", "notebook", "safetensors", "torch", "onnx", "web", "report", "csv", "parquet", "tensorboard"]

_HOW_TO_INSTALL = "pip install -r requirements-export.txt, or pip install 'cifar-lab[export]'"
_BYTES_PER_PREDICTION = {"csv": 90, "parquet": 45}


@dataclass(frozen=True)
class Kind:
    """One way to take a run along.

    Attributes:
        name: As the command line takes it.
        title: For people.
        description: What is in it, in a sentence.
        ending: Of the file's or folder's name, after the run's.
        packages: That must be installed to make it, beyond what the app needs.
        use: What is needed where it is used.
    """

    name: KindName
    title: str
    description: str
    ending: str
    use: str
    packages: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed here."""
        return tuple(package for package in self.packages if find_spec(package) is None)

    @property
    def refusal(self) -> str:
        """Why it cannot be made here, in one sentence that says what to install; empty if it can."""
        missing = self.missing
        if not missing:
            return ""
        verb = "is" if len(missing) == 1 else "are"
        return f"{self.name} needs {_list_words(missing)}, which {verb} not installed: {_HOW_TO_INSTALL}"


_ALL = (
    Kind(
        "zip",
        "The run, rebuilt",
        "This project's core, the settings and a short train.py that trains the same weights again.",
        ".zip",
        "Python and the pinned packages",
    ),
    Kind(
        "notebook",
        "The course's way",
        "A plain PyTorch notebook of this network and these settings, without this project.",
        "-pytorch.ipynb",
        "torch, torchvision, Jupyter",
    ),
    Kind(
        "safetensors",
        "The weights",
        "The network's weights, which execute nothing when loaded, with a model card.",
        "-safetensors",
        "safetensors",
    ),
    Kind(
        "torch",
        "The network for torch",
        "A program of torch.export from images (uint8) to probabilities, with a model card.",
        "-torch",
        "torch alone",
    ),
    Kind(
        "onnx",
        "The network for anything",
        "ONNX from images (uint8) to probabilities, in float32 and int8, with a model card.",
        "-onnx",
        "onnxruntime, in many languages",
        ("onnx", "onnxscript", "onnxruntime"),
    ),
    Kind(
        "web",
        "A page that runs it",
        "A folder for any static host, or to open from disk: camera, drawing or picture in, answer and map out.",
        "-web",
        "a browser",
        ("onnx", "onnxscript", "onnxruntime"),
    ),
    Kind(
        "report",
        "The report",
        "One web page of the run: settings, curves, mistakes with their images, calibration, score card.",
        "-report.html",
        "a browser",
    ),
    Kind(
        "csv",
        "Tables",
        "Settings and results, metrics of each epoch and step, and predictions, as CSV.",
        "-csv",
        "a spreadsheet",
    ),
    Kind(
        "parquet",
        "Tables with types",
        "The same tables as Parquet.",
        "-parquet",
        "pandas, polars or DuckDB",
        ("pyarrow",),
    ),
    Kind(
        "tensorboard",
        "TensorBoard",
        "Event files with curves, the confusion matrix and a few images.",
        "-tensorboard",
        "tensorboard",
        ("tensorboard",),
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def check_kind(name: str) -> Kind:
    """Return the kind of a name that can be made here.

    Raises:
        ExportError: There is none, or what it needs is not installed.
    """
    if name not in KINDS:
        raise ExportError(f"--as {name!r} is not allowed; allowed: {', '.join(get_args(KindName))}")
    if KINDS[name].refusal:
        raise ExportError(KINDS[name].refusal)
    return KINDS[name]


def estimate_bytes(kind: Kind, record: RunRecord) -> int:
    """Return about how large an export gets, without making it."""
    weights = record.checkpoint_path("best")
    num_weight_bytes = weights.stat().st_size if weights.is_file() else 0
    num_predicted = sum(
        path.stat().st_size // 25 for path in [record.predictions_path("val", "best")] if path is not None
    )
    match kind.name:
        case "zip":
            return 300_000
        case "notebook":
            return 20_000
        case "safetensors" | "torch":
            return num_weight_bytes + 20_000
        case "onnx":
            return num_weight_bytes * 5 // 4 + 40_000
        case "web":
            return num_weight_bytes * 8 // 5 + 5_200_000
        case "report":
            return 1_500_000
        case "csv" | "parquet":
            return num_predicted * _BYTES_PER_PREDICTION[kind.name]
        case "tensorboard":
            return 200_000


def _list_words(words: Iterable[str]) -> str:
    """Return "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last

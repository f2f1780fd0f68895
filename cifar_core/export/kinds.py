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
        takes_several: Whether several runs can be made into one.
        purpose: What it is for, in a sentence.
        needs_training: Whether it repeats a training: not of a run that was imported.
        needs_network: Whether it writes the network anew: not of one that came as a program.
    """

    name: KindName
    title: str
    description: str
    ending: str
    use: str
    packages: tuple[str, ...] = ()
    takes_several: bool = False
    purpose: str = ""
    needs_training: bool = False
    needs_network: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, not a file."""
        return "." not in self.ending

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
        purpose="To prove a result: trained again on the same kind of machine, the weights are equal to the bit.",
        needs_training=True,
    ),
    Kind(
        "notebook",
        "The course's way",
        "A plain PyTorch notebook of this network and these settings, without this project.",
        "-pytorch.ipynb",
        "torch, torchvision, Jupyter",
        purpose="To go on in your own code: nothing in it but PyTorch.",
        needs_training=True,
    ),
    Kind(
        "safetensors",
        "The weights",
        "The network's weights, which execute nothing when loaded, with a model card.",
        "-safetensors",
        "safetensors",
        purpose="To load them into a network of your own, or here again.",
        needs_network=True,
    ),
    Kind(
        "torch",
        "The network for torch",
        "A program of torch.export from images (uint8) to probabilities, with a model card.",
        "-torch",
        "torch alone",
        purpose="To use the network in a Python program, without its source.",
        needs_network=True,
    ),
    Kind(
        "onnx",
        "The network for anything",
        "ONNX from images (uint8) to probabilities, in float32 and int8, with a model card.",
        "-onnx",
        "onnxruntime, in many languages",
        ("onnx", "onnxscript", "onnxruntime"),
        purpose="To use it in any language, on phones and small computers.",
        needs_network=True,
    ),
    Kind(
        "web",
        "A page that runs it",
        "A folder for any static host, or to open from disk: camera, drawing or picture in, answer and map out.",
        "-web",
        "a browser",
        ("onnx", "onnxscript", "onnxruntime"),
        purpose="To try it live, and to share it: whoever has the address or the folder needs nothing else.",
        needs_network=True,
    ),
    Kind(
        "report",
        "The report",
        "One web page of a run, or of several against each other: settings, curves, mistakes with their images, "
        "calibration, score card.",
        "-report.html",
        "a browser",
        takes_several=True,
        purpose="To hand in, to print or to show: it needs no network, and opens on a phone.",
    ),
    Kind(
        "csv",
        "Tables",
        "Settings and results, metrics of each epoch and step, and predictions, of one run or several, as CSV.",
        "-csv",
        "a spreadsheet",
        takes_several=True,
        purpose="To count and plot for yourself: every number that the pages show.",
    ),
    Kind(
        "parquet",
        "Tables with types",
        "The same tables as Parquet.",
        "-parquet",
        "pandas, polars or DuckDB",
        ("pyarrow",),
        takes_several=True,
        purpose="The same numbers for programs, which need not guess what a column holds.",
    ),
    Kind(
        "tensorboard",
        "TensorBoard",
        "Event files with curves, the confusion matrix, a few images and the graph.",
        "-tensorboard",
        "tensorboard",
        ("tensorboard",),
        purpose="To see it beside trainings of other programs, in the tool many of them use.",
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


def explain_misfit(kind: Kind, *, is_imported: bool, is_program: bool) -> str:
    """Return why a kind cannot be made of an imported run, as the end of a sentence; empty if it can."""
    if is_imported and kind.needs_training:
        return "it was trained elsewhere, and nobody knows how"
    if is_program and kind.needs_network:
        return "it came as a program, which is there already: the file that was imported"
    return ""


def check_several(kind: Kind, num_runs: int) -> None:
    """Raise ExportError unless so many runs can be made into one export of a kind."""
    if num_runs > 1 and not kind.takes_several:
        several = ", ".join(name for name, each in KINDS.items() if each.takes_several)
        raise ExportError(f"--as {kind.name} takes one run, not {num_runs}; allowed for several: {several}")


def estimate_bytes(kind: Kind, *records: RunRecord) -> int:
    """Return about how large an export of these runs gets, without making it."""
    if len(records) > 1 and kind.name == "report":
        return 2_500_000
    return sum(_estimate_bytes(kind, record) for record in records)


def _estimate_bytes(kind: Kind, record: RunRecord) -> int:
    weights = record.checkpoint_path("best")
    num_weight_bytes = weights.stat().st_size if weights.is_file() else 0
    num_predicted = sum(
        path.stat().st_size // 25 for path in [record.predictions_path("val", "best")] if path is not None
    )
    match kind.name:
        case "zip":
            return 600_000
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

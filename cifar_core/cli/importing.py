"""The command that brings a network from elsewhere."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import PROGRAM, print_json, remark_on
from cifar_core.cli.arguments import AsJson, DataDir, Overrides, Owner, RunsDir, find_owner
from cifar_core.cli.bars import bar_with_words
from cifar_core.data import default_data_dir, load_dataset
from cifar_core.importing.orders import ImportOrder
from cifar_core.runs import default_runs_dir


class ImportCommand(BaseModel):
    """Make a network that was trained elsewhere a run, which Errors and Explain speak of.

    Weights (safetensors; .pt, .pth: a state_dict) need --network unless their file tells; TorchScript (.pt, .ts) and
    ONNX (.onnx) stand for themselves. A Python file is executed, and taken from models/user/ alone. Images go in as
    (N, 3, 32, 32), ten scores or probabilities come out.
    """

    file: Annotated[CliPositionalArg[Path], Field(description="The network, or its weights")]
    network: Annotated[
        str, Field(description="Whose weights these are: an architecture, a preset, or a run with the same network")
    ] = ""
    overrides: Overrides = []
    pixels: Annotated[
        Literal["unit", "half", "cifar10", "imagenet", "bytes", "uint8", "find"],
        Field(
            description="How it wants its images: in [0, 1]; in [-1, 1]; by CIFAR-10's or ImageNet's mean and "
            "deviation; from 0 to 255; as whole numbers; or find out on 500 training images"
        ),
    ] = "find"
    mean: Annotated[list[float], Field(description="Its own mean of red, green and blue, with --std")] = []
    std: Annotated[list[float], Field(description="Its own deviation, likewise")] = []
    classes: Annotated[
        str, Field(description="Names of the classes in the order of its outputs, with commas (default: CIFAR-10's)")
    ] = ""
    weights: Annotated[Path | None, Field(description="Of a Python file: weights for its network")] = None
    entry: Annotated[str, Field(description="Of a Python file: the class, or function, that makes the network")] = ""
    name: Annotated[str, Field(max_length=80, description="Name of the run (default: the file's)")] = ""
    owner: Owner = None
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Import it and say how good it is."""
        from cifar_core.importing.adopting import adopt
        from cifar_core.importing.wishes import make_wish

        data_dir = self.data_dir or default_data_dir()
        dataset = load_dataset(data_dir)
        remark_on(dataset)
        order = self._order()
        with bar_with_words("Import") as show:
            wish = make_wish(order, dataset.class_names)
            owner = find_owner(self.owner)
            made = adopt(wish, Path(order.runs_dir), dataset, data_dir, name=self.name, owner=owner, on_progress=show)
        print(f"Run {made.run_id}: val {made.val_accuracy:.2%}, test {made.test_accuracy:.2%} (looked at once)")
        for words in made.remarks:
            print(words)
        print(f"Look into it: {PROGRAM} evaluate {made.run_id}, or Errors and Explain in the dashboard")
        about = {"run_id": made.run_id, "val_accuracy": made.val_accuracy, "test_accuracy": made.test_accuracy}
        print_json(about | {"remarks": list(made.remarks)}, self.as_json)

    def _order(self) -> ImportOrder:
        is_own = bool(self.mean or self.std)
        return ImportOrder(
            path=str(self.file),
            runs_dir=str((self.runs_dir or default_runs_dir()).resolve()),
            name=self.name,
            network=self.network,
            overrides=tuple(self.overrides),
            pixels="" if self.pixels == "find" or is_own else self.pixels,
            mean=tuple(self.mean),
            std=tuple(self.std),
            classes=self.classes,
            weights=str(self.weights) if self.weights else "",
            entry=self.entry,
        )

"""The command that compares two runs, image by image."""

from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import find_predictions, print_json, read_predictions
from cifar_core.cli.arguments import AsJson, Epoch, RunsDir, Split
from cifar_core.evaluation.comparison import Effect, align_predictions, compare_networks, sort_into_piles
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.evaluation.predictions import PredictionsError
from cifar_core.overrides import ConfigError, config_difference
from cifar_core.runs import RunStore

_MEANING = {
    "fixed": "wrong in the first, right in the second",
    "broken": "right in the first, wrong in the second",
    "wrong_alike": "wrong in both, the same class named",
    "wrong_differently": "wrong in both, different classes named",
    "right": "right in both",
}


class CompareCommand(BaseModel):
    """Say what differs between two runs: settings, and which images each gets right. A look at test is counted."""

    first: Annotated[CliPositionalArg[str], Field(description="A run, as `runs` lists it")]
    second: Annotated[CliPositionalArg[str], Field(description="The run that is compared with it")]
    split: Split = "val"
    epoch: Epoch = "best"
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Read both runs' saved predictions and print how they compare."""
        store = RunStore(self.runs_dir)
        records = [store.record(run_id) for run_id in (self.first, self.second)]
        for record in records:  # a look that comes to nothing would be counted
            find_predictions(record, self.split, self.epoch)
        first, second = (read_predictions(record, self.split, self.epoch) for record in records)
        try:
            first, second = align_predictions(first, second)
            piles = sort_into_piles(first, second)
        except PredictionsError as error:
            raise ConfigError(f"runs {self.first} and {self.second} cannot be compared: {error}") from error
        effect = compare_networks(piles)
        differences = config_difference(*(record.stored_config().config for record in records))
        accuracies = compute_accuracy(first), compute_accuracy(second)  # of the images that both are about
        sizes = {name: len(getattr(piles, name)) for name in _MEANING}
        _print_settings(differences)
        _print_images(sizes, accuracies, self.split)
        _print_effect(effect, sizes)
        facts = {
            "first": self.first,
            "second": self.second,
            "split": self.split,
            "epoch": self.epoch,
            "settings": {path: list(pair) for path, pair in differences.items()},
            "accuracies": list(accuracies),
            "num_images": sum(sizes.values()),
            "piles": sizes,
            "difference": effect.size,
            "interval": [effect.low, effect.high],
            "mcnemar_p": effect.p,
        }
        print_json(facts, self.as_json)


def _print_settings(differences: dict[str, tuple[Any, Any]]) -> None:
    if not differences:
        print("The settings are the same.")
    for path, (left, right) in differences.items():
        print(f"{path}: {left} -> {right}")


def _print_images(sizes: dict[str, int], accuracies: tuple[float, float], split: str) -> None:
    print(f"{split} accuracy {accuracies[0]:.2%} -> {accuracies[1]:.2%} of the {sum(sizes.values()):,} images in both:")
    for name, meaning in _MEANING.items():
        print(f"{sizes[name]:>7,}  {meaning}")


def _print_effect(effect: Effect, sizes: dict[str, int]) -> None:
    changed = sizes["fixed"] + sizes["broken"]
    print(
        f"The second is {100 * effect.size:+.2f} points more accurate, 95 % interval {100 * effect.low:+.2f} to "
        f"{100 * effect.high:+.2f}; McNemar's exact p = {effect.p:.2g} over {changed:,} images that changed."
    )
    print("That says something about these two networks, nothing about the settings: those take several seeds of each.")

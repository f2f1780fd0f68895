"""A run beside the people who looked at the same test images."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field
from tqdm import tqdm

from cifar_core.cli.answers import print_json, read_predictions
from cifar_core.cli.arguments import AsJson, DataDir, RunId, RunsDir
from cifar_core.data import DownloadProgress, default_data_dir, load_dataset
from cifar_core.evaluation import compute_confusion_matrix, normalize_confusion_matrix
from cifar_core.evaluation.scorecard import share_right
from cifar_core.labels.people import compare_with_people, correlate_doubts, load_people, people_matrix
from cifar_core.labels.published import PEOPLE, VERDICTS, fetch_published, find_published
from cifar_core.runs import RunStore

_NUM_GAPS = 5


class PeopleCommand(BaseModel):
    """Hold a run's answers on test against those of some fifty people who named the same images (CIFAR-10H).

    It is counted as a look at test. People's answers are not part of this project: --download fetches them, and five
    votes each on suspected labels, from where their authors published them, under their licences.
    """

    run_id: RunId
    download: Annotated[bool, Field(description="Fetch what is missing, and check it")] = False
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Compare, and print a line a figure."""
        data_dir = self.data_dir or default_data_dir()
        if self.download:
            _fetch_missing(data_dir)
        dataset = load_dataset(self.data_dir)
        people = load_people(data_dir, dataset)
        predictions = read_predictions(RunStore(self.runs_dir).record(self.run_id), "test", "best")
        order = np.argsort(predictions.indices)
        preds, probs = predictions.preds[order], predictions.probs[order]
        labels = dataset.labels[dataset.num_train :]
        piles = {name: int(pile.sum()) for name, pile in vars(compare_with_people(preds, labels, people)).items()}
        counts = compute_confusion_matrix(predictions, dataset.num_classes)
        network, named = normalize_confusion_matrix(counts, "true"), people_matrix(people, labels)
        facts: dict[str, Any] = {
            "run_id": self.run_id,
            "one_person": people.accuracy(labels),
            "most_people": people.majority_accuracy(labels),
            "network": asdict(share_right(predictions)),
            "mistakes": piles,
            "rank_correlation": correlate_doubts(probs, people),
            "gaps": _list_gaps(network, named, dataset.class_names),
        }
        _say(facts)
        print_json(facts, self.as_json)


def _fetch_missing(data_dir: Path) -> None:
    for published in (PEOPLE, VERDICTS):
        if find_published(published, data_dir) is None:
            print(f"{published.name}: {published.what} ({published.licence})")
            with tqdm(total=published.num_bytes, unit="B", unit_scale=True, disable=None) as bar:
                fetch_published(published, data_dir, on_progress=_shown_on(bar))


def _shown_on(bar: "tqdm[Any]") -> Callable[[DownloadProgress], None]:
    return lambda progress: bar.update(progress.bytes_done - bar.n)


def _list_gaps(network: np.ndarray, people: np.ndarray, class_names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the mistakes that a network makes most more often than people, as shares of the true class."""
    gaps = (network - people) * (1 - np.eye(len(people)))
    order = np.argsort(-gaps.reshape(-1), kind="stable")[:_NUM_GAPS]
    return [
        {
            "label": class_names[true_idx],
            "named": class_names[pred_idx],
            "network": float(network[true_idx, pred_idx]),
            "people": float(people[true_idx, pred_idx]),
        }
        for true_idx, pred_idx in (divmod(int(place), len(people)) for place in order)
    ]


def _say(facts: dict[str, Any]) -> None:
    network, piles = facts["network"], facts["mistakes"]
    print(
        f"One person alone {facts['one_person']:.2%}, most people together {facts['most_people']:.2%}, the network "
        f"{network['value']:.2%} [{network['low']:.2%}, {network['high']:.2%}]."
    )
    print(
        f"Wrong where people are unanimous: {piles['where_unanimous']:,}; where they are divided: "
        f"{piles['where_divided']:,}; where most of them err, too: {piles['with_people']:,}; only most people wrong: "
        f"{piles['only_people']:,}."
    )
    for gap in facts["gaps"]:
        words = f"{gap['label']} taken for {gap['named']}"
        print(f"{words:<34} network {gap['network']:6.1%}  people {gap['people']:6.1%}")
    print(f"Rank correlation of the network's entropy with people's: {facts['rank_correlation']:.2f}.")

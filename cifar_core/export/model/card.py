"""The card that goes with a model: what it is, what it was trained on, how good it is, and what it is not for."""

from collections.abc import Mapping

import numpy as np

from cifar_core import __version__
from cifar_core.data import choices_in
from cifar_core.evaluation.calibration import compute_ece, reliability_frame
from cifar_core.evaluation.confusion import compute_confusion_matrix, top_confusions_frame
from cifar_core.evaluation.metrics import per_class_frame
from cifar_core.evaluation.scorecard import Share
from cifar_core.evaluation.views import views_of
from cifar_core.export.model.parity import Parity
from cifar_core.export.subject import Subject

LICENCE = "The weights and the code are under the MIT licence, unless whoever trained them says otherwise."
DATA_LICENCE = (
    "CIFAR-10 was collected by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton (Learning Multiple Layers of Features "
    "from Tiny Images, 2009); it comes without a licence of its own."
)

_LISTED = 20
_USES = {
    "model.safetensors": """```python
from safetensors.torch import load_file
weights = load_file("model.safetensors")  # "network." and "normalize." in front of the layers' names
```

The header holds the settings (`config`) that rebuild the network in CIFAR Lab, and the `class_names`. Its input are
pixels in [0, 1], its output scores. A plain notebook of the network comes from `cifar-lab export RUN_ID --as notebook`:
there `net.load_state_dict` takes these weights without the "network." in front.""",
    "model.pt2": """```python
import torch
model = torch.export.load("model.pt2").module()
probabilities = model(images)  # images: (N, 3, 32, 32) uint8, red, green, blue; probabilities: (N, 10) float32
```""",
    "model.onnx": """```python
import onnxruntime
session = onnxruntime.InferenceSession("model.onnx")  # or model-int8.onnx: smaller, less exact
[probabilities] = session.run(None, {"images": images})  # (N, 3, 32, 32) uint8 -> (N, 10) float32
```""",
}


def write_card(subject: Subject, parities: Mapping[str, Parity], use: str = "") -> str:
    """Return the card in Markdown, with the front matter that model hubs read.

    Args:
        subject: The run.
        parities: What each file says against what the run saved.
        use: How it is used, as Markdown; as the files are, by default.
    """
    parts = [
        _front_matter(subject),
        f"# {subject.title}",
        _introduce(subject),
        "## How to use it\n\n" + (use or "\n\n".join(way for file, way in _USES.items() if file in parities)),
        _data(subject),
        _results(subject),
        _confusions(subject),
        _parity(subject, parities),
        _limits(subject),
        _license(),
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(subject: Subject) -> str:
    dataset = "" if subject.is_practice else "datasets:\n- uoft-cs/cifar10\n"
    task = "library_name: pytorch\npipeline_tag: image-classification"
    return f"---\nlicense: mit\n{task}\n{dataset}metrics:\n- accuracy\n---"


def _introduce(subject: Subject) -> str:
    config, averaged = subject.config, views_of(subject.config.training).words
    release = subject.environment.get("cifar_lab", __version__)
    note = f"\n\n> {' '.join(subject.meta.note.split())}" if subject.meta.note else ""
    return (
        f"A network of the kind `{config.model.name}` that tells ten classes of 32x32 images apart: "
        f"{', '.join(subject.class_names)}. {_verb(subject)} CIFAR Lab {release} "
        f"(run {subject.record.run_id}), weights of the {subject.which} epoch, {subject.epoch}."
        + (f" Its probabilities come from {averaged}." if averaged else "")
        + note
    )


def _verb(subject: Subject) -> str:
    return "Imported into" if subject.is_imported else "Trained with"


def _data(subject: Subject) -> str:
    if subject.is_imported:
        came = f"It came as `{subject.meta.imported_from}` and was asked about val and test."
        return f"## Data and training\n\nTrained elsewhere, nobody here knows how. {came}"
    data, training = subject.config.data, subject.config.training
    share = "all" if data.train_fraction == 1 else f"{data.train_fraction:.0%}"
    noise = (
        f" {data.label_noise:.0%} of their labels were replaced by wrong ones, on purpose." if data.label_noise else ""
    )
    settings = ", ".join(f"`data.{setting}`" for setting in choices_in(data))
    told = f" Selections said which of those, how often and as which class: {settings}." if settings else ""
    return f"""## Data and training

{subject.data_title}. {data.val_fraction:.0%} of the official training images were held out to choose the epoch (val);
{share} of the others were trained on.{noise}{told}

{subject.status.epoch} of {training.num_epochs} planned epochs were done, in batches of {training.batch_size}, with
{subject.config.optimizer.name}, seed {training.seed}, on {_machine(subject)}."""


def _machine(subject: Subject) -> str:
    environment = subject.environment
    parts = (environment.get("device_title"), environment.get("precision"), f"torch {environment.get('torch', '?')}")
    return ", ".join(part for part in parts if part)


def _results(subject: Subject) -> str:
    card = subject.scorecard
    rows = [("val, best epoch", card.val_best), ("val, last epoch", card.val_last)]
    rows += [("test, best epoch", card.test)] if card.test is not None else []
    table = "\n".join(f"| {name} | {say_share(share)} | {share.num_images:,} |" for name, share in rows if share)
    ece = compute_ece(reliability_frame(subject.val))
    return f"""## Results

| images | accuracy, with its 95 % interval | number |
|---|---|---|
{table}

The best of {card.num_tried} epochs was chosen on val: if all were equally good, that choice alone would add up to
{100 * card.expected_inflation:.1f} points. Test was looked at {_times(card.num_test_readings)}.

Confidence and accuracy on val are {100 * ece:.1f} points apart on average (expected calibration error, 15 bins).
All of this is of one training: another seed gives another network, often a point or two better or worse.

{_per_class(subject)}"""


def _per_class(subject: Subject) -> str:
    frame = per_class_frame(subject.val, subject.class_names)
    lines = [
        f"| {row.class_name} | {row.recall:.1%} ({row.recall_low:.1%} to {row.recall_high:.1%}) | {row.precision:.1%} |"
        for row in frame.itertuples()
    ]
    return "| class (val) | found, with its 95 % interval | right when named |\n|---|---|---|\n" + "\n".join(lines)


def _confusions(subject: Subject) -> str:
    names = subject.class_names
    matrix = compute_confusion_matrix(subject.val, len(names))
    top = top_confusions_frame(matrix, names).head(5)
    pairs = zip(top["true_label"], top["predicted_label"], top["count"], strict=True)
    worst = ", ".join(f"{true} taken for {predicted} ({count})" for true, predicted, count in pairs)
    head = "| true \\ predicted | " + " | ".join(names) + " |\n|---" + "|---:" * len(names) + "|"
    rows = [f"| {name} | " + " | ".join(map(str, counts)) + " |" for name, counts in zip(names, matrix, strict=True)]
    return f"## Confusions\n\nVal, number of images. Most frequent: {worst or 'none'}.\n\n" + "\n".join([head, *rows])


def _parity(subject: Subject, parities: Mapping[str, Parity]) -> str:
    lines = [f"* `{file}`: {parity.words}." for file, parity in parities.items()]
    listed = []
    for file, parity in parities.items():
        names = subject.class_names
        shown = [f"{one.index} ({names[one.run]}, now {names[one.model]})" for one in parity.differences[:_LISTED]]
        more = len(parity.differences) - len(shown)
        if shown:
            rest = f", and {more} more in parity.json" if more else ""
            listed.append(f"`{file}` differs on: {', '.join(shown)}{rest}.")
    return (
        "## Is it the network of the run?\n\nEach file was asked about the images whose predictions the run had saved; "
        f"the run computed in {subject.environment.get('precision', 'float32')}.\n\n"
        + "\n".join(lines)
        + "".join(f"\n\n{line}" for line in listed)
    )


def _limits(subject: Subject) -> str:
    return "## Limits\n\n" + "\n".join(f"* {line}" for line in list_limits(subject))


def list_limits(subject: Subject) -> list[str]:
    """Return what the network is not for and cannot do, a sentence or two each."""
    seen = "shapes drawn by code" if subject.is_practice else "small photographs collected around 2008"
    weakest = int(np.argmin(per_class_frame(subject.val, subject.class_names)["recall"].to_numpy()))
    return [
        f"It knows {len(subject.class_names)} classes and names one of them for any picture, however unlike: a high "
        "probability is no sign that the picture shows anything it knows.",
        f"It saw {seen}, 32 pixels wide. Other pictures must be cut square and shrunk, and are still another kind of "
        "picture.",
        f"It finds {subject.class_names[weakest]} least often.",
        "Made for learning. Not for decisions about people, safety or money.",
    ]


def _license() -> str:
    return f"## Licence\n\n{LICENCE} {DATA_LICENCE}"


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def say_share(share: Share) -> str:
    """Return "70.1 % (68.8 % to 71.3 %)"."""
    return f"{share.value:.2%} ({share.low:.2%} to {share.high:.2%})"

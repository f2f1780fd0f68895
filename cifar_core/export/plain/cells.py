"""The plain notebook: text and code of a run's network, data and training."""

from collections.abc import Sequence

from cifar_core.config import RunConfig
from cifar_core.data.statistics import CIFAR10_MEAN, CIFAR10_STD, ChannelStatistics
from cifar_core.export.notebooks import Cell, code_cell, text_cell
from cifar_core.export.plain.data import IMPORTS, load_code, sets_code, transform_code
from cifar_core.export.plain.loop import evaluation_code, training_code
from cifar_core.export.plain.networks import write_network
from cifar_core.export.plain.optimizers import optimizer_code, schedule_code

_OPTIMIZERS = {
    "sgd": "stochastic gradient descent with momentum",
    "adam": "Adam, which has a step size of its own for every weight",
    "adamw": "AdamW: Adam with a pull of the weights towards zero",
    "rmsprop": "RMSprop, which divides steps by the recent size of the gradient",
    "muon": "Muon, whose steps change every direction of a weight matrix by the same amount",
}
_BEGIN = """
torch.manual_seed({seed})
net = Net().to(device)
print(f"{{sum(parameter.numel() for parameter in net.parameters()):,}} parameters")
"""
_WHITEN = """
sample = np.sort(train_indices)[:5000]
whiten(net, torch.stack([plain_transform(train_source.data[index]) for index in sample]).to(device))
"""
_TEST = """
net.load_state_dict(best_weights)
test_accuracy, test_loss = evaluate(net, test_loader)
print(f"test accuracy {test_accuracy:.2%} with the weights of epoch {best_epoch}")
"""


def write_cells(
    config: RunConfig,
    *,
    title: str,
    precision: str = "float32",
    accuracy: float | None = None,
    remarks: Sequence[str] = (),
) -> list[Cell]:
    """Return the notebook of a run's settings.

    Args:
        config: Of the run.
        title: Its name.
        precision: What it was trained in.
        accuracy: The val accuracy that it reached, in [0, 1].
        remarks: What else cannot be told in plain code, a sentence each.
    """
    statistics = ChannelStatistics(CIFAR10_MEAN, CIFAR10_STD)
    network, training = write_network(config.model), config.training
    whitens = config.model.name == "speed_cnn" and config.model.whitening
    return [
        text_cell(_introduce(title, accuracy)),
        code_cell(IMPORTS),
        text_cell(_IMAGES_TEXT.format(share=f"{config.data.val_fraction:.0%}")),
        code_cell(load_code(config.data)),
        text_cell(_TRANSFORMS_TEXT),
        code_cell(transform_code(config, statistics)),
        code_cell(sets_code(config)),
        text_cell(f"## The network\n\n{network.words}"),
        code_cell(network.as_class("Normalised images (N, 3, 32, 32) -> scores (N, 10).")),
        code_cell(_BEGIN.format(seed=training.seed) + (_WHITEN if whitens else "")),
        text_cell(
            f"## How it learns\n\nThe optimizer is {_OPTIMIZERS[config.optimizer.name]}. Its learning rate is a "
            "function of the step."
        ),
        code_cell(optimizer_code(config.optimizer)),
        code_cell(schedule_code(config.schedule, config.optimizer.learning_rate, training.num_epochs)),
        text_cell("## Training\n\nA look at val after each epoch decides which epoch's weights are kept."),
        code_cell(evaluation_code(training)),
        code_cell(training_code(config, precision)),
        text_cell("## The end\n\nTest is looked at once, when nothing is left to decide."),
        code_cell(_TEST),
        text_cell(_tell_differences(config, [*remarks, *_own_remarks(config, precision)])),
    ]


def _introduce(title: str, accuracy: float | None) -> str:
    reached = "" if accuracy is None else f" There it reached a val accuracy of {accuracy:.2%}."
    return (
        f"# {title}, in plain PyTorch\n\nThe network and the settings of a run of CIFAR Lab, written out with nothing "
        f"but torch and torchvision.{reached} Read it from top to bottom, run it, then change a line and run it again."
    )


_IMAGES_TEXT = """
## The images

60,000 photographs of 32x32 pixels in ten classes. {share} of the official training images are held out: they are
**val**, by which epochs and settings are chosen. The test images are kept for the end. The split is the run's own,
image by image, so that accuracies can be compared.
"""
_TRANSFORMS_TEXT = """
What is done to an image before the network sees it. `transform` may change training images at random, so that the
network does not learn them by heart; `plain_transform` changes nothing. Both scale pixels to small numbers around zero.
"""


def _own_remarks(config: RunConfig, precision: str) -> list[str]:
    """Say what of these settings has no equal here."""
    wanted, training = config.augmentation, config.training
    found = {
        "The flip alternates between epochs in the run; here it is drawn at random.": wanted.alternating_flip,
        "Shifts of the run are by whole pixels; torchvision's are not.": wanted.translation,
        "A cutout of the run may reach over the edge; torchvision's lies inside the image.": wanted.cutout_size,
        "Val and test are predicted in float32; the run predicted them in bfloat16.": precision == "bfloat16",
        "The run kept the weights of every epoch; this notebook keeps the best ones.": training.save_every_epoch,
    }
    return [words for words, applies in found.items() if applies]


def _tell_differences(config: RunConfig, remarks: Sequence[str]) -> str:
    listed = "\n".join(f"* {remark}" for remark in remarks)
    return f"""## What plain code does not tell

The network, its number of parameters, the split, the optimizer and the schedule are those of the run. Initial weights
are drawn in the same way, but they, the order of the images, augmentation and dropout come from other random numbers
than in the run: expect an accuracy like that of the same settings with another seed.
{listed}
"""

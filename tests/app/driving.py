"""How page tests drive Train: its widgets and buttons, and weights to explain."""

from types import SimpleNamespace

from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import Progress, save_checkpoint, take_checkpoint
from cifar_core.training.epoch_weights import EpochWeights
from cifar_core.training.optimizer import create_optimizer
from dashboard.session import asked
from tests.app.reading import line_charts


def widget(at, path):
    groups = (at.number_input, at.selectbox, at.toggle, at.text_input)
    return next(widget for group in groups for widget in group if widget.key == f"train_form.{path}")


def unfold(at, key):
    """Open what a page draws only while it is open."""
    at.session_state[key] = True
    at.run()
    assert not at.exception


def press(at, label=None, key=None):
    found = next(button for button in at.button if (button.label == label if label else button.key == key))
    found.click().run()
    assert not at.exception


def run_from_history(at, monkeypatch):
    """Draw a page as Back and Forward have it drawn: they alone bring an address as it was before."""
    with monkeypatch.context() as patch:
        patch.setattr(asked, "get_script_run_ctx", lambda: SimpleNamespace(is_history_navigation=True))
        at.run()


def labels(at):
    """What the buttons of a page say that do something; those that only open a box are left out."""
    return [button.label for button in at.button if not str(button.key).startswith("opens_")]


def lines(at, label):
    """The line chart that speaks of this."""
    return next(chart for chart in line_charts(at) if label in chart["label"])


def save_weights(record):
    config = record.config()
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    for which, optimizer in (("best", None), ("last", create_optimizer(config.optimizer, classifier))):
        record.checkpoint_path(which).parent.mkdir(exist_ok=True)
        save_checkpoint(record.checkpoint_path(which), config, classifier, Progress(epoch=4), optimizer=optimizer)


def keep_every_epoch(record, epochs=(1, 2, 3, 4)):
    """Weights of an untrained network for each epoch, as a run with the option keeps them."""
    save_weights(record)
    classifier = create_classifier(record.config(), mean=(0.5,) * 3, std=(0.25,) * 3)
    for epoch in epochs:
        checkpoint = take_checkpoint(record.config(), classifier, Progress(epoch=epoch))
        EpochWeights(checkpoint).write(record.checkpoint_path(epoch))

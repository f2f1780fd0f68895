"""A monitor that notes what it is told, stops where it is told to, and changes the learning rate as it is told to."""

from cifar_core.runs.layout import RunFiles
from cifar_core.training.fit import fit
from cifar_core.training.monitor import Monitor


class Watcher(Monitor):
    """Notes events and steps.

    Attributes:
        events: In order.
        steps: Every step it was asked about.
    """

    def __init__(self, stop_after=None, factor=lambda step: 1.0, park_before=None):
        self.events, self.steps = [], []
        self._stop_after, self._factor, self._park_before = stop_after, factor, park_before

    def on_event(self, event):
        self.events.append(event)

    def before_step(self, step):
        self.steps.append(step)
        return self._stop_after is None or len(self.steps) <= self._stop_after

    def before_epoch(self, epoch):
        return epoch != self._park_before

    def learning_rate_factor(self, step):
        return self._factor(step)


def run(config, dataset, run_dir, stop_after=None, factor=lambda step: 1.0, park_before=None):
    """Fit and return the result and all events; stop when so many steps were taken in this call, park at an epoch."""
    watcher = Watcher(stop_after, factor, park_before)
    return fit(config, dataset, RunFiles(run_dir), watcher), watcher.events

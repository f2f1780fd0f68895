"""A small sweep that can be begun with one button."""

from cifar_core.sweeps import Plan, create_plan

TAKES = "About a minute on two CPU cores."
TITLE = "Learning rate and batch size of the course's network"


def create_ready() -> Plan:
    """Return it: twelve small runs, evenly spread."""
    small = {"model.width": 8, "model.hidden_size": 64, "data.train_fraction": 0.1, "training.num_epochs": 3}
    search = {"optimizer.learning_rate": "log:0.0001:0.1", "training.batch_size": [32, 64, 128, 256]}
    return create_plan({"name": "first-sweep", "settings": small, "search": search, "budget": "12 runs"})

"""CIFAR Lab's core: data, models, training, evaluation, attribution and run records. It knows no browser."""

__version__ = "0.2.0"

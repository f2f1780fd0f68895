"""Networks by name, the classifier that wraps one with its pixel scaling, and a layer-by-layer summary."""

from cifar_core.models.classifier import Classifier, create_classifier
from cifar_core.models.layers import Network
from cifar_core.models.mode import evaluation_mode
from cifar_core.models.registry import create_model, list_models
from cifar_core.models.speed_cnn import needs_whitening, set_whitening
from cifar_core.models.summary import LayerSummary, ModelSummary, summarize, summarize_config, summary_frame

__all__ = [
    "Classifier",
    "LayerSummary",
    "ModelSummary",
    "Network",
    "create_classifier",
    "create_model",
    "evaluation_mode",
    "list_models",
    "needs_whitening",
    "set_whitening",
    "summarize",
    "summarize_config",
    "summary_frame",
]

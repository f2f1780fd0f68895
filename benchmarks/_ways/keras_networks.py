"""The networks of this comparison once more, in Keras's layers, behind its layers for crop, flip and scaling."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks._ways.task import Task
from cifar_core.config import ResNetConfig, SimpleCNNConfig, SpeedCNNConfig
from cifar_core.training.state import count_parameters

_NUM_CLASSES = 10


class _ShiftedCrop(layers.Layer):
    """Pad and crop while training. Keras's own crop would shrink padded images where they are only looked at."""

    def __init__(self, padding: int) -> None:
        super().__init__()
        self._pad = layers.ZeroPadding2D(padding)
        self._crop = layers.RandomCrop(32, 32)

    def call(self, images: Any, training: bool = False) -> Any:
        return self._crop(self._pad(images), training=True) if training else images


def build_network(task: Task) -> Any:
    """Build the config's network, from bytes (N, 3, 32, 32) to logits.

    Raises:
        ValueError: Keras's network does not learn as many numbers as ours.
    """
    build: dict[type, Callable[[Any, Any], Any]] = {
        SimpleCNNConfig: _simple_cnn,
        ResNetConfig: _resnet,
        SpeedCNNConfig: _speed_cnn,
    }
    config = task.config.model
    inputs = keras.Input((3, 32, 32), dtype="uint8")
    model = keras.Model(inputs, build[type(config)](config, _augment(task, inputs)))
    if isinstance(config, SpeedCNNConfig) and config.whitening:
        model.get_layer("conv0").kernel.trainable = False
    ours, theirs = count_parameters(task.create_network()), _count_parameters(model)
    if ours != theirs:
        raise ValueError(f"the {config.name} of Keras learns {theirs:,} numbers; allowed: {ours:,}, as ours")
    return model


def _count_parameters(model: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def _augment(task: Task, images: Any) -> Any:
    images = _ShiftedCrop(task.config.augmentation.crop_padding)(layers.Rescaling(1 / 255)(images))
    images = layers.RandomFlip("horizontal")(images)
    mean, std = (np.asarray(numbers) for numbers in (task.statistics.mean, task.statistics.std))
    return layers.Normalization(axis=1, mean=mean, variance=std**2)(images)


def _simple_cnn(config: SimpleCNNConfig, features: Any) -> Any:
    for width in (config.width, 2 * config.width):
        features = layers.Conv2D(width, 3, padding="same", activation="relu")(features)
        features = layers.MaxPooling2D(2)(features)
    hidden = layers.Dense(config.hidden_size, activation="relu")(layers.Flatten()(features))
    return layers.Dense(_NUM_CLASSES, name="classifier")(hidden)


def _resnet(config: ResNetConfig, features: Any) -> Any:
    features = layers.ReLU()(_normed_conv(features, config.width))
    for stage in range(3):
        for block in range((config.depth - 2) // 6):
            features = _block(features, config.width * 2**stage, 2 if stage and not block else 1)
    return layers.Dense(_NUM_CLASSES, name="classifier")(layers.GlobalAveragePooling2D()(features))


def _block(features: Any, width: int, strides: int) -> Any:
    residual = layers.ReLU()(_normed_conv(features, width, strides=strides))
    residual = _normed_conv(residual, width)
    shortcut = features if strides == 1 else _normed_conv(features, width, kernel_size=1, strides=strides)
    return layers.ReLU()(layers.Add()([residual, shortcut]))


def _normed_conv(features: Any, width: int, *, kernel_size: int = 3, strides: int = 1) -> Any:
    conv = layers.Conv2D(width, kernel_size, strides=strides, padding="same", use_bias=False)
    return layers.BatchNormalization(axis=1)(conv(features))


def _speed_cnn(config: SpeedCNNConfig, features: Any) -> Any:
    features = layers.Activation("gelu")(layers.Conv2D(24, 2, name="conv0")(features))
    for width in (config.width, 4 * config.width, 4 * config.width):
        for number in (1, 2):
            features = layers.Conv2D(width, 3, padding="same", use_bias=False)(features)
            if number == 1:
                features = layers.MaxPooling2D(2)(features)
            features = layers.BatchNormalization(axis=1, scale=False)(features)
            features = layers.Activation("gelu")(features)
    features = layers.Flatten()(layers.MaxPooling2D(3)(features))
    return layers.Dense(_NUM_CLASSES, use_bias=False, name="classifier")(layers.Rescaling(1 / 5)(features))

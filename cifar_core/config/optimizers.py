"""The optimizers and their options, told apart by `name`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cifar_core.config.fields import (
    Section,
    learning_rate_field,
    momentum_field,
    multiplier_field,
    weight_decay_field,
)

# The parameters with learning rates of their own; filters and hidden layers have the plain one.
_BIASES = "biases and of normalisation layers"
_HEAD = "the last layer's weights, which turn features into scores,"
MULTIPLIERS = ("bias_multiplier", "head_multiplier")


class SGDConfig(Section):
    """Stochastic gradient descent with momentum."""

    name: Literal["sgd"] = "sgd"
    learning_rate: float = learning_rate_field(0.05)
    momentum: float = momentum_field()
    nesterov: bool = Field(True, description="Look ahead along the momentum before the gradient is applied.")
    weight_decay: float = weight_decay_field(5e-4)
    bias_multiplier: float = multiplier_field(_BIASES)
    head_multiplier: float = multiplier_field(_HEAD)

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov true needs a momentum above 0; allowed: nesterov false, or momentum above 0")
        return self


class AdamConfig(Section):
    """Adam (Kingma and Ba, 2014): a step size of its own for every weight."""

    name: Literal["adam"] = "adam"
    learning_rate: float = learning_rate_field(1e-3)
    weight_decay: float = weight_decay_field(0.0)
    bias_multiplier: float = multiplier_field(_BIASES)
    head_multiplier: float = multiplier_field(_HEAD)


class AdamWConfig(Section):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2017)."""

    name: Literal["adamw"] = "adamw"
    learning_rate: float = learning_rate_field(1e-3)
    weight_decay: float = weight_decay_field(0.05)
    bias_multiplier: float = multiplier_field(_BIASES)
    head_multiplier: float = multiplier_field(_HEAD)


class RMSpropConfig(Section):
    """RMSprop (Hinton, 2012): steps divided by the recent size of each weight's gradient."""

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: float = learning_rate_field(1e-3)
    momentum: float = momentum_field(0.0)
    weight_decay: float = weight_decay_field(0.0)
    bias_multiplier: float = multiplier_field(_BIASES)
    head_multiplier: float = multiplier_field(_HEAD)


class MuonConfig(Section):
    """Muon (Jordan, 2024) for filters and hidden layers: every direction of a weight matrix learns equally fast."""

    name: Literal["muon"] = "muon"
    learning_rate: float = learning_rate_field(0.05)
    momentum: float = momentum_field()
    weight_decay: float = weight_decay_field(0.05)
    fixed_length: bool = Field(
        False,
        description="Keep the length of each hidden weight at the square root of its number of filters, so that the "
        "learning rate alone says how far a step turns it. For networks with batch norm.",
    )
    num_iterations: int = Field(
        5,
        ge=1,
        le=10,
        description="How often the Newton-Schulz iteration is applied that makes a step's directions equally long. "
        "Fewer are quicker; three are enough where weights have a fixed length.",
    )
    bias_multiplier: float = multiplier_field(_BIASES)
    head_multiplier: float = multiplier_field(_HEAD)


OptimizerConfig = Annotated[
    SGDConfig | AdamConfig | AdamWConfig | RMSpropConfig | MuonConfig, Field(discriminator="name")
]

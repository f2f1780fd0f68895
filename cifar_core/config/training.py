"""How long, in what portions, and on what the network is trained."""

from typing import Literal

from pydantic import Field

from cifar_core.config.fields import Section


class TrainingConfig(Section):
    """How long, in what portions, and on what the network is trained."""

    num_epochs: int = Field(10, ge=1, le=1000, description="Passes over the training images.")
    batch_size: int = Field(
        128,
        ge=2,
        le=4096,
        description="Images per step. Larger batches give smoother, fewer steps; scale the learning rate with them.",
        json_schema_extra={"scale": "log"},
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the target spread evenly over all classes, so that the network need not be certain.",
        json_schema_extra={"step": 0.05},
    )
    gradient_clipping: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="Largest length of the gradient over all weights; longer ones are shortened to it. 0: off.",
        json_schema_extra={"step": 0.5},
    )
    ema_decay: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Evaluate a moving average of the weights, of which each step keeps this share (0.999 is usual). "
        "0: off.",
        json_schema_extra={"step": 0.001, "format": "%g"},
    )
    flip_averaging: bool = Field(
        False,
        description="Predict val and test as the mean over each image and its mirror image: a little better, twice the "
        "time.",
    )
    shift_averaging: bool = Field(
        False,
        description="Predict val and test from images that are moved by a pixel, too: a little better, three times the "
        "time.",
    )
    early_stopping_patience: int = Field(
        0, ge=0, le=200, description="End the run after so many epochs without a better val accuracy. 0: never."
    )
    evaluate_test: bool = Field(
        True,
        description="Predict test when the run ends, with the best and the last weights, and count that as a look at "
        "it. Off: for comparisons, which val decides.",
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Decides initial weights, order of images, augmentation and dropout."
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|(cuda|xpu)(:[0-9]{1,2})?)$",
        description="Where to train: auto (the fastest there is), cpu, cuda, cuda:1, mps or xpu.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Number format of the arithmetic. auto: the one in which this network trains faster here."
    )
    compile: bool = Field(False, description="Let torch.compile fuse operations: a slower start, faster steps.")
    num_threads: int = Field(
        0,
        ge=0,
        le=256,
        description="CPU threads for training. 0: one for each core, or a part of them where runs share the processor.",
    )
    save_every_epoch: bool = Field(
        False,
        description="Keep the weights of each epoch, rounded to half precision (float16), so that any of them can be "
        "explained. Otherwise those of the best and the last epoch alone are kept.",
    )

"""Every network as plain PyTorch, one template each. Layers have the names that checkpoints have."""

from collections.abc import Callable
from typing import Any

from cifar_core.config import (
    ConvNeXtConfig,
    MLPConfig,
    ModelConfig,
    ResNetConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    VGGConfig,
)
from cifar_core.export.plain.code import KAIMING, NetworkCode, conv3x3, dropout_layer, dropout_step
from cifar_core.export.plain.custom import write_custom
from cifar_core.export.plain.helpers import (
    CHANNEL_NORM,
    CHANNEL_SCALE,
    CONVNEXT_BLOCK,
    PREACTIVATION_BLOCK,
    RESIDUAL_BLOCK,
    WHITEN,
)


def write_network(config: ModelConfig) -> NetworkCode:
    """Return the code of a configured network with ten classes."""
    return _TEMPLATES[config.name](config)


def _write_mlp(config: MLPConfig) -> NetworkCode:
    layers, steps, features = [], ["x = x.flatten(1)  # 3 x 32 x 32 pixels in a row"], 3 * 32 * 32
    for number in range(1, config.num_hidden_layers + 1):
        bias = ", bias=False" if config.batch_norm else ""
        layers.append(f"self.dense{number} = nn.Linear({features}, {config.hidden_size}{bias})")
        call = f"self.dense{number}(x)"
        if config.batch_norm:
            layers.append(f"self.norm{number} = nn.BatchNorm1d({config.hidden_size})")
            call = f"self.norm{number}({call})"
        steps.append(f"x = F.relu({call})")
        layers += dropout_layer(config.dropout, f"dropout{number}")
        steps += dropout_step(config.dropout, f"dropout{number}")
        features = config.hidden_size
    layers.append(f"self.classifier = nn.Linear({features}, 10)")
    words = "Dense layers only: each unit is a weighted sum of all numbers before it. Neighbouring pixels mean nothing."
    return NetworkCode(words, layers, [*steps, "return self.classifier(x)"])


def _write_simple_cnn(config: SimpleCNNConfig) -> NetworkCode:
    layers, steps, channels = [], [], (3, config.width, 2 * config.width)
    for number in (1, 2):
        conv = conv3x3(channels[number - 1], channels[number], bias=not config.batch_norm)
        layers.append(f"self.conv{number} = {conv}")
        call = f"self.conv{number}(x)"
        if config.batch_norm:
            layers.append(f"self.norm{number} = nn.BatchNorm2d({channels[number]})")
            call = f"self.norm{number}({call})"
        side = 32 // 2**number
        steps.append(f"x = F.max_pool2d(F.relu({call}), 2)  # {channels[number]} x {side} x {side}")
    layers.append(f"self.dense = nn.Linear({channels[2]} * 8 * 8, {config.hidden_size})")
    layers += [*dropout_layer(config.dropout), f"self.classifier = nn.Linear({config.hidden_size}, 10)"]
    steps += ["x = F.relu(self.dense(x.flatten(1)))", *dropout_step(config.dropout), "return self.classifier(x)"]
    words = (
        "Two convolutions, each of which looks for small patterns everywhere in the image and is followed by a pooling "
        "that halves the resolution; then a dense layer that weighs up what was found where."
    )
    return NetworkCode(words, layers, steps)


def _write_vgg(config: VGGConfig) -> NetworkCode:
    layers, steps, channels, side = [], [], 3, 32
    widths = [config.width * 2**block for block in range(config.num_blocks)]
    widths[-1] = config.last_width or widths[-1]
    for block, width in enumerate(widths, start=1):
        side //= 2
        for number in range(1, config.convs_per_block + 1):
            name = f"{block}_{number}"
            layers.append(f"self.conv{name} = {conv3x3(channels, width, bias=not config.batch_norm)}")
            call = f"self.conv{name}(x)"
            if number == 1:
                call = f"F.max_pool2d({call}, 2)"
            if config.batch_norm:
                layers.append(f"self.norm{name} = nn.BatchNorm2d({width})")
                call = f"self.norm{name}({call})"
            steps.append(f"x = F.relu({call})  # {width} x {side} x {side}")
            channels = width
    layers += [*dropout_layer(config.dropout), f"self.classifier = nn.Linear({channels}, 10)"]
    steps += ["x = x.mean(dim=(2, 3))  # one number a channel", *dropout_step(config.dropout)]
    words = (
        "Blocks of 3x3 convolutions (after Simonyan and Zisserman, 2014). Each block halves the resolution behind its "
        "first convolution and has more channels than the one before; an average over all places comes last."
    )
    return NetworkCode(words, layers, [*steps, "return self.classifier(x)"], after=KAIMING)


def _write_resnet(config: ResNetConfig) -> NetworkCode:
    block = "PreactivationBlock" if config.preactivation else "ResidualBlock"
    width, num_blocks = config.width, (config.depth - 2) // 6
    layers = [f"self.conv = {conv3x3(3, width, bias=False)}"]
    if not config.preactivation:
        layers.append(f"self.norm = nn.BatchNorm2d({width})")
    widths = (width, width, 2 * width, 4 * width)
    for stage in (1, 2, 3):
        first = f"{block}({widths[stage - 1]}, {widths[stage]}{', stride=2' if stage > 1 else ''})"
        rest = f"{block}({widths[stage]}, {widths[stage]})"
        more = f", *[{rest} for _ in range({num_blocks - 1})]" if num_blocks > 1 else ""
        layers.append(f"self.stage{stage} = nn.Sequential({first}{more})")
    sides = (32, 16, 8)
    stages = [
        f"x = self.stage{stage}(x)  # {widths[stage]} x {sides[stage - 1]} x {sides[stage - 1]}" for stage in (1, 2, 3)
    ]
    if config.preactivation:
        layers.append(f"self.norm = nn.BatchNorm2d({4 * width})")
        steps = ["x = self.conv(x)", *stages, "x = F.relu(self.norm(x))"]
    else:
        steps = ["x = F.relu(self.norm(self.conv(x)))", *stages]
    layers += [*dropout_layer(config.dropout), f"self.classifier = nn.Linear({4 * width}, 10)"]
    steps += ["x = x.mean(dim=(2, 3))  # one number a channel", *dropout_step(config.dropout)]
    words = (
        f"ResNet-{config.depth} (He et al., 2015): three stages of blocks, each of which adds something to its input "
        "instead of replacing it. Signals and gradients pass the shortcuts unhindered, so that deep networks learn."
    )
    helper = PREACTIVATION_BLOCK if config.preactivation else RESIDUAL_BLOCK
    return NetworkCode(words, layers, [*steps, "return self.classifier(x)"], [helper], KAIMING)


def _write_convnext(config: ConvNeXtConfig) -> NetworkCode:
    layers, steps, channels = [], [], 3
    for stage in (1, 2, 3):
        width, side = config.width * 2 ** (stage - 1), 32 >> stage
        down = f"self.down{stage} = nn.Conv2d({channels}, {width}, 2, stride=2)"
        layers += [down] if stage == 1 else [f"self.downnorm{stage} = ChannelNorm({channels})", down]
        steps.append("x = self.down1(x)" if stage == 1 else f"x = self.down{stage}(self.downnorm{stage}(x))")
        if stage == 1:
            layers.append(f"self.stemnorm = ChannelNorm({width})")
            steps.append("x = self.stemnorm(x)")
        blocks = f"*[Block({width}, {config.kernel_size}) for _ in range({config.blocks_per_stage})]"
        layers.append(f"self.stage{stage} = nn.Sequential({blocks})")
        steps.append(f"x = self.stage{stage}(x)  # {width} x {side} x {side}")
        channels = width
    layers += [f"self.norm = ChannelNorm({channels})", *dropout_layer(config.dropout)]
    layers.append(f"self.classifier = nn.Linear({channels}, 10)")
    steps += ["x = self.norm(x).mean(dim=(2, 3))  # one number a channel", *dropout_step(config.dropout)]
    after = [
        "for module in self.modules():",
        "    if isinstance(module, nn.Conv2d | nn.Linear):",
        "        nn.init.trunc_normal_(module.weight, std=0.02)",
        "        nn.init.zeros_(module.bias)",
    ]
    words = (
        "A small ConvNeXt (Liu et al., 2022): large filters for each channel of its own, then dense layers at each "
        "place, added to the input."
    )
    helpers = [CHANNEL_NORM, CHANNEL_SCALE, CONVNEXT_BLOCK]
    return NetworkCode(words, layers, [*steps, "return self.classifier(x)"], helpers, after)


def _write_speed_cnn(config: SpeedCNNConfig) -> NetworkCode:
    layers, steps, channels = ["self.conv0 = nn.Conv2d(3, 24, 2)"], ["x = F.gelu(self.conv0(x))  # 24 x 31 x 31"], 24
    if config.whitening:
        layers.append("self.conv0.weight.requires_grad_(False)  # set from images by `whiten`, and kept")
    for group, width in enumerate((config.width, 4 * config.width, 4 * config.width), start=1):
        side = (15, 7, 3)[group - 1]
        for number in (1, 2):
            name = f"{group}_{number}"
            layers.append(f"self.conv{name} = {conv3x3(channels, width, bias=False)}")
            layers.append(f"self.norm{name} = nn.BatchNorm2d({width}, momentum=0.4)")
            call = f"F.max_pool2d(self.conv{name}(x), 2)" if number == 1 else f"self.conv{name}(x)"
            steps.append(f"x = F.gelu(self.norm{name}({call}))  # {width} x {side} x {side}")
            channels = width
    layers.append(f"self.classifier = nn.Linear({channels}, 10, bias=False)")
    steps += ["x = F.max_pool2d(x, 3).flatten(1)", "return self.classifier(x / 5)"]
    after = [
        "for module in self.modules():",
        "    if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):",
        "        nn.init.dirac_(module.weight[: module.in_channels])  # starts by passing its input on",
        "    if isinstance(module, nn.BatchNorm2d):",
        "        module.weight.requires_grad_(False)",
    ]
    words = "Seven convolutions made to be trained in seconds (Jordan, 2024)."
    if config.whitening:
        words += " The filters of the first are computed from images, so that what comes out of it is uncorrelated."
    return NetworkCode(words, layers, steps, [WHITEN] if config.whitening else [], after)


_TEMPLATES: dict[str, Callable[[Any], NetworkCode]] = {
    "mlp": _write_mlp,
    "simple_cnn": _write_simple_cnn,
    "vgg": _write_vgg,
    "resnet": _write_resnet,
    "convnext": _write_convnext,
    "speed_cnn": _write_speed_cnn,
    "custom": write_custom,
}

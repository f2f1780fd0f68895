"""Pieces of generated Python: lines with an indentation, and a network as a class."""

from collections.abc import Iterable
from dataclasses import dataclass, field


def indent(lines: Iterable[str], by: int) -> str:
    """Return lines as one text, each that is not empty indented by so many levels."""
    return "\n".join("    " * by + line if line else "" for line in lines)


@dataclass(frozen=True)
class NetworkCode:
    """A network written out.

    Attributes:
        words: What it is, for learners.
        layers: Lines of `__init__`: layers with weights, or with a state, under the names that checkpoints have.
        steps: Lines of `forward`, from x, the normalised images, to the returned scores.
        helpers: Classes and functions it uses, written out.
        after: Lines at the end of `__init__`: how weights start.
    """

    words: str
    layers: list[str]
    steps: list[str]
    helpers: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def as_class(self, docstring: str) -> str:
        """Return the helpers and `class Net`."""
        net = [
            "class Net(nn.Module):",
            f'    """{docstring}"""',
            "",
            "    def __init__(self):",
            "        super().__init__()",
            indent(self.layers, 2),
            *([indent(self.after, 2)] if self.after else []),
            "",
            "    def forward(self, x):",
            indent(self.steps, 2),
        ]
        return "\n\n\n".join([*(helper.strip() for helper in self.helpers), "\n".join(net)]) + "\n"


# Draws convolution weights for ReLU networks; dense layers keep torch's default.
KAIMING = [
    "for module in self.modules():  # weights for ReLU networks (He et al., 2015)",
    "    if isinstance(module, nn.Conv2d):",
    '        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")',
    "        if module.bias is not None:",
    "            nn.init.zeros_(module.bias)",
]


def conv3x3(in_channels: int, out_channels: int, *, bias: bool) -> str:
    """Return the code of a 3x3 convolution that keeps the resolution."""
    return f"nn.Conv2d({in_channels}, {out_channels}, 3, padding=1{'' if bias else ', bias=False'})"


def dropout_layer(rate: float, name: str = "dropout") -> list[str]:
    """Return the line that makes a dropout; none where the rate is 0."""
    return [f"self.{name} = nn.Dropout({rate:g})"] if rate else []


def dropout_step(rate: float, name: str = "dropout") -> list[str]:
    """Return the line that applies it."""
    return [f"x = self.{name}(x)"] if rate else []

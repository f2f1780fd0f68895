"""What is asked of a fork server, and where."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

# Where the fork server of this process, and of those it starts, listens; OFF for none.
VARIABLE, OFF = "CIFAR_FORK_SERVER", "off"
SERVER = "cifar_core.forking.server"
SECONDS_TO_ANSWER = 5.0
# How a fork server ends that cannot be one here: no other one could. 1 is that of Python, which says why.
USELESS = 1
# Numbers as text: a process, then how it ended.
LARGEST_ANSWER = 32

# What Python and its libraries read as they start: a copy has started already. Numbers of threads they can be told
# later; other variables are read when they are needed, and libraries set some as they are imported.
THREADS = "OMP_NUM_THREADS"
_OF_THREADS = (THREADS, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_READ_EARLY = (
    *("PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "NPY_"),
    *("OMP_", "GOMP_", "MKL_", "OPENBLAS_", "ATEN_", "DNNL_", "ONEDNN_", "TORCH_", "PYTORCH_"),
)


@dataclass(frozen=True)
class Order:
    """What a copy is to become: `python -m MODULE ARGUMENTS`, in a folder and an environment.

    Attributes:
        module: By its full name.
        arguments: Words of the command line.
        environment: All of its variables.
        folder: Where it works.
    """

    module: str
    arguments: list[str]
    environment: dict[str, str]
    folder: str

    @property
    def command(self) -> list[str]:
        """The same as a command line."""
        return [sys.executable, "-m", self.module, *self.arguments]

    def encode(self) -> bytes:
        """Return it as one message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, message: bytes) -> "Order":
        """Read a message.

        Raises:
            ValueError: It is something else.
        """
        try:
            return cls(**json.loads(message))
        except TypeError as error:
            raise ValueError(f"not an order: {error}") from error

    def suits(self, environment: Mapping[str, str]) -> bool:
        """Whether what is read while a program starts is as it is in another environment."""
        names = (name for name in {*self.environment, *environment} if name.startswith(_READ_EARLY))
        return all(self.environment.get(name) == environment.get(name) for name in names if name not in _OF_THREADS)


def find_socket(folder: str) -> Path:
    """Return where the fork server with this folder listens, once it has imported everything."""
    return Path(folder) / "socket"

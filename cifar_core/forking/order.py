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

# What may differ from the server's own variables: read when somebody asks, or told to libraries by hand.
THREADS = "OMP_NUM_THREADS"
_OF_THREADS = (THREADS, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_READ_LATE = ("CIFAR_", "CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG", "GLIBC_TUNABLES")
# What libraries set in a process that has imported them, which it hands on to those it starts.
_SET_BY_LIBRARIES = ("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK")


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

    def suits(self, *environments: Mapping[str, str]) -> bool:
        """Whether each variable that is read while a program starts is as it is in one of some environments."""
        names = set(self.environment).union(*environments)
        early = [name for name in names if not name.startswith(_READ_LATE + _OF_THREADS + _SET_BY_LIBRARIES)]
        return all(self.environment.get(name) in [each.get(name) for each in environments] for name in early)


def find_socket(folder: str) -> Path:
    """Return where the fork server with this folder listens, once it has imported everything."""
    return Path(folder) / "socket"

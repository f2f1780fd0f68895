"""What somebody decided about labels by looking at the images: kept beside the runs, for all of them."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from cifar_core.failures import explain
from cifar_core.files import write_text_atomically
from cifar_core.locks import LockedError, exclusive

Word = Literal["right", "wrong", "unsure"]
WORDS: tuple[Word, ...] = get_args(Word)
_LOCK_SECONDS = 10.0
_FORMAT = 1


class VerdictError(ValueError):
    """Verdicts that cannot be read or kept; the message says what is wrong and what is allowed."""


@dataclass(frozen=True)
class Verdict:
    """What somebody says of an image's label.

    Attributes:
        index: The image's place in the dataset.
        word: Whether its label is right.
        label: The class it shows, where somebody said so.
        decided_at: Seconds since 1970.
    """

    index: int
    word: Word
    label: int | None = None
    decided_at: float = 0.0


class VerdictStore:
    """The verdicts on one dataset's labels, in one runs directory."""

    def __init__(self, runs_dir: Path, fingerprint: str) -> None:
        self._path = runs_dir / "verdicts" / f"{fingerprint}.json"

    def all(self) -> dict[int, Verdict]:
        """Return the verdicts by image, ascending.

        Raises:
            VerdictError: The file cannot be read.
        """
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            verdicts = [_read(entry) for entry in stored["verdicts"]]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise VerdictError(f"{self._path.name} cannot be read: {explain(error)}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise VerdictError(
                f"verdicts/{self._path.name} is damaged ({error}); allowed: mend it or move it away"
            ) from error
        return {verdict.index: verdict for verdict in sorted(verdicts, key=lambda verdict: verdict.index)}

    def decide(self, indices: Iterable[int], word: str, label: int | None = None) -> list[Verdict]:
        """Note a verdict on some images; what was said of them before is replaced.

        Raises:
            VerdictError: The word is not allowed, or nothing can be written.
        """
        if word not in WORDS:
            raise VerdictError(f"verdict {word!r} is not allowed; allowed: {', '.join(WORDS)}")
        made = [Verdict(int(index), word, label, time.time()) for index in indices]
        with self._changing() as verdicts:
            verdicts |= {verdict.index: verdict for verdict in made}
        return made

    def forget(self, indices: Iterable[int]) -> None:
        """Take verdicts back.

        Raises:
            VerdictError: Nothing can be written.
        """
        with self._changing() as verdicts:
            for index in indices:
                verdicts.pop(int(index), None)

    @contextmanager
    def _changing(self) -> Iterator[dict[int, Verdict]]:
        """Yield the verdicts to be changed, and write them; everybody else waits meanwhile."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with exclusive(self._path.parent / ".lock", _LOCK_SECONDS):
                verdicts = self.all()
                yield verdicts
                ordered = [asdict(verdicts[index]) for index in sorted(verdicts)]
                write_text_atomically(self._path, json.dumps({"format": _FORMAT, "verdicts": ordered}))
        except LockedError as error:
            raise VerdictError(
                f"another process has held the lock of the verdicts for {_LOCK_SECONDS:g} seconds; allowed: try again"
            ) from error
        except OSError as error:
            raise VerdictError(f"verdicts/{self._path.name} cannot be written: {explain(error)}") from error


def _read(entry: dict[str, Any]) -> Verdict:
    word, label = entry["word"], entry.get("label")
    if word not in WORDS:
        raise ValueError(f"verdict {word!r}")
    return Verdict(
        int(entry["index"]), word, None if label is None else int(label), float(entry.get("decided_at", 0.0))
    )

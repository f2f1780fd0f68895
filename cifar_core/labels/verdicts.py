"""What somebody decided about labels by looking at the images: kept beside the runs, for all of them."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

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
        given: The label that was judged; None where nobody noted it. A run may train with others than the dataset's.
    """

    index: int
    word: Word
    label: int | None = None
    decided_at: float = 0.0
    given: int | None = None


class VerdictStore:
    """The verdicts on one dataset's labels, in one runs directory."""

    def __init__(self, runs_dir: Path, fingerprint: str) -> None:
        self._path = runs_dir / "verdicts" / f"{fingerprint}.json"

    def all(self, labels: NDArray[np.int64] | None = None) -> dict[int, Verdict]:
        """Return the verdicts by image, ascending.

        Args:
            labels: Of all images of the dataset, as they are judged: verdicts on others are left out. Without, of
                several on one image the newest is returned.

        Raises:
            VerdictError: The file cannot be read.
        """
        verdicts = sorted(self._read_all(), key=lambda verdict: (verdict.index, verdict.decided_at))
        return {verdict.index: verdict for verdict in verdicts if _is_of(verdict, labels)}

    def _read_all(self) -> list[Verdict]:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            return [_read(entry) for entry in stored["verdicts"]]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise VerdictError(f"{self._path.name} cannot be read: {explain(error)}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise VerdictError(
                f"verdicts/{self._path.name} is damaged ({error}); allowed: mend it or move it away"
            ) from error

    def decide(
        self, indices: Iterable[int], word: str, label: int | None = None, given: int | None = None
    ) -> list[Verdict]:
        """Note a verdict on some images; what was said of the same label of theirs before is replaced.

        Args:
            indices: The images' places in the dataset.
            word: Whether their label is right.
            label: The class that they show, where somebody says so.
            given: The label that is judged.

        Raises:
            VerdictError: The word is not allowed, or nothing can be written.
        """
        if word not in WORDS:
            raise VerdictError(f"verdict {word!r} is not allowed; allowed: {', '.join(WORDS)}")
        made = [Verdict(int(index), word, label, time.time(), given) for index in indices]
        with self._changing() as verdicts:
            verdicts[:] = [each for each in verdicts if not any(_is_same(each, verdict) for verdict in made)] + made
        return made

    def forget(self, indices: Iterable[int], given: int | None = None) -> None:
        """Take verdicts back: those on this label, or all where none is named.

        Raises:
            VerdictError: Nothing can be written.
        """
        unwanted = {int(index) for index in indices}
        with self._changing() as verdicts:
            verdicts[:] = [
                verdict
                for verdict in verdicts
                if verdict.index not in unwanted or (given is not None and verdict.given not in (None, given))
            ]

    @contextmanager
    def _changing(self) -> Iterator[list[Verdict]]:
        """Yield the verdicts to be changed, and write them; everybody else waits meanwhile."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with exclusive(self._path.parent / ".lock", _LOCK_SECONDS):
                verdicts = self._read_all()
                yield verdicts
                ordered = [asdict(verdict) for verdict in sorted(verdicts, key=lambda verdict: verdict.index)]
                write_text_atomically(self._path, json.dumps({"format": _FORMAT, "verdicts": ordered}))
        except LockedError as error:
            raise VerdictError(
                f"another process has held the lock of the verdicts for {_LOCK_SECONDS:g} seconds; allowed: try again"
            ) from error
        except OSError as error:
            raise VerdictError(f"verdicts/{self._path.name} cannot be written: {explain(error)}") from error


def _is_of(verdict: Verdict, labels: NDArray[np.int64] | None) -> bool:
    """Whether a verdict is on the label that its image has among these; one that names none is on any."""
    if labels is None or verdict.given is None:
        return True
    return 0 <= verdict.index < len(labels) and verdict.given == labels[verdict.index]


def _is_same(verdict: Verdict, other: Verdict) -> bool:
    """Whether two verdicts are on the same label; one of which nobody noted on which, is on any."""
    return verdict.index == other.index and (None in (verdict.given, other.given) or verdict.given == other.given)


def _read(entry: dict[str, Any]) -> Verdict:
    word = entry["word"]
    if word not in WORDS:
        raise ValueError(f"verdict {word!r}")
    label, given = (None if entry.get(name) is None else int(entry[name]) for name in ("label", "given"))
    return Verdict(int(entry["index"]), word, label, float(entry.get("decided_at", 0.0)), given)

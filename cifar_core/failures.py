"""What the system refused, in plain words."""

import errno
import os
from collections.abc import Iterator

_FULL = frozenset(number for name in ("ENOSPC", "EDQUOT") if (number := getattr(errno, name, None)) is not None)
# How libraries say it that raise no OSError, or one without a number: safetensors, sqlite, numpy.
_FULL_WORDS = ("no space left on device", "disk quota exceeded", "database or disk is full", "os error 28")
# Of Python, torch on a CPU and on GPUs, C++, and systems.
_NO_MEMORY_WORDS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "memory allocation failed",
    "std::bad_alloc",
)
_READ_ONLY = frozenset((errno.EROFS, errno.EACCES, errno.EPERM))
_TOO_MANY_FILES = frozenset((errno.EMFILE, errno.ENFILE))


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that there is no room left."""
    return any(_says_full(each) for each in _chain(error))


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that memory ran out: the system's, or a GPU's."""
    return any(_says_no_memory(each) for each in _chain(error))


def is_read_only(error: BaseException) -> bool:
    """Whether an error says that something may be looked at but not changed."""
    return isinstance(error, OSError) and error.errno in _READ_ONLY


def explain(error: BaseException) -> str:
    """Return why something did not work, as the rest of a sentence: "the disk is full"."""
    if is_disk_full(error):
        return "the disk is full; allowed: free some space, then try again"
    if is_read_only(error):
        return "it is read-only, or belongs to somebody else"
    if isinstance(error, OSError) and error.errno in _TOO_MANY_FILES:
        return "too many files are open; allowed: a higher limit, as `ulimit -n` sets it"
    if isinstance(error, OSError) and error.errno is not None:
        return (error.strerror or os.strerror(error.errno)).lower()
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def first_line(error: BaseException) -> str:
    """Return the beginning of what an error of others says, which may have pages; its kind if it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what led to it, what led to that, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and (error.errno in _FULL or getattr(error, "winerror", None) == 112):
        return True
    text = str(error).lower()
    return any(words in text for words in _FULL_WORDS) or ("requested and" in text and text.endswith("written"))


def _says_no_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    text = f"{type(error).__name__} {error}".lower()
    return "outofmemoryerror" in text or any(words in text for words in _NO_MEMORY_WORDS)

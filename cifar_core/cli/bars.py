"""A bar that says how far something is, and what is done now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def bar_with_words(what: str) -> Iterator[Callable[[float, str], None]]:
    """Yield what is told the share that is done, in [0, 1], and what is done next, and shows both.

    Args:
        what: Stands before the bar.
    """
    with tqdm(total=100, desc=what, disable=None, delay=0.5, bar_format="{l_bar}{bar}| {postfix}") as bar:

        def show(share: float, words: str) -> None:
            bar.set_postfix_str(words, refresh=False)
            bar.update(100 * share - bar.n)

        yield show

"""A technical word and what it means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word in two sentences.

    Attributes:
        name: As it is written in running text. A capital in a spelling is part of it: "Adam" is no "adam".
        says: Two sentences of plain English, fewer than 45 words.
        words: Other spellings in running text.
        labels: Labels of widgets that are the word, where the same word in running text may mean something else.
        fields: Settings that it explains: paths of RunConfig, e.g. "optimizer.momentum", or "conv.stride" of a block.
    """

    name: str
    says: str
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings in running text, in the singular."""
        return (self.name, *self.words)

"""What keeps a network from being imported."""


class ImportRefusedError(ValueError):
    """A file cannot be imported; the message says why and what is allowed. Nothing is left behind."""

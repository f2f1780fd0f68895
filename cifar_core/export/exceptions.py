"""What keeps a run from being taken along."""


class ExportError(ValueError):
    """An export cannot be made; the message says why and what is allowed."""


class ExportStoppedError(ExportError):
    """Somebody asked to stop; nothing of the export is left."""

"""What can go wrong with a run's files, for those who need no torch to speak of it."""


class CompilationError(RuntimeError):
    """torch.compile does not work for this network on this machine."""


class CheckpointError(ValueError):
    """A file that is no checkpoint of this project, or one of another run."""

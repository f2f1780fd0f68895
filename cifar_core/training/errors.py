"""What can go wrong with a run's files, for those who need no torch to speak of it."""


class CheckpointError(ValueError):
    """A file that is no checkpoint of this project, or one of another run."""

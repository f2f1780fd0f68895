"""What is refused, in words for people."""


class RunError(ValueError):
    """A run's record cannot be read, or what was asked of the run is not possible now."""


class RunNotFoundError(RunError):
    """There is no run with this id."""

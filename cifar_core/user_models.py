"""Where Python files with networks of people's own lie, which are executed. Free of torch, for pages."""

import os
from pathlib import Path


def user_models_dir() -> Path:
    """Return $CIFAR_MODELS_DIR, or models/user in the current folder."""
    return Path(os.environ.get("CIFAR_MODELS_DIR") or Path("models") / "user")

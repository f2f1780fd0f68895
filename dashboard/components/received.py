"""Numbers that come from a browser: whole ones may come as floats, and anything may come in their place."""

import sys
from typing import Any, TypeGuard


def is_number(value: Any) -> TypeGuard[int | float]:
    """Return whether it is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def read_place(value: Any, count: int) -> int | None:
    """Return the place of one of `count`, from 0; anything else is None."""
    return int(value) if is_number(value) and 0 <= value < count and value == int(value) else None

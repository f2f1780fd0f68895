"""What closed tabs leave behind, given back while nobody comes.

Streamlit keeps a closed tab's session for two minutes, in case its browser was only out of reach. What is older goes
when the next tab closes: a class that leaves at once would be kept until the next class leaves.
"""

import ctypes
import threading
from typing import Any

from streamlit import runtime


def forget_closed_tabs() -> bool:
    """Let Streamlit drop the sessions whose time is over; return whether this release of it can be asked to."""
    if not runtime.exists():
        return False
    server: Any = runtime.get_instance()
    try:
        manager, loop = server._session_mgr, server._get_async_objs().eventloop
        lock, sessions = manager._storage_lock, manager._session_storage._cache
    except AttributeError:
        return False  # it drops them by itself, later
    loop.call_soon_threadsafe(_count, lock, sessions)
    return True


def _count(lock: threading.Lock, sessions: Any) -> int:
    """To count them is what drops those that are too old. In the thread in which Streamlit opens and closes tabs."""
    with lock:
        return len(sessions)


def give_memory_back() -> bool:
    """Give free memory back to the system, of which glibc keeps pieces; return whether there was some."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return False  # another C library
    return bool(trim(0))

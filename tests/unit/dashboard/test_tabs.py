"""python -m pytest tests/unit/dashboard/test_tabs.py. What closed tabs leave behind."""

import asyncio
import inspect
import sys
import threading

import pytest
from streamlit import runtime
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import AsyncObjects, Runtime
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from dashboard.engine.tabs import forget_closed_tabs, give_memory_back


class Server:
    """What is asked of Streamlit's runtime."""

    def __init__(self, sessions):
        self.loop = asyncio.new_event_loop()
        self._session_mgr = type("Manager", (), {})()
        self._session_mgr._storage_lock = threading.Lock()
        self._session_mgr._session_storage = type("Storage", (), {"_cache": sessions})()

    def _get_async_objs(self):
        return type("Objects", (), {"eventloop": self.loop})()


def test_tabs_whose_time_is_over_are_dropped_though_nobody_comes(monkeypatch):
    clock = [0.0]
    sessions = TTLCache(maxsize=8, ttl=120, timer=lambda: clock[0])
    sessions["old"] = object()
    clock[0] = 100.0
    sessions["young"] = object()
    clock[0] = 130.0
    server = Server(sessions)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    assert forget_closed_tabs()
    server.loop.call_soon(server.loop.stop)
    server.loop.run_forever()
    server.loop.close()
    assert list(sessions._expirations) == ["young"]


def test_a_release_that_is_built_otherwise_is_left_alone(monkeypatch):
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: object())
    assert not forget_closed_tabs()
    monkeypatch.setattr(runtime, "exists", lambda: False)
    assert not forget_closed_tabs()


def test_this_release_is_built_as_is_assumed():
    assert isinstance(MemorySessionStorage()._cache, TTLCache)
    assert "_storage_lock" in inspect.getsource(WebsocketSessionManager.__init__)
    assert "_session_storage" in inspect.getsource(WebsocketSessionManager.__init__)
    assert "_session_mgr" in inspect.getsource(Runtime.__init__)
    assert "eventloop" in AsyncObjects._fields


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's")
def test_giving_memory_back_harms_nothing():
    assert give_memory_back() in (True, False)

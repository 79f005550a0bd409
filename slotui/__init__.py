"""slotui: watch an error budget in the terminal, and practise spending it.

As a library it keeps the budgets of the service that imports it: see `Objective`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slotui.inprocess.asgi import ObjectiveMiddleware as ObjectiveMiddleware
    from slotui.inprocess.asgi import Outcome as Outcome
    from slotui.inprocess.exposition import ObjectiveCollector as ObjectiveCollector
    from slotui.inprocess.objective import Objective as Objective
    from slotui.inprocess.redis_store import RedisStore as RedisStore
    from slotui.inprocess.snapshot import ObjectiveSnapshot as ObjectiveSnapshot
    from slotui.inprocess.sqlite_store import SqliteStore as SqliteStore

__version__ = "0.1.0"

_LIBRARY = {
    "Objective": "objective",
    "ObjectiveSnapshot": "snapshot",
    "ObjectiveMiddleware": "asgi",
    "Outcome": "asgi",
    "ObjectiveCollector": "exposition",
    "SqliteStore": "sqlite_store",
    "RedisStore": "redis_store",
}
"""Public name → module of `slotui.inprocess`, imported when the name is first used: commands need none of them."""


def __getattr__(name: str) -> Any:
    if name not in _LIBRARY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"slotui.inprocess.{_LIBRARY[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LIBRARY])

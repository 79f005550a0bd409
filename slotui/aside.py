"""Slow beginnings beside the event loop: what takes a while to import or to open must not hold up a frame, or `q`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

_NAME = "slotui-aside"


async def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises, from a thread that nobody waits for once the loop is gone.

    `asyncio.to_thread` would be waited for at the end of `asyncio.run`, however long it takes.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        # The loop may be closed by now: then nobody wants to know.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if answer.done() else settle())

    def run() -> None:
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - it is raised again, where it is waited for
            failure = error
            tell(lambda: answer.set_exception(failure))
        else:
            tell(lambda: answer.set_result(found))

    threading.Thread(target=run, name=_NAME, daemon=True).start()
    return await answer


def busy() -> bool:
    """Whether something that was begun here is still going on, waited for or not."""
    return any(thread.name == _NAME for thread in threading.enumerate())

"""Long work on the event loop, a little at a time: keys and signals must not wait for thousands of SLOs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

_T = TypeVar("_T")

AT_ONCE = 5
"""SLOs that are worked on before somebody else has a turn: of each it is a few milliseconds."""


async def in_turns(things: Iterable[_T], at_once: int = AT_ONCE) -> AsyncIterator[_T]:
    """Each of the things; whatever else the loop has to do comes between every `at_once` of them."""
    for index, thing in enumerate(things):
        if index and index % at_once == 0:
            await asyncio.sleep(0)
        yield thing

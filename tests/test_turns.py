"""Long work lets everybody else have a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from slotui.turns import AT_ONCE, in_turns


async def test_somebody_else_has_a_turn_after_every_few() -> None:
    taken: list[int] = []
    seen: list[int] = []

    def things() -> Iterator[int]:
        for number in range(4 * AT_ONCE):
            taken.append(number)
            yield number

    async def somebody_else() -> None:
        for _ in range(3):
            seen.append(len(taken))
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    assert [number async for number in in_turns(things())] == list(range(4 * AT_ONCE))
    await other
    # The next thing is at hand when the turn is given away.
    assert seen == [AT_ONCE + 1, 2 * AT_ONCE + 1, 3 * AT_ONCE + 1]


async def test_work_that_is_called_off_ends_at_a_turn() -> None:
    begun = asyncio.Event()
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            begun.set()
            yield number

    async def work() -> list[int]:
        return [number async for number in in_turns(things())]

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert len(taken) < 1000

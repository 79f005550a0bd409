"""Taking a port."""

from __future__ import annotations

import asyncio
import socket

import pytest

from slotui.errors import SlotuiError
from slotui.listening import bind


async def test_answers_leave_at_once() -> None:
    bound = bind("127.0.0.1", 0, fix="")
    at_once: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plug = writer.get_extra_info("socket")
        at_once.set_result(bool(plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()

    async with await asyncio.start_server(greet, sock=bound):
        _, writer = await asyncio.open_connection(*bound.getsockname())
        # With Nagle's algorithm, the body of an answer waits until the client has acknowledged its head.
        assert await asyncio.wait_for(at_once, 20)
        writer.close()


def test_a_port_that_is_taken_is_a_sentence_with_a_way_out() -> None:
    with bind("127.0.0.1", 0, fix="") as bound:
        bound.listen()
        with pytest.raises(SlotuiError, match="cannot listen on 127") as refusal:
            bind("127.0.0.1", bound.getsockname()[1], fix="take another")
    assert refusal.value.fix == "take another"

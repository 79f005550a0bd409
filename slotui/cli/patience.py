"""A word while somebody waits: silence for more than a few seconds looks like a hang."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from slotui.watch import Origin

Answer = TypeVar("Answer")

_SOON = 3.0
"""Seconds after which it is said what is waited for."""


async def patiently(work: Awaitable[Answer], source: Origin, soon: float = _SOON) -> Answer:
    """What `work` gives; if it takes longer than `soon` seconds, stderr says once what is waited for."""
    words = f"waiting for {source.url}"
    if source.kind == "prometheus":
        words += ": where no rules recorded counts, the whole window is counted now"
    said = asyncio.get_running_loop().call_later(soon, partial(click.echo, words, err=True))
    try:
        return await work
    finally:
        said.cancel()

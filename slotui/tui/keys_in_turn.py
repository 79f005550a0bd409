"""Keys that come in a burst, as over a slow line or pasted: each is carried out before the next one is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

_AT_ONCE = frozenset({"ctrl+c"})
_PATIENCE = 0.5
"""Seconds after which the next key waits no longer: what the one before was for may have been closed."""


class KeysInTurn(App[None]):
    """An app that hands out one key at a time.

    Textual gives a key to what has the focus when it is read; what a key opens takes the focus a little later. Of
    `/pay` in one burst, the letters went to the list. So a callback follows each key through the same queues, once
    more for the messages that the key led to, then through those of the screen that it may have opened: when it is
    back, the key has been carried out.
    """

    _key: events.Key | None = None

    def __init__(self) -> None:
        super().__init__()
        self._next_keys: deque[events.Key] = deque()

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; a key, as soon as the one before has been carried out."""
        if not isinstance(event, events.Key) or event.is_forwarded or event.key in _AT_ONCE:
            await super().on_event(event)
        elif self._key is None:
            await self._hand_out(event)
        else:
            self._next_keys.append(event)

    async def _hand_out(self, key: events.Key) -> None:
        way = list((self.focused or self.screen).ancestors_with_self)
        self._key = key
        await super().on_event(key)
        self.set_timer(_PATIENCE, partial(self._carried_out, key))
        await self._follow(key, [*way, *way])

    async def _follow(self, key: events.Key, way: Sequence[MessagePump], *, opened: bool = False) -> None:
        """Come back through the queues of `way`, each after what is in it now; those that are closed are left out."""
        for passed, queue in enumerate(way, 1):
            if queue.call_later(self._follow, key, way[passed:], opened=opened):
                return
        if not opened and self.screen_stack:
            await self._follow(key, [self.screen, self], opened=True)
        else:
            await self._carried_out(key)

    async def _carried_out(self, key: events.Key) -> None:
        if self._key is key:
            self._key = None
            if self._next_keys:
                await self._hand_out(self._next_keys.popleft())

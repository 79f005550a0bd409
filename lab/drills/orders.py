"""What others ask of a running drill: the facilitator at a second terminal, and whoever halts it.

They append JSON lines to a file in the drill's folder, which the drill reads. So nobody needs a connection, several
may write, and what was asked stays written down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slotui.core.plain import clean
from slotui.state import ORDERS, order_drill

Verb = Literal["hint", "message", "pause", "resume", "abort", "halt"]
_VERBS = frozenset({"hint", "message", "pause", "resume", "abort", "halt"})


@dataclass(frozen=True, slots=True)
class Order:
    """One wish. `number` is a hint's, `sender` and `text` are a message's; `text` is also why something is aborted."""

    do: Verb
    by: str
    number: int = 0
    sender: str = ""
    text: str = ""


def give(folder: Path, order: Order) -> None:
    """Have the drill of that folder do something. Raises `StoreError`."""
    body = {"do": order.do, "by": order.by, "number": order.number, "from": order.sender, "text": order.text}
    order_drill(folder, {name: value for name, value in body.items() if value})


class Orders:
    """Reads what was appended in a folder since the last look. Lines that nobody understands are passed over."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ORDERS
        self._read = 0

    def new(self) -> tuple[Order, ...]:
        """The orders that came since, oldest first."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                data = file.read()
        except FileNotFoundError:
            return ()
        whole = data.rfind(b"\n") + 1
        self._read += whole
        return tuple(order for line in data[:whole].splitlines() if (order := _order(line)) is not None)


def _order(line: bytes) -> Order | None:
    try:
        body = json.loads(line)
        verb = body["do"]
        if verb not in _VERBS:
            return None
        sender, text = clean(str(body.get("from", ""))), clean(str(body.get("text", "")))
        return Order(verb, clean(str(body.get("by", "")) or "somebody"), int(body.get("number", 0)), sender, text)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

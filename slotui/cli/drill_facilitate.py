"""`slotui drill run --facilitator`: look after the drill that runs, on a screen or line by line."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from slotui.errors import SlotuiError, UsageError

if TYPE_CHECKING:
    from lab.drills.facilitation import Facilitation
    from slotui.tui.look import Look

_LOOKS_EVERY = 0.3


def facilitate(look: Look) -> int:
    """Until the facilitator leaves, or, without a terminal, until the drill is over. The drill goes on."""
    from slotui.cli.watch import has_screen

    desk = _desk()
    if not has_screen():
        return _line_by_line(desk)
    from slotui.tui.facilitator import FacilitatorApp

    app = FacilitatorApp(desk, look)
    app.run()
    return app.return_code or 0


def _desk() -> Facilitation:
    from pathlib import Path

    from lab.drills.archive import Archive
    from lab.drills.facilitation import Facilitation
    from lab.supervisor import SLOS
    from slotui.ledger.operator import operator
    from slotui.spec.load import load_slos
    from slotui.state import running_drill

    found = running_drill()
    if found is None:
        raise UsageError("no drill is running", fix="start one: slotui drill run NAME")

    def alive() -> bool:
        now = running_drill()
        return now is not None and now.folder == found.folder

    return Facilitation(Archive(Path(found.folder)), load_slos([SLOS]), operator(), alive)


def _line_by_line(desk: Facilitation) -> int:
    """The timeline on stdout, orders from stdin, a line each."""
    from slotui.view.facilitator import timeline
    from slotui.view.ink import plain

    threading.Thread(target=_take_orders, args=(desk,), name="orders", daemon=True).start()
    told = 0
    while True:
        view = desk.view()
        rows = timeline(view, 10_000)
        for row in rows[told:]:
            click.echo(plain(row))
        told = len(rows)
        if view.state == "over":
            return 0
        time.sleep(_LOOKS_EVERY)


def _take_orders(desk: Facilitation) -> None:
    for order in sys.stdin:
        if order.strip():
            try:
                click.echo(desk.order(order), err=True)
            except SlotuiError as error:
                click.echo(str(error), err=True)

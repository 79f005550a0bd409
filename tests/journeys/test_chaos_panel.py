"""The chaos panel on a real lab: a spend is priced, confirmed, injected, seen and halted, and the ledger has it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from textual.widgets import Input

from slotui.cli.chaos_desk import CommandDesk
from slotui.cli.options import NOTHING_NAMED, open_source
from slotui.cli.watch import feed_of
from slotui.ledger.store import Ledger
from slotui.tui.app import SlotuiApp

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

AVAILABILITY = "checkout-availability"


async def test_a_spend_from_the_panel_is_guarded_by_a_process_of_its_own_and_ends_on_one_key(
    embedded_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOTUI_STATE", str(embedded_lab.state))
    opened = open_source(NOTHING_NAMED, every=1.0)
    app = SlotuiApp(feed_of(opened), desk=CommandDesk(NOTHING_NAMED))

    async with app.run_test(size=(80, 24)) as pilot:

        def frame() -> str:
            return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())

        async def shows(*words: str) -> str:
            deadline = time.monotonic() + 60
            while not all(word in frame() for word in words):
                assert time.monotonic() < deadline, f"{words} did not appear on:\n{frame()}"
                await pilot.pause(0.05)
            return frame()

        await shows("LIVE", AVAILABILITY)
        await pilot.press("x")
        await shows("no fault is on")
        await pilot.press("enter")
        await shows("5% 500 on POST /checkout for 10m", "of the 30d budget (", f"type {AVAILABILITY}")
        await pilot.press("enter", *AVAILABILITY[:3])
        app.screen.query_one("#word", Input).insert_text_at_cursor(AVAILABILITY[3:])
        await pilot.press("enter")
        said = await shows("is on, guarded by a process of its own", "cost 0.")
        entry = said.partition("entry ")[2].split()[0]
        (lease,) = json.loads(embedded_lab.run("chaos", "status", "--output", "json").stdout)["active"]
        assert lease["id"] == entry
        await pilot.press("H", "H")
        await shows("halted: error on POST /checkout")
    await opened.source.close()

    # Its controller closes the entry when the metrics have settled; what was meant is in it before the first fault.
    (spend,) = [one for one in Ledger(opened.ledger).entries() if one.id == entry]
    assert (spend.kind, spend.fault) == ("experiment", "5% 500 on POST /checkout")
    assert spend.predicted[AVAILABILITY].mid > 0
    assert spend.ending in (None, "halted")
    assert json.loads(embedded_lab.run("chaos", "status", "--output", "json").stdout)["active"] == []

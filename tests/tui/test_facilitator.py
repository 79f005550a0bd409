"""The facilitator's screen: what happens in a drill, and a line that takes orders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.drill import FacilitatorView, Happening, HintOffer
from slotui.errors import StoreError, UsageError
from slotui.tui.facilitator import FacilitatorApp
from slotui.view.facilitator import asked, head, hints, timeline
from slotui.view.happening import clock
from slotui.view.ink import plain, width

VIEW = FacilitatorView(
    title="Tuesday, ten past twelve",
    teaches="fast burn: one dependency fails",
    player="kim",
    state="on",
    elapsed=252.0,
    lasts=1500.0,
    speed=10.0,
    happenings=(
        Happening(0.0, "notice", "machine", "the drill begins"),
        Happening(180.0, "hidden", "machine", "processor-outage begins"),
        Happening(245.0, "alert", "machine", "page payment-availability: over 14.4x in 1h and 5m fires"),
    ),
    hints=(HintOffer(1, "Which budgets burn?", 3, True), HintOffer(2, "Look at payment.", 6, False)),
)
HOSTILE = "[bold]x[/] \x1b[31m\u202e" + "カート" * 40


class Desk:
    def __init__(self) -> None:
        self.now = VIEW
        self.orders: list[str] = []
        self.broken = False

    def view(self) -> FacilitatorView:
        if self.broken:
            raise StoreError("the folder is gone")
        return self.now

    def order(self, text: str) -> str:
        if text == "dance":
            raise UsageError("'dance' is no order", fix="hint 1, pause")
        self.orders.append(text)
        return "it pauses"


def screen(app: FacilitatorApp) -> str:
    rows = app.size.height
    strips = app.screen._compositor.render_strips()
    assert len(strips) == rows
    return "\n".join(strip.text.rstrip() for strip in strips)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_it_shows_what_is_hidden_the_hints_and_the_clock(size: tuple[int, int]) -> None:
    app = FacilitatorApp(Desk())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        seen = screen(app)
    for words in ("04:12 of 25:00", "kim", "teaches: fast burn", "HIDDEN", "processor-outage begins", "given", "-6"):
        assert words in seen


async def test_orders_are_typed_and_answered() -> None:
    desk = Desk()
    app = FacilitatorApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"pause", "enter")
        await pilot.pause()
        assert desk.orders == ["pause"]
        assert "it pauses" in screen(app)
        await pilot.press(*"dance", "enter")
        await pilot.pause()
        assert "'dance' is no order  hint 1, pause" in screen(app)
        assert desk.orders == ["pause"]


async def test_a_folder_that_is_gone_is_said_and_the_screen_stays() -> None:
    desk = Desk()
    app = FacilitatorApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.broken = True
        app._draw()
        await pilot.pause()
        assert "the folder is gone" in screen(app)
        assert app.is_running


async def test_leaving_is_no_order() -> None:
    desk = Desk()
    app = FacilitatorApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q", "enter")
        await pilot.pause()
    assert desk.orders == []
    assert app.return_code == 0


async def test_the_timeline_follows_what_is_new_and_goes_back() -> None:
    desk = Desk()
    many = tuple(Happening(float(n), "message", "support", f"line {n}") for n in range(100))
    desk.now = replace(VIEW, happenings=many)
    app = FacilitatorApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "line 99" in screen(app)
        await pilot.press("pageup")
        await pilot.pause()
        assert "line 99" not in screen(app)
        await pilot.press("pagedown")
        await pilot.pause()
        assert "line 99" in screen(app)


@pytest.mark.parametrize("columns", [20, 40, 80, 140])
def test_no_text_from_outside_leaves_its_row(columns: int) -> None:
    happenings = tuple(
        Happening(1.0, kind, HOSTILE, HOSTILE) for kind in ("message", "hidden", "hint", "act", "alert", "deploy")
    )
    view = replace(
        VIEW, title=HOSTILE, teaches=HOSTILE, player=HOSTILE, ended=HOSTILE, happenings=happenings,
        hints=(HintOffer(1, HOSTILE, 3, False),),
    )  # fmt: skip
    rows = [*head(view, columns, dash="─"), *hints(view, columns), *timeline(view, columns)]
    assert all(width(row) <= columns for row in rows)
    assert all(plain(row).isprintable() for row in rows)


def test_a_state_is_a_word() -> None:
    for state, word in (("on", "ON"), ("paused", "PAUSED"), ("over", "OVER")):
        assert word in plain(head(replace(VIEW, state=state), 80, dash="─")[0])
    assert "resume" in plain(asked(replace(VIEW, state="paused")))
    assert "pause" in plain(asked(VIEW))
    assert "leaves" in plain(asked(replace(VIEW, state="over")))


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (252.9, "04:12"), (10_861, "3:01:01")])
def test_the_clock_has_no_more_than_it_needs(seconds: float, text: str) -> None:
    assert clock(seconds) == text

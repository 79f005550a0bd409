"""The chaos panel, driven as a person would, against a desk that a test has in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from slotui.core.entry import Estimate
from slotui.core.quote import FaultOn, Quote, QuotedAlert, QuotedPrice, Started
from slotui.tui.chaos_desk import DeskError
from slotui.tui.screens.chaos import STAYS_TRUE, ChaosScreen
from slotui.tui.screens.overview import OverviewScreen

NAME = "checkout-availability"
PRICE = QuotedPrice(
    slo=NAME,
    window=2592000,
    bad=Estimate(412, 449, 487),
    share=Estimate(0.0106, 0.0115, 0.0125),
    share_so_far=None,
    burn=50.0,
    left=0.424,
    left_after=0.4125,
    tier="caution",
    tier_after="caution",
    tier_at_worst="caution",
    alerts=(QuotedAlert("ticket", "1d", 3.0, 402.0),),
    assumed=("traffic of 15/s: the last 30m, changing as in the same hour last week (x1.02)",),
)
QUOTE = Quote("5% 500 on POST /checkout", 600, "http://127.0.0.1:8085", "checkout", "lab", (PRICE,))
REFUSED = replace(
    QUOTE,
    against=("this spend would leave checkout-availability at -2.1%, tier freeze, where policy allows no experiment",),
    ways_out=(
        "price 44.5% (43.1%-46.0%) of the budget, 42.4% left now; smallest change that fits: --for 9m20s",
        'to do it all the same: --override "reason" (it is written to the ledger with your name)',
    ),
)
ELSEWHERE = FaultOn("f9", "http://127.0.0.1:9999", "dora", "hang on GET /cart", 40, 4, 95.0)
MINE = FaultOn("e9", "http://127.0.0.1:8085", "me", "error on POST /checkout", 40, 2, 590.0)
NOWHERE = DeskError(
    "no service is known here: no lab is running, and no spend was started",
    fix="name it with --target URL",
    exit_code=2,
)


@dataclass
class Desk:
    """Answers what it is told to, and remembers what it was asked."""

    prices: list[Quote | DeskError | None] = field(default_factory=lambda: [QUOTE])
    on: tuple[FaultOn, ...] | DeskError = ()
    start: Started | DeskError = field(default_factory=lambda: Started("e9", 4711, "chaos-e9.log"))
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    withdrawn: int = 0

    def verbs(self) -> list[str]:
        """What was asked for, but for looking."""
        return [verb for verb, _ in self.asked if verb != "look"]

    async def price(self, words: Sequence[str]) -> Quote:
        self.asked.append(("price", tuple(words)))
        answer = self.prices.pop(0) if len(self.prices) > 1 else self.prices[0]
        if answer is None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.withdrawn += 1
                raise
        if isinstance(answer, DeskError):
            raise answer
        assert answer is not None
        return answer

    async def inject(self, words: Sequence[str]) -> Started:
        self.asked.append(("inject", tuple(words)))
        if isinstance(self.start, DeskError):
            raise self.start
        self.on = (MINE,)
        return self.start

    async def look(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        self.asked.append(("look", tuple(words)))
        if isinstance(self.on, DeskError):
            raise self.on
        return self.on

    async def halt(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        self.asked.append(("halt", tuple(words)))
        if isinstance(self.on, DeskError):
            raise self.on
        ended, self.on = self.on, ()
        return ended


@pytest.fixture
def panel(boards):
    """Opens the panel over a board without a fault, or with the one of the usual snapshot."""

    def stage(desk: Desk | None, *, fault: bool = False, **options):
        snapshot = boards.snapshot()
        return boards.stage(snapshot if fault else replace(snapshot, faults=()), desk=desk, **options)

    return stage


async def opened(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.press("x")
    await pilot.pause()
    assert isinstance(stage.app.screen, ChaosScreen)


def typed(stage, text: str) -> None:
    """Put a text where the cursor is, as a paste does: quicker than a key a letter."""
    stage.app.focused.insert_text_at_cursor(text)


async def shows(stage, pilot, boards, *words: str) -> str:
    await boards.until(pilot, lambda: all(word in stage.frame() for word in words))
    return stage.frame()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_frames(boards, golden, panel, size):
    at = f"{size[0]}x{size[1]}"
    desk = Desk()
    stage = panel(desk)
    async with stage.app.run_test(size=size) as pilot:
        await opened(stage, pilot, boards)
        golden(f"chaos-empty-{at}", await shows(stage, pilot, boards, "no fault is on", "nothing is spent before"))
        desk.prices = [None]
        await pilot.press("enter")
        stage.pass_seconds(3)
        stage.app._tick()
        golden(f"chaos-pricing-{at}", await shows(stage, pilot, boards, "asking for the price, 3s"))
        await pilot.press("escape")
        desk.prices = [REFUSED]
        await pilot.press("enter")
        golden(f"chaos-refused-{at}", await shows(stage, pilot, boards, "REFUSED"))
        desk.prices = [QUOTE]
        await pilot.press("tab", "0", "backspace", "enter")
        golden(f"chaos-priced-{at}", await shows(stage, pilot, boards, "1.1% of the 30d budget", "type the name"))
        await pilot.press("enter", *"checkout")
        golden(f"chaos-confirming-{at}", await shows(stage, pilot, boards, f"type {NAME}: checkout"))
        desk.on = NOWHERE
        await pilot.press(*"-availability", "enter")
        await shows(stage, pilot, boards, "entry e9 is on")
        assert desk.verbs() == ["price", "price", "price", "inject"]


async def test_frames_of_what_is_on_and_halting(boards, golden, panel):
    for size in ((80, 24), (140, 40)):
        at = f"{size[0]}x{size[1]}"
        desk = Desk(on=(ELSEWHERE,))
        stage = panel(desk, fault=True)
        async with stage.app.run_test(size=size) as pilot:
            await opened(stage, pilot, boards)
            golden(f"chaos-running-{at}", await shows(stage, pilot, boards, "latency 300ms", "hang on GET /cart"))
            await pilot.press("H")
            golden(f"chaos-halting-{at}", await shows(stage, pilot, boards, "end every fault now?"))
            await pilot.press("H")
            frame = await shows(stage, pilot, boards, "halted: hang on GET /cart, 4 of 40 hit")
            assert "▶ hang" not in frame
            assert desk.verbs() == ["halt"]


async def test_frames_without_a_service_and_without_a_desk(boards, golden, panel):
    for size in ((80, 24), (140, 40)):
        at = f"{size[0]}x{size[1]}"
        stage = panel(Desk(on=NOWHERE))
        async with stage.app.run_test(size=size) as pilot:
            await opened(stage, pilot, boards)
            golden(f"chaos-no-target-{at}", await shows(stage, pilot, boards, "no service is known", "slotui lab up"))
        stage = panel(None)
        async with stage.app.run_test(size=size) as pilot:
            await opened(stage, pilot, boards)
            golden(f"chaos-no-desk-{at}", await shows(stage, pilot, boards, "This screen only reads"))
            await pilot.press("enter", "H", "enter", "escape")
            await pilot.pause()
            assert isinstance(stage.app.screen, OverviewScreen)


async def test_a_replay_prices_nothing_though_there_is_a_desk(boards, panel):
    desk = Desk()
    stage = panel(desk, kind="replay")
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        assert "This is a replay" in stage.frame()
        await pilot.press("enter", "H", "H", "enter")
        await pilot.pause()
    assert desk.asked == []


async def test_what_is_typed_is_what_is_asked_and_what_was_priced_is_what_is_injected(boards, panel):
    desk = Desk()
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("right", "tab", "backspace", "backspace", *"s", "down", *"20ms", "down", "ctrl+u", *"2m")
        await pilot.press("down", *"get /q:H", "down")
        typed(stage, "why not")
        await pilot.press("down")
        typed(stage, "--target http://t --seed 7")
        await pilot.press("enter")
        await shows(stage, pilot, boards, "type the name")
        words = (
            "--latency=300s", "--jitter=20ms", "--for=2m", "--method=GET", "--route=/q:H", "--reason=why not",
            "--target", "http://t", "--seed", "7",
        )  # fmt: skip
        assert desk.asked[-1] == ("price", words)
        await pilot.press("enter")
        typed(stage, NAME)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "entry e9 is on", "pid 4711")
        await boards.until(pilot, lambda: desk.asked[-1][0] == "look")
        assert ("inject", words) in desk.asked
        assert desk.asked[-1] == ("look", ("--target", "http://t"))


async def test_enter_right_after_another_kind_was_chosen_asks_for_that_kind(boards, panel):
    desk = Desk()
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        stage.app.screen._form.choice.action_turn(1)
        stage.app.screen.action_go()  # in one breath: no message has been handled between
        await shows(stage, pilot, boards, "type the name")
    assert ("price", ("--latency=300ms", "--for=10m")) in desk.asked


async def test_nothing_is_spent_on_another_name_nor_after_a_no_nor_on_a_changed_form(boards, panel):
    desk = Desk(prices=[QUOTE, REFUSED])
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "type the name")
        await pilot.press("enter", *"spend", "enter")
        await shows(stage, pilot, boards, "that is not the name")
        await pilot.press("escape", "tab", "9")
        frame = await shows(stage, pilot, boards, "the form has changed since")
        assert "to spend it" not in frame
        await pilot.press("backspace")
        await shows(stage, pilot, boards, "to spend it")
        await pilot.press("9")
        await shows(stage, pilot, boards, "the form has changed since")
        await pilot.press("enter")
        frame = await shows(stage, pilot, boards, "REFUSED", "9m20s")
        assert "to spend it" not in frame
        await pilot.press("enter")
        await boards.until(pilot, lambda: desk.verbs() == ["price"] * 3)


async def test_an_override_goes_to_the_command_which_decides(boards, panel):
    desk = Desk(prices=[REFUSED], start=DeskError("refused: only Ana may", fix="ask Ana", exit_code=3))
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("up")
        typed(stage, '--override "drill"')
        await pilot.press("enter")
        await shows(stage, pilot, boards, "OVERRIDDEN", "to spend it, type")
        await pilot.press("enter")
        typed(stage, NAME)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "refused: only Ana may (exit 3)", "ask Ana")


async def test_a_price_older_than_a_minute_is_asked_for_anew(boards, panel):
    dearer = replace(QUOTE, prices=(replace(PRICE, share=Estimate(0.19, 0.2, 0.21)),))
    desk = Desk(prices=[QUOTE, dearer])
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "type the name")
        await pilot.press("enter")
        typed(stage, NAME)
        stage.pass_seconds(STAYS_TRUE + 1)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "asked for anew", "20.0% of the 30d budget")
        assert desk.verbs() == ["price", "price"]
        await boards.until(pilot, lambda: stage.app.focused is not None and stage.app.focused.id == "word")
        await pilot.press(*NAME, "enter")
        await shows(stage, pilot, boards, "entry e9 is on")


async def test_a_price_that_never_comes_blocks_nothing_and_esc_withdraws_the_question(boards, panel):
    desk = Desk(prices=[None])
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "asking for the price")
        await pilot.press("tab", *"7")
        await shows(stage, pilot, boards, "5%7")
        await pilot.press("escape")
        await boards.until(pilot, lambda: desk.withdrawn == 1)
        await shows(stage, pilot, boards, "nothing is spent before")
        await pilot.press("enter", "ctrl+c")
    assert stage.app.return_code == 0
    assert desk.withdrawn == 2


async def test_errors_of_the_command_are_shown_with_their_exit_code_and_do_nothing(boards, panel):
    evil = DeskError("[/red]\x1b[2Jboom\u202e", fix="[@click=app.quit]do this[/]\nカ" * 9, exit_code=7)
    stage = panel(Desk(prices=[evil], on=evil))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("enter")
        frame = await shows(stage, pilot, boards, "[/red]\ufffd[2Jboom\ufffd (exit 7)")
        assert "slotui lab up" in frame
        await pilot.press("H", "H")
        await shows(stage, pilot, boards, "\ufffd[2Jboom\ufffd (exit 7)")


async def test_what_was_started_is_said_to_be_over_when_it_is(boards, panel):
    desk = Desk()
    stage = panel(desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "type the name")
        await pilot.press("enter")
        typed(stage, NAME)
        await pilot.press("enter")
        await shows(stage, pilot, boards, "▶ error on POST /checkout  2 of 40 hit")
        await pilot.press("H", "escape", "H", "enter")
        await shows(stage, pilot, boards, "halted: error on POST /checkout", "entry e9 is over", "no fault is on")


@pytest.mark.parametrize("size", [(80, 12), (60, 14)], ids=["80x12", "60x14"])
async def test_a_low_window_still_has_the_field_that_is_typed_in_and_the_price(boards, panel, size):
    stage = panel(Desk(), fault=True)
    async with stage.app.run_test(size=size) as pilot:
        await opened(stage, pilot, boards)
        await pilot.press("up", "up")
        await shows(stage, pilot, boards, "▌ options")
        await pilot.press("enter")
        frame = await shows(stage, pilot, boards, "5% 500 on POST /checkout")
        assert len(frame.split("\n")) == size[1]

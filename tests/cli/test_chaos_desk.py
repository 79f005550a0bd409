"""The desk of the chaos panel: the real `chaos` where it can be asked, and processes that misbehave."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import psutil
import pytest

from slotui.cli.chaos_desk import CHAOS, CommandDesk, arguments_of
from slotui.cli.options import NOTHING_NAMED, Reading
from slotui.source.connection import Connection
from slotui.tui.chaos_desk import DeskError

SAY = "import sys; sys.stdout.write({out!r}); sys.stderr.write({err!r}); sys.exit({code})"


def desk_that_says(out: str = "", err: str = "", code: int = 0) -> CommandDesk:
    """A desk whose command says that, whatever it is asked."""
    return CommandDesk(NOTHING_NAMED, (sys.executable, "-c", SAY.format(out=out, err=err, code=code)))


PRICE = {
    "slo": "shop", "window": 2592000, "bad": {"low": 1, "mid": 2, "high": 3}, "allowed": 10.0,
    "share": {"low": 0.1, "mid": 0.2, "high": 0.3}, "share_so_far": None, "rate": 10.0, "bad_ratio": 0.05,
    "burn": 50.0, "left": 0.9, "left_after": 0.7, "assumed": ["even traffic"], "tier": "healthy",
    "experiments": "allowed", "tier_after": "healthy", "tier_at_worst": "caution",
    "alerts": [{"tier": "page", "long": "1h", "short": "5m", "factor": 14.4, "fires_after_seconds": 12.5}],
}  # fmt: skip
PLAN = {
    "schema": "slotui/price/1", "fault": "5% 500", "seconds": 600, "target": "http://x", "service": "shop",
    "environment": "lab", "prices": [PRICE], "against": ["a page fires"], "ways_out": ["wait"], "why": None,
}  # fmt: skip
LEASE = {
    "id": "l1", "target": "http://x", "operator": "kim", "matched": 20, "injected": 5, "seconds_left": 30.0,
    "ending": None, "ended_ago": None,
    "faults": [{"kind": "error", "route": "/checkout", "method": "POST", "matched": 20, "injected": 5}],
}  # fmt: skip


async def test_a_plan_is_read_with_all_its_figures() -> None:
    quote = await desk_that_says(json.dumps(PLAN)).price(())
    assert (quote.fault, quote.seconds, quote.service, quote.against, quote.ways_out) == (
        "5% 500", 600.0, "shop", ("a page fires",), ("wait",),
    )  # fmt: skip
    price = quote.dearest
    assert price is not None
    assert price.share is not None
    assert (price.share.mid, price.left_after, price.tier_at_worst, price.burn) == (0.2, 0.7, "caution", 50.0)
    assert [(one.severity, one.after) for one in price.alerts] == [("page", 12.5)]


async def test_what_is_on_and_what_was_halted_are_read_alike() -> None:
    (on,) = await desk_that_says(json.dumps({"active": [LEASE]})).look(())
    (off,) = await desk_that_says(json.dumps({"halted": [LEASE]})).halt(())
    assert on == off
    assert (on.what, on.matched, on.injected, on.operator) == ("error on POST /checkout", 20, 5, "kim")


@pytest.mark.parametrize(
    ("err", "code", "what", "fix"),
    [
        pytest.param(
            "talk\nchaos: refused: no room\n  change this\n  or that\n", 3, "refused: no room", "change this\nor that",
            id="a sentence of ours with its ways out",
        ),
        pytest.param(
            "Usage: chaos plan\nTry --help\n\nError: Invalid value for '--for': 'x'\n", 2,
            "Invalid value for '--for': 'x'", "", id="a usage error",
        ),
        pytest.param("Traceback\n  KeyError: 'x'\n", 1, "KeyError: 'x'", "", id="a bug"),
        pytest.param("", 9, "chaos plan ended without a word", "", id="nothing at all"),
    ],
)  # fmt: skip
async def test_a_failed_command_keeps_its_words_and_its_exit_code(err: str, code: int, what: str, fix: str) -> None:
    with pytest.raises(DeskError) as caught:
        await desk_that_says(err=err, code=code).price(())
    assert (caught.value.what, caught.value.fix, caught.value.exit_code) == (what, fix, code)


@pytest.mark.parametrize(
    "out",
    [
        pytest.param("", id="nothing"),
        pytest.param("Usage: chaos plan [OPTIONS]", id="a help page"),
        pytest.param("[1, 2]", id="a list"),
        pytest.param(json.dumps(PLAN | {"prices": 7}), id="prices that are none"),
        pytest.param(json.dumps(PLAN | {"seconds": float("nan")}), id="not a number"),
        pytest.param(json.dumps(PLAN | {"prices": [PRICE | {"left": 1e999}]}), id="infinity"),
        pytest.param('{"prices": []}', id="half of it"),
    ],
)
async def test_an_answer_that_is_no_price_is_an_error_and_no_crash(out: str) -> None:
    with pytest.raises(DeskError, match="nobody understands"):
        await desk_that_says(out).price(())


async def test_a_command_that_hangs_is_ended_when_the_question_is_withdrawn(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    hang = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    asking = asyncio.create_task(CommandDesk(NOTHING_NAMED, (sys.executable, "-c", hang)).price(()))

    def pid() -> str:
        return mark.read_text() if mark.exists() else ""

    async with asyncio.timeout(30):
        while not pid():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not psutil.pid_exists(int(pid()))


async def test_a_command_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(DeskError, match="could not be started"):
        await CommandDesk(NOTHING_NAMED, ("/nowhere/chaos",)).price(())


@pytest.mark.slow
async def test_the_real_commands_say_that_nothing_is_known_here(state: Path) -> None:
    with pytest.raises(DeskError, match="no service is known here") as caught:
        await CommandDesk(NOTHING_NAMED, CHAOS).look(())
    assert caught.value.exit_code == 2


def test_the_source_options_go_on_to_the_commands_as_they_were_given() -> None:
    from chaos.cli.spend import plan

    connection = Connection(Path("/t"), None, (("X-Scope-OrgID", "a"),), Path("/ca"), Path("/cert"), Path("/key"))
    reading = Reading((Path("a"), Path("b")), "http://p", None, None, Path("/l"), Path("/p"), True, connection)
    words = arguments_of(reading)
    assert "--source-header=X-Scope-OrgID: a" in words
    understood = plan.make_context("plan", ["--error-rate=0.1", "--for=1m", *words]).params
    assert understood["slos"] == (Path("a"), Path("b"))
    assert (understood["prometheus"], understood["ledger"], understood["policy"]) == (
        "http://p",
        Path("/l"),
        Path("/p"),
    )
    assert (understood["discover"], understood["client_key"]) == (True, Path("/key"))
    assert arguments_of(NOTHING_NAMED) == ()

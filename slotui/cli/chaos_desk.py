"""The chaos panel's desk: the commands of `chaos`, each in a process of its own.

So a spend begun on the screen passes the guards that one begun in a terminal passes, is guarded by the same process,
and goes on when the screen is closed.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from slotui.cli.options import Reading
from slotui.core.entry import Estimate
from slotui.core.quote import FaultOn, Quote, QuotedAlert, QuotedPrice, Started
from slotui.tui.chaos_desk import DeskError

T = TypeVar("T")

CHAOS = (sys.executable, "-m", "chaos.cli.main")


class CommandDesk:
    """Asks `chaos`, with the source options that the screen was started with."""

    def __init__(self, reading: Reading, chaos: Sequence[str] = CHAOS) -> None:
        self._source = arguments_of(reading)
        self._chaos = tuple(chaos)

    async def price(self, words: Sequence[str]) -> Quote:
        """`chaos plan`."""
        return _read(await self._run("plan", *words, *self._source), _quote)

    async def inject(self, words: Sequence[str]) -> Started:
        """`chaos inject --detach`: it returns when the fault is on, and its child guards that from then on."""
        said = await self._run("inject", "--detach", "--yes", *words, *self._source)
        return _read(said, lambda data: Started(data["entry"], int(data["pid"]), data["log"]))

    async def look(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """`chaos status`."""
        return _read(await self._run("status", *words, *self._source), lambda data: tuple(map(_on, data["active"])))

    async def halt(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """`chaos halt`: it wants neither metrics nor ledger."""
        return _read(await self._run("halt", *words), lambda data: tuple(map(_on, data["halted"])))

    async def _run(self, verb: str, *words: str) -> str:
        """What the command prints. Raises DeskError with what it said on stderr, and its exit code."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._chaos, verb, *words, "--output=json",
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                # Ctrl-C, and a terminal that closes, are for the screen.
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:  # ValueError: a NUL among the words
            raise DeskError(f"chaos {verb} could not be started: {error}") from error
        try:
            out, err = await process.communicate()
        except asyncio.CancelledError:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        if process.returncode:
            raise _failed(verb, process.returncode, err.decode(errors="replace"))
        return out.decode(errors="replace")


def arguments_of(reading: Reading) -> tuple[str, ...]:
    """The shared source options as words again."""
    connection = reading.connection
    named: list[tuple[str, object]] = [("--slos", path) for path in reading.slos]
    named += [
        ("--prometheus", reading.prometheus),
        ("--scrape", reading.scrape),
        ("--store", reading.store),
        ("--ledger", reading.ledger),
        ("--policy", reading.policy),
        ("--bearer-token-file", connection.token_file),
        *(("--source-header", f"{name}: {value}") for name, value in connection.headers),
        ("--ca-file", connection.ca_file),
        ("--client-cert", connection.client_cert),
        ("--client-key", connection.client_key),
    ]
    words = [f"{option}={value}" for option, value in named if value is not None]
    return (*words, *(["--discover"] if reading.discover else []))


def _failed(verb: str, code: int, said: str) -> DeskError:
    """What the command said last: `chaos: what`, and below it what to do."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    starts = [index for index, line in enumerate(lines) if line.startswith(("chaos: ", "Error: "))]
    if not starts:
        return DeskError(lines[-1] if lines else f"chaos {verb} ended without a word", exit_code=code)
    what, *fix = lines[starts[-1] :]
    return DeskError(what.partition(": ")[2], fix="\n".join(fix), exit_code=code)


def _read(said: str, reading: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        return reading(json.loads(said))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DeskError(
            f"chaos answered what nobody understands ({type(error).__name__}): {said.strip()[:200] or 'nothing'}",
            fix="is one of the options --help or --dry-run?",
        ) from error


def _quote(data: Mapping[str, Any]) -> Quote:
    prices = data["prices"]
    return Quote(
        fault=str(data["fault"]),
        seconds=_number(data["seconds"]),
        target=_text(data["target"]),
        service=_text(data["service"]),
        environment=_text(data["environment"]),
        prices=None if prices is None else tuple(map(_price, prices)),
        against=tuple(map(str, data["against"])),
        ways_out=tuple(map(str, data["ways_out"])),
        why=_text(data["why"]) or "",
    )


def _price(data: Mapping[str, Any]) -> QuotedPrice:
    alerts = (
        QuotedAlert(str(one["tier"]), str(one["long"]), _number(one["factor"]), _number(one["fires_after_seconds"]))
        for one in data["alerts"]
    )
    return QuotedPrice(
        slo=str(data["slo"]),
        window=_number(data["window"]),
        bad=_estimate(data["bad"]),
        share=_estimate(data["share"]) if data["share"] else None,
        share_so_far=_number_if_any(data["share_so_far"]),
        burn=_number_if_any(data["burn"]),
        left=_number_if_any(data["left"]),
        left_after=_number_if_any(data["left_after"]),
        tier=_text(data["tier"]),
        tier_after=_text(data["tier_after"]),
        tier_at_worst=_text(data["tier_at_worst"]),
        alerts=tuple(alerts),
        assumed=tuple(map(str, data["assumed"])),
    )


def _on(data: Mapping[str, Any]) -> FaultOn:
    hits = [
        f"{fault['kind']} on {' '.join(filter(None, (fault['method'], fault['route'])))}" for fault in data["faults"]
    ]
    return FaultOn(
        id=str(data["id"]),
        target=str(data["target"]),
        operator=str(data["operator"]),
        what=" and ".join(hits),
        matched=int(data["matched"]),
        injected=int(data["injected"]),
        seconds_left=_number(data["seconds_left"]),
    )


def _estimate(data: Mapping[str, Any]) -> Estimate:
    return Estimate(_number(data["low"]), _number(data["mid"]), _number(data["high"]))


def _number_if_any(value: Any) -> float | None:
    return None if value is None else _number(value)


def _number(value: Any) -> float:
    """Raises ValueError for what JSON lets through and no screen can show."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no figure")
    return number


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

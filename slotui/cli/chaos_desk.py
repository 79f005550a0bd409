"""The chaos panel's desk: the commands of `chaos`, each in a process of its own.

So a spend begun on the screen passes the guards that one begun in a terminal passes, is guarded by the same process,
and goes on when the screen is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from slotui.cli.options import Reading
from slotui.tui.chaos_desk import DeskError

if TYPE_CHECKING:
    from slotui.core.quote import FaultOn, Quote, Started

T = TypeVar("T")

CHAOS = (sys.executable, "-m", "chaos.cli.main")


class CommandDesk:
    """Asks `chaos`, with the source options that the screen was started with."""

    def __init__(self, reading: Reading, chaos: Sequence[str] = CHAOS) -> None:
        self._source = arguments_of(reading)
        self._chaos = tuple(chaos)

    async def price(self, words: Sequence[str]) -> Quote:
        """`chaos plan`."""
        from slotui.cli.chaos_answers import quote_of

        return _read(await self._run("plan", *words, *self._source), quote_of)

    async def inject(self, words: Sequence[str]) -> Started:
        """`chaos inject --detach`: it returns when the fault is on, and its child guards that from then on."""
        from slotui.cli.chaos_answers import started_of

        return _read(await self._run("inject", "--detach", "--yes", *words, *self._source), started_of)

    async def look(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """`chaos status`."""
        from slotui.cli.chaos_answers import faults_on

        return _read(await self._run("status", *words, *self._source), lambda data: faults_on(data["active"]))

    async def halt(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """`chaos halt`: it wants neither metrics nor ledger."""
        from slotui.cli.chaos_answers import faults_on

        return _read(await self._run("halt", *words), lambda data: faults_on(data["halted"]))

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

"""`slotui drill run`: play a drill on the screen, or from a file of answers; or look after one that runs."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.drill import drill_names
from slotui.cli.examples import examples
from slotui.cli.look import look_options
from slotui.cli.options import output_option
from slotui.errors import GuardStopped, RefusedError, SlotuiError, StoppedByPerson, UsageError

if TYPE_CHECKING:
    from lab.drills.answers import AnswerSheet
    from lab.drills.archive import About
    from lab.drills.record import Record
    from lab.drills.scenario import Scenario
    from lab.drills.session import Session
    from lab.drills.stage import Stage
    from lab.drills.tape import Event
    from slotui.core.quote import FaultOn, Quote, Started
    from slotui.state import RunningLab
    from slotui.tui.look import Look
    from slotui.watch import Feed

_SURPRISE = "surprise"
_REFRESH = 1.0
"""Seconds between two boards of a virtual shop on the screen."""
_LOOKS = 1440
"""Looks at a virtual shop over a whole drill, if it is a long one."""
_LOOKS_EVERY = {"virtual": 10.0, "real": 5.0}
"""Seconds of the drill's clock between two looks at the stage, at least."""


@click.command(
    epilog=examples(
        "slotui drill run tuesday-lunch",
        "slotui drill run tuesday-lunch --speed 30 --player kim --team payments",
        "slotui drill run tuesday-lunch --speed 60 --answers answers.yaml",
        "slotui drill run --facilitator",
        exits="0 played, 2 a file or a flag that cannot be meant, 3 the lab is in no state for it, 4 stopped by what "
        "looks like a real incident, 5 broken off or halted",
    ),
)
@click.argument("name", required=False, metavar="NAME|FILE", shell_complete=drill_names)
@click.option("--speed", metavar="X", help="on a virtual clock, so many seconds in one  [default: in the lab, if it is "
              "up; else the drill's own speed]")  # fmt: skip
@click.option("--answers", type=click.Path(path_type=Path), help="play without a screen: what is done when, in YAML")
@click.option("--player", help="who plays  [default: who is logged in]")
@click.option("--team", default="", help="for whom")
@click.option("--override", metavar="REASON", help="in the lab, although policy forbids experiments now")
@click.option("--facilitator", is_flag=True, help="from a second terminal: see all, hint, send messages, pause, abort")
@look_options
@output_option
def run(
    name: str | None,
    speed: str | None,
    answers: Path | None,
    player: str | None,
    team: str,
    override: str | None,
    facilitator: bool,
    look: Look,
    output: str,
) -> int:
    """Play a drill: in the lab in real time, or on a virtual clock.

    NAME is one of `slotui drill list`, a file of your own, or `surprise`. The screen is that of `slotui watch`, with
    the brief, a clock and keys for what an on-call does. Ends with a scorecard and a debrief.
    """
    if facilitator:
        from slotui.cli.drill_facilitate import facilitate

        if name is not None or answers is not None or speed is not None:
            raise UsageError("--facilitator looks after the drill that runs", fix="leave the name and the rest out")
        return facilitate(look)
    if name is None:
        raise UsageError("which drill?", fix="see `slotui drill list`, or play `surprise`")
    return _play(_prepared(name, speed, player, team), answers, override, look, as_json=output == "json")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A drill that can begin: in `lab`, or without one on a virtual clock, which was `asked` for or not."""

    scenario: Scenario
    text: bytes
    about: About
    lab: RunningLab | None
    asked: bool


def _prepared(name: str, speed: str | None, player: str | None, team: str) -> _Prepared:
    from lab.drills.archive import About
    from lab.drills.load import commitment, find_scenario, load_scenario, shipped
    from slotui.cli.tapes import speed_of
    from slotui.clock import now
    from slotui.core.plain import clean
    from slotui.ledger.operator import operator
    from slotui.state import running_lab

    path = secrets.choice(list(shipped().values())) if name == _SURPRISE else find_scenario(name)
    scenario = load_scenario(path)
    lab = running_lab() if speed is None and scenario.real_time else None
    pace = 1.0 if lab is not None else scenario.speed if speed is None else speed_of(speed)
    text, salt, began = path.read_bytes(), secrets.token_hex(8), now()
    about = About(
        id="",
        name=scenario.name,
        player=clean(player or operator()),
        team=clean(team),
        played=began,
        starts=began if lab is not None else scenario.world.starts,
        clock="virtual" if lab is None else "real",
        speed=pace,
        commitment=commitment(text, salt),
        salt=salt,
    )
    return _Prepared(scenario, text, about, lab, asked=speed is not None)


def _play(prepared: _Prepared, answers: Path | None, override: str | None, look: Look, *, as_json: bool) -> int:
    from dataclasses import replace

    from lab.drills.archive import Archive, new_folder
    from lab.drills.session import Session
    from slotui.cli.watch import has_screen
    from slotui.state import RunningDrill, announce_drill, hold_drill_lock

    if answers is None and not has_screen():
        raise UsageError("the screen needs a terminal", fix="without one, play with --answers FILE")
    scenario, about = prepared.scenario, prepared.about
    scene = _Scene(prepared)
    with hold_drill_lock() as mine:
        if not mine:
            raise UsageError("a drill is running already", fix="see it with `slotui drill run --facilitator`")
        stage, feed = scene.staged(override)
        sheet = _sheet(answers, scenario, feed) if answers is not None else None
        folder = new_folder(scenario.name, about.played)
        about = replace(about, id=folder.name)
        if not as_json:
            click.echo(
                f"{scenario.title}, for {about.player}: {_where(prepared)}\ncommitment {about.commitment}", err=True
            )
        announce_drill(RunningDrill(os.getpid(), str(folder), about.clock, about.player, about.played))
        every = max(_LOOKS_EVERY[about.clock], scenario.lasts / _LOOKS)
        session = Session(
            scenario, prepared.text, stage, about, Archive(folder), feed, scene.clock, every=every,
            heard=scene.heard if sheet is None or as_json else scene.told,
        )  # fmt: skip
        if sheet is None:
            record = asyncio.run(_on_screen(session, scene, feed, look))
        else:
            record = asyncio.run(_on_paper(session, sheet, feed, at_once=about.clock == "virtual"))
            for answer in sheet.unused:
                click.echo(f"never came due: {answer.moment}: {answer.act.kind}", err=True)
    return _outcome(session, record, as_json=as_json)


class _Scene:
    """What a session and the boards of it share: the clock, and the events so far."""

    def __init__(self, prepared: _Prepared) -> None:
        from lab.drills.clock import DrillClock

        self._prepared = prepared
        self._events: list[Event] = []
        self.clock = DrillClock(prepared.about.speed)

    def heard(self, event: Event) -> None:
        """An event was written down."""
        self._events.append(event)

    def told(self, event: Event) -> None:
        """The same, and a line of it for whoever waits at a pipe."""
        from slotui.duration import compact

        self._events.append(event)
        words = (event.kind, event.slo or "", event.choice, event.text)
        click.echo(f"{compact(round(event.at)):>8}  {event.by:<12} {' '.join(word for word in words if word)}")

    def now(self) -> float:
        """UTC seconds on the clock that the player sees."""
        from slotui.clock import now

        return now() if self._prepared.lab is not None else self._prepared.about.starts + self.clock.elapsed()

    def staged(self, override: str | None) -> tuple[Stage, Feed]:
        """Where it is played, and the boards of that. Raises `SlotuiError`."""
        prepared = self._prepared
        if prepared.lab is not None:
            from lab.drills.live import live_stage

            return live_stage(prepared.lab, override=override)
        if override is not None:
            raise UsageError("--override is for the lab", fix="on a virtual clock nothing is forbidden")
        from lab.drills.marks import marks_of
        from lab.drills.virtual import VirtualStage
        from slotui.watch import Feed

        stage = VirtualStage(prepared.scenario)
        # On the screen a board is as old as the clock goes between two refreshes: that alone is not stale.
        stage.source.stale_after = max(stage.source.stale_after, 3 * prepared.about.speed * _REFRESH)
        feed = Feed(
            stage.source, stage.slos, stage.policy, every=_REFRESH, clock=self.now, timer=time.monotonic,
            entries=lambda: marks_of(self._events, prepared.about.starts, acts=False),
        )  # fmt: skip
        return stage, feed


class _Sealed:
    """The chaos panel while a drill is played: it neither tells nor does anything."""

    async def price(self, _words: Sequence[str]) -> Quote:
        """Refused."""
        raise _sealed()

    async def inject(self, _words: Sequence[str]) -> Started:
        """Refused."""
        raise _sealed()

    async def look(self, _words: Sequence[str]) -> tuple[FaultOn, ...]:
        """Refused."""
        raise _sealed()

    async def halt(self, _words: Sequence[str]) -> tuple[FaultOn, ...]:
        """Refused."""
        raise _sealed()


def _sealed() -> SlotuiError:
    from slotui.tui.chaos_desk import DeskError

    return DeskError(
        "a drill is running: chaos is sealed until it is over",
        fix="`chaos halt` ends the drill",
        exit_code=RefusedError.exit_code,
    )


def _where(prepared: _Prepared) -> str:
    if prepared.lab is not None:
        return "in the lab, in real time"
    why = " (no lab is up)" if prepared.scenario.real_time and not prepared.asked else ""
    return f"on a virtual clock, {prepared.about.speed:g}x{why}"


def _sheet(path: Path, scenario: Scenario, feed: Feed) -> AnswerSheet:
    from lab.drills.answers import AnswerSheet, load_answers

    return AnswerSheet(load_answers(path, scenario, [slo.name for slo in feed.slos]))


async def _on_paper(session: Session, sheet: AnswerSheet, feed: Feed, *, at_once: bool) -> Record:
    """Play by answers. A signal breaks it off; what was written stays, and nothing stays on."""
    playing = asyncio.create_task(_played(session, sheet, at_once=at_once))
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, playing.cancel)
    try:
        return await playing
    finally:
        await feed.close()


async def _on_screen(session: Session, scene: _Scene, feed: Feed, look: Look) -> Record:
    """Play on the screen. Whoever leaves it early breaks the drill off."""
    from lab.drills.desk import PlayerDesk
    from slotui.tui.app import watch

    begun = asyncio.Event()
    playing = asyncio.create_task(_played(session, None, begun=begun))
    # A lab in which no drill may be played says so in the terminal, and not behind a screen.
    await asyncio.wait({playing, waiting := asyncio.create_task(begun.wait())}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if begun.is_set():
        await watch(feed, clock=scene.now, look=look, desk=_Sealed(), drill=PlayerDesk(session.view, session.act))
    if not playing.done():
        playing.cancel()
    return await playing


async def _played(
    session: Session, sheet: AnswerSheet | None, *, at_once: bool = False, begun: asyncio.Event | None = None
) -> Record:
    """A session from its beginning to its debrief, whatever happens on the way."""
    try:
        await session.begin()
        if begun is not None:
            begun.set()
        if at_once and sheet is not None:
            await session.play_at_once(sheet)
        else:
            await session.play(sheet)
    except asyncio.CancelledError:
        await session.stop("interrupted", session.about.player, "the process was told to stop")
    except SlotuiError as error:
        await session.fail(error.what)
        raise
    return await session.conclude()


def _outcome(session: Session, record: Record, *, as_json: bool) -> int:
    """Say how it went. Raises `SlotuiError` with the exit code of every ending but the planned ones."""
    from lab.drills.archive import HTML, MARKDOWN
    from lab.drills.score import card_json, lines

    card, folder = session.card, session.folder
    if card is None:  # pragma: no cover - a session that was concluded has one
        raise StoppedByPerson("nothing was scored")
    if as_json:
        body = {"schema": "slotui/drill-result/1", "id": record.id, "drill": record.scenario.name}
        click.echo(json.dumps(body | {"player": record.player, "ending": record.ending, **card_json(card)}))
    else:
        click.echo("\n".join(lines(card)))
        click.echo(f"\ndebrief  {folder / HTML}\n         {folder / MARKDOWN}\nreplay   slotui drill replay", err=True)
    match record.ending:
        case "incident":
            raise GuardStopped("the drill was stopped: what burns looks like a real incident", fix="slotui watch")
        case "aborted" | "halted" | "interrupted":
            raise StoppedByPerson(f"the drill was broken off ({record.ending}): nothing is scored")
    return 0


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

"""`slotui drill`: what there is to play, what was played, and looking back at it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.lazy import LazyGroup
from slotui.cli.look import look_options
from slotui.cli.options import output_option
from slotui.errors import Problem, SpecError, UsageError

if TYPE_CHECKING:
    from lab.drills.archive import Archive
    from lab.drills.scenario import Scenario
    from slotui.tui.look import Look


def drill_names(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The drills that ship, for completion."""
    from lab.drills.load import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


def drill_ids(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The drills that were played, the newest first, for completion."""
    from lab.drills.archive import past_drills

    return [one.folder.name for one in reversed(past_drills()) if one.folder.name.startswith(incomplete)]


_COMMANDS = {
    "list": ("slotui.cli.drill:list_", "the drills that ship"),
    "show": ("slotui.cli.drill:show", "what a player may know of a drill beforehand"),
    "run": ("slotui.cli.drill_run:run", "play one; or look after one that runs, with --facilitator"),
    "debrief": ("slotui.cli.drill:debrief", "the debrief of one that was played"),
    "replay": ("slotui.cli.drill:replay", "see one again on the screen, with what its player did"),
    "history": ("slotui.cli.drill:history", "what was played, and whether it gets better"),
    "validate": ("slotui.cli.drill:validate", "every problem of drill files, with line and fix"),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def drill() -> None:
    """Practise the page before it comes: incidents against the clock, scored from what machines wrote down."""


@click.command("list", epilog=examples("slotui drill list", "slotui drill list --spoilers"))
@click.option("--spoilers", is_flag=True, help="also what each of them teaches: who reads it knows the answer")
@output_option
def list_(spoilers: bool, output: str) -> None:
    """The drills that ship."""
    from lab.drills.load import load_scenario, shipped
    from slotui.duration import compact

    found = [load_scenario(path) for path in shipped().values()]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/drills/1", "drills": [_about(one, spoilers) for one in found]}))
        return
    wide = max(len(one.name) for one in found)
    for one in found:
        where = "lab or virtual clock" if one.real_time else "virtual clock"
        click.echo(f"{one.name:<{wide}}  {compact(one.lasts):>6}  {where:<20}  {one.title}")
        if spoilers:
            click.echo(f"{'':<{wide}}  {one.teaches}")
    click.echo("\nplay one: slotui drill run NAME; one by chance: slotui drill run surprise", err=True)


@click.command(epilog=examples("slotui drill show tuesday-lunch", "slotui drill show tuesday-lunch --spoilers"))
@click.argument("name", metavar="NAME|FILE", shell_complete=drill_names)
@click.option("--spoilers", is_flag=True, help="the whole file: for facilitators")
def show(name: str, spoilers: bool) -> None:
    """What a player may know of a drill beforehand."""
    import textwrap

    from lab.drills.load import find_scenario, load_scenario
    from slotui.duration import compact

    path = find_scenario(name)
    scenario = load_scenario(path)
    if spoilers:
        click.echo(path.read_text(encoding="utf-8").rstrip())
        return
    where = "in the lab in real time, or on a virtual clock" if scenario.real_time else "on a virtual clock"
    click.echo(f"{scenario.title}\n")
    click.echo(textwrap.fill(" ".join(scenario.brief.split()), 80))
    click.echo(f"\nlasts      {compact(scenario.lasts)}, {where} (usually at {scenario.speed:g}x)")
    click.echo(f"roles      {', '.join(scenario.roles)}")


@click.command(
    epilog=examples("slotui drill validate drills/ours.yaml", exits="0 each can be played, 2 one of them cannot"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def validate(files: tuple[Path, ...]) -> None:
    """Every problem of drill files, with line and fix."""
    from lab.drills.load import load_scenario

    problems: list[Problem] = []
    for file in files:
        try:
            scenario = load_scenario(file)
        except SpecError as error:
            problems += error.problems
        else:
            click.echo(f"{file}: {scenario.name}, fit to be played")
    if problems:
        raise SpecError(problems)


@click.command(epilog=examples("slotui drill history", "slotui drill history --player kim --output json"))
@click.option("--player", help="only the drills of this person")
@click.option("--team", help="only the drills of this team")
@output_option
def history(player: str | None, team: str | None, output: str) -> None:
    """What was played, and whether it gets better."""
    from lab.drills.archive import past_drills
    from lab.drills.history import history_json, history_text
    from lab.drills.score import score
    from slotui.errors import SlotuiError

    played = []
    for one in past_drills():
        try:
            record = one.record()
        except SlotuiError as error:  # one broken folder shall not hide the others
            click.echo(f"left out: {error.what}", err=True)
            continue
        if player in (None, record.player) and team in (None, record.team):
            played.append((record, score(record)))
    click.echo(json.dumps(history_json(played)) if output == "json" else history_text(played))


@click.command(epilog=examples("slotui drill debrief", "slotui drill debrief --format html --out debrief.html"))
@click.argument("drill", required=False, metavar="[DRILL]", shell_complete=drill_ids)
@click.option("--format", "form", type=click.Choice(["markdown", "html"]), default="markdown", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="write it there  [default: print it]")
def debrief(drill: str | None, form: str, out: Path | None) -> None:
    """The debrief of a drill that was played: the last one, or the one of that id."""
    from lab.drills.archive import find_drill
    from lab.drills.debrief import html, markdown
    from lab.drills.score import score
    from slotui.errors import StoreError

    record = find_drill(drill).record()
    text = (html if form == "html" else markdown)(record, score(record))
    if out is None:
        click.echo(text.rstrip())
        return
    try:
        out.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}", fix="name another file with --out") from error
    click.echo(f"{out}: the debrief of {record.id}", err=True)


@click.command(epilog=examples("slotui drill replay", "slotui drill replay --speed 120"))
@click.argument("drill", required=False, metavar="[DRILL]", shell_complete=drill_ids)
@click.option("--speed", metavar="X", help="how many seconds of it go in one  [default: 60]")
@click.option("--after", metavar="DURATION", help="begin so long after its start: 7m")
@look_options
def replay(drill: str | None, speed: str | None, after: str | None, look: Look) -> int:
    """See a drill again on the screen, with what its player did: the last one, or the one of that id."""
    from lab.drills.archive import find_drill
    from slotui.cli.tapes import speed_of
    from slotui.duration import parse

    return _play_again(find_drill(drill), speed_of(speed), parse(after) if after else 0.0, look)


def _play_again(archive: Archive, speed: float, after: float, look: Look) -> int:
    from lab.drills.archive import BOARDS
    from lab.drills.desk import PastDesk, Words
    from lab.drills.marks import marks_of
    from lab.drills.score import lines, score
    from slotui.cli.watch import watch_past
    from slotui.playback import Playback
    from slotui.source.recording.source import RecordingSource

    record = archive.record()
    path = archive.folder / BOARDS
    if not path.exists():
        raise UsageError(f"{record.id} has no recording", fix="its debrief: slotui drill debrief")
    source = RecordingSource(path)
    marks = marks_of(record.events, record.starts, acts=True)
    feed = Playback(source, source.slos, source.policy, entries=lambda: marks, at=record.starts + after, speed=speed)
    words = Words(record.scenario, source.slos, record.commitment, speed)
    desk = PastDesk(words, record.events, lambda: feed.shown - record.starts, lines(score(record)))
    return watch_past(feed, look, "text", drill=desk)


def _about(scenario: Scenario, spoilers: bool) -> dict[str, object]:
    about: dict[str, object] = {
        "name": scenario.name,
        "title": scenario.title,
        "lasts": scenario.lasts,
        "real_time": scenario.real_time,
        "speed": scenario.speed,
    }
    return about | ({"teaches": scenario.teaches} if spoilers else {})

"""What people write into the ledger: notes, deploys, incidents they claim, and what is to be excluded."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from slotui.cli.examples import examples
from slotui.cli.hints import entry_ids, slo_names
from slotui.cli.options import NOTHING_NAMED, Reading, ledger_path, open_source, slo_paths, source_options
from slotui.clock import now, parse_time, to_iso
from slotui.core.entry import EXCLUSIONS, Entry, EntryKind
from slotui.core.plain import clean
from slotui.duration import rough
from slotui.errors import SourceError, UsageError
from slotui.ledger.operator import operator

if TYPE_CHECKING:
    from slotui.cli.options import Opened
    from slotui.ledger.store import Ledger

Command = Callable[..., Any]

_PATH = click.Path(path_type=Path)
ledger_option = click.option("--ledger", "path", type=_PATH, help="the ledger file  [default: in the state folder]")


def _mark_options(command: Command) -> Command:
    """The options of what is only a moment: it needs no source."""
    for option in (
        ledger_option,
        click.option("--slos", type=_PATH, multiple=True, help="SLO files or folders, to know the names"),
        click.option("--at", metavar="TIME", help="when it was  [default: now]"),
        click.option(
            "--slo",
            "names",
            metavar="SLO",
            multiple=True,
            shell_complete=slo_names,
            help="the SLO it is about  [default: all]",
        ),
    ):
        command = option(command)
    return command


@click.command(epilog=examples("slotui ledger note 'sale starts at noon' --slo checkout-availability"))
@click.argument("text")
@_mark_options
def note(text: str, names: tuple[str, ...], at: str | None, slos: tuple[Path, ...], path: Path | None) -> None:
    """Write down what is worth remembering. Prints the entry's id, as all that write do."""
    _write_mark("note", _text(text, "a note"), names, at, replace(NOTHING_NAMED, slos=slos, ledger=path))


@click.command(
    epilog=examples(
        "slotui ledger deploy 'checkout 1.42'",
        "slotui ledger deploy 'checkout 1.41' --at 2026-11-20T12:00:00Z",
    ),
)
@click.argument("name")
@_mark_options
def deploy(name: str, names: tuple[str, ...], at: str | None, slos: tuple[Path, ...], path: Path | None) -> None:
    """Mark a deploy.

    What burned after it can then be seen beside it.
    """
    _write_mark("deploy", _text(name, "a deploy"), names, at, replace(NOTHING_NAMED, slos=slos, ledger=path))


@click.command(
    epilog=examples(
        "slotui ledger claim 2026-11-20T12:00:00Z 2026-11-20T12:40:00Z \\\n"
        "      --slo checkout-availability --reason 'payment provider down'"
    )
)
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option(
    "--slo", "names", metavar="SLO", multiple=True, shell_complete=slo_names, required=True, help="whose budget it cost"
)
@click.option("--reason", metavar="TEXT", required=True, help="what it was")
@source_options
def claim(reading: Reading, start: str, end: str, names: tuple[str, ...], reason: str) -> None:
    """Say that a stretch was an incident. Its cost is counted in the source, less what other entries stand for."""
    stretch = _stretch(start, end)
    entry = _spend("incident", stretch, (), _text(reason, "a claim"))
    opened = open_source(reading)
    _write_measured(opened, replace(entry, slos=known_names(names, [slo.name for slo in opened.slos])))


@click.command(
    epilog=examples(
        "slotui ledger exclude 3f9a21c4 --kind provider --reason 'their incident 4711'",
        "slotui ledger exclude 2026-11-20T12:00:00Z..2026-11-20T12:40:00Z \\\n"
        "      --kind maintenance --reason 'announced'",
    ),
)
@click.argument("what", metavar="ID|FROM..TO", shell_complete=entry_ids)
@click.option("--kind", type=click.Choice(sorted(EXCLUSIONS)), required=True, help="whose fault it was not")
@click.option(
    "--slo",
    "names",
    metavar="SLO",
    multiple=True,
    shell_complete=slo_names,
    help="with FROM..TO: of which SLOs  [default: all]",
)
@click.option("--reason", metavar="TEXT", required=True, help="why it should not count")
@source_options
def exclude(
    reading: Reading, what: str, kind: Literal["maintenance", "provider"], names: tuple[str, ...], reason: str
) -> None:
    """Show figures without a spend, too.

    What is excluded is an entry, or a stretch of time. No count is changed: every sum is shown with and without.
    """
    from slotui.ledger.store import Ledger

    said = _text(reason, "an exclusion")
    first, dots, last = what.partition("..")
    if dots:
        entry = _spend(kind, _stretch(first, last), (), said)
        opened = open_source(reading)
        known = [slo.name for slo in opened.slos]
        _write_measured(opened, replace(entry, slos=known_names(names or known, known)))
        return
    if names:
        raise UsageError("--slo goes with FROM..TO: an entry has its own SLOs", fix="leave it out")
    ledger = Ledger(ledger_path(reading))
    about = _excludable(ledger, what)
    assert about.ended is not None  # noqa: S101 - what is open is not excludable
    entry = _spend(kind, (about.started, about.ended), about.slos or tuple(about.observed), said)
    _write(ledger, replace(entry, about=about.id))


def _excludable(ledger: Ledger, entry_id: str) -> Entry:
    """The entry of that id, if it can be excluded. Raises `UsageError` with the reason why not."""
    found = ledger.find(entry_id)
    if found.kind in EXCLUSIONS:
        raise UsageError(f"{entry_id} is an exclusion itself", fix="name what it should not count")
    if not found.spends:
        raise UsageError(f"{entry_id} ({found.kind}) spent nothing", fix="name a spend, or a stretch: FROM..TO")
    if found.open:
        raise UsageError(f"{entry_id} is still open", fix="exclude it when it is over")
    by = next((one for one in ledger.entries() if one.about == entry_id and one.kind in EXCLUSIONS), None)
    if by is not None:
        raise UsageError(f"{entry_id} is excluded already, by {by.id}", fix=f"see it: slotui ledger show {by.id}")
    return found


def _write_mark(kind: EntryKind, text: str, names: Sequence[str], at: str | None, reading: Reading) -> None:
    from slotui.ledger.store import Ledger

    moment = now() if at is None else _past(at)
    entry = Entry(
        secrets.token_hex(4),
        kind,
        _in_files(reading, names),
        operator(),
        text,
        "",
        moment,
        ended=moment,
        ending="noted",
    )
    _write(Ledger(ledger_path(reading)), entry)


def _write_measured(opened: Opened, entry: Entry) -> None:
    """Write an entry down with what its stretch cost each SLO, where no other entry stands for it."""
    from slotui.ledger.store import Ledger

    ledger = Ledger(opened.ledger)
    cost = asyncio.run(_counted(opened, entry, ledger.entries()))
    if not cost:
        by = [one.id for one in ledger.entries() if one.spends and one.started < (entry.ended or 0)]
        raise UsageError(
            f"all of {to_iso(entry.started)} to {to_iso(entry.ended or 0)} is in the ledger already",
            fix=f"see the last before its end: slotui ledger show {by[-1]}",
        )
    _write(ledger, replace(entry, observed=cost))


async def _counted(opened: Opened, entry: Entry, others: Iterable[Entry]) -> Mapping[str, float]:
    """Bad events of the entry's stretch by SLO. Raises `SourceError` where a part of it was not measured."""
    from slotui.core.account import uncovered

    source, start, end = opened.source, entry.started, entry.ended or entry.started
    try:
        await source.read()
        if (early := end + source.settle - now()) > 0:
            raise UsageError(
                f"{to_iso(end)} is so near that not every event is counted", fix=f"try again in {rough(early)}"
            )
        cost: dict[str, float] = {}
        for slo in entry.slos:
            for left, right in uncovered(start, end, others, slo):
                counts = await source.count(slo, left, right)
                if counts is None:
                    raise SourceError(
                        f"{slo}: nothing was measured from {to_iso(left)} to {to_iso(right)}",
                        fix="what nobody counted has no cost; leave a note instead: slotui ledger note TEXT",
                    )
                cost[slo] = cost.get(slo, 0.0) + counts.bad
        return cost
    finally:
        await source.close()


def _write(ledger: Ledger, entry: Entry) -> None:
    ledger.open_entry(entry)
    told = ", ".join(f"{bad:,.0f} bad of {slo}" for slo, bad in entry.observed.items())
    click.echo(entry.id)
    click.echo(f"slotui: {entry.kind} {entry.id} is in {ledger.path}{': ' if told else ''}{told}", err=True)


def _spend(kind: EntryKind, stretch: tuple[float, float], slos: tuple[str, ...], reason: str) -> Entry:
    start, end = stretch
    ending = "excluded" if kind in EXCLUSIONS else "claimed"
    return Entry(secrets.token_hex(4), kind, slos, operator(), reason, "", start, ended=end, ending=ending)


def _stretch(first: str, last: str) -> tuple[float, float]:
    start, end = _past(first), _past(last)
    if start >= end:
        raise UsageError(f"{first} is not before {last}", fix="write the earlier time first")
    return start, end


def _past(text: str) -> float:
    """UTC seconds of a time that is over. Raises `UsageError`."""
    at = parse_time(text)
    if at > (present := now()):
        raise UsageError(
            f"{text} lies in the future",
            fix=f"the ledger holds what happened, and now is {to_iso(present)}; planned works belong into the policy",
        )
    return at


def _text(text: str, what: str) -> str:
    """One line that is safe to print anywhere. Raises `UsageError` where nothing is left of it."""
    said = clean(text).strip()
    if not said:
        raise UsageError(f"{what} without a word says nothing", fix="write what it was, in a few words")
    return said


def _in_files(reading: Reading, names: Sequence[str]) -> tuple[str, ...]:
    """The names, if the SLO files have them; where there are no files, as they are."""
    from slotui.spec.load import load_slos

    if not names:
        return ()
    try:
        paths = slo_paths(reading)
    except UsageError:
        return tuple(clean(name) for name in names)
    return known_names(names, [slo.name for slo in load_slos(paths)])


def known_names(names: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """The names, each once. Raises `UsageError` for one that no SLO has."""
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                f"no SLO is named {name!r}", fix=f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            )
    return tuple(dict.fromkeys(names))

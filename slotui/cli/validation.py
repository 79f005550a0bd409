"""What `slotui validate` finds in files and, where one is named, on a server; and how it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from slotui.clock import now
from slotui.core.lints import Lint, Traffic, traffic_lints, written_lints
from slotui.core.live_lints import Look, Retention, kept_long_enough, live_lints, retention_lints
from slotui.core.plain import clean
from slotui.core.slo import Slo
from slotui.duration import compact
from slotui.errors import Location, Problem, SourceError, SpecError
from slotui.source.connection import Connection
from slotui.spec.load import Loaded, load_located, policy_notes

_SCHEMA = "slotui/validate/1"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `most` is the share of a budget that one failure may cost."""

    policy: Path | None
    prometheus: str | None
    connection: Connection
    requests_per_window: float | None
    most: float
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Warned:
    """A lint, and where to change the file."""

    where: Location
    lint: Lint

    def __str__(self) -> str:
        return f"{self.where}: warning: {self.lint.what} [{self.lint.check}]\n  {self.lint.fix}"


@dataclass(frozen=True, slots=True)
class Server:
    """What one look at a server gave: its memory and every SLO, or why it could not be asked."""

    url: str
    retention: Retention
    looks: Mapping[str, Look] = field(default_factory=dict)
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """All that was found. `slos` is how many were read; 0 where a problem kept them from being read."""

    slos: tuple[Slo, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]
    notes: tuple[Problem, ...]
    others: Mapping[str, int]
    server: Server | None

    def exit_code(self, *, strict: bool) -> int:
        """2 on problems, else 7 when the server could not be asked, else 1 on warnings if `strict`, else 0."""
        if self.problems:
            return SpecError.exit_code
        if self.server is not None and self.server.error is not None:
            return SourceError.exit_code
        return 1 if strict and self.warnings else 0


def validation(paths: Iterable[Path], options: Options) -> Validation:
    """Read the files, and if they are sound look for what misleads. Raises `UsageError` where there is nothing."""
    problems: list[Problem] = []
    loaded = Loaded(())
    try:
        loaded = load_located(paths)
    except SpecError as error:
        problems += error.problems
    slos = loaded.slos
    notes = list(loaded.notes)
    try:
        if options.policy:
            notes += policy_notes(options.policy, [slo.name for slo in slos])
    except SpecError as error:
        problems += error.problems
    server = _server(options.prometheus, options.connection, slos) if options.prometheus and slos else None
    warnings = [
        Warned(origin.locate(lint.part), lint)
        for slo, origin in loaded.located
        for lint in _lints(slo, options, server)
        if lint.check not in options.allowed
    ]
    found = tuple(sorted(warnings, key=_place))
    return Validation(slos, tuple(sorted(problems)), found, tuple(notes), loaded.others, server)


def _place(warned: Warned) -> tuple[str, int, int]:
    return warned.where.file, warned.where.line, warned.where.column


def _lints(slo: Slo, options: Options, server: Server | None) -> tuple[Lint, ...]:
    look = server.looks.get(slo.name) if server else None
    traffic = look.traffic if look else None
    if options.requests_per_window is not None:
        traffic = Traffic(options.requests_per_window, slo.window, "as given")
    return (
        *written_lints(slo),
        *(traffic_lints(slo, traffic, options.most) if traffic else ()),
        *(retention_lints(slo, server.retention) if server else ()),
        *(live_lints(slo, look) if look else ()),
    )


def _server(url: str, connection: Connection, slos: Sequence[Slo]) -> Server:
    from slotui.source.prometheus.api import Api
    from slotui.source.prometheus.inspection import inspect
    from slotui.source.prometheus.retention import retention

    async def look(api: Api) -> Server:
        try:
            return Server(api.url, await retention(api), await inspect(api, slos, now()))
        except SourceError as error:
            return Server(api.url, Retention(None, "it could not be asked"), error=error)
        finally:
            await api.close()

    return asyncio.run(look(Api(url, connection)))


def report(found: Validation, output: str) -> None:
    """Tell it: sentences on stderr, or one JSON document on stdout."""
    if output == "json":
        click.echo(json.dumps(to_json(found), indent=1))
        return
    for problem in found.problems:
        click.echo(str(problem), err=True)
    for note in found.notes:
        click.echo(f"{note.where}: note: {note.what}\n  {note.fix}", err=True)
    for warned in found.warnings:
        click.echo(str(warned), err=True)
    server = found.server
    if server is not None and server.error is not None:
        click.echo(f"slotui: {clean(server.error.what)}\n  {server.error.fix}".rstrip(), err=True)
    elif server is not None and server.retention.seconds is None:
        wanted = compact(max(kept_long_enough(slo.window) for slo in found.slos))
        click.echo(f"retention unknown: {server.retention.unknown}\n  see that it is {wanted} or more", err=True)
    click.echo(_summary(found), err=True)


def _summary(found: Validation) -> str:
    problems = _counted(len(found.problems), "problem") if found.problems else "no problem"
    warnings = f", {_counted(len(found.warnings), 'warning')}" if found.warnings else ""
    slos = f"{_counted(len(found.slos), 'SLO')}, " if found.slos else ""
    if not found.slos and found.others:
        slos = f"no SLO, {', '.join(f'{count} {kind}' for kind, count in found.others.items())}, "
    return f"{slos}{problems}{warnings}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def to_json(found: Validation) -> dict[str, Any]:
    """The document of `--output json`; additions only. `server` is null unless one was asked."""
    server = found.server
    return {
        "schema": _SCHEMA,
        "slos": [slo.name for slo in found.slos],
        "problems": [{**_where(p.where), "what": p.what, "fix": p.fix} for p in found.problems],
        "warnings": [
            {
                **_where(warned.where),
                "slo": warned.lint.slo,
                "check": str(warned.lint.check),
                "what": warned.lint.what,
                "fix": warned.lint.fix,
            }
            for warned in found.warnings
        ],
        "notes": [{**_where(note.where), "what": note.what, "fix": note.fix} for note in found.notes],
        "server": server
        and {
            "url": server.url,
            "retention_seconds": server.retention.seconds,
            "retention_unknown": server.retention.unknown or None,
            "error": server.error and server.error.what,
        },
    }


def _where(where: Location) -> dict[str, Any]:
    return {"file": where.file, "line": where.line, "column": where.column}

"""A timetable as people write it, in YAML: strict, every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from chaos.schedule.schema import EntryShape, ScheduleDocument
from chaos.schedule.timetable import Offsets, Routine, Timetable
from chaos.spend.order import Order
from slotui.core.cron import Cron
from slotui.duration import compact
from slotui.errors import Problem, SpecError, UsageError
from slotui.spec.blackouts import blackouts_of, cron_of, zone_of
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document, check, read_documents


class Inject(Protocol):
    """What reads the words of `inject:`, which are the options of `chaos inject` without their dashes."""

    @property
    def names(self) -> Collection[str]:
        """The words that there are."""

    def check(self, name: str, text: str) -> None:
        """Raises UsageError where the option cannot have that value."""

    def order(self, words: Mapping[str, str]) -> Order:
        """What they mean together. Raises UsageError where they do not fit."""


def load_timetable(path: Path, inject: Inject) -> Timetable:
    """The timetable of a file. Raises `SpecError` with every problem, `UsageError` for a missing file."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file", fix="name your timetable: chaos schedule FILE")
    documents = read_documents(path)
    if len(documents) != 1:
        raise UsageError(f"{path}: {len(documents)} documents", fix="a timetable is one document of kind ChaosSchedule")
    return _timetable(documents[0], inject)


def _timetable(document: Document, inject: Inject) -> Timetable:
    model, problems = check(document, ScheduleDocument)
    if model is None:
        raise SpecError([*problems, *_unfit_orders(document, inject)])
    spec, findings = model.spec, Findings()
    zone = zone_of(document, ["spec", "timeZone"], spec.timeZone, findings)
    blackouts, closed = blackouts_of(document, ["spec", "blackouts"], spec.blackouts)
    routines: list[Routine] = []
    for index, entry in enumerate(spec.entries):
        path: list[str | int] = ["spec", "entries", index]
        name = entry.name or f"entry {index + 1}"
        if any(name == other.name for other in routines):
            findings.wrong(document, [*path, "name"], f"a second entry is named {name!r}", "give it another name")
        when = _when(document, path, entry, zone, findings)
        words, order = _ordered(document, [*path, "inject"], entry.inject, inject, findings)
        if when is None or order is None:
            continue
        if not spec.overlap and isinstance(when, Offsets) and when.every is not None and when.every <= order.seconds:
            what = f"{name!r} is to run for {compact(order.seconds)} every {compact(when.every)}: into itself"
            findings.wrong(document, [*path, "every"], what, "write a longer `every`, or `overlap: true`")
        routines.append(Routine(name, when, order, words, entry.jitter, entry.count, entry.until, entry.cap))
    if findings.problems or closed:
        raise SpecError([*findings.problems, *closed])
    return Timetable(model.metadata.name, tuple(routines), spec.seed, spec.cap, spec.overlap, spec.until, blackouts)


def _unfit_orders(document: Document, inject: Inject) -> tuple[Problem, ...]:
    """What is wrong under each `inject:` of a document that has another shape than it should."""
    findings, spec = Findings(), document.data.get("spec") if isinstance(document.data, dict) else None
    entries = spec.get("entries") if isinstance(spec, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("inject"), dict):
            _ordered(document, ["spec", "entries", index, "inject"], entry["inject"], inject, findings)
    return tuple(findings.problems)


def _when(
    document: Document, path: list[str | int], entry: EntryShape, zone: str | None, findings: Findings
) -> Offsets | Cron | None:
    own = zone_of(document, [*path, "timeZone"], entry.timeZone, findings)
    for what, fix in _misfits(entry, entry.timeZone or zone):
        findings.wrong(document, path, what, fix)
        return None
    if entry.cron is not None:
        return cron_of(document, [*path, "cron"], entry.cron, own or zone or "UTC", findings)
    first = entry.every if entry.at is None else entry.at
    return Offsets(first or 0.0, entry.every)


def _misfits(entry: EntryShape, zone: str | None) -> Iterator[tuple[str, str]]:
    """What is missing, or is too much, to know when it runs; of several the first is told."""
    if entry.cron is not None and (entry.at is not None or entry.every is not None):
        yield "it has both a cron time and an offset", "write `cron`, or `at` and `every`"
    elif entry.cron is None and entry.at is None and entry.every is None:
        yield "nobody knows when it runs", 'add `at: 10m`, `every: 1h`, or `cron: "0 9 * * MON-FRI"`'
    elif entry.cron is not None and zone is None:
        yield "its cron time is on nobody's clocks", "add `timeZone: Europe/Berlin`, or UTC"


def _ordered(
    document: Document, path: list[str | int], fields: Mapping[str, Any], inject: Inject, findings: Findings
) -> tuple[dict[str, str], Order | None]:
    """The words of `inject:`, and what they mean; None where something is wrong with them."""
    words: dict[str, str] = {}
    before = len(findings.problems)
    for name, value in fields.items():
        if name not in inject.names:
            fix = nearest(str(name), inject.names, f"known here: {', '.join(sorted(inject.names))}")
            findings.wrong(document, [*path, name], f"`chaos inject` has no option --{name}", fix, key=True)
        elif isinstance(value, bool) or not isinstance(value, str | int | float):
            findings.wrong(document, [*path, name], f"`{name}` is {value!r}", "write one value")
        else:
            words[name] = str(value)
            try:
                inject.check(name, words[name])
            except UsageError as error:
                findings.wrong(document, [*path, name], f"`{name}`: {error.what}", error.fix)
    if len(findings.problems) > before:
        return words, None
    try:
        return words, inject.order(words)
    except UsageError as error:
        findings.wrong(document, path, error.what, error.fix or "see: chaos inject --help")
        return words, None

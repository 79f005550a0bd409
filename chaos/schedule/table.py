"""A priced timetable as a person, or a script, reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chaos.schedule.forecast import Cost, Foreseen
from chaos.schedule.timetable import Timetable
from chaos.spend.quote import Quote
from slotui.clock import to_iso
from slotui.core.entry import Estimate
from slotui.core.figures import cost
from slotui.core.plain import clean
from slotui.duration import compact

_COLUMNS = ("DUE", "RUN", "FOR", "SLO", "COST", "SO FAR", "TIER AFTER")


def table_text(timetable: Timetable, foreseen: Sequence[Foreseen], quotes: Mapping[str, Quote]) -> str:
    """The next runs in columns, the faults by name, and what speaks against them now."""
    rows = [_COLUMNS, *(row for one in foreseen for row in _rows(one))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    skipped = [f"  {one.run.name} will be skipped: {one.skipped}" for one in foreseen if one.skipped]
    capped = f", at most {timetable.cap * 100:g}% of each budget" if timetable.cap is not None else ""
    return "\n".join(
        [
            f"timetable {clean(timetable.name)}: the next {len(foreseen)} runs{capped}",
            *(f"  {name}: {quote.fault} for {compact(quote.seconds)}" for name, quote in quotes.items()),
            *lines,
            *skipped,
            *_against(quotes),
            *_assumed(quotes),
        ]
    )


def table_json(timetable: Timetable, foreseen: Sequence[Foreseen], quotes: Mapping[str, Quote]) -> dict[str, Any]:
    """Stable keys; what is not known is null."""
    return {
        "schema": "slotui/timetable/1",
        "name": timetable.name,
        "seed": timetable.seed,
        "cap": timetable.cap,
        "overlap": timetable.overlap,
        "runs": [_run(one, quotes[one.run.routine.name]) for one in foreseen],
        "against": {name: [one.why for one in quote.against] for name, quote in quotes.items()},
    }


def _run(one: Foreseen, quote: Quote) -> dict[str, Any]:
    return {
        "due": to_iso(one.run.due),
        "entry": one.run.routine.name,
        "number": one.run.number,
        "fault": quote.fault,
        "seconds": one.run.seconds,
        "skipped": one.skipped,
        "why": quote.why or None,
        "costs": None
        if one.costs is None
        else [
            {
                "slo": each.slo,
                "share": each.share and asdict(each.share),
                "so_far": each.so_far and asdict(each.so_far),
                "tier_after": each.tier and each.tier.name,
            }
            for each in one.costs
        ],
    }


def _rows(one: Foreseen) -> Iterator[tuple[str, ...]]:
    head = (to_iso(one.run.due), clean(one.run.name), compact(one.run.seconds))
    if one.skipped:
        yield (*head, "", "skipped", "", "")
    elif one.costs is None:
        yield (*head, "", "unknown", "", "")
    elif not one.costs:
        yield (*head, "none", "", "", "")
    for each in () if one.skipped else one.costs or ():
        yield (*head, *_figures(each))
        head = ("", "", "")


def _figures(each: Cost) -> tuple[str, ...]:
    return each.slo, _share(each.share), _share(each.so_far), each.tier.name if each.tier else "unknown"


def _share(share: Estimate | None) -> str:
    return "unknown" if share is None else f"{cost(share.mid)} ({cost(share.low)}-{cost(share.high)})"


def _against(quotes: Mapping[str, Quote]) -> Iterator[str]:
    for name, quote in quotes.items():
        for one in quote.against:
            yield f"  now a guard is against {name}: {one.why}"
        if quote.plans is None:
            yield f"  price of {name} unknown: {quote.why}"


def _assumed(quotes: Mapping[str, Quote]) -> Iterator[str]:
    notes = (note for quote in quotes.values() for plan in quote.plans or () for note in plan.price.assumed)
    yield from (f"  assumed: {note}" for note in dict.fromkeys(notes))

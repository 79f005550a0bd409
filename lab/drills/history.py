"""The drills of a person or a team, one after the other, and whether they get better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import get_args

from lab.drills.record import Record
from lab.drills.scorecard import Part, PartName, Scorecard
from slotui.core.figures import UNKNOWN
from slotui.duration import HOUR, MINUTE, rough
from slotui.view.ink import fit, plain, wrapped

SCHEMA = "slotui/drill-history/1"

COLUMNS = 80
_RECENT = 5
"""Drills that are held against all before them."""

_PARTS: tuple[PartName, ...] = get_args(PartName)
_MEASURED: tuple[PartName, ...] = ("detect", "acknowledge", "mitigation", "budget")
_HEADS = {"acknowledge": "ack", "mitigation": "mitigate"}
_CLOCKS = {"virtual": "virt", "real": "real"}
_STEPS = "▁▂▃▄▅▆▇█"
_LAST = 20
"""Drills of a sparkline."""

_FIXED, _CELL, _WIDE = 25, 10, 80
"""Columns of date, clock and score; of one cell of what was measured; and from which on those have room."""

Played = Sequence[tuple[Record, Scorecard]]


@dataclass(frozen=True, slots=True)
class Trend:
    """The mean share of its points that a part earned: in the last drills, and in those before. None: no such drill."""

    part: str
    recent: float | None
    before: float | None
    shares: tuple[float, ...]

    @property
    def change(self) -> float | None:
        """Points of a hundred; None where there is nothing to compare."""
        return None if self.recent is None or self.before is None else 100 * (self.recent - self.before)


def trends(played: Played) -> tuple[Trend, ...]:
    """The whole score's trend, then each part's: the last five drills in which it counted against those before."""
    cards = [card for _, card in _in_order(played) if card.scored]
    by_part = ([part.share for card in cards if (part := card.part(name)) is not None] for name in _PARTS)
    whole = _trend("score", [(card.points or 0) / 100 for card in cards])
    return (whole, *(_trend(name, shares) for name, shares in zip(_PARTS, by_part, strict=True)))


def history_json(played: Played) -> dict[str, object]:
    """All of it for programs. Times are seconds, shares fractions."""
    return {
        "schema": SCHEMA,
        "drills": [_row_json(record, card) for record, card in _in_order(played)],
        "trends": [
            {"part": one.part, "recent": one.recent, "before": one.before, "change": one.change}
            for one in trends(played)
        ],
    }


def history_text(played: Played, columns: int = COLUMNS) -> str:
    """A table and the trend, in lines of at most `columns`, which are 40 at least."""
    if not played:
        return "no drill was played yet: slotui drill list"
    columns = max(40, columns)
    rows = [*_table(played, columns), "", *_trend_rows(played, columns)]
    return "\n".join(row.rstrip() for row in rows)


def _in_order(played: Played) -> list[tuple[Record, Scorecard]]:
    return sorted(played, key=lambda one: (one[0].played, one[0].id))


def _trend(part: str, shares: list[float]) -> Trend:
    recent, before = shares[-_RECENT:], shares[:-_RECENT]
    return Trend(part, fmean(recent) if recent else None, fmean(before) if before else None, tuple(shares))


def _row_json(record: Record, card: Scorecard) -> dict[str, object]:
    return {
        "id": record.id,
        "drill": record.scenario.name,
        "player": record.player,
        "team": record.team,
        "played": record.played,
        "clock": record.clock,
        "speed": record.speed,
        "ending": record.ending,
        "points": card.points,
        "parts": {part.name: {"share": part.share, "measured": part.measured, "par": part.par} for part in card.parts},
    }


def _table(played: Played, columns: int) -> Iterator[str]:
    measured: tuple[PartName, ...] = _MEASURED if columns >= _WIDE else ()
    names = columns - (_FIXED + _CELL * len(measured))
    heads = "".join(f"{_HEADS.get(name, name):>{_CELL}}" for name in measured)
    yield f"{'date':<10}  {fit('drill', names)} clock score{heads}"
    for record, card in _in_order(played):
        date = f"{datetime.fromtimestamp(int(record.played), UTC):%Y-%m-%d}"
        points = UNKNOWN if card.points is None else str(card.points)
        cells = "".join(f"{_against(card.part(name)):>{_CELL}}" for name in measured)
        yield f"{date}  {fit(record.scenario.name, names)} {_CLOCKS[record.clock]:<5} {points:>5}{cells}"
    if measured:
        yield from _wrapped(
            "After the score: what was measured/par, - for never, and for what does not apply.", columns
        )


def _against(part: Part | None) -> str:
    if part is None:
        return UNKNOWN
    words = _share if part.name == "budget" else _time
    return f"{UNKNOWN if part.measured is None else words(part.measured)}/{words(part.par)}"


def _time(seconds: float) -> str:
    """A length of time in few columns: one unit, where the second says little.

    >>> _time(130), _time(670), _time(4800), _time(40000)
    ('2m10s', '11m', '1h20m', '11h')
    """
    if seconds >= 10 * HOUR:
        return f"{round(seconds / HOUR)}h"
    return f"{round(seconds / MINUTE)}m" if 10 * MINUTE <= seconds < HOUR else rough(seconds)


def _share(share: float) -> str:
    """A share in few columns.

    >>> _share(0.304), _share(0.026), _share(0.0012)
    ('30%', '2.6%', '0.1%')
    """
    return f"{100 * share:.{0 if share >= 0.1 else 1}f}%"


def _trend_rows(played: Played, columns: int) -> Iterator[str]:
    scored = sum(card.scored for _, card in played)
    if not scored:
        yield from _wrapped("Nothing was scored yet, so there is no trend.", columns)
        return
    last = min(_RECENT, scored)
    yield from _wrapped(
        f"Share of the points, the last {last} against those before" if scored > _RECENT
        else f"Share of the points; a trend needs more than {_RECENT} drills, so far {scored}",
        columns,
    )  # fmt: skip
    room = max(0, min(_LAST, columns - 37))
    for one in trends(played):
        if one.recent is not None:
            change = "" if one.change is None else f"{one.change:+.0f} points"
            yield f"{one.part:<12} {100 * one.recent:>4.0f}%  {change:<12} {_sparkline(one.shares, room)}"


def _sparkline(shares: Sequence[float], columns: int) -> str:
    """The last shares, one a column.

    >>> _sparkline([0.0, 0.5, 1.0], 8), _sparkline([0.0, 0.5, 1.0], 2), _sparkline([1.0], 0)
    ('▁▅█', '▅█', '')
    """
    shown = shares[-columns:] if columns else ()
    return "".join(_STEPS[round(share * (len(_STEPS) - 1) + 0.001)] for share in shown)


def _wrapped(text: str, columns: int) -> Iterator[str]:
    yield from (plain(row) for row in wrapped(text, columns))

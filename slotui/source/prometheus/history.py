"""Five-minute counts of every SLO, as a Prometheus recorded them, or computed by it where no rule does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from slotui.core.counting import BAD, ELIGIBLE, STEP, bad_expr, eligible_expr
from slotui.core.reading import HISTORY_BEYOND_WINDOW
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY
from slotui.source.prometheus.api import Api, Series
from slotui.source.prometheus.questions import Question, answers, joined

_LAG = 30
"""Seconds that a step is left to ripen before it is computed, so that its last scrape is in."""
_CHUNK = 10 * DAY
"""A range query returns at most 11 000 points a series; ten days of five-minute steps are 2 880."""


class History:
    """One timeline of five-minute spans for each SLO, kept up to date."""

    def __init__(self, api: Api, slos: Sequence[Slo]) -> None:
        self._api = api
        self._slos = {slo.name: slo for slo in slos}
        self._lines = {slo.name: Timeline() for slo in slos}
        self._asked_until: float | None = None
        self._recorded: set[str] = set()

    def line(self, slo: str) -> Timeline:
        """The counts of an SLO, as far as they are known."""
        return self._lines[slo]

    async def catch_up(self, at: float) -> None:
        """Load every step that is complete at `at`: at most a request or two in five minutes. Raises `SourceError`."""
        if self._asked_until is not None and at < self._asked_until + STEP:
            return
        span = max((slo.window for slo in self._slos.values()), default=0) + HISTORY_BEYOND_WINDOW
        first = self._asked_until is None
        start = at - span if self._asked_until is None else self._asked_until - STEP
        recorded = await self._load_recorded(start, at)
        self._recorded |= set(recorded)
        # Rules that were loaded some days ago have recorded since then; what lies before is computed once.
        begins = {name: pair[0].points[0][0] - STEP for name, pair in recorded.items()}
        bare = {
            name: begins.get(name, math.inf)
            for name, slo in self._slos.items()
            if name not in self._recorded or (first and begins[name] > at - slo.window + STEP)
        }
        until = (at if at % STEP == 0 else at - _LAG) // STEP * STEP
        if bare:
            await self._compute(bare, start, until)
        for name, (eligible, bad) in recorded.items():
            self._append(name, _spans(eligible, bad))
        self._asked_until = until

    async def _load_recorded(self, start: float, at: float) -> dict[str, tuple[Series, Series | None]]:
        """Eligible and bad counts, by SLO name, of those that rules record."""
        names = "|".join(self._slos)  # letters, digits and dashes: nothing to escape
        selector = f'{{__name__=~"{ELIGIBLE}|{BAD}",slo=~"{names}"}}[{max(1, round(at - start))}s]'
        found: dict[str, dict[str, Series]] = {}
        for series in await self._api.query(selector, at):
            found.setdefault(series.labels.get("slo", ""), {})[series.labels.get("__name__", "")] = series
        return {
            name: (pair[ELIGIBLE], pair.get(BAD))
            for name, pair in found.items()
            if name in self._slos and ELIGIBLE in pair
        }

    async def _compute(self, wanted: Mapping[str, float], start: float, until: float) -> None:
        """Count from the raw series; `wanted` says, by SLO name, up to when (UTC seconds)."""
        until = min(until, max(wanted.values()) + STEP)
        left = (start // STEP + 1) * STEP
        while left <= until:
            right = min(left + _CHUNK, until)
            asked = [
                question
                for sli, name in ((self._slos[name].sli, name) for name in wanted)
                for question in (
                    Question((name, "eligible"), eligible_expr(sli, STEP, exact=True)),
                    Question((name, "bad"), bad_expr(sli, STEP, exact=True)),
                )
            ]
            found = answers(await self._api.query_range(joined(asked), left, right, STEP))
            for name, end in wanted.items():
                eligible = found.get((name, "eligible"))
                if eligible is not None:
                    spans = _spans(eligible, found.get((name, "bad")))
                    self._append(name, (span for span in spans if span.start < end))
            left = right + STEP

    def _append(self, name: str, spans: Iterable[Span]) -> None:
        line = self._lines[name]
        for span in spans:
            line.extend(_new_part(line, span))


def _spans(eligible: Series, bad: Series | None) -> Iterator[Span]:
    bad_at = dict(bad.points) if bad is not None else {}
    for at, events in eligible.points:
        yield Span(at - STEP, at, events, min(bad_at.get(at, 0.0), events), STEP)


def _new_part(line: Timeline, span: Span) -> list[Span]:
    """What a span adds to a timeline; where both saw the same events, less what the timeline knows of them."""
    last = line.last
    if last is None or span.start >= last:
        return [span]
    if span.end <= last + 1e-3:
        return []
    known = line.between(span.start, last)
    eligible = max(0.0, span.eligible - known.eligible)
    return [Span(last, span.end, eligible, min(eligible, max(0.0, span.bad - known.bad)), span.end - last)]

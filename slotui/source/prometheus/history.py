"""Five-minute counts of every SLO, as a Prometheus recorded them, or computed by it where no rule does."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slotui.core.counting import BAD, ELIGIBLE, STEP, eligible_expr, part_expr, slice_bad_expr
from slotui.core.reading import HISTORY_BEYOND_WINDOW
from slotui.core.sli import EventSli, SliceSli
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.errors import SourceError
from slotui.source.prometheus.api import Api, Series
from slotui.source.prometheus.questions import Question, ask_range

_LAG = 30
"""Seconds that a step is left to ripen before it is computed, so that its last scrape is in."""
_CHUNK = 5 * DAY
"""VictoriaMetrics computes at most 30 000 points a series; five days of looks every 15 seconds are 28 800."""

_DENSE = 4
"""Samples in a step, on whose first and last `increase` may rely: scrapes a minute apart or closer."""
_BETWEEN_LOOKS = 6 * HOUR
_POINTS = 10_000
"""Prometheus returns at most 11 000 points a series."""
_EXACT = 2 * DAY
"""Seconds before now that are counted to the event; what is older by `increase`, which is ten times as cheap and
right on average: it scales each step up from its first and last sample."""

_State = tuple[dict[str, Timeline], float | None, set[str]]


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known before an answer in part, which is shown `until` (UTC seconds) it is asked for again."""

    state: _State
    until: float


class History:
    """One timeline of five-minute spans for each SLO, kept up to date."""

    def __init__(self, api: Api, slos: Sequence[Slo]) -> None:
        self._api = api
        self._slos = {slo.name: slo for slo in slos}
        self._lines = {slo.name: Timeline() for slo in slos}
        self._asked_until: float | None = None
        self._recorded: set[str] = set()
        self._before: _Before | None = None
        self.doubts: tuple[str, ...] = ()

    def line(self, slo: str) -> Timeline:
        """The counts of an SLO, as far as they are known."""
        return self._lines[slo]

    async def catch_up(self, at: float) -> None:
        """Load every step that is complete at `at`: at most a request or two in five minutes. Raises `SourceError`.

        What servers gave in part is kept until the next minute only, then asked for again; `doubts` says why.
        """
        if self._before is not None and at < self._before.until:
            return
        if self._before is not None:
            self._lines, self._asked_until, self._recorded = self._before.state
            self._before = None
        if self._asked_until is not None and at < self._asked_until + STEP:
            return
        copies = {name: line.before(math.inf) for name, line in self._lines.items()}
        state = copies, self._asked_until, set(self._recorded)
        self._api.take_warnings()
        try:
            await self._load(at)
        except SourceError:
            self._lines, self._asked_until, self._recorded = state
            raise
        self.doubts = self._api.take_warnings()
        if self.doubts:
            self._before = _Before(state, at + MINUTE)

    async def _load(self, at: float) -> None:
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
        slices = {name: sli for name in wanted if isinstance(sli := self._slos[name].sli, SliceSli)}
        events = {name: sli for name in wanted if isinstance(sli := self._slos[name].sli, EventSli)}
        dense = await self._dense(events, start, until - _EXACT)
        for left, right in _chunks(start, until, STEP):
            named = {name: sli for name, sli in events.items() if right > self._needed_from(name, until)}
            exact = set(named) if right > until - _EXACT else set(named) - dense
            for name, spans in (await self._events(named, left, right, exact)).items():
                self._append(name, (span for span in spans if span.start < wanted[name]))
        for seconds in sorted({sli.seconds for sli in slices.values()}):
            for left, right in _chunks(start, until, seconds):
                sliced = {name: sli for name, sli in slices.items() if sli.seconds == seconds}
                named_ = {name: sli for name, sli in sliced.items() if right > self._needed_from(name, until)}
                for name, spans in (await self._slices(named_, left, right, seconds)).items():
                    self._append(name, (span for span in spans if span.start < wanted[name]))

    def _needed_from(self, name: str, until: float) -> float:
        return until - self._slos[name].window - HISTORY_BEYOND_WINDOW

    async def _dense(self, slis: Mapping[str, EventSli], start: float, end: float) -> set[str]:
        """The SLOs whose counters were scraped often enough for `increase` over a step, wherever we look."""
        if end <= start or not slis:
            return set()
        asked = [
            Question((name, "samples"), f"min(count_over_time({sli.eligible}[{compact(STEP)}]))")
            for name, sli in slis.items()
        ]
        found = await ask_range(self._api, asked, start, end, _BETWEEN_LOOKS)
        looks = {name: found[name, "samples"].points for name in slis if (name, "samples") in found}
        return {name for name, points in looks.items() if min(samples for _, samples in points) >= _DENSE}

    async def _events(
        self, slis: Mapping[str, EventSli], left: float, right: float, exact: Container[str]
    ) -> Mapping[str, list[Span]]:
        asked = [
            Question((name, part), expression(sli, STEP, exact=name in exact))
            for name, sli in slis.items()
            for part, expression in (("eligible", eligible_expr), ("part", part_expr))
        ]
        found = await ask_range(self._api, asked, left, right, STEP) if asked else {}
        return {
            name: list(_event_spans(sli, found[name, "eligible"], found.get((name, "part"))))
            for name, sli in slis.items()
            if (name, "eligible") in found
        }

    async def _slices(
        self, slis: Mapping[str, SliceSli], left: float, right: float, seconds: int
    ) -> Mapping[str, list[Span]]:
        asked = [Question((name,), slice_bad_expr(sli)) for name, sli in slis.items()]
        found = await ask_range(self._api, asked, left, right, seconds) if asked else {}
        return {
            name: [Span(at - seconds, at, 1, bad, seconds) for at, bad in found[name,].points]
            for name in slis
            if (name,) in found
        }

    def _append(self, name: str, spans: Iterable[Span]) -> None:
        line = self._lines[name]
        for span in spans:
            line.extend(new_part(line, span))


def _chunks(start: float, until: float, step: int) -> Iterator[tuple[float, float]]:
    """From the first whole step after `start` to `until`: first and last instant of each request."""
    left = (start // step + 1) * step
    # A border where counting turns exact, so that a long way back costs no more than it must.
    borders = [until - _EXACT, until]
    while left <= until:
        border = next(border for border in borders if left <= border)
        right = min(left + min(_CHUNK, _POINTS * step), border // step * step)
        yield left, max(left, right)
        left = max(left, right) + step


def _event_spans(sli: EventSli, eligible: Series, part: Series | None) -> Iterator[Span]:
    """The part that the SLI counts is what is good, or what is bad; where it has no series there was none of it."""
    part_at = dict(part.points) if part is not None else {}
    for at, events in eligible.points:
        counted = part_at.get(at, 0.0)
        bad = events - counted if sli.good is not None else counted
        yield Span(at - STEP, at, events, min(max(bad, 0.0), events), STEP)


def _spans(eligible: Series, bad: Series | None) -> Iterator[Span]:
    bad_at = dict(bad.points) if bad is not None else {}
    for at, events in eligible.points:
        yield Span(at - STEP, at, events, min(bad_at.get(at, 0.0), events), STEP)


def new_part(line: Timeline, span: Span) -> list[Span]:
    """What a span adds to a timeline; where both saw the same events, less what the timeline knows of them."""
    last = line.last
    if last is None or span.start >= last:
        return [span]
    if span.end <= last + 1e-3:
        return []
    known = line.between(span.start, last)
    eligible = max(0.0, span.eligible - known.eligible)
    return [Span(last, span.end, eligible, min(eligible, max(0.0, span.bad - known.bad)), span.end - last)]

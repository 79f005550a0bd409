"""Five-minute counts of every SLO, as a Prometheus recorded them, or computed by it where no rule does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
        start = self._asked_until - STEP if self._asked_until is not None else at - span
        await self._load_recorded(start, at)
        bare = [slo for name, slo in self._slos.items() if name not in self._recorded]
        until = (at if at % STEP == 0 else at - _LAG) // STEP * STEP
        if bare:
            await self._compute(bare, start, until)
        self._asked_until = until

    async def _load_recorded(self, start: float, at: float) -> None:
        names = "|".join(self._slos)  # letters, digits and dashes: nothing to escape
        selector = f'{{__name__=~"{ELIGIBLE}|{BAD}",slo=~"{names}"}}[{max(1, round(at - start))}s]'
        pairs: dict[str, dict[str, Series]] = {}
        for series in await self._api.query(selector, at):
            pairs.setdefault(series.labels.get("slo", ""), {})[series.labels.get("__name__", "")] = series
        for name, pair in pairs.items():
            if name in self._slos and ELIGIBLE in pair:
                self._recorded.add(name)
                self._append(name, _spans(pair[ELIGIBLE], pair.get(BAD)))

    async def _compute(self, slos: Sequence[Slo], start: float, until: float) -> None:
        left = (start // STEP + 1) * STEP
        while left <= until:
            right = min(left + _CHUNK, until)
            asked = [
                question
                for slo in slos
                for question in (
                    Question((slo.name, "eligible"), eligible_expr(slo.sli, STEP, exact=True)),
                    Question((slo.name, "bad"), bad_expr(slo.sli, STEP, exact=True)),
                )
            ]
            found = answers(await self._api.query_range(joined(asked), left, right, STEP))
            for slo in slos:
                eligible = found.get((slo.name, "eligible"))
                if eligible is not None:
                    self._append(slo.name, _spans(eligible, found.get((slo.name, "bad"))))
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

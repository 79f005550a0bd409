"""Prometheus as a source: recorded history, and for the last minutes the raw counters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import httpx

from slotui.clock import Clock, now
from slotui.core.counting import bad_expr, eligible_expr, latency_expr, seen_expr
from slotui.core.reading import Reading, Snapshot, read_timeline, windows_of
from slotui.core.sli import EventSli, Sli
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import HOUR, MINUTE, compact
from slotui.errors import SourceError
from slotui.source.causes import named
from slotui.source.connection import DIRECT, Connection
from slotui.source.faults import METRICS, faults_seen
from slotui.source.prometheus.api import Api, Series
from slotui.source.prometheus.causes import counted_causes, sampled_causes
from slotui.source.prometheus.counters import gained
from slotui.source.prometheus.history import History
from slotui.source.prometheus.questions import Answers, Question, ask
from slotui.turns import in_turns

_SHORTEST_TAIL = MINUTE
"""Below a minute `increase` may see fewer than two scrapes, and nothing."""
LOOKBACK = 5 * MINUTE
"""Seconds after which Prometheus calls a silent series gone, unless it was told otherwise."""
_EXACT_UP_TO = 2 * HOUR
"""Seconds up to which raw samples are fetched; beyond, a scrape interval at each end is a small share of the whole."""
_TAIL = "tail"
_FIRING = "ALERTS_FOR_STATE"
_EVERY = 5.0


class PrometheusSource:
    """Asks the Prometheus at `url`: two requests a refresh, one more every five minutes, for any number of SLOs.

    `stale_after` allows for the usual scrape interval of a minute.
    """

    kind = "prometheus"
    stale_after = 90.0
    settle = 12.0

    def __init__(
        self,
        url: str,
        slos: Sequence[Slo],
        connection: Connection = DIRECT,
        *,
        every: float | None = None,
        clock: Clock = now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.every = every or _EVERY
        self._slos = tuple(slos)
        self._clock = clock
        self._api = Api(url, connection, transport=transport)
        self._history = History(self._api, slos)
        self._seen: dict[str, float] = {}
        self.url = self._api.url

    @property
    def requests(self) -> int:
        """Requests made so far."""
        return self._api.requests

    async def read(self, at: float | None = None) -> Snapshot:
        """Readings of every SLO. Raises `SourceError` where Prometheus gives no proper answer."""
        moment = self._clock() if at is None else at
        await self._history.catch_up(moment)
        tails = {slo.name: self._tail_start(slo, moment) for slo in self._slos}
        found = await ask(self._api, self._questions(moment, tails), moment)
        beside = await self._api.query(f'{{__name__=~"{"|".join((*METRICS, _FIRING))}"}}', moment)
        readings = {
            slo.name: self._reading(slo, moment, tails[slo.name], found, beside) async for slo in in_turns(self._slos)
        }
        faults = faults_seen((series.labels.get("__name__", ""), series.labels, series.value) for series in beside)
        return Snapshot(moment, readings, faults, self._problem())

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Counts of `(start, end]`: up to two hours from the raw samples, so exact to a scrape; beyond, `increase`.

        Raises `SourceError` for an answer in part: what was spent is not guessed.
        """
        self._api.take_warnings()
        counts = await self._count(slo, start, end)
        self._refuse_parts(self._api.take_warnings())
        return counts

    async def _count(self, slo: str, start: float, end: float) -> Counts | None:
        sli = self._sli(slo)
        if isinstance(sli, EventSli) and end - start <= _EXACT_UP_TO:
            return await self._count_samples(sli, start, end)
        length = end - start
        questions = [Question(("eligible",), eligible_expr(sli, length)), Question(("bad",), bad_expr(sli, length))]
        found = await ask(self._api, questions, end)
        if ("eligible",) not in found:
            return None
        return Counts(found["eligible",].value, _value(found, ("bad",)), length)

    async def _count_samples(self, sli: EventSli, start: float, end: float) -> Counts | None:
        eligible, other = await self._samples(sli, start, end)
        if not _reaches(eligible, start):
            return None
        events, others = gained(eligible, start, sli.weights), gained(other, start, sli.weights)
        bad = events - others if sli.good is not None else others
        # Where the series begin within the stretch, nothing was measured before them.
        begins = max(start, min(one.points[0][0] for one in eligible))
        return Counts(events, min(max(bad, 0.0), events), end - begins)

    async def _samples(self, sli: EventSli, start: float, end: float) -> tuple[list[Series], list[Series]]:
        """Raw samples of the eligible events, and of the good or bad ones."""
        # The last sample before the start is where counting begins; it may be as old as Prometheus looks back.
        reach = compact(round(end - start) + LOOKBACK)
        eligible, other = [await self._api.query(f"{selector}[{reach}]", end) for selector in sli.selectors]
        return eligible, other

    def _sli(self, slo: str) -> Sli:
        return next(known.sli for known in self._slos if known.name == slo)

    async def by_cause(self, slo: str, start: float, end: float) -> Mapping[str, float] | None:
        """Bad events of `(start, end]` by cause: from raw samples like `count`; beyond, as recorded or by `increase`.

        Raises `SourceError` for an answer in part.
        """
        sli = self._sli(slo)
        if not isinstance(sli, EventSli) or sli.cause is None:
            return None
        self._api.take_warnings()
        if end - start <= _EXACT_UP_TO:
            eligible, other = await self._samples(sli, start, end)
            found = sampled_causes(sli, eligible, other, start) if _reaches(eligible, start) else None
        else:
            found = await counted_causes(self._api, slo, sli, start, end)
        self._refuse_parts(self._api.take_warnings())
        return None if found is None else named(found)

    async def latencies(self, slo: str, start: float, end: float) -> Mapping[float, float] | None:
        """Requests of `(start, end]` by the edges of their histogram, by `increase`. Raises `SourceError`."""
        sli = self._sli(slo)
        query = latency_expr(sli, end - start) if isinstance(sli, EventSli) else None
        if query is None:
            return None
        self._api.take_warnings()
        found = {float(one.labels["le"]): one.value for one in await self._api.query(query, end)}
        self._refuse_parts(self._api.take_warnings())
        return found if found.get(math.inf, 0.0) > 0 else None

    async def record(self, slo: str) -> Timeline:
        """Five-minute counts up to now: as recorded by rules, else computed by Prometheus."""
        await self._history.catch_up(self._clock())
        self._refuse_parts(self._history.doubts)
        return self._history.line(slo)

    async def close(self) -> None:
        await self._api.close()

    def _problem(self) -> str | None:
        """Why the numbers of this refresh may be too low, if servers said so."""
        doubts = dict.fromkeys((*self._history.doubts, *self._api.take_warnings()))
        return f"{self.url} answered in part: {'; '.join(doubts)}" if doubts else None

    def _refuse_parts(self, doubts: Sequence[str]) -> None:
        if doubts:
            raise SourceError(f"{self.url} answered in part: {'; '.join(doubts)}", fix="are all of its stores up?")

    def _tail_start(self, slo: Slo, at: float) -> float:
        """Where the raw counters take over: at a border of history at least a minute ago, or now if it ends now."""
        line = self._history.line(slo.name)
        ends = line.ends
        for end in reversed(ends[-3:]):
            if end == at or end <= at - _SHORTEST_TAIL:
                return max(end, slo.period(at).start)
        return at - HOUR

    def _questions(self, at: float, tails: Mapping[str, float]) -> list[Question]:
        asked = []
        for slo in self._slos:
            lengths = {window for window in windows_of(slo) if window <= HOUR}
            tail = round(at - tails[slo.name], 3)
            for length in sorted(lengths):
                asked += [
                    Question((slo.name, str(length), "eligible"), eligible_expr(slo.sli, length)),
                    Question((slo.name, str(length), "bad"), bad_expr(slo.sli, length)),
                ]
            if tail > 0:
                asked += [
                    Question((slo.name, _TAIL, "eligible"), eligible_expr(slo.sli, tail, exact=True)),
                    Question((slo.name, _TAIL, "bad"), bad_expr(slo.sli, tail, exact=True)),
                ]
            asked.append(Question((slo.name, "seen"), seen_expr(slo.sli)))
        return asked

    def _reading(self, slo: Slo, at: float, tail_start: float, found: Answers, beside: Sequence[Series]) -> Reading:
        seen = found.get((slo.name, "seen"))
        if seen is not None:
            self._seen[slo.name] = seen.value
        line = self._history.line(slo.name).before(tail_start)
        tail = _counted(found, slo.name, _TAIL, at - tail_start)
        if at > tail_start and tail.measured > 0:
            line.extend([Span(tail_start, at, *_numbers(tail))])
        short = {window: _counted(found, slo.name, str(window), window) for window in windows_of(slo) if window <= HOUR}
        reading = read_timeline(slo, line, at, short)
        problem = None
        if seen is None and slo.name not in self._seen:
            problem = f"no series match {slo.sli.selectors[0]}"
        elif reading.window.measured <= 0:
            problem = "nothing counted yet; the first step takes a minute"
        since = _firing_since(slo, beside)
        return replace(reading, seen_at=self._seen.get(slo.name), firing_since=since, problem=problem)


def _reaches(series: Sequence[Series], start: float) -> bool:
    """Whether anything was seen after `start`."""
    return any(one.points[-1][0] > start for one in series)


def _counted(found: Answers, slo: str, stretch: str, length: float) -> Counts:
    eligible = found.get((slo, stretch, "eligible"))
    if eligible is None:
        return Counts()
    return Counts(eligible.value, min(_value(found, (slo, stretch, "bad")), eligible.value), length)


def _value(found: Answers, key: tuple[str, ...]) -> float:
    return found[key].value if key in found else 0.0


def _numbers(counts: Counts) -> tuple[float, float, float]:
    return counts.eligible, counts.bad, counts.measured


def _firing_since(slo: Slo, beside: Sequence[Series]) -> dict[str, float]:
    """When Prometheus' own alerts of this SLO began, by tier."""
    since = {}
    for series in beside:
        labels = series.labels
        if labels.get("__name__") == _FIRING and labels.get("slo") == slo.name:
            for tier in slo.tiers:
                if (labels.get("severity"), labels.get("long")) == (tier.severity, compact(tier.long)):
                    since[tier.key] = series.value
    return since

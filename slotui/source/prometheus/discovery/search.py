"""One search for other tools' SLOs, and one count of their events: three requests, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from slotui.core.budget import Budget
from slotui.core.counting import bad_expr, eligible_expr
from slotui.core.found import Discovery, FoundSlo
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import MINUTE, compact
from slotui.errors import SourceError
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.discovery import grafana, pyrra, sloth
from slotui.source.prometheus.discovery.inventory import look, phrase
from slotui.source.prometheus.questions import Question, ask
from slotui.spec.names import slo_name

_DIALECTS = (sloth, pyrra, grafana)
_ELIGIBLE, _BAD, _LOOKED = "eligible", "bad", "looked"
_LOOKS = 720
"""Instants in a window at which it is asked whether the counters were there: every hour of 30 days."""


async def search(api: Api, at: float, taken: Iterable[str] = ()) -> Discovery:
    """Every SLO that the tools record at `at` (UTC seconds), not counted yet, in two requests.

    The names of SLOs are unique, among each other and among `taken`. Raises `SourceError` where nobody answers.
    """
    inventory = await look(api, (metric for dialect in _DIALECTS for metric in dialect.METRICS), at)
    found = [slo for dialect in _DIALECTS for slo in dialect.found(inventory)]
    return Discovery(api.url, at, tuple(_named_apart(found, set(taken))))


async def counted(api: Api, discovery: Discovery) -> Discovery:
    """The same with budgets from the raw counters, in one request more, or with the reason why there are none."""
    if not discovery.slos:
        return discovery
    asked = [question for slo in discovery.slos for question in _questions(slo)]
    try:
        told = {key: series.value for key, series in (await ask(api, asked, discovery.at)).items()}
    except SourceError as error:
        # What the tools say is known by now, and is worth showing.
        found = (replace(one, uncounted=one.uncounted or phrase(error.what)) for one in discovery.found)
        return replace(discovery, found=tuple(found))
    return replace(discovery, found=tuple(_counted(one, told) for one in discovery.found))


def _questions(slo: Slo) -> Iterator[Question]:
    yield Question((slo.name, _ELIGIBLE), eligible_expr(slo.sli, slo.window))
    yield Question((slo.name, _BAD), bad_expr(slo.sli, slo.window))
    looks = f"(sum({slo.sli.selectors[0]}))[{compact(slo.window - 1)}:{compact(_step(slo))}]"
    yield Question((slo.name, _LOOKED), f"count_over_time({looks})")


def _counted(found: FoundSlo, told: Mapping[tuple[str, ...], float]) -> FoundSlo:
    slo = found.slo
    if slo is None:
        return found
    eligible = told.get((slo.name, _ELIGIBLE))
    if eligible is None:
        return replace(found, uncounted=phrase(f"no series match {slo.sli.selectors[0]}"))
    bad = min(max(told.get((slo.name, _BAD), 0.0), 0.0), eligible)
    measured = min(float(slo.window), told.get((slo.name, _LOOKED), 0.0) * _step(slo))
    return replace(found, budget=Budget(slo.target, slo.window, Counts(eligible, bad, measured)))


def _step(slo: Slo) -> int:
    return max(MINUTE, slo.window // _LOOKS)


def _named_apart(found: Iterable[FoundSlo], taken: set[str]) -> Iterator[FoundSlo]:
    """Each under a name of its own: as the tool says it, else with the tool before it, else with a number after."""
    for one in found:
        if one.slo is None:
            yield one
            continue
        name = one.slo.name
        if name in taken:
            name = slo_name(one.tool, name)
        free = next(tried for tried in _numbered(name) if tried not in taken)
        taken.add(free)
        yield replace(one, slo=replace(one.slo, name=free))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))

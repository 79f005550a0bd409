"""One look at what a Prometheus has for a set of SLOs, for the lints that need live data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slotui.core.counting import eligible_expr
from slotui.core.lints import Part, Traffic
from slotui.core.live_lints import FLAGS, LOOK, PLACES, Look, Selected, selectors_by_part
from slotui.core.sli import EventSli
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR, compact
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.questions import Answers, Question, ask

_DAY_LONG, _HOUR_LONG = "a day ago", "an hour ago"


async def inspect(api: Api, slos: Sequence[Slo], at: float) -> Mapping[str, Look]:
    """A look at every SLO at `at` (UTC seconds): one request, and one more for each SLO that counts events.

    Raises `SourceError` where the server gives no proper answer.
    """
    found = await ask(api, (question for slo in slos for question in _questions(slo)), at)
    return {slo.name: Look(_selected(slo, found), await _by_labels(api, slo, at), _traffic(slo, found)) for slo in slos}


def _questions(slo: Slo) -> Iterator[Question]:
    for part, selector in selectors_by_part(slo).items():
        lately = f"[{compact(LOOK)}]"
        yield Question((slo.name, part, "series"), f"count(last_over_time({selector}{lately}))")
        yield Question((slo.name, part, "alike"), f"count(last_over_time({selector.metric}{lately}))")
        if isinstance(slo.sli, EventSli):
            yield Question((slo.name, part, "events"), f"sum(increase({selector}{lately}))")
    if isinstance(slo.sli, EventSli):
        yield Question((slo.name, "day"), eligible_expr(slo.sli, DAY))
        # What began later has no full day (or hour), and counts nothing for it.
        yield Question((slo.name, _DAY_LONG), f"count({slo.sli.eligible} offset {compact(DAY)})")
        yield Question((slo.name, _HOUR_LONG), f"count({slo.sli.eligible} offset {compact(HOUR)})")


def _selected(slo: Slo, found: Answers) -> Mapping[Part, Selected]:
    return {
        part: Selected(
            round(_value(found, (slo.name, part, "series")) or 0),
            round(_value(found, (slo.name, part, "alike")) or 0),
            _value(found, (slo.name, part, "events")),
        )
        for part in selectors_by_part(slo)
    }


def _traffic(slo: Slo, found: Answers) -> Traffic | None:
    """Eligible events of the last day, or hour; None where not even that long was measured."""
    day = _value(found, (slo.name, "day"))
    if day is not None and (slo.name, _DAY_LONG) in found:
        return Traffic(day, DAY, "as in the last day")
    hour = _value(found, (slo.name, Part.ELIGIBLE, "events"))
    if hour is not None and (slo.name, _HOUR_LONG) in found:
        return Traffic(hour, LOOK, f"as in the last {compact(LOOK)}")
    return None


def _value(found: Answers, key: tuple[str, ...]) -> float | None:
    return found[key].value if key in found else None


async def _by_labels(api: Api, slo: Slo, at: float) -> tuple[tuple[Mapping[str, str], float], ...]:
    if not isinstance(slo.sli, EventSli):
        return ()
    labels = ", ".join((*PLACES, *FLAGS))
    series = await api.query(f"sum by ({labels}) (increase({slo.sli.eligible}[{compact(LOOK)}]))", at)
    return tuple((one.labels, one.value) for one in series)

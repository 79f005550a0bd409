"""What only a look at a server can tell: selectors that find nothing, probes among the customers, short memories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slotui.core.lints import Check, Lint, Part, Traffic, count_words, share_words
from slotui.core.plain import clean
from slotui.core.sli import EventSli, Gauge, Matcher, Selector, SliceSli, Threshold
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR, compact

LOOK = HOUR
"""Seconds back that a look at live data goes: long enough to have traffic, short enough for any server."""

PLACES = ("route", "path", "handler", "uri", "url", "endpoint", "operation", "job", "user_agent")
"""Labels whose values say where an event came from or went to."""
FLAGS = ("synthetic", "probe")
"""Labels that say outright that an event was made by a machine that watches."""

_PROBE = re.compile(
    r"(?<![a-z])(?:health(?:z|y|[-_ ]?check(?:s|er)?)?|readyz?|readiness|livez?|liveness|metrics|probes?)(?![a-z])",
    re.IGNORECASE,
)
_YES = frozenset({"true", "1", "yes"})
_REGEX_SIGNS = re.compile(r"([\\.+*?()\[\]{}|^$])")
_TOLERANCE = 0.01
"""`increase` extrapolates each series for itself, so equal counts may come out a little apart."""
_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Retention:
    """How many seconds of samples a server keeps; None with the reason where nobody can say."""

    seconds: float | None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """What one selector found in the last `LOOK` seconds.

    `alike` is how many series have the same metric name, whatever their labels; `events` what its counters
    gained, or None where none had two samples.
    """

    series: int
    alike: int
    events: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One SLO as a server has it. `eligible_by` are the eligible events by the labels `PLACES` and `FLAGS`."""

    selected: Mapping[Part, Selected]
    eligible_by: Sequence[tuple[Mapping[str, str], float]] = ()
    traffic: Traffic | None = None


def selectors_by_part(slo: Slo) -> Mapping[Part, Selector]:
    """The selectors of an SLO, by the part of its file that they stand in."""
    match slo.sli.measure if isinstance(slo.sli, SliceSli) else slo.sli:
        case EventSli(eligible=eligible, good=good, bad=bad):
            named = {Part.ELIGIBLE: eligible, Part.GOOD: good, Part.BAD: bad}
            return {part: selector for part, selector in named.items() if selector is not None}
        case Threshold(gauge=Gauge(selector=selector)):
            return {Part.ELIGIBLE: selector}
        case _:
            return {}


def live_lints(slo: Slo, look: Look) -> tuple[Lint, ...]:
    """What a look at the live series shows; where a selector finds nothing, only that."""
    if missing := tuple(_missing(slo, look)):
        return missing
    return (*_nothing_good(slo, look), *_more_than_eligible(slo, look), *_probes(slo, look))


def _missing(slo: Slo, look: Look) -> Iterator[Lint]:
    for part, selector in selectors_by_part(slo).items():
        found = look.selected[part]
        if found.series:
            continue
        if part is not Part.ELIGIBLE and not look.selected[Part.ELIGIBLE].series:
            continue  # said once: nothing at all is there
        follows = {
            Part.ELIGIBLE: "the SLO has no data",
            Part.GOOD: "every event counts as bad",
            Part.BAD: "nothing counts as bad, and the first failures will be missed",
        }[part]
        what = f"no series match {selector} in the last {compact(LOOK)}: {follows}"
        if found.alike:
            fix = f"{count_words(found.alike)} series are named {selector.metric}: mend the label conditions"
        else:
            fix = f"nothing is named {selector.metric} there: check its spelling, and that its target is scraped"
        if part is Part.BAD:
            fix += "; if there was no failure yet, let the service expose the counter at 0 from its start"
        yield Lint(slo.name, Check.NO_SERIES, part, what, fix)


def _nothing_good(slo: Slo, look: Look) -> Iterator[Lint]:
    """A service that exposes every child from the start has a series for a wrong label value too: one at rest."""
    eligible = look.selected[Part.ELIGIBLE].events
    if Part.GOOD not in look.selected or look.selected[Part.GOOD].events != 0 or not eligible:
        return
    what = f"none of {count_words(eligible)} eligible events in the last {compact(LOOK)} was good"
    fix = "if that was no outage, `good` selects series that never count: mend its label conditions"
    yield Lint(slo.name, Check.NOTHING_GOOD, Part.GOOD, what, fix)


def _more_than_eligible(slo: Slo, look: Look) -> Iterator[Lint]:
    eligible = look.selected[Part.ELIGIBLE].events
    for part in (Part.GOOD, Part.BAD):
        events = look.selected[part].events if part in look.selected else None
        if events is None or eligible is None or events <= eligible * (1 + _TOLERANCE) + 1:
            continue
        what = (
            f"more {part} events than eligible ones in the last {compact(LOOK)}: {count_words(events)} among "
            f"{count_words(eligible)}"
        )
        fix = f"give `{part}` every label condition of `total`, and count both at the same place"
        yield Lint(slo.name, Check.MORE_THAN_ELIGIBLE, part, what, fix)


def _probes(slo: Slo, look: Look) -> Iterator[Lint]:
    total = sum(events for _, events in look.eligible_by)
    for label in (*PLACES, *FLAGS):
        looks_like = (lambda value: value.lower() in _YES) if label in FLAGS else _PROBE.search
        values: dict[str, float] = {}
        for labels, events in look.eligible_by:
            value = labels.get(label, "")
            if value and looks_like(value):
                values[value] = values.get(value, 0.0) + events
        if not values:
            continue
        ranked = sorted(values, key=lambda value: (-values[value], value))
        names = ", ".join(f'{label}="{clean(value)}"' for value in ranked[:_NAMED_AT_MOST])
        if len(ranked) > _NAMED_AT_MOST:
            names += f" and {len(ranked) - _NAMED_AT_MOST} more"
        share = share_words(sum(values.values()) / total if total > 0 else 0.0)
        what = f"what looks like probes is among the eligible events: {names}, {share} of the last {compact(LOOK)}"
        fix = f"leave it out of every selector of this SLO: {clean(str(_without(label, sorted(values))))}"
        yield Lint(slo.name, Check.PROBE_TRAFFIC, Part.ELIGIBLE, what, fix)


def _without(label: str, values: Sequence[str]) -> Matcher:
    if len(values) == 1:
        return Matcher(label, "!=", values[0])
    return Matcher(label, "!~", "|".join(_REGEX_SIGNS.sub(r"\\\1", value) for value in values))


def kept_long_enough(window: float) -> float:
    """Seconds that a server should keep for an SLO window: a tenth more, in whole days.

    >>> kept_long_enough(30 * DAY) / DAY, kept_long_enough(28 * DAY) / DAY
    (33.0, 31.0)
    """
    return float(-(-round(window * 1.1) // DAY) * DAY)


def retention_lints(slo: Slo, retention: Retention) -> tuple[Lint, ...]:
    """Whether the server's memory reaches over the window; nothing where it is unknown."""
    wanted = kept_long_enough(slo.window)
    if retention.seconds is None or retention.seconds >= wanted:
        return ()
    kept = compact(retention.seconds)
    if retention.seconds < slo.window:
        what = f"the server keeps {kept}, and the window is {slo.window_label}: the budget forgets what is older"
    else:
        what = f"the server keeps {kept}, with too little to spare for a window of {slo.window_label}"
    fix = f"start it with --storage.tsdb.retention.time={compact(wanted)}, or ask the store that keeps more"
    return (Lint(slo.name, Check.SHORT_RETENTION, Part.WINDOW, what, fix),)

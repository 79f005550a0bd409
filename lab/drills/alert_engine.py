"""The alert engine of a virtual shop: every tier of every SLO, evaluated at even intervals along the drill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lab.drills.stage import AlertChange
from slotui.core.alerts import AlertTier
from slotui.core.slo import Slo
from slotui.core.timeline import Timeline


class AlertEngine:
    """Remembers what fires. `starts` is UTC seconds of the drill's second 0, `every` the seconds of an interval."""

    def __init__(self, slos: Sequence[Slo], lines: Mapping[str, Timeline], starts: float, every: float) -> None:
        self._slos = tuple(slos)
        self._lines = lines
        self._starts = starts
        self._every = every
        self._next = 0.0
        self._firing: dict[tuple[str, str], AlertTier] = {}

    @property
    def paging(self) -> frozenset[str]:
        """The SLOs of which a page fires."""
        return frozenset(slo for (slo, _), tier in self._firing.items() if tier.severity == "page")

    def run(self, to: float) -> Iterator[AlertChange]:
        """Every change up to `to` seconds of the drill's clock."""
        while self._next <= to:
            yield from self._evaluate(self._next)
            self._next += self._every

    def _evaluate(self, at: float) -> Iterator[AlertChange]:
        moment = self._starts + at
        for slo in self._slos:
            line = self._lines[slo.name]
            for tier in slo.tiers:
                key = (slo.name, tier.key)
                fires = _fires(tier, 1 - slo.target, line, moment)
                if fires and key not in self._firing:
                    self._firing[key] = tier
                    yield AlertChange(at, slo.name, tier.key, firing=True)
                elif not fires and key in self._firing:
                    del self._firing[key]
                    yield AlertChange(at, slo.name, tier.key, firing=False)


def _fires(tier: AlertTier, allowed: float, line: Timeline, at: float) -> bool:
    """Both windows above the factor. The short one first: it is calm most of the time."""
    threshold = tier.factor * allowed
    for window in (tier.short, tier.long):
        ratio = line.trailing(window, at).error_ratio
        if ratio is None or ratio <= threshold:
            return False
    return True

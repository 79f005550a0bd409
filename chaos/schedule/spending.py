"""What the runs of a timetable have spent so far, and whether its caps leave room for the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from chaos.pricing.plan import Plan
from chaos.schedule.timetable import Routine, Timetable
from slotui.core.figures import cost


class Spending:
    """Shares of each SLO's full-window budget, by routine."""

    def __init__(self) -> None:
        self._shares: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(self, routine: Routine, slo: str, share: float) -> None:
        """Count what a run of the routine cost."""
        self._shares[routine.name, slo] += share

    def total(self, slo: str, routine: Routine | None = None) -> float:
        """What all runs cost the SLO, or those of one routine."""
        return sum(
            share
            for (name, whose), share in self._shares.items()
            if whose == slo and (routine is None or name == routine.name)
        )

    def no_room(self, timetable: Timetable, routine: Routine, plans: Sequence[Plan] | None) -> str | None:
        """Why a run with these plans is too dear for a cap: what is spent, and the upper end of its price, are more.

        A price that nobody knows fits under no cap. None where there is room, or no cap.
        """
        caps = list(self._caps(timetable, routine))
        if not caps:
            return None
        if plans is None:
            return "its price is not known, and there is a cap to keep"
        for plan in plans:
            slo, share = plan.price.slo, plan.price.share
            if share is None:
                return f"its share of the budget of {slo} is not known, and there is a cap to keep"
            for cap, whose, among in caps:
                spent = self.total(slo, among)
                if spent + share.high > cap:
                    return (
                        f"{slo}: {cost(spent)} of the budget spent so far, and this run costs up to"
                        f" {cost(share.high)}: above {whose} cap of {cap * 100:g}%"
                    )
        return None

    def _caps(self, timetable: Timetable, routine: Routine) -> Iterator[tuple[float, str, Routine | None]]:
        if routine.cap is not None:
            yield routine.cap, "its own", routine
        if timetable.cap is not None:
            yield timetable.cap, "the timetable's", None

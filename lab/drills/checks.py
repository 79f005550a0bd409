"""What the shape of a drill cannot say: that times follow each other, that names exist, that it can be won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from lab.drills.scenario import Blindness, Fault, Scenario
from lab.drills.schema import FaultShape, SpecShape
from lab.supervisor import SLOS
from slotui.core.slo import Slo
from slotui.duration import HOUR, compact
from slotui.errors import Problem
from slotui.spec.findings import Findings, nearest
from slotui.spec.load import load_slos
from slotui.spec.located import Document

REAL_TIME_AT_MOST = HOUR
"""Seconds that a drill in real time may last: nobody stays with one for longer."""


@cache
def carta() -> Mapping[str, Slo]:
    """The SLOs that drills are about, by name."""
    return {slo.name: slo for slo in load_slos([SLOS])}


def tier_key(text: str, slo: str) -> str:
    """`page 1h` or `page_1h_5m`, as the key of that SLO's tier; what fits none stays as it is.

    >>> tier_key("page 1h", "checkout-availability")
    'page_1h_5m'
    """
    wanted = text.replace(" ", "_")
    keys = [tier.key for tier in carta()[slo].tiers] if slo in carta() else []
    return next((key for key in keys if key == wanted or key.startswith(f"{wanted}_")), text)


def problems_of(document: Document, spec: SpecShape, scenario: Scenario) -> Sequence[Problem]:
    """Every problem of a drill whose shape is right, each with its line and a fix."""
    checks = _Checks(document, spec, scenario)
    checks.timeline()
    checks.past()
    checks.remedies()
    checks.names_of_slos()
    checks.alerts()
    checks.answers()
    checks.par()
    if scenario.real_time:
        checks.real_time()
    return checks.findings.problems


class _Checks:
    """Each method adds what it finds wrong."""

    def __init__(self, document: Document, spec: SpecShape, scenario: Scenario) -> None:
        self.findings = Findings()
        self._document, self._spec, self._scenario = document, spec, scenario

    def _wrong(self, path: list[str | int], what: str, fix: str) -> None:
        self.findings.wrong(self._document, ["spec", *path], what, fix)

    @property
    def _curable(self) -> list[Fault | Blindness]:
        troubles: tuple[Fault | Blindness, ...] = (*self._scenario.faults, *self._scenario.blindness)
        return [one for one in troubles if one.ended_by]

    def timeline(self) -> None:
        """Everything happens within the drill, ends after it began, and does something."""
        lasts = self._scenario.lasts
        seen: set[str] = set()
        for index, one in enumerate(self._spec.timeline):
            if one.at >= lasts:
                self._wrong(
                    ["timeline", index, "at"], f"the drill ends after {compact(lasts)}", "write an earlier time"
                )
            trouble = one.fault or one.blind
            if trouble is None:
                continue
            place: list[str | int] = ["timeline", index, "fault" if one.fault is not None else "blind"]
            if trouble.name in seen:
                self._wrong([*place, "name"], f"a second one is named {trouble.name!r}", "give it another name")
            seen.add(trouble.name)
            if trouble.until is not None and trouble.until <= one.at:
                what = f"`{trouble.name}` is over at {compact(trouble.until)}, before it begins"
                fix = f"both are on the drill's clock: write a time after {compact(one.at)}"
                self._wrong([*place, "until"], what, fix)
            elif trouble.until is not None and trouble.until > lasts:
                fix = f"write at most {compact(lasts)}"
                self._wrong([*place, "until"], f"the drill ends after {compact(lasts)}", fix)
            if one.fault is not None:
                self._fault(place, one.fault)

    def _fault(self, place: list[str | int], fault: FaultShape) -> None:
        ramps = (("failing", fault.fromFailing, fault.failing), ("slow", fault.fromSlow, fault.slow))
        nowhere = [name for name, start, end in ramps if start is not None and not end]
        for name in nowhere:
            self._wrong(place, f"it begins with a share and leads to none: `{name}` is missing", f"add `{name}: 5%`")
        if not (nowhere or fault.failing or fault.slow or fault.stalls):
            self._wrong(place, "this fault does nothing", "add failing, slow, or stalls: true")
        if fault.unseen and not fault.failing:
            self._wrong([*place, "unseen"], "only what fails can be unseen", "add `failing: 40%`, or leave it out")
        if fault.stalls and fault.cause != "inventory":
            self._wrong([*place, "cause"], f"stock that stalls is not of {fault.cause}", "write `cause: inventory`")

    def past(self) -> None:
        """Troubles of the past are in the past, and within the history that is made."""
        for index, one in enumerate(self._spec.world.troubles):
            place: list[str | int] = ["world", "troubles", index]
            past = self._spec.world.past
            if one.ago > past:
                fix = f"write a later one, or `past: {compact(one.ago)}`"
                self._wrong([*place, "ago"], f"the shop's history is {compact(past)} long", fix)
            if one.lasted > one.ago:
                fix = f"write at most {compact(one.ago)}, or a fault in the timeline"
                self._wrong([*place, "lasted"], "it would reach into the drill", fix)
            if not (one.failing or one.slow):
                self._wrong(place, "this trouble did nothing", "add failing, or slow")

    def remedies(self) -> None:
        """What ends a fault is something that a player can do."""
        known = [one.word for one in self._scenario.remedies]
        for index, one in enumerate(self._spec.timeline):
            trouble = one.fault or one.blind
            for position, word in enumerate(trouble.endedBy if trouble is not None else ()):
                if word not in known:
                    kind = "fault" if one.fault is not None else "blind"
                    fix = nearest(word, known, f"there are {', '.join(known)}, or add it under `remedies`")
                    self._wrong(["timeline", index, kind, "endedBy", position], f"no remedy is named {word!r}", fix)
        for index, own in enumerate(self._spec.remedies):
            if known.count(own.name) > 1:
                self._wrong(["remedies", index, "name"], f"there is a remedy {own.name!r}", "give it another name")

    def names_of_slos(self) -> None:
        """Every SLO that is named is one of Carta's."""
        known = carta()
        for path, slo in self._named_slos():
            if slo not in known:
                self._wrong(path, f"no SLO is named {slo!r}", nearest(slo, known, f"there are {', '.join(known)}"))

    def _named_slos(self) -> Iterator[tuple[list[str | int], str]]:
        for index, alert in enumerate(self._spec.expect.alerts):
            yield ["expect", "alerts", index, "slo"], alert.slo
        for index, guess in enumerate(self._spec.right.hypotheses):
            for position, slo in enumerate(guess.slos):
                yield ["right", "hypotheses", index, "slos", position], slo
        for index, decision in enumerate(self._spec.right.decisions):
            yield ["right", "decisions", index, "slo"], decision.slo

    def alerts(self) -> None:
        """An expected alert is one that there is, of an SLO that is hurt, at a time when it can fire."""
        scenario, seen = self._scenario, set()
        hurt = {slo for fault in scenario.faults for slo in fault.hurts}
        for index, alert in enumerate(scenario.alerts):
            place: list[str | int] = ["expect", "alerts", index]
            if alert.slo not in carta():
                continue
            tiers = [tier.key for tier in carta()[alert.slo].tiers]
            if alert.tier not in tiers:
                fix = nearest(alert.tier, tiers, f"there are {', '.join(tiers)}")
                self._wrong([*place, "tier"], f"{alert.slo} has no tier {alert.tier!r}", fix)
            elif (alert.slo, alert.tier) in seen:
                self._wrong(place, f"{alert.tier} of {alert.slo} is expected twice", "keep one of the two")
            seen.add((alert.slo, alert.tier))
            if scenario.faults and alert.slo not in hurt:
                fix = f"what the timeline hurts: {', '.join(sorted(hurt)) or 'nothing that is measured'}"
                self._wrong([*place, "slo"], f"no fault makes events of {alert.slo} bad", fix)
            if scenario.began is not None and alert.by <= scenario.began:
                fix = "compute it: slotui alerts says how long each tier takes"
                self._wrong([*place, "by"], f"nothing is wrong before {compact(scenario.began)}", fix)
            elif alert.by > scenario.lasts:
                fix = "leave the alert out: nobody is there to see it"
                self._wrong([*place, "by"], f"the drill ends after {compact(scenario.lasts)}", fix)

    def answers(self) -> None:
        """What can be mended can be named, and what is right is right in time."""
        scenario = self._scenario
        named = {slo for right in scenario.hypotheses for slo in right.slos}
        for one in self._curable:
            if isinstance(one, Fault) and one.hurts and not named & set(one.hurts):
                fix = f"add one with `slos: [{', '.join(one.hurts)}]`"
                self._wrong(["right", "hypotheses"], f"no right hypothesis is about `{one.name}`", fix)
        for index, decision in enumerate(scenario.decisions):
            if decision.after >= scenario.lasts:
                what = f"the drill ends after {compact(scenario.lasts)}"
                self._wrong(["right", "decisions", index, "after"], what, "write an earlier time")

    def par(self) -> None:
        """Nobody knows before they notice, or mends before a remedy works."""
        par = self._scenario.par
        steps = [("detect", par.detect), ("acknowledge", par.acknowledge), ("hypothesis", par.hypothesis)]
        known = [(name, value) for name, value in steps if value is not None]
        for (first, before), (then, after) in pairwise(known):
            if after < before:
                self._wrong(["par", then], f"{then} is quicker than {first}", "nobody can be: mend one of the two")
        if self._curable and par.mitigate is None:
            self._wrong(["par"], "something can be mended, and there is no par for it", "add `mitigate: 12m`")
        if not self._curable and par.mitigate is not None:
            self._wrong(["par", "mitigate"], "nothing can be mended", "leave it out, or add endedBy to a fault")
        words = {word for one in self._curable for word in one.ended_by}
        quickest = min((one.takes for one in self._scenario.remedies if one.word in words), default=0.0)
        if self._curable and par.mitigate is not None and par.mitigate < quickest:
            what = f"the quickest remedy takes {compact(quickest)}"
            self._wrong(["par", "mitigate"], what, "write a longer time: par is until buyers are well again")

    def real_time(self) -> None:
        """The lab can do it, and somebody can sit through it."""
        scenario = self._scenario
        if scenario.lasts > REAL_TIME_AT_MOST:
            self._wrong(["realTime"], f"{compact(scenario.lasts)} is long for real time", "leave realTime out")
        if scenario.blindness or any(fault.unseen for fault in scenario.faults):
            self._wrong(["realTime"], "the lab cannot lose its metrics on purpose", "leave realTime out")
        if scenario.world.troubles:
            self._wrong(["realTime"], "the lab has a past of its own", "leave realTime out, or world.troubles")

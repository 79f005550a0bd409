"""AlertPolicies to alert tiers: burn-rate conditions that replace the derived ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slotui.core.alerts import AlertTier, Severity
from slotui.duration import DAY, MINUTE, compact
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document
from slotui.spec.openslo_duration import duration_of
from slotui.spec.schema import (
    AlertConditionDocument,
    AlertConditionSpec,
    AlertPolicyDocument,
    AlertPolicyRef,
    AlertPolicySpec,
    ConditionRef,
    InlineAlertPolicy,
    SloDocument,
)

_SHORT_OF_LONG = 12
"""Where a condition has no `alertAfter`, its short window is a twelfth of the long one (SRE Workbook, ch. 5)."""
_ANY_WINDOW = 10 * 365 * DAY
_PAGES = ("page", "critical", "high", "emergency", "sev1", "p1")

Place = tuple[Document, list[str | int]]
Policies = Mapping[str, tuple[Document, AlertPolicyDocument]]
Conditions = Mapping[str, tuple[Document, AlertConditionDocument]]


def tiers_of(
    document: Document, slo: SloDocument, policies: Policies, conditions: Conditions, window: int, findings: Findings
) -> tuple[AlertTier, ...] | None:
    """The tiers that an SLO's alert policies ask for, most urgent first; None where it has none and they are derived.

    `alertAfter` is the time for which the burn must have gone on: it becomes the short window, over which the
    burn must be above the threshold as well. So the alert also ends soon after the burn does.
    """
    reader = _Reader(policies, conditions, window, findings)
    tiers = [
        tier
        for index, policy in enumerate(slo.spec.alertPolicies or [])
        for tier in reader.policy(policy, (document, ["spec", "alertPolicies", index]))
    ]
    if not slo.spec.alertPolicies:
        return None
    return tuple(sorted(tiers, key=lambda tier: (tier.severity != "page", tier.long, tier.factor)))


def check_condition(document: Document, condition: AlertConditionDocument, findings: Findings) -> None:
    """What is wrong with a condition whatever SLO it is for."""
    for _ in _Reader({}, {}, _ANY_WINDOW, findings).tier(condition.spec, (document, ["spec"])):
        pass


class _Reader:
    def __init__(self, policies: Policies, conditions: Conditions, window: int, findings: Findings) -> None:
        self._policies = policies
        self._conditions = conditions
        self._window = window
        self._findings = findings

    def policy(self, written: AlertPolicyRef | InlineAlertPolicy, place: Place) -> Iterator[AlertTier]:
        document, path = place
        if isinstance(written, InlineAlertPolicy):
            yield from self._conditions_of(written.spec, (document, [*path, "spec"]))
        elif written.alertPolicyRef in self._policies:
            there, found = self._policies[written.alertPolicyRef]
            yield from self._conditions_of(found.spec, (there, ["spec"]))
        else:
            fix = nearest(written.alertPolicyRef, self._policies, "add a document of kind AlertPolicy with that name")
            what = f"no AlertPolicy is named {written.alertPolicyRef!r}"
            self._findings.wrong(document, [*path, "alertPolicyRef"], what, fix)

    def _conditions_of(self, spec: AlertPolicySpec, place: Place) -> Iterator[AlertTier]:
        document, path = place
        if not spec.alertWhenBreaching:
            what = "an alert policy that does not alert when breaching"
            self._findings.note(document, [*path, "alertWhenBreaching"], what, "it makes no tier")
            return
        for index, written in enumerate(spec.conditions):
            at = [*path, "conditions", index]
            if not isinstance(written, ConditionRef):
                yield from self.tier(written.spec, (document, [*at, "spec"]))
            elif written.conditionRef in self._conditions:
                there, found = self._conditions[written.conditionRef]
                yield from self.tier(found.spec, (there, ["spec"]))
            else:
                known = self._conditions
                fix = nearest(written.conditionRef, known, "add a document of kind AlertCondition with that name")
                what = f"no AlertCondition is named {written.conditionRef!r}"
                self._findings.wrong(document, [*at, "conditionRef"], what, fix)

    def tier(self, spec: AlertConditionSpec, place: Place) -> Iterator[AlertTier]:
        document, path = place
        condition, at = spec.condition, [*path, "condition"]
        lasting = self._length(document, [*at, "lookbackWindow"], condition.lookbackWindow)
        after = condition.alertAfter and self._length(document, [*at, "alertAfter"], condition.alertAfter)
        if condition.op in ("lt", "lte"):
            what = f"op {condition.op}: it would alert while the burn is low"
            self._findings.wrong(document, [*at, "op"], what, "a burn-rate alert has `op: gt`")
            return
        if not 0 < condition.threshold < float("inf"):
            self._findings.wrong(
                document,
                [*at, "threshold"],
                f"{condition.threshold:g} is no burn rate",
                "write how many times, as 14.4",
            )
            return
        if lasting is None or (condition.alertAfter and after is None):
            return
        if lasting > self._window / 2:
            what = f"{compact(lasting)} is over half of the SLO's {compact(self._window)}"
            self._findings.wrong(
                document, [*at, "lookbackWindow"], what, "shorten it: the burn would be the budget itself"
            )
            return
        short = max(MINUTE, after or lasting // _SHORT_OF_LONG)
        if short > lasting:
            what = f"alertAfter {compact(short)} is longer than the lookbackWindow of {compact(lasting)}"
            self._findings.wrong(document, [*at, "alertAfter"], what, "shorten it")
            return
        severity = _severity(spec.severity)
        share = condition.threshold * lasting / self._window
        yield AlertTier(severity, f"{compact(lasting)} burn", lasting, short, condition.threshold, share)

    def _length(self, document: Document, path: Sequence[str | int], text: str) -> int | None:
        found = duration_of(text)
        if found is None or not found.fixed:
            self._findings.wrong(document, path, f"{text!r} is not a length of time", "write 5m, 1h or 3d")
            return None
        return found.seconds


def _severity(written: str) -> Severity:
    return "page" if written.lower() in _PAGES else "ticket"

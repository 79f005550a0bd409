"""Sloth's specs to SLOs, over the 30 days that Sloth itself takes when nothing else is said.

Labels and disabled alerts carry over. The labels and annotations of single alerts do not: slotui words and routes
its own alerts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slotui.core.alerts import AlertTier, derive_tiers
from slotui.core.sli import CountedSli, RawRatio, SliceSli
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import Problem
from slotui.spec.events import events_of
from slotui.spec.located import Document, check
from slotui.spec.names import label_text, slo_name
from slotui.spec.percentage import hint, target_of
from slotui.spec.promql import UnsupportedQueryError, parsed
from slotui.spec.sloth_schema import Alerting, Events, KubernetesSpec, Objective, Raw, SlothDocument, SlothResource

WINDOW = 30 * DAY
"""Seconds of Sloth's default SLO period; a spec cannot name another."""

_RUNBOOKS = ("runbook", "runbook_url")


def is_sloth(document: Document) -> bool:
    """Whether a document says that it is Sloth's."""
    data = document.data
    if not isinstance(data, dict):
        return False
    return str(data.get("apiVersion")).startswith("sloth.slok.dev/") or (
        "apiVersion" not in data and str(data.get("version")).startswith("prometheus/")
    )


def slos_of_sloth(document: Document) -> tuple[tuple[Slo, ...], list[Problem]]:
    """The SLOs of one document, named `service-name` as Sloth's own ids are, and every problem found."""
    if isinstance(document.data, dict) and "apiVersion" in document.data:
        resource, problems = check(document, SlothResource)
        spec: SlothDocument | KubernetesSpec | None = resource.spec if resource is not None else None
        path: tuple[str | int, ...] = ("spec",)
    else:
        spec, problems = check(document, SlothDocument)
        path = ()
    if spec is None:
        return (), problems
    found: dict[str, Slo] = {}
    if not spec.slos:
        problems.append(document.problem([*path, "slos"], "no SLO", "add one with `name`, `objective` and `sli`"))
    for index, objective in enumerate(spec.slos):
        reader = _Reader(document, (*path, "slos", index), objective)
        slo = reader.read(spec.service, spec.labels or {})
        problems += reader.problems
        if slo is not None and slo.name in found:
            problems.append(
                reader.problem(["name"], f"a second SLO named {slo.name!r}", "names are unique; rename one")
            )
        elif slo is not None:
            found[slo.name] = slo
    return tuple(found.values()), problems


class _Reader:
    """Reads one entry of `slos`, collecting what is wrong with it."""

    def __init__(self, document: Document, path: Sequence[str | int], objective: Objective) -> None:
        self._document = document
        self._path = path
        self._objective = objective
        self.problems: list[Problem] = []

    def problem(self, path: Sequence[str | int], what: str, fix: str) -> Problem:
        """A problem at `path` inside this entry."""
        return self._document.problem([*self._path, *path], what, fix)

    def read(self, service: str, labels: Mapping[str, Any]) -> Slo | None:
        objective = self._objective
        target = self._target()
        sli = self._sli()
        if target is None or sli is None:
            return None
        merged = {name: label_text(value) for name, value in {**labels, **(objective.labels or {})}.items()}
        return Slo(
            slo_name(service, objective.name),
            service,
            target,
            WINDOW,
            sli,
            title=objective.name,
            description=objective.description,
            labels=merged,
            alerting=_alerting(objective.alerting),
            runbook=next(_runbooks(objective.alerting), ""),
        )

    def _target(self) -> float | None:
        percent = self._objective.objective
        target = target_of(percent)
        if target is None:
            what = f"objective {percent:.12g} is not a percentage between 1 and 100"
            self.problems.append(self.problem(["objective"], what, hint(percent)))
        return target

    def _sli(self) -> CountedSli | None:
        sli = self._objective.sli
        given = [name for name in ("events", "raw", "plugin") if getattr(sli, name) is not None]
        if given == ["raw"] and sli.raw is not None:
            return self._raw(sli.raw)
        if given != ["events"] or sli.events is None:
            self.problems.append(self._no_events(given))
            return None
        try:
            return events_of(sli.events.error_query, sli.events.total_query)
        except UnsupportedQueryError as both:
            self.problems.append(self._uncounted(sli.events, both))
            return None

    def _raw(self, raw: Raw) -> SliceSli | None:
        """A ratio carries no counts: every minute counts the same, by the bad share that the query gives."""
        try:
            parsed(raw.error_ratio_query)
        except UnsupportedQueryError as reason:
            path = ["sli", "raw", type(raw).model_fields["error_ratio_query"].alias or "error_ratio_query"]
            self.problems.append(self.problem(path, str(reason), "mend the query; promtool names the place"))
            return None
        return SliceSli(RawRatio(raw.error_ratio_query.strip(), failure=True))

    def _no_events(self, given: list[str]) -> Problem:
        match given:
            case ["plugin"]:
                fix = "write out as `events` what the plugin generates"
                return self.problem(["sli", "plugin"], "SLI plugins are code that only Sloth can run", fix)
            case []:
                return self.problem(["sli"], "no indicator", "write `events` with an error and a total query")
            case _:
                return self.problem(["sli"], f"several indicators: {', '.join(given)}", "keep one of them")

    def _uncounted(self, events: Events, both: UnsupportedQueryError) -> Problem:
        """The problem at the query that is to blame: the total's own, else the errors'."""
        name, reason = "error_query", both
        try:
            events_of(events.total_query, events.total_query)
        except UnsupportedQueryError as own:
            name, reason = "total_query", own
        return self.problem(
            ["sli", "events", type(events).model_fields[name].alias or name],
            f"cannot count with this query: {reason}",
            "write sum(rate(m{…}[{{.window}}])) of a counter",
        )


def _alerting(alerting: Alerting) -> tuple[AlertTier, ...] | None:
    """The derived tiers without those that are disabled; None where none is."""
    disabled = {
        severity
        for severity, alert in (("page", alerting.page_alert), ("ticket", alerting.ticket_alert))
        if alert.disable
    }
    return tuple(tier for tier in derive_tiers(WINDOW) if tier.severity not in disabled) if disabled else None


def _runbooks(alerting: Alerting) -> Iterator[str]:
    for written in (alerting.annotations, alerting.page_alert.annotations, alerting.ticket_alert.annotations):
        yield from (str(written[name]) for name in _RUNBOOKS if written and written.get(name))

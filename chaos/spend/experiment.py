"""One experiment from the command line: price it, ask, spend it, account for it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from chaos.faults.kinds import FailingFault, Fault, LeaseRequest, parse_fault
from chaos.pricing.base_latency import BaseLatency, finer, measured_base_latency, read_base_latency
from chaos.pricing.impact import Hit, default_match, hits
from chaos.pricing.plan import Before, Plan, plans
from chaos.pricing.survey import before, firing, snapshot_of
from chaos.spend.client import About, ControlPlane, LeaseSeen
from chaos.spend.controller import Controller, Outcome
from chaos.spend.drill import against_a_drill
from chaos.spend.grafana import Grafana
from chaos.spend.guards import Refusal, refusals, ways_out, within_ceilings
from chaos.spend.order import Order
from chaos.spend.orphans import close_orphans
from chaos.spend.progress import Talk
from chaos.spend.quote import Quote
from chaos.spend.report import outcome_json, outcome_text, outside
from chaos.spend.running import Running, announced
from chaos.spend.tripwire import Stake, Tripwire
from slotui.cli.options import Opened
from slotui.clock import now
from slotui.core.entry import Entry
from slotui.core.plain import clean
from slotui.core.sli import EventSli, SliceSli
from slotui.core.slo import Slo
from slotui.errors import (
    GuardStopped,
    NoTrafficError,
    OutsidePrediction,
    RefusedError,
    SlotuiError,
    SourceError,
    StoppedByPerson,
    StoreError,
    UsageError,
)
from slotui.ledger.operator import operator
from slotui.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Agreed:
    """A spend that passed the guards, and that somebody said yes to."""

    about: About
    faults: tuple[Fault, ...]
    plans: tuple[Plan, ...]
    surveyed: dict[str, Before]
    overridden: tuple[Refusal, ...]


class Experiment:
    """An order, with everything that is needed to carry it out. A plan may do without a target."""

    def __init__(
        self,
        order: Order,
        opened: Opened,
        control: ControlPlane | None,
        runner: asyncio.Runner,
        grafana: Grafana | None = None,
    ) -> None:
        self._order = order
        self._opened = opened
        self._control = control
        self._runner = runner
        self._grafana = grafana
        self._ledger = Ledger(opened.ledger)
        self._talk = Talk(sys.stderr)

    def show(self) -> None:
        """Print the plan."""
        quote = self.quote()
        click.echo(json.dumps(quote.json()) if self._order.as_json else quote.text())

    def quote(self) -> Quote:
        """The plan. It needs neither a service nor metrics: it says what it cannot know."""
        try:
            about = self._control.about() if self._control else None
        except SlotuiError:
            about = None
        faults = self._faults(about.service if about else None)
        try:
            return self._quote(about, faults)[0]
        except SourceError as error:
            return self._quoted(about, faults, None, why=error.what)

    def carry_out(self, control: ControlPlane) -> None:
        """Do it. Raises `SlotuiError` with the exit code of every ending but the planned one."""
        agreed = self.agree(control)
        entry = self._entry(agreed.faults, agreed.plans, agreed.overridden)
        self._talk.say(f"entry {entry.id}, on {agreed.about.service}; Ctrl-C or `chaos halt` ends it")
        place = Running(entry.id, os.getpid(), control.url, self._order.token_file, str(self._ledger.path.absolute()))
        with announced(place), self._annotated(entry):
            outcome = self._spend(control, entry, agreed)
        self._account(outcome, agreed.plans)

    @contextmanager
    def _annotated(self, entry: Entry) -> Iterator[None]:
        """The entry on Grafana's charts: as it was meant, and afterwards as it ended."""
        self._mark(entry)
        try:
            yield
        finally:
            if ended := [one for one in self._ledger.entries() if one.id == entry.id]:
                self._mark(ended[0])

    def _mark(self, entry: Entry) -> None:
        try:
            if self._grafana is not None:
                self._grafana.mark(entry)
        except SourceError as error:
            self._talk.say(f"not on Grafana: {error.what}")

    def agree(self, control: ControlPlane) -> Agreed:
        """Price it, let the guards look, ask. Raises what speaks against it; a refusal is in the ledger then."""
        try:
            for orphan in self._runner.run(close_orphans(self._ledger, control, self._opened.source, self._talk.say)):
                self._mark(orphan)
            about = control.about()
            faults = self._faults(about.service)
            within_ceilings(about.ceilings, faults, self._order.seconds)
            quote, surveyed = self._quote(about, faults)
        except StoreError as error:
            raise RefusedError(f"refused: cannot tell: {error.what}", fix=error.fix) from error
        self._talk.say(quote.text())
        overridden = self._pass_guards(quote, faults)
        self._consent()
        return Agreed(about, faults, quote.plans or (), surveyed, overridden)

    def _faults(self, service: str | None) -> tuple[Fault, ...]:
        route, method = self._order.route, self._order.method
        if route is None:
            route, usual = default_match(self._opened.slos, service)
            method = method or usual
        aim = {"route": route, "method": method}
        # A stale fault meets updates, not requests.
        aimed = (fields if fields["kind"] == "stale" else aim | fields for fields in self._order.faults)
        return tuple(map(parse_fault, aimed))

    def _quote(self, about: About | None, faults: tuple[Fault, ...]) -> tuple[Quote, dict[str, Before]]:
        """The plan, what speaks against it, and what it rests on.

        Raises SourceError when the metrics are missing or stale: who cannot see, does not spend.
        """
        opened, seconds = self._opened, self._order.seconds
        hit = hits(faults, opened.slos, about.service if about else None)
        snapshot = self._runner.run(snapshot_of(opened))
        names = dict.fromkeys(h.slo.name for h in hit)
        surveyed = self._runner.run(before(opened, snapshot, names, seconds))
        base = self._base(hit)
        planned = plans(hit, surveyed, seconds, base)
        against = (
            *against_a_drill(self._control.url if self._control else None),
            *refusals(
                about,
                self._order.target_name,
                tuple(firing(opened.slos, snapshot)),
                planned,
                opened.policy,
                seconds,
                lambda shorter: plans(hit, surveyed, shorter, base),
                now(),
            ),
        )
        return self._quoted(about, faults, planned, against), surveyed

    def _quoted(
        self,
        about: About | None,
        faults: tuple[Fault, ...],
        planned: tuple[Plan, ...] | None,
        against: tuple[Refusal, ...] = (),
        why: str = "",
    ) -> Quote:
        return Quote(
            fault=summary(faults),
            seconds=self._order.seconds,
            target=self._control.url if self._control else None,
            service=about.service if about else None,
            environment=about.environment if about else None,
            plans=planned,
            against=against,
            why=why,
        )

    def _base(self, hit: tuple[Hit, ...]) -> dict[str, BaseLatency | None]:
        """How slow requests are without a fault, where a latency SLO is hit: as measured, else as the service says."""
        slow = {h.slo.name: h.slo.sli for h in hit if h.threshold is not None and isinstance(h.slo.sli, EventSli)}
        spends = tuple(entry for entry in self._ledger.entries() if entry.spends)
        page = self._control.metrics_page() if slow and self._control else None
        found = {}
        for name, sli in slow.items():
            measured = measured_base_latency(self._opened.source, name, now(), spends)
            by_word = read_base_latency(page, sli) if page else None
            found[name] = finer(self._runner.run(measured), by_word)
        return found

    def _pass_guards(self, quote: Quote, faults: tuple[Fault, ...]) -> tuple[Refusal, ...]:
        """The refusals that the override lifts. Raises RefusedError where one stands; the ledger has it then."""
        override = bool(self._order.override)
        standing = [one for one in quote.against if not (override and one.lifted_by(operator()))]
        if not standing:
            return quote.against
        what = "; ".join(dict.fromkeys(one.why for one in standing))
        entry = self._entry(faults, quote.plans or (), (), refused=what)
        try:
            self._ledger.open_entry(entry)
            self._ledger.close_entry(entry.id, ended=entry.started, injected=0, observed={}, ending="refused")
        except StoreError as error:
            self._talk.say(f"the refusal could not be written down: {error.what}")
        raise RefusedError(f"refused: {what}", fix=ways_out(standing, overriding=override))

    def _consent(self) -> None:
        if self._order.yes:
            return
        if not sys.stdin.isatty():
            raise UsageError("nobody to ask: there is no terminal", fix="add --yes, or look first with `chaos plan`")
        if not click.confirm("spend it?", err=True):
            raise StoppedByPerson("nothing was spent")

    def _entry(
        self, faults: tuple[Fault, ...], planned: tuple[Plan, ...], overridden: tuple[Refusal, ...], refused: str = ""
    ) -> Entry:
        """What is written down: with the reason stands what was overridden, or why it was refused."""
        began = now()
        predicted = {plan.price.slo: plan.price.bad for plan in planned}
        reasons = [self._order.reason] if self._order.reason else []
        if overridden:
            reasons.append(f"overridden ({'; '.join(one.why for one in overridden)}): {self._order.override}")
        if refused:
            reasons.append(f"refused: {refused}")
        return Entry(
            id=self._order.entry or secrets.token_hex(4),
            kind="experiment",
            slos=tuple(predicted),
            operator=operator(),
            reason=clean("; ".join(reasons)),
            fault=summary(faults),
            started=began,
            planned_end=began + self._order.seconds,
            predicted=predicted,
        )

    def _spend(self, control: ControlPlane, entry: Entry, agreed: Agreed) -> Outcome:
        seconds, source, faults = self._order.seconds, self._opened.source, agreed.faults
        request = LeaseRequest(id=entry.id, faults=list(faults), ttl=seconds, operator=entry.operator)
        stakes = [_stake(plan, agreed.surveyed[plan.price.slo], faults, agreed.about) for plan in agreed.plans]
        tripwire = Tripwire(source, stakes, self._order.limits, self._ledger.entries())
        dearest = max((plan.price for plan in agreed.plans), key=lambda price: price.bad.mid, default=None)

        def progress(lease: LeaseSeen) -> None:
            self._talk.progress(lease, dearest, tripwire.spent, seconds)

        controller = Controller(
            control,
            self._ledger,
            source,
            self._runner,
            tripwire=tripwire,
            progress=progress,
            say=self._talk.say,
            slice_seconds=max((_slice_seconds(stake.slo) for stake in stakes), default=0.0),
        )
        return controller.spend(entry, request)

    def _account(self, outcome: Outcome, planned: tuple[Plan, ...]) -> None:
        priced = tuple(plan.price for plan in planned)
        if self._order.as_json:
            self._talk.data(json.dumps(outcome_json(outcome, priced)))
        else:
            self._talk.data(outcome_text(outcome, priced))
        match outcome.ending:
            case "stopped" | "halted":
                raise StoppedByPerson(outcome.why)
            case "guard":
                raise GuardStopped(f"stopped by a guard: {outcome.why}", fix="the fault is over; its cost: `chaos log`")
            case "lost":
                raise SourceError(outcome.why, fix="the fault is over; `chaos log` has what is known of its cost")
        if outcome.lease is not None and not outcome.lease.matched:
            raise NoTrafficError("no request met the fault", fix="is there traffic? does --route fit it?")
        if any(outside(outcome, price) for price in priced):
            raise OutsidePrediction(
                "the cost fell outside the predicted 95 % interval",
                fix="once in twenty times that is chance; else the traffic changed, or something else burned too",
            )


def summary(faults: tuple[Fault, ...]) -> str:
    """The faults of one entry in a few words: `5% 500 on POST /checkout`."""
    what = " and ".join(str(fault) for fault in faults)
    return f"{what} on {faults[0].where}"


def _stake(plan: Plan, surveyed: Before, faults: tuple[Fault, ...], about: About) -> Stake:
    slo = surveyed.standing.slo
    places = tuple(place for place, fault in enumerate(faults) if hits([fault], [slo], about.service))
    # What is injected can be held against the price only where each injection is a bad event.
    certain = all(isinstance(faults[place], FailingFault) for place in places)
    return Stake(slo, plan, places, certain, surveyed.standing.recent)


def _slice_seconds(slo: Slo) -> float:
    return slo.sli.seconds if isinstance(slo.sli, SliceSli) else 0.0

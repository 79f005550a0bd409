"""One experiment from the command line: price it, ask, spend it, account for it."""

from __future__ import annotations

import asyncio
import getpass
import json
import secrets
import sys
from dataclasses import dataclass
from typing import Any

import click

from chaos.base_latency import BaseLatency, read_base_latency
from chaos.client import About, ControlPlane, LeaseSeen
from chaos.controller import Controller, Outcome
from chaos.fault import ErrorFault, Fault, LeaseRequest, parse_fault
from chaos.impact import Hit, default_match, hits
from chaos.orphans import close_orphans
from chaos.price import TRAFFIC_WINDOW, Price, Standing, prices
from chaos.progress import Talk
from chaos.report import Quote, outcome_json, outcome_text, outside
from slotui.cli.options import Opened
from slotui.clock import now
from slotui.core.entry import Entry, Estimate
from slotui.core.reading import Snapshot
from slotui.core.sli import EventSli
from slotui.core.standing import standing_of
from slotui.duration import compact
from slotui.errors import (
    NoTrafficError,
    OutsidePrediction,
    RefusedError,
    SlotuiError,
    SourceError,
    StoppedByPerson,
    UsageError,
)
from slotui.ledger.store import Ledger
from slotui.source.marked import Marks


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asked for. `faults` are fields for `parse_fault`, without route and method."""

    faults: tuple[dict[str, Any], ...]
    seconds: float
    route: str | None
    method: str | None
    reason: str
    dry_run: bool
    yes: bool
    as_json: bool


class Experiment:
    """An order, with everything that is needed to carry it out."""

    def __init__(self, order: Order, opened: Opened, control: ControlPlane, runner: asyncio.Runner) -> None:
        self._order = order
        self._opened = opened
        self._control = control
        self._runner = runner
        self._ledger = Ledger(opened.ledger)
        self._talk = Talk(sys.stderr)

    def carry_out(self) -> None:
        """Do it. Raises `SlotuiError` with the exit code of every ending but the planned one."""
        if self._order.dry_run:
            click.echo(self._show(self._quote_if_possible()))
            return
        self._runner.run(close_orphans(self._ledger, self._control, self._opened.source, self._talk.say))
        about = self._control.about()
        faults = self._faults(about.service)
        _within_ceilings(about, faults, self._order.seconds)
        if about.environment != "lab":
            raise RefusedError(
                f"{self._control.url} is {about.environment!r}, not a lab", fix="point --target at a lab"
            )
        quote = self._quote(about, faults)
        self._consent(quote)
        self._account(self._spend(faults, about, quote), quote)

    def _faults(self, service: str | None) -> tuple[Fault, ...]:
        route, method = self._order.route, self._order.method
        if route is None:
            route, usual = default_match(self._opened.slos, service)
            method = method or usual
        return tuple(parse_fault({**fields, "route": route, "method": method}) for fields in self._order.faults)

    def _quote_if_possible(self) -> Quote:
        """A dry run needs neither a service nor metrics: it says what it cannot know."""
        try:
            about = self._control.about()
        except SlotuiError:
            about = None
        faults = self._faults(about.service if about else None)
        try:
            return self._quote(about, faults)
        except SourceError as error:
            return self._quoted(about, faults, None, error.what)

    def _quote(self, about: About | None, faults: tuple[Fault, ...]) -> Quote:
        """The price. Raises SourceError when the metrics are missing or stale: who cannot see, does not spend."""
        hit = hits(faults, self._opened.slos, about.service if about else None)
        snapshot = self._runner.run(self._snapshot())
        names = dict.fromkeys(h.slo.name for h in hit)
        standings = {name: self._standing(name, snapshot) for name in names}
        return self._quoted(about, faults, prices(hit, standings, self._order.seconds, self._base(hit)))

    def _quoted(
        self, about: About | None, faults: tuple[Fault, ...], priced: tuple[Price, ...] | None, why: str = ""
    ) -> Quote:
        return Quote(
            fault=summary(faults),
            seconds=self._order.seconds,
            target=self._control.url,
            service=about.service if about else None,
            environment=about.environment if about else None,
            prices=priced,
            why=why,
        )

    async def _snapshot(self) -> Snapshot:
        opened = self._opened
        return await Marks(opened.source, opened.slos, opened.policy).put_on(await opened.source.read())

    def _standing(self, name: str, snapshot: Snapshot) -> Standing:
        source = self._opened.source
        slo = next(slo for slo in self._opened.slos if slo.name == name)
        reading = snapshot.readings.get(name)
        if reading is None or reading.seen_at is None:
            why = (reading and reading.problem) or "nothing measured yet"
            raise SourceError(f"{name}: {why}", fix="wait until the metrics are there, or: --dry-run")
        age = snapshot.at - reading.seen_at
        if age > source.stale_after:
            raise SourceError(
                f"{name}: the newest measurement is {compact(round(age))} old", fix="is the source alive? slotui status"
            )
        recent = self._runner.run(source.count(name, reading.seen_at - TRAFFIC_WINDOW, reading.seen_at))
        if recent is None:
            raise SourceError(f"{name}: nothing measured in the last 30 min", fix="wait for some traffic")
        standing = standing_of(slo, reading, self._opened.policy, snapshot.at, snapshot.excused.get(name, ()))
        tier = standing.tier if standing else None
        return Standing(slo, reading.window, recent, tier.name if tier else None, tier.experiments if tier else None)

    def _base(self, hit: tuple[Hit, ...]) -> dict[str, BaseLatency | None]:
        """The service's own histogram, where a latency SLO is hit."""
        slow = {h.slo.name: h.slo.sli for h in hit if h.threshold is not None}
        page = self._control.metrics_page() if slow else None
        if page is None:
            return {}
        return {name: read_base_latency(page, sli) for name, sli in slow.items() if isinstance(sli, EventSli)}

    def _consent(self, quote: Quote) -> None:
        self._talk.say(quote.text())
        if self._order.yes:
            return
        if not sys.stdin.isatty():
            raise UsageError("nobody to ask: there is no terminal", fix="add --yes, or look first with --dry-run")
        if not click.confirm("spend it?", err=True):
            raise StoppedByPerson("nothing was spent")

    def _spend(self, faults: tuple[Fault, ...], about: About, quote: Quote) -> Outcome:
        began = now()
        predicted = {price.slo: price.bad for price in quote.prices or ()}
        entry = Entry(
            id=secrets.token_hex(4),
            kind="experiment",
            slos=tuple(predicted),
            operator=operator(),
            reason=self._order.reason,
            fault=summary(faults),
            started=began,
            planned_end=began + self._order.seconds,
            predicted=predicted,
        )
        request = LeaseRequest(id=entry.id, faults=list(faults), ttl=self._order.seconds, operator=entry.operator)
        # What is injected can be held against the price only where each injection is a bad event.
        planned = _largest(predicted) if all(isinstance(fault, ErrorFault) for fault in faults) else None
        self._talk.say(f"entry {entry.id}, on {about.service}; Ctrl-C or `chaos halt` ends it")

        def progress(lease: LeaseSeen) -> None:
            self._talk.progress(lease, planned, self._order.seconds)

        controller = Controller(
            self._control,
            self._ledger,
            self._opened.source,
            self._runner,
            progress=progress,
            say=self._talk.say,
        )
        return controller.spend(entry, request)

    def _account(self, outcome: Outcome, quote: Quote) -> None:
        priced = quote.prices or ()
        if self._order.as_json:
            self._talk.data(json.dumps(outcome_json(outcome, priced)))
        else:
            self._talk.data(outcome_text(outcome, priced))
        match outcome.ending:
            case "stopped" | "halted":
                raise StoppedByPerson(outcome.why)
            case "lost":
                raise SourceError(outcome.why, fix="the fault is over; `chaos log` has what is known of its cost")
        if outcome.lease is not None and not outcome.lease.matched:
            raise NoTrafficError("no request met the fault", fix="is there traffic? does --route fit it?")
        if any(outside(outcome, price) for price in priced):
            raise OutsidePrediction(
                "the cost fell outside the predicted 95 % interval",
                fix="once in twenty times that is chance; else the traffic changed, or something else burned too",
            )

    def _show(self, quote: Quote) -> str:
        return json.dumps(quote.json()) if self._order.as_json else quote.text()


def summary(faults: tuple[Fault, ...]) -> str:
    """The faults of one entry in a few words: `5% 500 on POST /checkout`."""
    what = " and ".join(str(fault) for fault in faults)
    return f"{what} on {faults[0].where}"


def operator() -> str:
    """Who types this, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _within_ceilings(about: About, faults: tuple[Fault, ...], seconds: float) -> None:
    """Refuse early what the service would refuse, before anything is written down."""
    ceilings = about.ceilings
    rate = max(fault.rate for fault in faults)
    if rate > ceilings.max_rate:
        raise RefusedError(f"a rate of {rate:g} is above the service's ceiling of {ceilings.max_rate:g}")
    if seconds > ceilings.max_ttl:
        raise RefusedError(
            f"{compact(seconds)} is longer than the service's ceiling of {compact(ceilings.max_ttl)}",
            fix=f"--for {compact(ceilings.max_ttl)}",
        )


def _largest(predicted: dict[str, Estimate]) -> Estimate | None:
    return max(predicted.values(), key=lambda estimate: estimate.mid, default=None)

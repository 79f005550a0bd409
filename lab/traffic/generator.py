"""The open loop: every request leaves when it is due, whether or not the ones before have been answered.

A closed loop waits for a frozen shop and so never meets most of the outage; an error budget measured that way is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from lab.shape import Rate
from lab.traffic.tally import LATE_SECONDS, Lately, Loss, Outcome, Tally, TrafficMetrics
from lab.traffic.timetable import Arrival
from slotui.clock import Clock, now

_PATIENCE = 1.5
"""Seconds that a stopped run waits for answers that are still out, and a run that is over between two looks."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout` and `run_for` are seconds (`run_for` None: until stopped); `in_flight` bounds unanswered requests.

    A request that is `overdue` seconds late is not sent any more: a machine that cannot keep up would else send its
    whole backlog and call that the rate, and one that slept would wake up with a flood.
    """

    timeout: float = 5.0
    in_flight: int = 2000
    run_for: float | None = None
    overdue: float = 5.0


class Generator:
    """Sends `arrivals` to `target`, a base URL, until their time is over or `stop` is called."""

    def __init__(
        self,
        target: str,
        arrivals: Iterator[Arrival],
        carts: list[bytes],
        *,
        rate: Rate,
        limits: Limits,
        metrics: TrafficMetrics,
        clock: Clock = now,
    ) -> None:
        self.tally = Tally()
        self._url = f"{target.rstrip('/')}/checkout"
        self._arrivals = arrivals
        self._carts = carts
        self._rate = rate
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._stopping = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Send no more; what is in flight has a moment left, and is counted as unanswered after it."""
        self._stopping.set()

    async def run(self) -> Tally:
        """The whole run, up to the last answer."""
        # No connection limit and no trust in proxies: the loop must be open, and what it measures the shop.
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=self._limits.timeout)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
            gauges = asyncio.create_task(self._keep_gauges())
            try:
                await self._send_all(session)
                await self._drain()
            finally:
                gauges.cancel()
                for task in self._in_flight:
                    task.cancel()
        return self.tally

    async def _send_all(self, session: aiohttp.ClientSession) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        end = self._limits.run_for if self._limits.run_for is not None else float("inf")
        for arrival in self._arrivals:
            if arrival.offset > end:
                await self._nap_until(started + end)
                break
            await self._nap_until(started + arrival.offset)
            if self._stopping.is_set():
                break
            self._launch(session, arrival, started + arrival.offset)
        self.tally.seconds = loop.time() - started

    async def _drain(self) -> None:
        """Wait for the last answers: to the end of a run that is over, not long in one that was stopped."""
        while self._in_flight:
            stopped = self._stopping.is_set()
            await asyncio.wait(self._in_flight, timeout=_PATIENCE)
            if stopped:
                return

    async def _nap_until(self, due: float) -> None:
        wait = due - asyncio.get_running_loop().time()
        if wait <= 0:
            await asyncio.sleep(0)  # behind the timetable, but answers must get their turn
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._stopping.wait()

    def _launch(self, session: aiohttp.ClientSession, arrival: Arrival, due: float) -> None:
        self.tally.planned += 1
        self._metrics.planned.inc()
        lateness = max(0.0, asyncio.get_running_loop().time() - due)
        if lateness > self._limits.overdue:
            self._drop("overdue")
            return
        if len(self._in_flight) >= self._limits.in_flight:
            self._drop("in_flight")
            return
        self._metrics.lateness.observe(lateness)
        self.tally.max_late_seconds = max(self.tally.max_late_seconds, lateness)
        if lateness > LATE_SECONDS:
            self.tally.late += 1
            self._metrics.late.inc()
        self.tally.sent += 1
        self._metrics.sent.labels("true" if arrival.synthetic else "false").inc()
        task = asyncio.create_task(self._buy(session, arrival, due))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    def _drop(self, reason: Loss) -> None:
        self.tally.dropped += 1
        self._metrics.dropped.labels(reason).inc()

    async def _buy(self, session: aiohttp.ClientSession, arrival: Arrival, due: float) -> None:
        cart = self._carts[int(arrival.draw * len(self._carts))]
        headers = {
            "Content-Type": "application/json",
            "X-Customer-Tier": arrival.tier,
            "Idempotency-Key": arrival.key,
        }
        if arrival.synthetic:
            headers["X-Synthetic"] = "true"
        try:
            async with session.post(self._url, data=cart, headers=headers) as answer:
                await answer.read()
                outcome = _outcome(answer.status)
        except TimeoutError:
            outcome = "timeout"
        except aiohttp.ClientError:
            outcome = "error"
        self.tally.answers[outcome] += 1
        self._metrics.answers.labels(outcome).inc()
        self._metrics.latency.observe(asyncio.get_running_loop().time() - due)

    async def _keep_gauges(self) -> None:
        loop = asyncio.get_running_loop()
        sent, at = self.tally.sent, loop.time()
        lately = Lately()
        while True:
            await asyncio.sleep(1)
            self._metrics.achieved_rate.set((self.tally.sent - sent) / (loop.time() - at))
            sent, at = self.tally.sent, loop.time()
            self._metrics.target_rate.set(self._rate(self._clock()))
            self._metrics.in_flight.set(len(self._in_flight))
            self._metrics.achieved.set(lately.saw(self.tally))
            self._metrics.max_lateness.set(self.tally.max_late_seconds)


def _outcome(status: int) -> Outcome:
    if status < 300:
        return "2xx"
    if status < 400:
        return "3xx"
    return "4xx" if status < 500 else "5xx"

"""Brings the lab up in order, watches over it, and takes it down: past, shop, collector or Prometheus, traffic."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx

import lab
from lab import prometheus
from lab.announce import bind
from lab.child import Child
from lab.past import Say, continue_or_make
from lab.shape import DEFAULT_RPS, Profile, demand
from slotui.clock import now
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import LabError
from slotui.generate.rules import rules_yaml
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos
from slotui.state import (
    Backend,
    RunningLab,
    announce_lab,
    default_ledger,
    hold_lab_lock,
    running_lab,
    state_dir,
    token_file,
)

SLOS = Path(lab.__file__).parent / "slos"
POLICY = Path(lab.__file__).parent / "policy.yaml"

_STARTS_WITHIN = 30.0
_LOOKS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run the lab. `history` is seconds; port 0 is any free one.

    `rps` is the rate at the start, whatever the profile makes of it then; None goes on at the rate of the past, and
    with little traffic takes little.

    `slos` are files or a folder of promises about the lab's services: its own, or others to practise with.
    """

    backend: Backend | Literal["auto"] = "auto"
    history: float = 30 * DAY
    rps: float | None = None
    profile: Profile = "day"
    port: int = 8085
    prometheus_port: int = 9095
    fresh: bool = False
    seed: int = 0
    slos: Path = SLOS


class Lab:
    """The processes of one lab. `say` gets a line of progress at each step."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._state = state_dir()
        self._children: list[Child] = []
        self._client = httpx.Client(trust_env=False, timeout=2.0)
        self.backend: Backend = _backend(settings)
        self.traffic_url: str | None = None
        self.mean_rps = 0.0

    def bring_up(self) -> RunningLab:
        """Start everything in order; returns when all of it answers. Raises `LabError`."""
        settings = self._settings
        self._claim_ports()
        slos = load_slos([settings.slos])
        embedded = self.backend == "embedded"
        place = self._state / "counts.sqlite" if embedded else self._state / "prometheus-data"
        self.mean_rps = continue_or_make(
            place, slos, now=now(), length=settings.history, rps=self._rps(), seed=settings.seed,
            fresh=settings.fresh, say=self._say, ledger=default_ledger(),
        )  # fmt: skip
        shop = self._start_shop()
        prometheus_url = None
        if embedded:
            self._start_collector(shop, place)
        self.traffic_url = self._start_traffic(shop)
        if not embedded:
            prometheus_url = self._start_prometheus(shop, slos, place)
        found = RunningLab(
            pid=os.getpid(),
            backend=self.backend,
            checkout_url=shop,
            prometheus_url=prometheus_url,
            store=str(place) if embedded else None,
            slos=str(settings.slos.absolute()),
            policy=str(POLICY),
            ledger=str(default_ledger()),
            token_file=str(token_file()),
            started=now(),
        )
        announce_lab(found)
        return found

    def check(self) -> None:
        """Raise `LabError` for the first child that has died."""
        for child in self._children:
            child.check()

    def stop(self) -> None:
        """End all children: the buyers first, so that nobody counts the shop's closing as an outage."""
        for child in self._children:
            if child.name == "traffic":
                child.stop()
        for child in self._children:
            child.let_go()
        for child in self._children:
            child.stop()
        self._client.close()

    def _rps(self) -> float | None:
        few = DEFAULT_RPS["low"] if self._settings.profile == "low" else None
        return self._settings.rps or few

    def _claim_ports(self) -> None:
        # Only a look, so that the sentence names the right flag before anything is started; the children bind.
        bind("127.0.0.1", self._settings.port, "--port").close()
        if self.backend == "prometheus":
            bind("127.0.0.1", self._settings.prometheus_port, "--prometheus-port").close()

    def _start(self, name: str, *command: str) -> Child:
        logs = self._state / "logs"
        try:
            logs.mkdir(exist_ok=True)
        except OSError as error:
            raise LabError(
                f"{logs}: {error.strerror}", fix="point SLOTUI_STATE at a folder that you may write to"
            ) from error
        child = Child(name, command, logs / f"{name}.log")
        self._children.append(child)
        return child

    def _python(self, name: str, module: str, *arguments: str) -> Child:
        return self._start(name, sys.executable, "-m", module, *arguments)

    def _start_shop(self) -> str:
        child = self._python(
            "checkout", "lab.checkout", f"--port={self._settings.port}", f"--chaos-token={token_file()}"
        )
        url = child.announced(_STARTS_WITHIN)
        child.wait_until(lambda: self._answers(f"{url}/readyz"), "getting ready", _STARTS_WITHIN)
        self._say(f"checkout serves {url} (metrics on /metrics)")
        return url

    def _start_collector(self, shop: str, store: Path) -> None:
        started = now()
        child = self._python(
            "collector",
            "slotui.source.scrape.collector",
            f"--url={shop}/metrics",
            f"--store={store}",
            f"--slos={self._settings.slos}",
        )
        child.wait_until(lambda: _looked_since(store, started), "the first look at the shop", _LOOKS_WITHIN)
        self._say(f"collector counts into {store}")

    def _start_traffic(self, shop: str) -> str:
        profile = self._settings.profile
        # The curve's profiles take the week's mean, the others the rate that the curve has now.
        rps = self.mean_rps if profile in ("day", "low") else self.mean_rps * demand(now())
        child = self._python(
            "traffic", "lab.traffic", f"--target={shop}", f"--rps={rps}", f"--profile={profile}",
            f"--seed={self._settings.seed}",
        )  # fmt: skip
        url = child.announced(_STARTS_WITHIN)
        self._say(f"traffic runs (its own metrics: {url}/metrics)")
        return url

    def _start_prometheus(self, shop: str, slos: tuple[Slo, ...], data: Path) -> str:
        port = self._settings.prometheus_port or _free_port()
        config, rules = self._state / "prometheus.yml", self._state / "prometheus-rules.yml"
        rules.write_text(rules_yaml(slos))
        traffic = urlsplit(self.traffic_url or "").netloc or None
        config.write_text(prometheus.configuration(urlsplit(shop).netloc, traffic, rules, now()))
        child = self._start("prometheus", *prometheus.command(config, data, port))
        url = f"http://127.0.0.1:{port}"
        child.wait_until(lambda: self._answers(f"{url}/-/ready"), "getting ready", _STARTS_WITHIN)
        child.wait_until(lambda: self._sees_shop(url), "the first scrape of the shop", _LOOKS_WITHIN)
        self._say(f"prometheus serves {url}")
        return url

    def _answers(self, url: str) -> bool:
        try:
            return self._client.get(url).status_code == 200
        except httpx.TransportError:
            return False

    def _sees_shop(self, url: str) -> bool:
        try:
            answer = self._client.get(f"{url}/api/v1/query", params={"query": 'up{job="checkout"} == 1'})
            return bool(answer.json()["data"]["result"])
        except (httpx.TransportError, ValueError, KeyError):
            return False


@contextmanager
def lab_up(settings: Settings, say: Say) -> Iterator[tuple[Lab, RunningLab]]:
    """The lab for the time of the block; nothing it started outlives it. Raises `LabError`, also for a second lab."""
    _writable(state_dir())
    with hold_lab_lock() as mine:
        if not mine:
            raise _already_up()
        one = Lab(settings, say)
        try:
            yield one, one.bring_up()
        finally:
            one.stop()


def _already_up() -> LabError:
    other = running_lab()
    if other is None:
        return LabError("another lab is just starting or stopping", fix="try again in a moment")
    return LabError(
        f"a lab is up already ({other.owner}, {other.checkout_url})",
        fix="use it with `slotui watch`, or stop it with `slotui lab down`",
    )


def _backend(settings: Settings) -> Backend:
    if settings.backend == "auto":
        both = prometheus.find_binary() and prometheus.find_binary("promtool")
        return "prometheus" if both else "embedded"
    if settings.backend == "prometheus":
        prometheus.required_binary("prometheus")
        prometheus.required_binary("promtool")
    return settings.backend


def _writable(state: Path) -> None:
    """Raise `LabError` when the state folder cannot take a file: read-only, full, or somebody else's."""
    probe = state / f".probe.{os.getpid()}"
    try:
        probe.write_bytes(b"slotui" * 1024)
    except OSError as error:
        raise LabError(
            f"{state}: {error.strerror}", fix="free some space, or point SLOTUI_STATE at a folder you may write to"
        ) from error
    finally:
        probe.unlink(missing_ok=True)


def _looked_since(store: Path, started: float) -> bool:
    counts = CountStore(store)
    try:
        at = counts.memory().at
    finally:
        counts.close()
    return at is not None and at >= started


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`slotui lab` and `slotui demo`: the training lab on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from slotui.cli.examples import examples
from slotui.clock import now, to_iso
from slotui.duration import parse
from slotui.errors import LabError, StoppedByPerson, UsageError
from slotui.state import RunningLab, running_lab, state_dir

if TYPE_CHECKING:
    from lab.supervisor import Lab, Settings

_STATUS_EVERY = 60.0
_LOOK_EVERY = 0.5
_DOWN_WITHIN = 20.0
_UP_WITHIN = 120.0

_OPTIONS = (
    click.option("--backend", type=click.Choice(["auto", "embedded", "prometheus"]), default="auto", show_default=True,
                 help="what counts: slotui itself, or a Prometheus found on PATH"),
    click.option("--history", default="30d", show_default=True, metavar="DURATION", help="past of a new lab"),
    click.option("--rps", type=click.FloatRange(0, min_open=True, max=2000),
                 help="buyers a second at the start, in each profile  [default: 50, or as before; low: 0.1]"),
    click.option("--profile", type=click.Choice(["day", "steady", "sale", "low"]), default="day", show_default=True,
                 help="what the traffic does from there: follows the week's curve; stays; calm for two minutes, then a "
                      "rush to six times that, again every 25 minutes; hardly anybody comes"),
    click.option("--port", default=8085, show_default=True, help="port of the checkout service; 0 takes a free one"),
    click.option("--prometheus-port", default=9095, show_default=True, help="port of Prometheus; 0 takes a free one"),
    click.option("--fresh", is_flag=True, help="forget what was counted and make a new past; the ledger stays"),
    click.option("--seed", default=0, show_default=True, help="another seed, another past and other traffic"),
    click.option("--slos", type=click.Path(exists=True, path_type=Path),
                 help="other promises about the lab's services to practise with; with --fresh  [default: Carta's]"),
)  # fmt: skip


def _lab_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def lab() -> None:
    """The training lab: a shop, its buyers, and what counts their requests."""


@lab.command(
    epilog=examples(
        "slotui lab up",
        "slotui lab up --detach --backend embedded --rps 20",
        "slotui lab up --profile sale",
        exits="0 stopped by Ctrl-C, 1 a port is taken or a part of the lab died, 5 stopped before it was up",
    ),
)
@_lab_options
@click.option("--detach", is_flag=True, help="come back when it is up; `slotui lab down` ends it")
def up(detach: bool, **options: Any) -> None:
    """Bring the lab up and stay until Ctrl-C, which stops all of it."""
    settings = _settings(**options)
    if detach:
        _detach()
        return
    with _signals_stop() as up_since, _brought_up(settings) as (one, found):
        up_since.append(now())
        click.echo(_what_next(found))
        _watch_over(one)


@lab.command(epilog=examples("slotui lab down"))
def down() -> None:
    """Stop the lab that is up on this machine."""
    found = running_lab()
    if found is None:
        click.echo("no lab is up", err=True)
        return
    if found.pid is None:
        raise LabError("this lab runs in containers", fix="stop it with `docker compose down`")
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        click.echo("the lab has just ended", err=True)
        return
    deadline = time.monotonic() + _DOWN_WITHIN
    while (still := running_lab()) is not None and still.pid == found.pid:
        if time.monotonic() > deadline:
            raise LabError(f"the lab (pid {found.pid}) does not stop", fix=f"kill -9 {found.pid}; its children end too")
        time.sleep(0.1)
    click.echo(f"the lab (pid {found.pid}) is down", err=True)


@lab.command(epilog=examples("slotui lab status", "slotui lab status --output json | jq -r .checkout_url"))
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(output: Literal["text", "json"]) -> None:
    """Which lab is up, where, and whether it answers."""
    import httpx

    from lab.announce import heard
    from lab.report import traffic_now

    found = running_lab()
    if found is None:
        click.echo(json.dumps({"up": False}) if output == "json" else "no lab is up; `slotui lab up` starts one")
        return
    try:
        ready = httpx.get(f"{found.checkout_url}/readyz", trust_env=False, timeout=2.0).status_code == 200
    except httpx.TransportError:
        ready = False
    traffic = None if found.pid is None else traffic_now(heard(state_dir() / "logs" / "traffic.log"))
    if output == "json":
        figures = asdict(traffic) | {"dropped": traffic.dropped, "warning": traffic.warning} if traffic else None
        click.echo(json.dumps({"up": True, **asdict(found), "ready": ready, "traffic": figures}))
        return
    click.echo(f"lab {'is up' if ready else 'does not answer'}  {found.owner}, since {to_iso(found.started)}")
    click.echo(_where(found))
    if traffic is not None:
        click.echo(f"  traffic     {traffic.line}")
        if traffic.warning is not None:
            click.echo(f"  {traffic.warning}")


@click.command(epilog=examples("slotui demo", "slotui demo --backend embedded --port 0"))
@_lab_options
def demo(**options: Any) -> int:
    """The lab, its traffic and the screen, in one command; all stopped on quit."""
    from slotui.cli.watch import open_screen

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the screen needs a terminal", fix="without one: `slotui lab up --detach`, then `slotui watch`"
        )
    settings = _settings(**options)
    with _signals_stop() as up_since, _brought_up(settings) as (one, found):
        up_since.append(now())
        died: list[LabError] = []
        with _guarded(one, died):
            code = open_screen(found)
        if died:
            raise died[0]
        click.echo("lab: stopping", err=True)
        return code
    return 0  # a signal ended it in good order


def _settings(*, history: str, slos: Path | None, **options: Any) -> Settings:
    from lab.supervisor import SLOS, Settings

    return Settings(history=parse(history), slos=slos or SLOS, **options)


@contextmanager
def _brought_up(settings: Settings) -> Iterator[tuple[Lab, RunningLab]]:
    from lab.supervisor import lab_up

    with lab_up(settings, lambda line: click.echo(f"lab: {line}", err=True)) as both:
        yield both


class _Stop(BaseException):
    """A signal asked for the end. Not an Exception: nothing on the way may take it for a failure."""


@contextmanager
def _signals_stop() -> Iterator[list[float]]:
    """Turn SIGINT, SIGTERM and SIGHUP into an orderly end, during start-up too.

    Yields a list for the instant at which the lab was up: an end after it is no failure, one before it is exit 5.
    """

    def stop(_number: int, _frame: object) -> None:
        # Once is enough: the stopping itself takes a few seconds at most and must not be cut short.
        for number in _STOPPING:
            signal.signal(number, _already_stopping)
        raise _Stop

    before = {number: signal.signal(number, stop) for number in _STOPPING}
    up_since: list[float] = []
    try:
        yield up_since
    except _Stop:
        click.echo("lab: stopped", err=True)
        if not up_since:
            raise StoppedByPerson("stopped before the lab was up") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _already_stopping(_number: int, _frame: object) -> None:
    """Not SIG_IGN: Python complains about a signal that came in while it was being ignored."""


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _watch_over(one: Lab) -> None:
    """Until a signal: see that all children live, and say a line now and then."""
    from lab.report import lines_of

    said = time.monotonic()
    while True:
        one.check()
        if time.monotonic() - said >= _STATUS_EVERY:
            said = time.monotonic()
            for line in lines_of(one.traffic_url):
                click.echo(f"{to_iso(now())}  {line}", err=True)
        time.sleep(_LOOK_EVERY)


@contextmanager
def _guarded(one: Lab, died: list[LabError]) -> Iterator[None]:
    """While a screen has the main thread: end it, by the signal that it ends well on, when a child dies."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_EVERY):
            try:
                one.check()
            except LabError as error:
                died.append(error)
                os.kill(os.getpid(), signal.SIGTERM)
                return

    thread = threading.Thread(target=look, name="lab-guard", daemon=True)
    thread.start()
    try:
        yield
    except _Stop:
        if not died:
            raise
    finally:
        done.set()
        thread.join()


def _detach() -> None:
    """Start the same command without --detach in a session of its own; returns when that lab is up."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--detach"]
    logs = state_dir() / "logs"
    logs.mkdir(exist_ok=True)
    log = logs / "lab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "slotui", *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + _UP_WITHIN
    while (found := running_lab()) is None or found.pid != process.pid:
        if process.poll() is not None:
            said = log.read_text(errors="replace").strip()
            raise LabError(f"the lab did not come up:\n{said}", fix=f"see {log}")
        if time.monotonic() > deadline:
            process.terminate()
            raise LabError(f"the lab was not up after {_UP_WITHIN:.0f} s", fix=f"see {log}")
        time.sleep(0.1)
    click.echo(_what_next(found))


def _where(found: RunningLab) -> str:
    counted = found.prometheus_url or found.store or "-"
    return f"  checkout    {found.checkout_url}\n  {found.backend:<11} {counted}\n  ledger      {found.ledger}"


def _what_next(found: RunningLab) -> str:
    return (
        f"the lab is up (pid {found.pid})\n{_where(found)}\n"
        "from another terminal:\n"
        "  slotui watch                                  the screen\n"
        "  chaos inject --error-rate 0.05 --for 2m       spend some budget\n"
        "  slotui lab down                               stop it (here: Ctrl-C)"
    )

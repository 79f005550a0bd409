"""The options that the commands of `chaos` share, and what they lead to. Heavy imports happen inside."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.duration import parse
from slotui.errors import SlotuiError, UsageError

if TYPE_CHECKING:
    from chaos.spend.client import ControlPlane
    from chaos.spend.grafana import Grafana
    from chaos.spend.order import Order
    from slotui.cli.options import Opened, Reading

Command = Callable[..., Any]


class Duration(click.ParamType[float]):
    """Seconds, written as in Prometheus: 300ms, 90s, 10m."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if not isinstance(value, str):
            return float(value)
        try:
            return parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


class Share(click.ParamType[float]):
    """A share of the budget: 5%, or 0.05."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{text!r} is not a share of the budget: write it as 5% or 0.05", param, ctx)
        return share


class Pulse(click.ParamType[tuple[float, float]]):
    """Seconds of a pulse, and from the beginning of one to that of the next: 10s/1m."""

    name = "width/period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if not isinstance(value, str):
            return (float(value[0]), float(value[1]))
        width, _, period = value.partition("/")
        try:
            return parse(width), parse(period)
        except UsageError:
            self.fail(f"{value!r} is not a pulse: write its length and its period as 10s/1m", param, ctx)


DURATION = Duration()
PULSE = Pulse()
SHARE = Share()
RATE = click.FloatRange(0, 1, min_open=True)


def target_options(command: Command) -> Command:
    """Add where the service is, and what opens it."""
    for option in reversed(_TARGET_OPTIONS):
        command = option(command)
    return command


_TARGET_OPTIONS = (
    click.option("--target", metavar="URL", envvar="CHAOS_TARGET", show_envvar=True,
                 help="the service to fail  [default: the running lab's]"),
    click.option("--token-file", type=click.Path(path_type=Path), envvar="CHAOS_TOKEN_FILE", show_envvar=True,
                 help="the token  [default: the lab's]"),
)  # fmt: skip


def fault_options(command: Command) -> Command:
    """Add what is to be done, to which requests, for how long, and within which guards: one set to plan and spend."""
    for option in reversed(_FAULT_OPTIONS):
        command = option(command)
    return command


def _kinds(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from chaos.cli.asked import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


_FAULT_OPTIONS = (
    click.option("--error-rate", type=RATE, help="fail this share of the requests"),
    click.option("--status", type=click.IntRange(400, 599), help="with which HTTP status  [default: 500]"),
    click.option("--latency", type=DURATION, help="delay requests by this: 300ms, 2s"),
    click.option("--jitter", type=DURATION, help="spread of the delay, as its distribution means it"),
    click.option("--distribution", type=click.Choice(["fixed", "uniform", "normal", "pareto"]),
                 help="of the delay  [default: uniform, to each side]"),
    click.option("--latency-rate", type=RATE, help="delay this share of the requests  [default: 1]"),
    click.option("--fault", metavar="KIND", shell_complete=_kinds,
                 help="for --error-rate: hang, reset, bad_payload[:empty], dependency:CAUSE;"
                 " for --latency: slow_body; alone: stale"),
    click.option("--ramp", type=click.FloatRange(0, 1), metavar="FROM",
                 help="begin at this rate, and be at the asked one when the time is up"),
    click.option("--pulse", type=PULSE, help="only for the first WIDTH of every PERIOD: 10s/1m"),
    click.option("--sine", type=DURATION, metavar="PERIOD", help="in waves of this length, from nothing to the rate"),
    click.option("--for", "seconds", type=DURATION, required=True, help="how long: 90s, 10m, 1h30m"),
    click.option("--route", metavar="GLOB", help="requests to these paths  [default: those that the SLOs count]"),
    click.option("--method", metavar="METHOD", help="requests of this method  [default: as for --route]"),
    # Not --header: that is one for Prometheus, here as in every command that reads.
    click.option("--request-header", metavar="NAME[: GLOB]", help="requests with this header"),
    click.option("--tier", help="requests of customers of this tier"),
    click.option("--mode", type=click.Choice(["random", "exact"]), default="random", show_default=True,
                 help="each request by chance, or spread evenly to the request"),
    click.option("--seed", type=int, help="repeat the same choice of requests"),
    click.option("--max-spend", type=SHARE, help="stop when this share of the budget is spent: 5%, 0.05"),
    click.option("--floor", type=SHARE, help="stop when less than this share of the budget is left"),
    click.option("--target-name", metavar="NAME", help="the service's name again, where it is no lab"),
    click.option("--override", metavar="REASON", default="", help="spend in spite of the guards; the ledger says why"),
    click.option("--reason", default="", help="why; it is written to the ledger"),
)  # fmt: skip


def grafana_options(command: Command) -> Command:
    """Add the Grafana whose charts show the spends; the command receives it as one `grafana` argument."""

    @functools.wraps(command)
    def with_grafana(grafana_url: str | None, grafana_token_file: Path | None, **rest: Any) -> Any:
        return command(grafana=_grafana(grafana_url, grafana_token_file), **rest)

    for option in reversed(_GRAFANA_OPTIONS):
        with_grafana = option(with_grafana)
    return with_grafana


_GRAFANA_OPTIONS = (
    click.option("--grafana", "grafana_url", metavar="URL", envvar="SLOTUI_GRAFANA", show_envvar=True,
                 help="annotate this Grafana's charts"),
    click.option("--grafana-token-file", type=click.Path(path_type=Path), envvar="SLOTUI_GRAFANA_TOKEN_FILE",
                 show_envvar=True, help="its service account's token, which may write annotations"),
)  # fmt: skip


def _grafana(url: str | None, token_file: Path | None) -> Grafana | None:
    if url is None:
        return None
    from chaos.spend.grafana import Grafana

    if token_file is None:
        raise UsageError("--grafana goes with a token", fix="add --grafana-token-file FILE")
    try:
        token = token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{token_file}: cannot be read: {error}", fix="name the file with the token alone") from error
    if not token.isprintable() or not token:
        raise UsageError(f"{token_file}: holds no token", fix="name the file with the token alone")
    return Grafana(url, token)


def connect(reading: Reading) -> Opened:
    """The source, SLOs, policy and ledger that the shared options mean."""
    from slotui.cli.options import open_source

    return open_source(reading)


def order_of(asked: dict[str, Any], token_file: Path | None, *, as_json: bool, yes: bool = False) -> Order:
    from chaos.cli.asked import fault_fields
    from chaos.spend.order import Order
    from chaos.spend.tripwire import Limits
    from slotui.state import token_file as lab_token

    return Order(
        faults=fault_fields(asked),
        seconds=asked["seconds"],
        route=asked["route"],
        method=asked["method"].upper() if asked["method"] else None,
        reason=asked["reason"],
        yes=yes,
        as_json=as_json,
        limits=Limits(asked["max_spend"], asked["floor"]),
        override=asked["override"].strip(),
        target_name=asked["target_name"],
        token_file=str((token_file or lab_token()).absolute()),
        entry=asked.get("entry"),
    )


def control_plane(target: str | None, token_file: Path | None, *, lenient: bool = False) -> ControlPlane:
    """The line to the service: as named, else the running lab's. `lenient`: a plan needs no token."""
    from chaos.spend.client import ControlPlane, Place
    from slotui.state import running_lab, token_of

    lab = running_lab()
    url = target or (lab.checkout_url if lab else None)
    if url is None:
        raise UsageError(
            "no service to fail: no lab is running", fix="start one with `slotui lab up`, or name it with --target URL"
        )
    path = token_file or token_of(target)
    if lenient and not path.exists():
        return ControlPlane(url, "none")
    return Place(url, path).open()


def control_plane_if_any(target: str | None, token_file: Path | None) -> ControlPlane | None:
    try:
        return control_plane(target, token_file)
    except SlotuiError:
        if target or token_file:
            raise
        return None

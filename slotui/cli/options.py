"""The options that every reading command shares, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.connection import connection_options, only_with_prometheus
from slotui.config.settings import Settings, settings
from slotui.errors import UsageError
from slotui.source.choice import Choice
from slotui.source.connection import DIRECT, Connection
from slotui.state import default_ledger, running_lab

if TYPE_CHECKING:
    from slotui.core.policy import Policy
    from slotui.core.slo import Slo
    from slotui.source.base import Source

Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the shared options said, as it stood on the command line."""

    slos: tuple[Path, ...]
    prometheus: str | None
    scrape: str | None
    store: Path | None
    ledger: Path | None
    policy: Path | None
    discover: bool = False
    connection: Connection = DIRECT


NOTHING_NAMED = Reading((), None, None, None, None, None)


def source_options(command: Command) -> Command:
    """Add the shared options; the command receives them as one `reading` argument."""

    def bundled(
        slos: tuple[Path, ...],
        prometheus: str | None,
        scrape: str | None,
        store: Path | None,
        ledger: Path | None,
        policy: Path | None,
        discover: bool,
        connection: Connection,
        **rest: Any,
    ) -> Any:
        return command(reading=Reading(slos, prometheus, scrape, store, ledger, policy, discover, connection), **rest)

    bundled.__name__ = command.__name__
    bundled.__doc__ = command.__doc__
    bundled.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    bundled = connection_options(bundled)
    for option in reversed(_OPTIONS):
        bundled = option(bundled)
    return bundled


_PATH = click.Path(path_type=Path)
_OPTIONS = (
    click.option(
        "--slos", type=_PATH, multiple=True, help="SLO files or folders  [default: the lab's, lab/slos, slos]"
    ),
    click.option("--prometheus", metavar="URL", help="read from a Prometheus (or Thanos, Mimir, VictoriaMetrics)"),
    click.option("--discover", is_flag=True, help="also the SLOs that it records for Sloth, Pyrra or Grafana SLO"),
    click.option("--scrape", metavar="URL", help="scrape a /metrics address and keep the counts here"),
    click.option("--store", type=_PATH, help="the file of counts for --scrape  [default: in the state folder]"),
    click.option("--ledger", type=_PATH, help="the ledger file  [default: in the state folder]"),
    click.option("--policy", type=_PATH, help="the error budget policy  [default: beside the SLO files]"),
)


def output_option(command: Command) -> Command:
    """Add `--output text|json`."""
    return click.option(
        "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="how to print it"
    )(command)


@dataclass(frozen=True, slots=True)
class Opened:
    """A source, and what is needed to read it."""

    source: Source
    slos: tuple[Slo, ...]
    policy: Policy
    ledger: Path


def slo_paths(reading: Reading) -> tuple[Path, ...]:
    """Where the SLO files are: as named, else the running lab's, else as set, else `lab/slos` or `slos` here."""
    if reading.slos:
        return reading.slos
    lab = running_lab()
    if lab is not None and choice_of(reading) is None:
        return (Path(lab.slos),)
    if found := settings().slos:
        return found
    for folder in (Path("lab/slos"), Path("slos")):
        if folder.is_dir():
            return (folder,)
    raise UsageError("no SLO files: neither lab/slos nor slos is here", fix="name them with --slos PATH")


def choice_of(reading: Reading) -> Choice | None:
    """The place to read from that was named on the command line, else is set where no lab is up; None for the lab."""
    if reading.prometheus and reading.scrape:
        raise UsageError("--prometheus and --scrape name two places to read from", fix="leave one of them out")
    if reading.store and not reading.scrape:
        raise UsageError("--store goes with --scrape", fix="add --scrape URL")
    prometheus, scrape, found = reading.prometheus, reading.scrape, settings()
    if not prometheus and not scrape and running_lab() is None:
        prometheus, scrape = found.prometheus_url, found.scrape_url
    only_with_prometheus(reading.connection, prometheus)
    if prometheus:
        return Choice(prometheus, connection=_connection(prometheus, reading.connection, found))
    if scrape:
        store = reading.store or (found.scrape_store if scrape == found.scrape_url else None)
        return Choice(None, scrape, store)
    return None


def _connection(prometheus: str, typed: Connection, found: Settings) -> Connection:
    """How to reach a Prometheus. What the config file says of its own is for that one: no other gets its token."""
    if prometheus != found.prometheus_of_file:
        return typed
    return Connection(
        token_file=typed.token_file or (None if typed.token else found.prometheus_bearer_token_file),
        token=typed.token,
        headers=typed.headers or found.prometheus_headers,
        ca_file=typed.ca_file or found.prometheus_ca_file,
        client_cert=typed.client_cert or found.prometheus_client_cert,
        client_key=typed.client_key or (None if typed.client_cert else found.prometheus_client_key),
    )


def place_of(reading: Reading) -> tuple[str, str]:
    """The kind and the address of what would be opened. Raises `SlotuiError` for what is plain before that."""
    _own_paths(reading)
    return (choice_of(reading) or Choice()).place()


def open_source(reading: Reading, *, every: float | None = None) -> Opened:
    """Load the SLOs and the policy, open the source. Raises `SlotuiError` with what to type instead."""
    from slotui.source.connect import connect
    from slotui.spec.load import load_slos

    paths = _own_paths(reading)
    slos = load_slos(paths) if paths else ()
    named = choice_of(reading)
    if reading.discover:
        slos = (*slos, *_discovered(prometheus_url(named), named.connection if named else DIRECT, slos))
    choice = named or Choice()
    source = connect(replace(choice, every=every), slos)
    return Opened(source, slos, policy_for(reading), ledger_path(reading))


def _own_paths(reading: Reading) -> tuple[Path, ...]:
    """The SLO files; with `--discover` there need not be any, unless they were named."""
    if not reading.discover or reading.slos:
        return slo_paths(reading)
    try:
        return slo_paths(reading)
    except UsageError:
        return ()


def prometheus_url(choice: Choice | None) -> str:
    """The Prometheus to look for other tools' SLOs in: the chosen one, or the running lab's. Raises `UsageError`."""
    if choice is not None and choice.scrape:
        raise UsageError("other tools' SLOs are found in a Prometheus, not on a page", fix="name --prometheus URL")
    lab = running_lab()
    url = choice.prometheus if choice is not None else lab and lab.prometheus_url
    if not url:
        raise UsageError("no Prometheus to discover SLOs in", fix="name one with --prometheus URL")
    return url


def _discovered(url: str, connection: Connection, own: tuple[Slo, ...]) -> tuple[Slo, ...]:
    """What other tools record and can be counted. Raises `UsageError` where that, and `own`, is nothing."""
    from slotui.cli.discover import discovered

    discovery = discovered(url, connection, taken=[slo.name for slo in own], count=False)
    if not own and not discovery.slos:
        raise UsageError(
            f"no SLO at {discovery.url} whose events can be counted",
            fix=f"see what there is: slotui discover --prometheus {discovery.url}",
        )
    return discovery.slos


def policy_for(reading: Reading) -> Policy:
    """The policy as named, else the lab's, else as set, else the one beside the SLO files, else the default tiers."""
    from slotui.core.policy import DEFAULT_POLICY
    from slotui.spec.load import load_policy

    if reading.policy:
        return load_policy(reading.policy)
    lab = running_lab()
    if lab is not None and not reading.slos and choice_of(reading) is None:
        return load_policy(Path(lab.policy))
    if not reading.slos and (found := settings().policy):
        return load_policy(found)
    for beside in _own_paths(reading)[:1]:
        folder = beside if beside.is_dir() else beside.parent
        for candidate in (folder.parent / "policy.yaml", folder / "policy.yaml"):
            if candidate.is_file():
                return load_policy(candidate)
    return DEFAULT_POLICY


def ledger_path(reading: Reading) -> Path:
    """The ledger as named, else the running lab's, else as set, else the one in the state folder."""
    if reading.ledger:
        return reading.ledger
    lab = running_lab()
    return Path(lab.ledger) if lab is not None else settings().ledger or default_ledger()

"""`slotui generate`: everything that follows from the SLO files and the policy, printed, written or checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.examples import examples
from slotui.cli.options import NOTHING_NAMED, Reading, policy_for, slo_paths
from slotui.errors import SlotuiError, UsageError

if TYPE_CHECKING:
    from slotui.core.policy import Policy
    from slotui.core.slo import Slo
    from slotui.generate.alertmanager import Webhooks

_PATH = click.Path(path_type=Path)
_HTTP = ("http://", "https://")
Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the options named. Each text is a function of it; files are read when a text needs them."""

    slo_files: tuple[Path, ...]
    policy_file: Path | None = None
    requests: tuple[str, ...] = ()
    page_webhooks: tuple[str, ...] = ()
    ticket_webhooks: tuple[str, ...] = ()

    @property
    def slos(self) -> tuple[Slo, ...]:
        from slotui.spec.load import load_slos

        return load_slos(self.slo_files or slo_paths(NOTHING_NAMED))

    @property
    def policy(self) -> Policy:
        return policy_for(Reading(self.slo_files, None, None, None, None, self.policy_file))


def _rules(given: Inputs) -> str:
    from slotui.generate.rules import rules_yaml

    return rules_yaml(given.slos)


def _contract(given: Inputs) -> str:
    from slotui.generate.contract import contract_markdown

    slos = given.slos
    known = [slo.name for slo in slos]
    expected = dict(_count(written, known) for written in given.requests)
    return contract_markdown(slos, given.policy, expected)


def _policy(given: Inputs) -> str:
    from slotui.generate.policy import policy_markdown

    return policy_markdown(given.policy)


def _alertmanager(given: Inputs) -> str:
    from slotui.generate.alertmanager import alertmanager_yaml

    slos = given.slos
    services = sorted({slo.service for slo in slos})
    return alertmanager_yaml(
        slos,
        _webhooks("--page-webhook", given.page_webhooks, services),
        _webhooks("--ticket-webhook", given.ticket_webhooks, services),
    )


def _dashboard(given: Inputs) -> str:
    from slotui.generate.dashboard import dashboard_json

    return dashboard_json(given.slos, given.policy)


_FILES: dict[str, Callable[[Inputs], str]] = {
    "rules.yml": _rules,
    "contract.md": _contract,
    "policy.md": _policy,
    "alertmanager.yml": _alertmanager,
    "dashboard.json": _dashboard,
}


def _count(written: str, known: list[str]) -> tuple[str, float]:
    """`SLO=N`, as a name and a number. Raises `UsageError`."""
    name, _, number = written.rpartition("=")
    if name not in known:
        raise UsageError(f"--requests {written}: no SLO is named {name!r}", fix=_nearest(name, known))
    try:
        count = float(number.replace(",", "").replace("_", ""))
    except ValueError:
        count = 0
    if not 0 < count < float("inf"):
        raise UsageError(f"--requests {written}: {number!r} is no number of requests", fix=f"write {name}=432000000")
    return name, count


def _webhooks(option: str, written: tuple[str, ...], services: list[str]) -> Webhooks:
    """`URL` for everyone, `SERVICE=URL` for one service. Raises `UsageError`."""
    from slotui.generate.alertmanager import Webhooks

    everyone, of_service = None, {}
    for one in written:
        service, _, url = ("", "", one) if one.startswith(_HTTP) else one.partition("=")
        if not url.startswith(_HTTP):
            raise UsageError(f"{option} {one}: no http address", fix=f"write {option} URL, or {option} SERVICE=URL")
        if not service:
            everyone = url
        elif service in services:
            of_service[service] = url
        else:
            raise UsageError(f"{option} {one}: no SLO is of service {service!r}", fix=_nearest(service, services))
    return Webhooks(everyone, of_service)


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def _emit(file: str, given: Inputs, folder: Path | None, *, check: bool) -> None:
    """Print one text, write it into `folder`, or compare it with what is there."""
    if folder is None:
        if check:
            raise UsageError("--check compares with files", fix="name their folder with --dir D")
        click.echo(_FILES[file](given), nl=False)
        return
    _write([file], given, folder, check=check)


def _write(files: list[str], given: Inputs, folder: Path, *, check: bool) -> None:
    """Write the files, or name each that is out of date. All texts are made before the first is written."""
    from slotui.generate.output import staleness, write

    texts = {folder / file: _FILES[file](given) for file in files}
    if not check:
        for path, text in texts.items():
            write(path, text)
        return
    stale = [found for path, text in texts.items() if (found := staleness(path, text))]
    if stale:
        raise SlotuiError("\n".join(stale), fix="write anew what is out of date: the same command without --check")


_SLOS = click.option("--slos", multiple=True, type=_PATH, help="SLO files or folders  [default: lab/slos, slos]")
_POLICY = click.option("--policy", type=_PATH, help="the error budget policy  [default: beside the SLO files]")
_REQUESTS = click.option(
    "--requests", multiple=True, metavar="SLO=N", help="eligible requests to expect in that SLO's window; repeatable"
)
_PAGE = click.option(
    "--page-webhook", multiple=True, metavar="[SERVICE=]URL", help="where pages go; repeatable, one for each service"
)
_TICKET = click.option("--ticket-webhook", multiple=True, metavar="[SERVICE=]URL", help="where tickets go")
_DIR = click.option("--dir", "folder", type=_PATH, metavar="D", help="write into this folder  [default: print]")
_CHECK = click.option("--check", is_flag=True, help="write nothing; exit 1 if a file is out of date")


@click.group()
def generate() -> None:
    """Write what follows from the SLO files: rules, contract, policy, routing, dashboard."""


@generate.command(
    epilog=examples(
        "slotui generate rules --slos slos --dir generated",
        "slotui generate rules --slos slos --dir generated --check",
        exits="0 done, 1 with --check: a file is out of date, 2 usage",
    ),
)
@_SLOS
@_DIR
@_CHECK
def rules(slos: tuple[Path, ...], folder: Path | None, check: bool) -> None:
    """Prometheus recording and alert rules: rules.yml."""
    _emit("rules.yml", Inputs(slos), folder, check=check)


@generate.command(epilog=examples("slotui generate contract --slos slos --requests checkout-availability=129600000"))
@_SLOS
@_POLICY
@_REQUESTS
@_DIR
@_CHECK
def contract(
    slos: tuple[Path, ...], policy: Path | None, requests: tuple[str, ...], folder: Path | None, check: bool
) -> None:
    """What is promised, for people: contract.md."""
    _emit("contract.md", Inputs(slos, policy, requests), folder, check=check)


@generate.command(name="policy", epilog=examples("slotui generate policy --policy policy.yaml"))
@_SLOS
@_POLICY
@_DIR
@_CHECK
def written_policy(slos: tuple[Path, ...], policy: Path | None, folder: Path | None, check: bool) -> None:
    """The written error budget policy: policy.md."""
    _emit("policy.md", Inputs(slos, policy), folder, check=check)


@generate.command(epilog=examples("slotui generate alertmanager --page-webhook http://127.0.0.1:9094/page"))
@_SLOS
@_PAGE
@_TICKET
@_DIR
@_CHECK
def alertmanager(
    slos: tuple[Path, ...],
    page_webhook: tuple[str, ...],
    ticket_webhook: tuple[str, ...],
    folder: Path | None,
    check: bool,
) -> None:
    """Alertmanager's routes, receivers and inhibitions: alertmanager.yml."""
    given = Inputs(slos, page_webhooks=page_webhook, ticket_webhooks=ticket_webhook)
    _emit("alertmanager.yml", given, folder, check=check)


@generate.command(epilog=examples("slotui generate dashboard --dir generated"))
@_SLOS
@_POLICY
@_DIR
@_CHECK
def dashboard(slos: tuple[Path, ...], policy: Path | None, folder: Path | None, check: bool) -> None:
    """The Grafana dashboard: dashboard.json."""
    _emit("dashboard.json", Inputs(slos, policy), folder, check=check)


@generate.command(
    name="all",
    epilog=examples(
        "slotui generate all --slos slos --policy policy.yaml --dir generated",
        "slotui generate all --slos slos --policy policy.yaml --dir generated --check",
        exits="0 done, 1 with --check: a file is out of date, 2 usage",
    ),
)
@_SLOS
@_POLICY
@_REQUESTS
@_PAGE
@_TICKET
@click.option("--dir", "folder", type=_PATH, metavar="D", required=True, help="write into this folder")
@_CHECK
def everything(
    slos: tuple[Path, ...],
    policy: Path | None,
    requests: tuple[str, ...],
    page_webhook: tuple[str, ...],
    ticket_webhook: tuple[str, ...],
    folder: Path,
    check: bool,
) -> None:
    """All of them, into one folder."""
    _write(list(_FILES), Inputs(slos, policy, requests, page_webhook, ticket_webhook), folder, check=check)

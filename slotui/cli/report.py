"""`slotui report`: the error budget review, printed, written to a file, or posted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.moments import at_option, moment_of
from slotui.cli.objective import fraction, whole_seconds
from slotui.cli.options import Opened, Reading, choice_of, open_source, output_option, source_options
from slotui.errors import SourceError, StoreError, UsageError

if TYPE_CHECKING:
    from slotui.core.entry import Entry
    from slotui.core.review import Review
    from slotui.core.timeline import Timeline
    from slotui.report.gather import Older
    from slotui.report.page import Page
    from slotui.report.webhook import Webhook

_FORMATS = ("text", "markdown", "html")
_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
_PATH = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a review is asked for: its length, its instant, and how far back to look for comparison (None: enough)."""

    length: int
    at: float | None
    history: int | None
    quiet: bool


@click.command(
    epilog=examples(
        "slotui report",
        "slotui report --period 30d --out review.html",
        "slotui report --webhook @slack.url --print-webhook",
        exits="0 done, 1 a webhook did not take it, 2 usage, 7 stale or unreachable",
    ),
)
@click.option(
    "--period", type=whole_seconds, metavar="DURATION", default="7d", show_default=True, help="how long a time"
)
@at_option
@click.option("--format", "form", type=click.Choice(_FORMATS), help="[default: text, or by the name of --out]")
@click.option("--out", type=_PATH, metavar="FILE", help="write it there, not to stdout")
@click.option("--history", type=whole_seconds, metavar="DURATION",
              help="how far to look back in a Prometheus  [default: three windows]")  # fmt: skip
@click.option("--replay", type=_PATH, metavar="FILE", help="review a file of counts")
@click.option("--target", type=fraction, metavar="PERCENT", help="with --replay: the objective  [default: 99.9]")
@click.option("--window", type=whole_seconds, metavar="DURATION", help="with --replay: its window  [default: 28d]")
@click.option("--webhook", metavar="URL|@FILE", help="post a summary there, too; @FILE holds the address")
@click.option("--webhook-plain-http", is_flag=True, help="even where the address is not https")
@click.option("--print-webhook", is_flag=True, help="print what would be posted, and post nothing")
@source_options
@output_option
def report(
    reading: Reading,
    period: int,
    at: str | None,
    form: str | None,
    out: Path | None,
    history: int | None,
    replay: Path | None,
    target: float | None,
    window: int | None,
    webhook: str | None,
    webhook_plain_http: bool,
    print_webhook: bool,
    output: str,
) -> int:
    """Review the error budgets of a period: what was spent, on what, who noticed, what to do.

    Exits 7 when the numbers are stale or cannot be had, and 1 when a webhook does not take them.
    """
    from slotui.report.contents import page
    from slotui.report.message import payload
    from slotui.report.review_json import to_json

    if output == "json" and form is not None:
        raise UsageError("--output json and --format are two formats", fix="leave one of them out")
    hook = _webhook(webhook, plain_http=webhook_plain_http)
    opened, entries = _opened(reading, replay, target, window)
    asked = _Asked(period, moment_of(at), history, quiet=output == "json")
    review = asyncio.run(_reviewed(opened, reading, entries, asked))
    if print_webhook:
        click.echo(json.dumps(payload(review), indent=1))
        return _exit_code(review)
    if output == "json":
        text = json.dumps(to_json(review), indent=1)
    else:
        text = _renderer(form or _SUFFIXES.get(out.suffix.lower() if out is not None else "", "text"))(page(review))
    _print(text, out)
    if hook is not None:
        hook.post(payload(review))
        click.echo(f"slotui: posted to {hook}", err=True)
    return _exit_code(review)


def _exit_code(review: Review) -> int:
    known = any(slo.account is not None for slo in review.slos)
    return 0 if review.board.source.state == "live" and known else SourceError.exit_code


def _webhook(named: str | None, *, plain_http: bool) -> Webhook | None:
    """The webhook, checked before anything is asked: a review of minutes must not end with a typing error."""
    if named is None:
        if plain_http:
            raise UsageError("--webhook-plain-http goes with --webhook", fix="add --webhook URL")
        return None
    from slotui.report.webhook import Webhook

    if not named.startswith("@"):
        return Webhook(named, plain_http=plain_http)
    file = Path(named[1:])
    try:
        return Webhook(file.read_text().strip(), plain_http=plain_http)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read", fix="--webhook @FILE names a file with an address") from error


def _opened(
    reading: Reading, replay: Path | None, target: float | None, window: int | None
) -> tuple[Opened, tuple[Entry, ...]]:
    """The source and the ledger's entries; a file of counts has a ledger, or a policy, only if one is named."""
    from slotui.core.policy import DEFAULT_POLICY
    from slotui.duration import DAY
    from slotui.ledger.store import Ledger
    from slotui.source.replay import ReplaySource, replay_slo
    from slotui.spec.load import load_policy

    if replay is None:
        if target is not None or window is not None:
            raise UsageError("--target and --window go with --replay", fix="an SLO file has its own")
        opened = open_source(reading)
        return opened, Ledger(opened.ledger).entries()
    if reading.prometheus or reading.scrape:
        raise UsageError("--replay and an address name two places to read from", fix="leave one of them out")
    slo = replay_slo(replay, 0.999 if target is None else target, window or 28 * DAY)
    policy = load_policy(reading.policy) if reading.policy else DEFAULT_POLICY
    ledger = reading.ledger or Path()
    entries = Ledger(ledger).entries() if reading.ledger else ()
    return Opened(ReplaySource(replay, slo), (slo,), policy, ledger), entries


async def _reviewed(opened: Opened, reading: Reading, entries: tuple[Entry, ...], asked: _Asked) -> Review:
    from slotui.cli.patience import patiently
    from slotui.report.gather import gather

    source = opened.source
    try:
        snapshot = await patiently(source.read(asked.at), source)
        older = _older(opened, reading, asked) if source.kind == "prometheus" else None
        return await gather(source, opened.slos, opened.policy, entries, snapshot, asked.length, older=older)
    finally:
        await source.close()


def _older(opened: Opened, reading: Reading, asked: _Asked) -> Older:
    """What a Prometheus knows of the time before the records that it is read by: downloaded, chunk by chunk."""
    from slotui.cli.past import counted, downloaded
    from slotui.core.sli import CompositeSli
    from slotui.report.gather import joined, reach
    from slotui.source.composed import compose_record
    from slotui.source.connection import DIRECT

    choice = choice_of(reading)
    length = asked.history or reach(opened.slos, asked.length)

    def longer(at: float, lines: Mapping[str, Timeline]) -> Mapping[str, Timeline]:
        wanted = counted(opened.slos, [slo for slo in opened.slos if slo.name in lines])
        begins = [line.first for line in lines.values() if line.first is not None]
        before = max(begins, default=at)
        missing = before - (at - length)
        if missing <= 0 or not wanted:
            return lines
        try:
            connection = choice.connection if choice is not None else DIRECT
            old, _ = downloaded(opened.source.url, connection, wanted, before, missing, quiet=asked.quiet)
        except SourceError as error:
            click.echo(f"slotui: without what came before: {error.what}", err=True)
            return lines
        found = {name: joined(old[name], line) if name in old else line for name, line in lines.items()}
        for slo in opened.slos:
            if isinstance(slo.sli, CompositeSli) and all(member.slo in found for member in slo.sli.members):
                members = {member.slo: found[member.slo] for member in slo.sli.members}
                found[slo.name] = compose_record(slo.sli, members)
        return found

    return longer


def _renderer(form: str) -> Callable[[Page], str]:
    from slotui.report import html, markdown, text

    renderers: dict[str, Callable[[Page], str]] = {
        "text": text.render, "markdown": markdown.render, "html": html.render
    }  # fmt: skip
    return renderers[form]


def _print(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}", fix="name a file that you may write with --out") from error

"""`slotui validate` and `slotui generate`: what people write, checked; what follows from it, written."""

from __future__ import annotations

from pathlib import Path

import click

from slotui.cli.options import NOTHING_NAMED, output_option, slo_paths
from slotui.core.lints import MOST_FOR_ONE_FAILURE, Check
from slotui.errors import SlotuiError, StoreError

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--policy", type=_PATH, help="also check this error budget policy")
@click.option("--prometheus", metavar="URL", help="also look at the live series and at how long this server keeps them")
@click.option(
    "--requests-per-window",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="eligible events to expect in an SLO's window  [default: measured with --prometheus]",
)
@click.option(
    "--max-failure-cost",
    type=click.FloatRange(min=0, min_open=True),
    default=100 * MOST_FOR_ONE_FAILURE,
    show_default=True,
    metavar="PERCENT",
    help="share of the budget that one failure may cost",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Choice([str(check) for check in Check]),
    metavar="CHECK",
    help="do not warn of this; the name in brackets after a warning",
)
@click.option("--strict", is_flag=True, help="exit 1 on warnings")
@output_option
def validate(
    files: tuple[Path, ...],
    policy: Path | None,
    prometheus: str | None,
    requests_per_window: float | None,
    max_failure_cost: float,
    allowed: tuple[str, ...],
    strict: bool,
    output: str,
) -> int:
    """Name every problem of SLO FILES or folders, with its line and what to do.

    Warns of what is well-formed and will mislead. Exits 2 on problems; 1 with --strict on warnings; 7 when the
    Prometheus cannot be asked.
    """
    from slotui.cli.validation import Options, report, validation

    asked = Options(policy, prometheus, requests_per_window, max_failure_cost / 100, frozenset(allowed))
    result = validation(files or slo_paths(NOTHING_NAMED), asked)
    report(result, output)
    return result.exit_code(strict=strict)


@click.group()
def generate() -> None:
    """Write what follows from the SLO files."""


@generate.command()
@click.option("--slos", multiple=True, type=_PATH, help="SLO files or folders  [default: lab/slos, slos]")
@click.option("--out", type=_PATH, help="write to this file  [default: print]")
@click.option("--check", is_flag=True, help="write nothing; exit 1 if --out is out of date")
def rules(slos: tuple[Path, ...], out: Path | None, check: bool) -> None:
    """Prometheus recording and alert rules."""
    from slotui.generate.rules import rules_yaml
    from slotui.spec.load import load_slos

    text = rules_yaml(load_slos(slos or slo_paths(NOTHING_NAMED)))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        if check:
            if not out.is_file() or out.read_text() != text:
                raise SlotuiError(f"{out} is out of date", fix=f"write it anew: slotui generate rules --out {out}")
            return
        out.write_text(text)
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}", fix="name a file you may write to") from error

"""`slotui validate`: what people write, checked."""

from __future__ import annotations

from pathlib import Path

import click

from slotui.cli.connection import connection_options, only_with_prometheus
from slotui.cli.examples import examples
from slotui.cli.options import NOTHING_NAMED, output_option, slo_paths
from slotui.core.lints import MOST_FOR_ONE_FAILURE, Check
from slotui.source.connection import Connection

_PATH = click.Path(path_type=Path)


@click.command(
    epilog=examples(
        "slotui validate slos --policy policy.yaml",
        "slotui validate slos --strict --prometheus http://127.0.0.1:9090",
        exits="0 sound, 1 warnings with --strict, 2 problems, 7 the Prometheus cannot be asked",
    ),
)
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
@connection_options
@output_option
def validate(
    files: tuple[Path, ...],
    policy: Path | None,
    prometheus: str | None,
    connection: Connection,
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

    only_with_prometheus(connection, prometheus)
    asked = Options(policy, prometheus, connection, requests_per_window, max_failure_cost / 100, frozenset(allowed))
    result = validation(files or slo_paths(NOTHING_NAMED), asked)
    report(result, output)
    return result.exit_code(strict=strict)

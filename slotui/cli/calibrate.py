"""`slotui calibrate`: is the target too loose or too tight, from the windows that are over."""

from __future__ import annotations

import asyncio
import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import slo_names
from slotui.cli.objective import fraction, whole_seconds
from slotui.cli.options import Reading, choice_of, output_option, slo_paths, source_options
from slotui.cli.past import counted, downloaded
from slotui.duration import compact
from slotui.errors import SourceError, UsageError
from slotui.state import running_lab

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slotui.core.slo import Slo
    from slotui.core.timeline import Timeline
    from slotui.source.base import Source
    from slotui.view.calibration_json import Missing

    Found = tuple[list[Slo], Mapping[str, Timeline], Missing]
    """The SLOs that are asked for, their records, and what is missing in these."""

_HISTORY = "180d"


@click.command(
    epilog=examples(
        "slotui calibrate checkout-availability",
        "slotui calibrate --history 180d --prometheus http://127.0.0.1:9090",
        "slotui calibrate --replay counts.csv.gz --target 99.9",
    ),
)
@click.argument("slo", required=False, shell_complete=slo_names)
@click.option("--history", type=whole_seconds, metavar="DURATION", default=_HISTORY, show_default=True,
              help="how far back to look")  # fmt: skip
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="judge by a file of counts")
@click.option("--target", type=fraction, metavar="PERCENT", help="with --replay: the objective  [default: 99.9]")
@click.option("--window", type=whole_seconds, metavar="DURATION", help="with --replay: its window  [default: 28d]")
@source_options
@output_option
def calibrate(
    reading: Reading,
    slo: str | None,
    history: int,
    replay: Path | None,
    target: float | None,
    window: int | None,
    output: str,
) -> int:
    """Say whether a target is too loose or too tight, by what was spent in the windows that are over.

    A Prometheus is asked for its history in chunks; of the embedded source and of a file all that is there counts.
    """
    from slotui.core.calibration import calibrate as judged
    from slotui.view.calibration import words
    from slotui.view.calibration_json import to_json

    if replay is not None:
        slos, lines, missing = _from_file(reading, slo, replay, target, window)
    elif target is not None or window is not None:
        raise UsageError("--target and --window go with --replay", fix="an SLO file has its own")
    else:
        slos, lines, missing = _from_source(reading, slo, history, quiet=output == "json")
    found = []
    for known in slos:
        line = lines.get(known.name)
        last = line.last if line is not None else None
        calibration = judged(known, line, last - history) if line is not None and last is not None else None
        if calibration is None:
            click.echo(f"slotui: {known.name}: nothing was counted in the last {compact(history)}", err=True)
        else:
            found.append(calibration)
    if output == "json":
        click.echo(json.dumps(to_json(found, missing), indent=1))
    elif found:
        click.echo("\n\n\n".join(words(one) for one in found))
    return 0 if len(found) == len(slos) else SourceError.exit_code


def _from_file(reading: Reading, name: str | None, file: Path, target: float | None, window: int | None) -> Found:
    from slotui.duration import DAY
    from slotui.source.replay import read_counts, replay_slo

    if reading.prometheus or reading.scrape:
        raise UsageError("--replay and an address name two places to read from", fix="leave one of them out")
    if name is not None:
        raise UsageError(f"a file of counts is one SLO's; whose is {name}?", fix="leave the name out")
    slo = replay_slo(file, 0.999 if target is None else target, window or 28 * DAY)
    return [slo], {slo.name: read_counts(file)}, {}


def _from_source(reading: Reading, name: str | None, history: int, *, quiet: bool) -> Found:
    from slotui.clock import now
    from slotui.core.sli import CompositeSli
    from slotui.source.choice import Choice
    from slotui.source.composed import compose_record
    from slotui.source.connect import connect
    from slotui.spec.load import load_slos

    slos = load_slos(slo_paths(reading))
    asked = _named(slos, name)
    choice = choice_of(reading) or Choice()
    lab = running_lab()
    url = choice.prometheus or (lab.prometheus_url if lab is not None and not choice.scrape else None)
    if not url:
        return asked, asyncio.run(_records(connect(choice, slos), asked)), {}
    wanted = counted(slos, asked)
    lines, missing = downloaded(url, choice.connection, wanted, now(), history, quiet=quiet)
    for slo in asked:
        if isinstance(slo.sli, CompositeSli):
            lines[slo.name] = compose_record(slo.sli, {member.slo: lines[member.slo] for member in slo.sli.members})
    return asked, lines, missing


def _named(slos: Sequence[Slo], name: str | None) -> list[Slo]:
    if name is None:
        return list(slos)
    names = [known.name for known in slos]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        raise UsageError(f"no SLO is named {name!r}", fix=fix)
    return [known for known in slos if known.name == name]


async def _records(source: Source, slos: Sequence[Slo]) -> Mapping[str, Timeline]:
    try:
        return {slo.name: await source.record(slo.name) for slo in slos}
    finally:
        await source.close()

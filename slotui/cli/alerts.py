"""`slotui alerts`: the alerts of an SLO before they are needed, and what none of them would notice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import slo_names
from slotui.cli.objective import fraction, tiers_by_hand, whole_seconds
from slotui.cli.options import Reading, choice_of, output_option, slo_paths, source_options
from slotui.errors import SourceError, UsageError
from slotui.state import running_lab

if TYPE_CHECKING:
    from slotui.core.alert_study import AlertStudy
    from slotui.core.alerts import AlertTier
    from slotui.core.slo import Slo
    from slotui.source.base import Source

_TARGET = "99.9"


@click.command(
    epilog=examples(
        "slotui alerts checkout-availability",
        "slotui alerts --target 99.9 --window 30d",
        "slotui alerts --replay counts.csv.gz --factors 14.4,6,3,1",
    ),
)
@click.argument("slo", required=False, shell_complete=slo_names)
@click.option("--target", type=fraction, metavar="PERCENT", help="no SLO file: this objective, as in 99.9")
@click.option(
    "--window", type=whole_seconds, metavar="DURATION", help="of that objective  [default: 30d; 28d with --replay]"
)
@click.option("--factors", help="alert factors to try instead of the derived ones: 14.4,6,3,1")
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="find blind spots in a file of counts")
@source_options
@output_option
def alerts(
    reading: Reading,
    slo: str | None,
    target: float | None,
    window: int | None,
    factors: str | None,
    replay: Path | None,
    output: str,
) -> int:
    """Say when each alert fires and resets, and what none would notice: by arithmetic, and in the record there is."""
    from slotui.view.alert_study import words
    from slotui.view.alert_study_json import to_json

    by_hand = target is not None or window is not None or (replay is not None and slo is None)
    if by_hand and slo is not None:
        raise UsageError(f"both {slo} and --target or --window name an objective", fix="leave one of them out")
    if replay is not None and (reading.prometheus or reading.scrape):
        raise UsageError("--replay and an address name two places to read from", fix="leave one of them out")
    objectives = [_objective(target, window, replay)] if by_hand else _named(reading, slo)
    tiers = {known.name: _tiers(known, factors) for known in objectives}
    source = _source(reading, objectives, replay, by_hand=by_hand)
    studies = [_study(known, tiers[known.name], by_hand=factors is not None) for known in objectives]
    if source is not None:
        studies = asyncio.run(_with_records(studies, source, tiers))
    if output == "json":
        click.echo(json.dumps(to_json(studies), indent=1))
    else:
        click.echo("\n\n\n".join(words(study) for study in studies))
        if source is None:
            places = "--replay FILE" if by_hand else "--prometheus URL or --scrape URL, or start a lab"
            click.echo(f"slotui: no record was read; for what it holds, name {places}", err=True)
    return SourceError.exit_code if any(study.problem for study in studies) else 0


def _objective(target: float | None, window: int | None, replay: Path | None) -> Slo:
    """An objective without a file: a count file's conventions are those of `slotui replay`."""
    from slotui.duration import DAY
    from slotui.source.replay import replay_slo

    share = fraction(_TARGET) if target is None else target
    if replay is not None:
        return replay_slo(replay, share, window or 28 * DAY)
    return replay_slo(Path("objective"), share, window or 30 * DAY)


def _named(reading: Reading, name: str | None) -> list[Slo]:
    import difflib

    from slotui.spec.load import load_slos

    slos = load_slos(slo_paths(reading))
    if name is None:
        return list(slos)
    names = [known.name for known in slos]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise UsageError(
            f"no SLO is named {name!r}", fix=f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        )
    return [known for known in slos if known.name == name]


def _tiers(slo: Slo, factors: str | None) -> tuple[AlertTier, ...]:
    return tiers_by_hand(factors, slo.window) if factors else slo.tiers


def _study(slo: Slo, tiers: tuple[AlertTier, ...], *, by_hand: bool) -> AlertStudy:
    from slotui.core.alert_study import study
    from slotui.core.sli import SliceSli

    slices = slo.sli.seconds if isinstance(slo.sli, SliceSli) else None
    return study(slo.name, slo.target, slo.window, tiers, unit=slo.unit, slice_seconds=slices, by_hand=by_hand)


def _source(reading: Reading, slos: list[Slo], replay: Path | None, *, by_hand: bool) -> Source | None:
    """Where a record is to be had: the file, the address that was named, or the lab that is up."""
    from slotui.source.choice import Choice
    from slotui.source.connect import connect
    from slotui.source.replay import ReplaySource

    if replay is not None:
        return ReplaySource(replay, slos[0])
    choice = choice_of(reading)
    if by_hand:
        if choice is not None and (reading.prometheus or reading.scrape):
            raise UsageError(
                "an objective without an SLO file counts nothing", fix="leave out the address, or --target"
            )
        return None
    if choice is None and running_lab() is None:
        return None
    return connect(choice or Choice(), slos)


async def _with_records(
    studies: list[AlertStudy], source: Source, tiers: dict[str, tuple[AlertTier, ...]]
) -> list[AlertStudy]:
    """The studies with what the source recorded. One that cannot answer costs the record, not the arithmetic."""
    from slotui.core.unnoticed import unnoticed

    found = []
    try:
        for study in studies:
            try:
                line = await source.record(study.name)
            except SourceError as error:
                found.append(replace(study, problem=error.what))
                continue
            record = unnoticed(source.url, line, study.target, study.window, tiers[study.name])
            found.append(replace(study, record=record, problem=None if record else "nothing was counted yet"))
    finally:
        await source.close()
    return found

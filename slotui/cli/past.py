"""Months of a Prometheus' history, downloaded under a progress bar."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from slotui.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slotui.core.slo import Slo
    from slotui.core.timeline import Timeline
    from slotui.source.connection import Connection
    from slotui.source.prometheus.long_history import Chunk
    from slotui.view.calibration_json import Missing


def counted(slos: Sequence[Slo], asked: Sequence[Slo]) -> list[Slo]:
    """What has to be downloaded: the SLOs that are asked for, of composites their members."""
    from slotui.core.sli import CompositeSli

    names = {slo.name for slo in asked if not isinstance(slo.sli, CompositeSli)}
    for slo in asked:
        if isinstance(slo.sli, CompositeSli):
            names |= {member.slo for member in slo.sli.members}
    return [slo for slo in slos if slo.name in names]


def downloaded(
    url: str, connection: Connection, slos: Sequence[Slo], at: float, length: float, *, quiet: bool
) -> tuple[dict[str, Timeline], Missing]:
    """The records of the `length` seconds up to `at`, under a bar on stderr; what could not be had is named there."""
    from slotui.source.prometheus.long_history import LongHistory, lines_of
    from slotui.view.calibration import asked, gap

    source = LongHistory(url, connection)
    count = source.chunks(slos, at, length)
    chunks: list[Chunk] = []
    try:
        with click.progressbar(
            length=count, label=asked(length, count), file=sys.stderr, hidden=quiet or not sys.stderr.isatty()
        ) as bar:
            for chunk in source.download(slos, at, length):
                chunks.append(chunk)
                bar.update(1)
    finally:
        source.close()
    gaps = [(chunk.slo, chunk.gap) for chunk in chunks if chunk.gap is not None]
    for name, missing in gaps:
        click.echo(f"slotui: {gap(missing.start, missing.end, missing.why, name)}", err=True)
    if len(gaps) == len(chunks):
        raise SourceError(f"{source.url}: no chunk could be downloaded: {gaps[0][1].why}", fix="is it overloaded?")
    return dict(lines_of(chunks)), {
        slo.name: [(one.start, one.end, one.why) for name, one in reversed(gaps) if name == slo.name] for slo in slos
    }

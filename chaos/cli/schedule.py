"""`chaos schedule FILE`: faults on a timetable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from chaos.cli import options
from chaos.cli.options import control_plane, target_options
from slotui.cli.examples import examples
from slotui.cli.options import Reading, output_option, source_options

if TYPE_CHECKING:
    from chaos.schedule.timetable import Routine, Run, Timetable
    from chaos.spend.quote import Quote
    from slotui.core.policy import Policy

_OF_ITS_OWN = {"file", "dry_run", "following", "yes"}
"""Parameters that are not those of `chaos inject`."""


@click.command(epilog=examples("chaos schedule game-day.yaml --dry-run --next 5", "chaos schedule game-day.yaml --yes"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="price the timetable and stop")
@click.option("--next", "following", type=click.IntRange(1), default=20, show_default=True, help="price so many runs")
@click.option("--yes", is_flag=True, help="do not ask")
@target_options
@source_options
@output_option
def schedule(
    reading: Reading,
    target: str | None,
    token_file: Path | None,
    output: str,
    *,
    file: Path,
    dry_run: bool,
    following: int,
    yes: bool,
) -> int:
    """Spend on a timetable: each run priced, guarded and accounted for by itself. Missed runs are skipped."""
    import sys

    from chaos.cli.words import InjectWords, arguments
    from chaos.schedule.alone import alone
    from chaos.schedule.child import Child
    from chaos.schedule.file import load_timetable
    from chaos.schedule.life import Life
    from chaos.spend.progress import Talk
    from slotui.cli.options import ledger_path
    from slotui.errors import StoppedByPerson, UsageError
    from slotui.ledger.store import Ledger

    timetable = load_timetable(file, InjectWords(token_file))
    where = (reading, target, token_file)
    if dry_run:
        click.echo(_shown(timetable, _price(timetable.routines, *where), following, as_json=output == "json"))
        return 0
    given = _given(click.get_current_context())

    def start(run: Run, entry: str) -> Child:
        why = f"schedule {timetable.name}, {run.name}"
        reason = "; ".join(filter(None, (run.routine.order.reason, why)))
        return Child([*arguments({**run.routine.words, "reason": reason}), "--entry", entry, "--yes", *given])

    def price(run: Run) -> Quote:
        return _price([run.routine], *where).quotes[run.routine.name]

    with alone(file):
        with control_plane(target, token_file) as control:
            control.about()  # a service that does not answer is told now, and not at the first run
        priced = _price(timetable.routines, *where)
        click.echo(_shown(timetable, priced, following, as_json=False), err=True)
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("nobody to ask: there is no terminal", fix="add --yes, or look first with --dry-run")
            if not click.confirm("carry it out?", err=True):
                raise StoppedByPerson("nothing was spent")
        ledger = Ledger(ledger_path(reading))
        return Life(timetable, priced.policy.blackouts, start, price, ledger, Talk(sys.stderr)).live()


def _given(ctx: click.Context) -> list[str]:
    """The options of the command line that every run gets too: where to read, what to fail, how to print."""
    words: list[str] = []
    for option in ctx.command.params:
        name, word = option.name or "", option.opts[0]
        if name in _OF_ITS_OWN or ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = ctx.params[name]
        if isinstance(option, click.Option) and option.is_flag:
            words.append(word)
        else:
            words += [f"{word}={each}" for each in (value if isinstance(value, tuple) else (value,))]
    return words


class _Priced(NamedTuple):
    """One run of each routine as it would be now, by name; the policy; the seconds that the source takes to settle."""

    quotes: dict[str, Quote]
    policy: Policy
    settle: float


def _price(routines: Iterable[Routine], reading: Reading, target: str | None, token_file: Path | None) -> _Priced:
    """What the runs would cost now. A plan needs no service: without one, it is priced for all."""
    import asyncio
    from contextlib import ExitStack

    from chaos.spend.experiment import Experiment
    from slotui.state import running_lab

    with asyncio.Runner() as runner, ExitStack() as stack:
        aimed = target is not None or running_lab() is not None
        control = stack.enter_context(control_plane(target, token_file, lenient=True)) if aimed else None
        opened = options.connect(reading)
        try:
            quotes = {one.name: Experiment(one.order, opened, control, runner).quote() for one in routines}
        finally:
            runner.run(opened.source.close())
        return _Priced(quotes, opened.policy, opened.source.settle)


def _shown(timetable: Timetable, priced: _Priced, following: int, *, as_json: bool) -> str:
    """The next runs with their prices."""
    import json

    from chaos.schedule.forecast import foresee
    from chaos.schedule.table import table_json, table_text
    from slotui.clock import now

    foreseen = foresee(timetable, now(), priced.quotes, priced.policy, settle=priced.settle, most=following)
    if as_json:
        return json.dumps(table_json(timetable, foreseen, priced.quotes))
    return table_text(timetable, foreseen, priced.quotes)

"""`slotui validate` and `slotui generate`: what people write, checked; what follows from it, written."""

from __future__ import annotations

from pathlib import Path

import click

from slotui.cli.options import NOTHING_NAMED, slo_paths
from slotui.errors import Problem, SlotuiError, SpecError, StoreError

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--policy", type=_PATH, help="also check this error budget policy")
def validate(files: tuple[Path, ...], policy: Path | None) -> None:
    """Name every problem of SLO FILES or folders, with its line and what to do."""
    from slotui.spec.load import load_policy, load_slos

    problems: list[Problem] = []
    count = 0
    try:
        count = len(load_slos(files or slo_paths(NOTHING_NAMED)))
    except SpecError as error:
        problems += error.problems
    try:
        if policy:
            load_policy(policy)
    except SpecError as error:
        problems += error.problems
    if problems:
        raise SpecError(problems)
    click.echo(f"{count} SLO{'s' if count != 1 else ''}, no problem", err=True)


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

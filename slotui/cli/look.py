"""The options that say how the screen looks and sounds."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any

import click

from slotui.cli.hints import theme_names
from slotui.config.settings import settings
from slotui.errors import UsageError
from slotui.tui.look import PLAIN, Look, glyphs_for
from slotui.view.order import Order

Command = Callable[..., Any]


def _orders(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [order for order in Order if order.startswith(incomplete)]


_OPTIONS = (
    click.option("--theme", metavar="NAME", shell_complete=theme_names,
                 help="slotui, slotui-light, or a theme of Textual  [default: slotui]"),
    click.option("--ascii/--no-ascii", "only_ascii", default=None,
                 help="draw with ASCII alone  [default: where the terminal has no others]"),
    click.option("--bell/--no-bell", default=None, help="ring when the verdict gets worse  [default: silent]"),
    click.option("--sort", metavar="ORDER", shell_complete=_orders,
                 help=f"{', '.join(Order)}  [default: severity]"),
    click.option("--filter", "text", metavar="TEXT", help="begin with these SLOs alone: state:page team=pay budget<50"),
)  # fmt: skip


def look_options(command: Command) -> Command:
    """Add the options; the command receives them as one `look` argument. Raises `UsageError` as `look_of`."""

    @wraps(command)
    def bundled(
        theme: str | None, only_ascii: bool | None, bell: bool | None, sort: str | None, text: str | None, **rest: Any
    ) -> Any:
        return command(look=look_of(theme, only_ascii, bell, sort, text), **rest)

    for option in reversed(_OPTIONS):
        bundled = option(bundled)
    return bundled


def look_of(
    theme: str | None = None,
    only_ascii: bool | None = None,
    bell: bool | None = None,
    sort: str | None = None,
    text: str | None = None,
) -> Look:
    """The look that was asked for, else the one that is set, else what suits this terminal.

    Raises `UsageError` for an unknown theme or order, with the nearest, and for a filter that is misspelt.
    """
    found = settings()
    name = theme or found.watch_theme or PLAIN.theme
    if name != PLAIN.theme:  # to know all others, Textual has to be imported
        from slotui.tui.themes import known_theme

        known_theme(name)
    return Look(
        name,
        glyphs_for(found.watch_ascii if only_ascii is None else only_ascii),
        bool(found.watch_bell if bell is None else bell),
        _order(sort or found.watch_sort or PLAIN.order),
        _filter(found.watch_filter or "" if text is None else text),
    )


def _order(name: str) -> Order:
    try:
        return Order(name)
    except ValueError:
        near = get_close_matches(name, list(Order), n=1)
        choices = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(Order)}"
        raise UsageError(f"no order `{name}` to sort by", fix=choices) from None


def _filter(text: str) -> str:
    if not text:
        return text
    from slotui.view.filter import parse_filter

    # Which labels there are is not known before the SLOs are read: the screen itself speaks of those.
    known = [word.lstrip("!").partition("=")[0] for word in text.split() if "=" in word]
    problem = parse_filter(text, known).problem
    if problem is not None:
        raise UsageError(f"the filter `{text}` means nothing", fix=problem)
    return text

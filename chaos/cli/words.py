"""The options of `chaos inject` as the words of a file: the same names and values, so that the two cannot drift."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from chaos.cli.options import fault_options, order_of
from chaos.faults.kinds import parse_fault
from chaos.spend.order import Order
from slotui.errors import UsageError


@click.command(name="inject")
@fault_options
def _inject(**_asked: Any) -> None:
    """The options alone, to read words with."""


_OPTIONS = {option.opts[0].removeprefix("--"): option for option in _inject.params if isinstance(option, click.Option)}


class InjectWords:
    """Reads words as `chaos inject` reads its options."""

    names = frozenset(_OPTIONS)

    def __init__(self, token_file: Path | None) -> None:
        self._token_file = token_file

    def check(self, name: str, text: str) -> None:
        """Raises UsageError where the option cannot have that value."""
        option = _OPTIONS[name]
        try:
            option.type_cast_value(click.Context(_inject), text)
        except click.BadParameter as error:
            what, _, fix = error.message.partition("\n")
            raise UsageError(what, fix=fix.strip() or option.help or "") from error

    def order(self, words: Mapping[str, str]) -> Order:
        """What the words mean together. Raises UsageError where they do not fit."""
        try:
            asked = _inject.make_context("inject", arguments(words)).params
        except click.MissingParameter as error:
            missing = error.param.opts[0].removeprefix("--") if error.param else "something"
            raise UsageError(f"`{missing}` is missing", fix=f"add `{missing}: …` here") from error
        order = order_of(asked, self._token_file, as_json=False)
        for fields in order.faults:
            parse_fault(fields)
        return order


def arguments(words: Mapping[str, str]) -> list[str]:
    """The words as a command line."""
    return [f"--{name}={text}" for name, text in words.items()]

"""What is set, and by whom: an environment variable comes before the config file, that before the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slotui.config.keys import KEYS, Key, Kind
from slotui.errors import Location, UsageError

FILE_VARIABLE = "SLOTUI_CONFIG"
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every key of the config file by its own type; None (or nothing) where neither file nor environment has it.

    Where it matters who has set something, `origins` has it by dotted name: a place in the file, or a variable.
    """

    slos: tuple[Path, ...] = ()
    policy: Path | None = None
    ledger: Path | None = None
    prometheus_url: str | None = None
    prometheus_bearer_token_file: Path | None = None
    prometheus_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    prometheus_ca_file: Path | None = None
    prometheus_client_cert: Path | None = None
    prometheus_client_key: Path | None = None
    scrape_url: str | None = None
    scrape_store: Path | None = None
    watch_every: float | None = None
    watch_theme: str | None = None
    watch_ascii: bool | None = None
    watch_bell: bool | None = None
    watch_sort: str | None = None
    watch_filter: str | None = None
    origins: Mapping[str, Location | str] = field(default_factory=dict)
    prometheus_of_file: str | None = None
    """The address that the file's token, headers and certificates are meant for."""


def config_file() -> Path:
    """`$SLOTUI_CONFIG`, else `$XDG_CONFIG_HOME/slotui/config.toml`, else `~/.config/slotui/config.toml`."""
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "slotui" / "config.toml"


def settings() -> Settings:
    """What is set now. Raises `SpecError` for a file with problems, `UsageError` for a variable with one."""
    values, origins = _of_file()
    meant_for = values.get("prometheus.url")
    for key in KEYS:
        written = os.environ.get(key.variable) if key.variable else None
        if key.variable and written:
            values[key.name] = _of_variable(key, key.variable, written)
            origins[key.name] = key.variable
    # One place to read from: a variable that names one takes the file's other one out.
    for one, other in (("prometheus", "scrape"), ("scrape", "prometheus")):
        if isinstance(origins.get(f"{one}.url"), str) and not isinstance(origins.get(f"{other}.url"), str):
            values.pop(f"{other}.url", None)
            origins.pop(f"{other}.url", None)
    fields = {key.field: values[key.name] for key in KEYS if key.name in values}
    return Settings(**fields, origins=origins, prometheus_of_file=meant_for)


def _of_file() -> tuple[dict[str, Any], dict[str, Location | str]]:
    file = config_file()
    if not file.is_file():
        if os.environ.get(FILE_VARIABLE):
            raise UsageError(
                f"{file}: no such file", fix=f"{FILE_VARIABLE} names it; write one with `slotui config init`"
            )
        return {}, {}
    # Nothing of this is imported where nobody has written a file.
    from slotui.config.schema import checked
    from slotui.config.statements import read_toml

    toml = read_toml(file)
    values = checked(toml)
    return values, {name: toml.locate(name.split("."), key=True) for name in values}


def _of_variable(key: Key, variable: str, written: str) -> Any:
    from slotui.config.schema import typed

    value: Any = written
    if key.kind is Kind.PATHS:
        value = [part for part in written.split(os.pathsep) if part]
    if key.kind is Kind.FLAG:
        word = written.lower()
        value = word in _YES if word in _YES | _NO else written
    try:
        return typed(key.kind, value)
    except ValueError as error:
        hint = "set it to 1 or to 0" if key.kind is Kind.FLAG else str(error).replace(", in quotes", "")
        shown = "" if key.kind is Kind.URL and "@" in written else f" {written!r}"
        raise UsageError(f"{variable}{shown} cannot be meant for `{key.name}`", fix=hint) from error

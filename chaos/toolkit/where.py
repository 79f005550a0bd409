"""Which service, metrics, SLOs and ledger an experiment means: the `configuration` of its file, as our options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from slotui.cli.options import Reading
from slotui.errors import UsageError
from slotui.source.connection import Connection

if TYPE_CHECKING:
    from chaos.spend.client import ControlPlane

PREFIX = "slotui_"


@dataclass(frozen=True, slots=True)
class Where:
    """Each field is an option of `chaos inject`, and `slotui_…` in the configuration; empty: as the option's default.

    `prometheus_token` comes from the secrets, and never stands on a command line.
    """

    slos: tuple[str, ...] = ()
    prometheus: str = ""
    scrape: str = ""
    store: str = ""
    policy: str = ""
    ledger: str = ""
    target: str = ""
    token_file: str = ""
    prometheus_token: str = ""

    @classmethod
    def named(cls, configuration: Mapping[str, Any] | None, secrets: Mapping[str, Any] | None = None) -> Self:
        """Raises UsageError for a `slotui_…` that does not exist: a typo must not mean a default."""
        known = [field.name for field in fields(cls) if field.name != "prometheus_token"]
        given = {}
        for key, value in (configuration or {}).items():
            if not key.startswith(PREFIX):
                continue
            name = key.removeprefix(PREFIX)
            if name not in known:
                near = get_close_matches(name, known, n=1)
                fix = f"did you mean {PREFIX}{near[0]}?" if near else f"known: {PREFIX}{f', {PREFIX}'.join(known)}"
                raise UsageError(f"configuration: there is no {key}", fix=fix)
            given[name] = value
        slos = given.pop("slos", ())
        paths = (slos,) if isinstance(slos, str) else tuple(slos)
        token = (secrets or {}).get("prometheus_token", "")
        return cls(slos=paths, prometheus_token=token, **{name: str(value) for name, value in given.items()})

    @property
    def options(self) -> list[str]:
        """As words of a command line."""
        words = [word for path in self.slos for word in ("--slos", path)]
        for name in ("prometheus", "scrape", "store", "policy", "ledger", "target", "token_file"):
            value = getattr(self, name)
            words += [f"--{name.replace('_', '-')}", value] if value else []
        return words

    @property
    def reading(self) -> Reading:
        """As a command that reads would have understood it."""
        return Reading(
            slos=tuple(map(Path, self.slos)),
            prometheus=self.prometheus or None,
            scrape=self.scrape or None,
            store=_path(self.store),
            ledger=_path(self.ledger),
            policy=_path(self.policy),
            connection=Connection(token=self.prometheus_token or None),
        )

    def control_plane(self) -> ControlPlane:
        """The line to the service. Raises UsageError where none is named and no lab is up, or its token is missing."""
        from chaos.cli.options import control_plane

        return control_plane(self.target or None, _path(self.token_file))


def _path(text: str) -> Path | None:
    return Path(text) if text else None

"""Which place to read from: what a person named, or the lab that is up. Nothing of it is opened yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from slotui.errors import UsageError
from slotui.source.address import address_of
from slotui.source.connection import DIRECT, Connection
from slotui.state import running_lab


@dataclass(frozen=True, slots=True)
class Choice:
    """At most one of the three places to read from; none means the lab that is up."""

    prometheus: str | None = None
    scrape: str | None = None
    store: Path | None = None
    every: float | None = None
    connection: Connection = DIRECT

    def place(self) -> tuple[str, str]:
        """The kind of source, and its address as it may be shown. Raises `UsageError` as `settled`, or for no address.

        >>> Choice("https://anna:secret@prometheus.example.net/").place()
        ('prometheus', 'https://prometheus.example.net')
        """
        found = settled(self)
        return ("prometheus", address_of(found.prometheus)) if found.prometheus else ("scrape", found.scrape or "")


def settled(choice: Choice) -> Choice:
    """A choice that names its place: the lab's, where it named none. Raises `UsageError` where no lab is up either."""
    if choice.prometheus or choice.scrape:
        return choice
    lab = running_lab()
    if lab is None:
        raise UsageError(
            "nothing to read from: no lab is up on this machine",
            fix="start one with `slotui lab up`, or name --prometheus URL or --scrape URL",
        )
    if lab.prometheus_url:
        return replace(choice, prometheus=lab.prometheus_url, connection=DIRECT)
    return replace(choice, scrape=f"{lab.checkout_url}/metrics", store=Path(lab.store or ""))

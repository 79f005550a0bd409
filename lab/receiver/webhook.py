"""Alertmanager's webhook message, version 4, as what the ledger keeps of each alert."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

from slotui.core.entry import Entry
from slotui.errors import UsageError

OPERATOR = "alertmanager"
_ID = 12
"""Hexadecimal digits of an entry's id: 48 bits, so that a collision is beyond the alerts of any lab."""
_SAID = 300
"""Characters of an alert's summary that are kept."""


class _Alert(BaseModel):
    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: AwareDatetime  # noqa: N815 - the message's own name
    endsAt: AwareDatetime  # noqa: N815 - as above
    fingerprint: str = ""


class _Message(BaseModel):
    version: Literal["4"]
    alerts: list[_Alert]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The alerts of one message as entries, and how many were about no SLO."""

    entries: tuple[Entry, ...]
    others: int = field(default=0)


def delivery(body: bytes) -> Delivery:
    """What a message says. Raises UsageError where it is no message of version 4."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise UsageError(
            f"no webhook of Alertmanager, version 4: {where}: {first['msg']}", fix="send what `webhook_configs` sends"
        ) from error
    ours = tuple(_entry(alert) for alert in message.alerts if alert.labels.get("slo"))
    return Delivery(ours, len(message.alerts) - len(ours))


def _entry(alert: _Alert) -> Entry:
    labels, started = alert.labels, alert.startsAt.timestamp()
    # Of one that still fires, the end is a deadline or the year 1.
    ended = max(started, alert.endsAt.timestamp()) if alert.status == "resolved" else None
    return Entry(
        id=_id(alert, started),
        kind="alert",
        slos=(labels["slo"],),
        operator=OPERATOR,
        reason=alert.annotations.get("summary", labels.get("alertname", ""))[:_SAID],
        fault=_tier(labels),
        started=started,
        ended=ended,
        ending="resolved" if ended is not None else None,
    )


def _tier(labels: dict[str, str]) -> str:
    windows = " and ".join(filter(None, (labels.get("long"), labels.get("short"))))
    return f"{labels.get('severity', 'alert')}{f' over {windows}' if windows else ''}"


def _id(alert: _Alert, started: float) -> str:
    """The same for every message about the same firing, so that a repetition is one; another for the next firing."""
    which = alert.fingerprint or json.dumps(alert.labels, sort_keys=True)
    return hashlib.sha256(f"{which} {started:.3f}".encode()).hexdigest()[:_ID]

"""How long a server keeps its samples, from the flags that it was started with."""

from __future__ import annotations

from collections.abc import Mapping

from slotui import duration
from slotui.core.live_lints import Retention
from slotui.core.plain import clean
from slotui.duration import DAY
from slotui.errors import UsageError
from slotui.source.prometheus.api import Api

_DEFAULT = 15.0 * DAY
"""Seconds that Prometheus keeps where it was told neither a time nor a size."""
_FLAGS = "/api/v1/status/flags"
_TIME = "storage.tsdb.retention.time"
_OLD_TIME = "storage.tsdb.retention"
_SIZE = "storage.tsdb.retention.size"


async def retention(api: Api) -> Retention:
    """What the flags say; unknown for a server that does not tell them, as VictoriaMetrics, Thanos or Mimir.

    Raises `SourceError` where nobody answers.
    """
    answer = await api.get(_FLAGS)
    if not answer.is_success:
        return Retention(None, f"{api.url}{_FLAGS} answered {answer.status_code}")
    try:
        flags = answer.json()["data"]
    except (ValueError, KeyError, TypeError):
        flags = None
    if not isinstance(flags, dict) or _TIME not in flags:
        return Retention(None, f"{api.url} does not say how long it keeps samples")
    return _from_flags(flags)


def _from_flags(flags: Mapping[str, object]) -> Retention:
    # The old name still counts where the new one is not given.
    for name in (_TIME, _OLD_TIME):
        text = str(flags.get(name, "0s"))
        if text[:1] != "0":
            try:
                return Retention(duration.parse(text))
            except UsageError:
                return Retention(None, f"the server keeps {clean(text)!r}, which is no duration")
    size = str(flags.get(_SIZE, "0B"))
    if size[:1] != "0":
        return Retention(None, f"the server keeps up to {clean(size)}, however long that lasts")
    return Retention(_DEFAULT)

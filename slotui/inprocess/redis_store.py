"""Counts in a Redis: one budget for a service that runs on several machines. Needs `slotui[redis]`.

One hash an hour holds that hour's buckets, and expires when the last window has left it behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from slotui.duration import DAY, HOUR
from slotui.errors import StoreError, UsageError
from slotui.inprocess.store import Batch, Bucket

if TYPE_CHECKING:
    from redis import Redis

_PATIENCE = 2.0
"""Seconds to wait for a connection or an answer."""

_REMEMBERED = DAY
"""Seconds that a writer's last number is remembered: a batch that is handed in again comes sooner."""

# Redis runs a script whole: the number and the counts go together. ARGV: number, seconds to remember it, then
# for each of the other keys how long to keep it, a field prefix, eligible, bad.
_ADD = """
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for i = 2, #KEYS do
  local from = 4 * i - 5
  redis.call('HINCRBY', KEYS[i], ARGV[from + 1] .. ':eligible', ARGV[from + 2])
  redis.call('HINCRBY', KEYS[i], ARGV[from + 1] .. ':bad', ARGV[from + 3])
  redis.call('EXPIRE', KEYS[i], ARGV[from])
end
return 1
"""


class RedisStore:
    """The Redis at `url` (`redis://user:password@host:6379/0`, `rediss://…`, `unix://…`); keys start with `prefix`."""

    def __init__(self, url: str, *, prefix: str = "slotui") -> None:
        try:
            from redis import Redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError as error:
            raise UsageError(
                "counts in Redis need the package redis", fix="install it: pip install 'slotui[redis]'"
            ) from error
        try:
            self._redis: Redis = Redis.from_url(
                url,
                decode_responses=True,
                socket_timeout=_PATIENCE,
                socket_connect_timeout=_PATIENCE,
                # Once, for a connection that went stale in the pool; whoever exchanges tries again anyway.
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError as error:
            raise UsageError(f"not the address of a Redis: {error}", fix="write redis://host:6379/0") from error
        address = urlsplit(url)
        # A password is part of the address, and no part of any message.
        self._place = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
        self._prefix = prefix

    def exchange(self, objective: str, batch: Batch, *, since: int, until: int, oldest: int) -> Sequence[Bucket]:
        """Add a batch, and answer the buckets from `since` to `until`. Raises `StoreError`."""
        from redis.exceptions import RedisError

        try:
            if batch.counts:
                self._add(objective, batch, oldest)
            return self._read(objective, since, until)
        except RedisError as error:
            raise StoreError(
                f"{self._place}: {error}", fix="see that this Redis runs; what was recorded waits in memory meanwhile"
            ) from error

    def _add(self, objective: str, batch: Batch, oldest: int) -> None:
        keys = [self._key(objective, "writer", batch.writer)]
        arguments: list[int | str] = [batch.number, _REMEMBERED]
        for start, (eligible, bad) in batch.counts.items():
            hour = start // HOUR * HOUR
            keys.append(self._key(objective, "hour", hour))
            arguments += [hour + HOUR - oldest, start, eligible, bad]
        self._redis.eval(_ADD, len(keys), *keys, *arguments)

    def _read(self, objective: str, since: int, until: int) -> list[Bucket]:
        asked = self._redis.pipeline(transaction=False)
        for hour in range(since // HOUR * HOUR, until, HOUR):
            asked.hgetall(self._key(objective, "hour", hour))
        buckets = []
        for fields in cast("list[dict[str, str]]", asked.execute()):
            for field, eligible in fields.items():
                start, _, what = field.partition(":")
                if what == "eligible" and since <= int(start) < until:
                    buckets.append(Bucket(int(start), int(eligible), int(fields[f"{start}:bad"])))
        return buckets

    def _key(self, objective: str, *parts: object) -> str:
        return ":".join([self._prefix, objective, *map(str, parts)])

"""Which requests a fault may hit: what it looks at, and how a header is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

TIER_HEADER = "x-customer-tier"
"""Request header that names the customer's tier."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request before its body; the names of `headers` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, method: str, path: str, raw: Iterable[tuple[bytes, bytes]]) -> RequestHead:
        """From what ASGI gives; of a header that comes twice, the last counts."""
        return cls(method, path, {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw})

    def has(self, condition: str) -> bool:
        """Whether a header is there, and has the value where one is asked for.

        >>> head = RequestHead("GET", "/", {"x-region": "eu-west"})
        >>> head.has("X-Region"), head.has("X-Region: eu-*"), head.has("X-Region: us-*"), head.has("Cookie")
        (True, True, False, False)
        """
        name, _, glob = condition.partition(":")
        value = self.headers.get(name.strip().lower())
        return value is not None and fnmatchcase(value, glob.strip() or "*")

    @property
    def tier(self) -> str | None:
        """The customer's tier in lower case, or None where the request does not say."""
        named = self.headers.get(TIER_HEADER)
        return named.strip().lower() if named else None

"""Posting JSON to a webhook. Its address is the secret: of it, nothing but the host is ever printed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any

import httpx

from slotui.clock import Clock, now
from slotui.core.plain import clean
from slotui.duration import rough
from slotui.errors import DeliveryError, UsageError

PATIENCE = httpx.Timeout(10.0, connect=5.0)

_TRIES = 4
_PAUSE = 1.0
"""Seconds before the second try; each later one waits twice as long."""
_LONGEST_WAIT = 120.0
"""A server that asks for a longer pause is not waited for: whoever started this may want the shell back."""
_MANY = 200
"""Characters of a refusal that are repeated."""


class Webhook:
    """An address that takes JSON. Raises `UsageError` for one that cannot be meant, or is not safe."""

    def __init__(self, url: str, *, plain_http: bool = False) -> None:
        self._url = _address(url)
        local = _loopback(self._url.host)
        if self._url.scheme == "http" and not local and not plain_http:
            raise UsageError(
                f"{self} is not encrypted, and its address is a secret",
                fix="use https, or say --webhook-plain-http if nobody else is on that network",
            )
        # What stays on this machine has no business with a proxy.
        self._trust_env = not local

    def __str__(self) -> str:
        host = f"[{self._url.host}]" if ":" in self._url.host else self._url.host
        port = f":{self._url.port}" if self._url.port is not None else ""
        return f"{self._url.scheme}://{host}{port}/…"

    def __repr__(self) -> str:
        return f"Webhook({self})"

    def post(
        self,
        body: Mapping[str, Any],
        *,
        patience: httpx.Timeout = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        clock: Clock = now,
    ) -> None:
        """Hand it over: again where the server is busy (429, 5xx) or nobody answers. Raises `DeliveryError`.

        A server that took the message and did not answer is not asked again: it would be posted twice.
        """
        with httpx.Client(timeout=patience, trust_env=self._trust_env, follow_redirects=False) as client:
            for attempt in range(_TRIES):
                wait = self._attempt(client, body, clock)
                if wait is None:
                    return
                why, asked = wait
                pause = _PAUSE * 2**attempt if asked is None else asked
                if pause > _LONGEST_WAIT:
                    raise DeliveryError(f"{self}: {why}, and asks to wait {rough(pause)}", fix="post it again then")
                if attempt + 1 < _TRIES:
                    sleep(pause)
        raise DeliveryError(f"{self}: {why}, {_TRIES} times", fix="is the service up? post it again later")

    def _attempt(self, client: httpx.Client, body: Mapping[str, Any], clock: Clock) -> tuple[str, float | None] | None:
        """None once it is delivered; else why it was not, and how many seconds the server asks to wait."""
        try:
            with client.stream("POST", self._url, json=body) as answer:
                if answer.is_success:
                    return None
                code, said = answer.status_code, self._masked(_said(answer))
                asked = _asked(answer.headers.get("retry-after"), clock)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            return f"no connection ({self._masked(str(error)) or type(error).__name__})", None
        except (httpx.TimeoutException, httpx.NetworkError):
            # httpx' own errors may repeat the address, so none is passed on, as a cause neither.
            why = f"{self}: took the message, and did not answer: it may have arrived"
            raise DeliveryError(why, fix="look there before you post it again") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise DeliveryError(f"{self}: an answer that is not HTTP's", fix="is that the right port?") from None
        if code == httpx.codes.TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return f"answered {code}{said and f': {said}'}", asked
        raise DeliveryError(f"{self}: answered {code}{said and f': {said}'}", fix="is the address still the right one?")

    def _masked(self, words: str) -> str:
        """Somebody's words without the address, in case they repeat it."""
        for secret in (str(self._url), self._url.raw_path.decode("ascii"), self._url.path):
            if len(secret) > 1:
                words = words.replace(secret, "/…")
        return clean(words)


def _address(url: str) -> httpx.URL:
    """The address, whose words are in no error: the path of a webhook is its password."""
    try:
        found = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        raise UsageError("--webhook is not an address", fix="write it whole: https://hooks.example/…") from None
    if found.scheme not in ("http", "https") or not found.host:
        raise UsageError("--webhook is not an address of http", fix="write it whole: https://hooks.example/…")
    return found


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(answer: httpx.Response) -> str:
    """The first words of an answer's body; the rest, however long, is not waited for."""
    for chunk in answer.iter_bytes():
        return clean(chunk[:_MANY].decode("utf-8", "replace")).strip()
    return ""


def _asked(header: str | None, clock: Clock) -> float | None:
    """Seconds of a Retry-After, which is a number of them or a date; None for none, or nonsense."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - clock()
    return max(0.0, seconds) if math.isfinite(seconds) else None

"""Addresses that people type."""

from __future__ import annotations

import httpx

from slotui.errors import UsageError


def http_url(text: str, example: str) -> str:
    """The URL without its last slash. Raises UsageError for one that is none, with the `example` as the way out."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(f"{text!r} is not a URL", fix=f"write it as {example}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"{text!r} is not a URL", fix=f"write it as {example}")
    return text.rstrip("/")

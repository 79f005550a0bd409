"""What a server's refusal, or a failed handshake, means for the person who typed the command."""

from __future__ import annotations

import ssl

import httpx

from slotui.core.plain import clean
from slotui.errors import SourceError

_TENANT = "name the tenant: --header 'X-Scope-OrgID: …'"
_WHO_ASKS = "does it speak https, or want a --client-cert with its key?"
_LONGEST = 200


def refused(url: str, answer: httpx.Response) -> SourceError | None:
    """The error behind a 401, 403 or 407; None for any other answer."""
    why = _first_line(answer)
    if answer.status_code == httpx.codes.UNAUTHORIZED and "org id" in why.lower():  # Mimir, Cortex, Loki
        return SourceError(f"{url} wants to know which tenant is asked for", fix=_TENANT)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        if "authorization" in answer.request.headers:
            return SourceError(f"{url} did not accept the token or password (401){why}", fix="has it expired?")
        return SourceError(
            f"{url} wants a token or a password (401){why}",
            fix="name a file with a token: --bearer-token-file PATH, or write user:password@ into the address",
        )
    if answer.status_code == httpx.codes.FORBIDDEN:
        return SourceError(
            f"{url} knows who asks and does not allow it (403){why}", fix=f"may this login read metrics? or {_TENANT}"
        )
    if answer.status_code == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        return SourceError(
            f"the proxy before {url} wants a password (407){why}", fix="write it into HTTPS_PROXY, or use NO_PROXY"
        )
    return None


def handshake(url: str, error: BaseException) -> SourceError | None:
    """The error behind a TLS failure, which httpx wraps a few times; None where there was none."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ssl.SSLError):
        inner = inner.__cause__ or inner.__context__
    if inner is None:
        # Who wants a certificate may hang up so fast that its alert is lost.
        hung_up = url.startswith("https:") and isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError))
        return SourceError(f"{url} hung up before it answered", fix=_WHO_ASKS) if hung_up else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        return SourceError(
            f"{url} shows a certificate that is not trusted here: {inner.verify_message}",
            fix="name the authority that signed it: --ca-file PATH",
        )
    reason = (inner.reason or str(inner)).replace("_", " ").lower()
    return SourceError(f"{url}: no TLS connection: {reason}", fix=_WHO_ASKS)


def _first_line(answer: httpx.Response) -> str:
    """What the body says, if it is a word for people."""
    if "html" in answer.headers.get("content-type", ""):
        return ""
    lines = answer.text.strip().splitlines()
    return f": {clean(lines[0])[:_LONGEST]}" if lines else ""

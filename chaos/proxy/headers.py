"""Which header fields a proxy passes on, which it drops, and what it adds (RFC 9110, section 7.6). Pure.

Fields are pairs of bytes, names in lower case; their order, and fields that come twice, are kept.
"""

from __future__ import annotations

from collections.abc import Iterable

Fields = list[tuple[bytes, bytes]]

PSEUDONYM = "chaos-proxy"
"""What this proxy calls itself in Via and Proxy-Status."""

_VIA = f"1.1 {PSEUDONYM}".encode()

_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)

_FOR_A_PROXY = frozenset({b"proxy-authenticate", b"proxy-authorization", b"proxy-authentication-info"})

_IGNORABLE = frozenset({b"h2c"})
"""Protocols that clients offer without insisting: the request is answered over HTTP/1.1."""


def end_to_end(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """The fields that are meant for the other end, not for this one connection.

    Also drops what `Connection` names, and a Content-Length beside a Transfer-Encoding, which overrules it.

    >>> end_to_end([(b"connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"set-cookie", b"a"), (b"set-cookie", b"b")])
    [(b'set-cookie', b'a'), (b'set-cookie', b'b')]
    """
    fields = [(name.lower(), value) for name, value in fields]
    dropped = {*_HOP_BY_HOP, *_FOR_A_PROXY}
    for name, value in fields:
        if name == b"connection":
            dropped.update(_members(value))
        elif name == b"transfer-encoding":
            dropped.add(b"content-length")
    return [(name, value) for name, value in fields if name not in dropped]


def request_fields(
    fields: Iterable[tuple[bytes, bytes]], *, client: str | None, scheme: str, host: str | None
) -> Fields:
    """What the upstream is told: the client's own fields, and who asked this proxy for what.

    `host` replaces the Host field, None keeps it. X-Forwarded-For is appended to; -Proto and -Host keep what a
    proxy further out has written there. Expect is dropped: this side has answered it, or will.
    """
    received = list(fields)
    passed = [(name, value) for name, value in end_to_end(received) if name != b"expect"]
    asked = next((value for name, value in received if name.lower() == b"host"), None)
    if host is not None:
        passed = [(name, value) for name, value in passed if name != b"host"]
        passed.insert(0, (b"host", host.encode()))
    if client is not None:
        passed = _appended(passed, b"x-forwarded-for", client.encode())
    present = {name for name, _ in passed}
    if b"x-forwarded-proto" not in present:
        passed.append((b"x-forwarded-proto", scheme.encode()))
    if b"x-forwarded-host" not in present and asked is not None:
        passed.append((b"x-forwarded-host", asked))
    return _appended(passed, b"via", _VIA)


def response_fields(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """What the client is told: the upstream's own fields, and that they came through here."""
    return _appended(end_to_end(fields), b"via", _VIA)


def has_body(fields: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request announces a body."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in fields)


def insists_on(fields: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The protocol that a request wants to change to, or None where it will do without."""
    wanted = [protocol for name, value in fields if name == b"upgrade" for protocol in _members(value)]
    if not wanted or _IGNORABLE.issuperset(wanted):
        return None
    return b", ".join(wanted).decode("latin-1")


def _members(value: bytes) -> list[bytes]:
    return [member for part in value.split(b",") if (member := part.strip().lower())]


def _appended(fields: Fields, name: bytes, value: bytes) -> Fields:
    """`fields` with one more member of the list field `name`, as a single field at the end."""
    members = [old for known, old in fields if known == name]
    return [*((known, old) for known, old in fields if known != name), (name, b", ".join([*members, value]))]

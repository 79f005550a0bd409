"""The way to a Prometheus for libraries that speak through `requests`: the same token, headers and certificates."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest, Session
from requests.auth import AuthBase, HTTPBasicAuth

from slotui.errors import UsageError
from slotui.source.address import address_of
from slotui.source.connection import TOKEN_VARIABLE, Connection, read_token, usable_token
from slotui.source.prometheus.api import is_loopback


def session_for(url: str, connection: Connection) -> Session:
    """A session that may talk to `url`. Raises `UsageError` for an unusable token or certificate."""
    address, parts = address_of(url), urlsplit(url)
    session = Session()
    session.trust_env = not is_loopback(parts.hostname or "")
    session.auth = _login(url, connection)
    if address.startswith("https:"):
        connection.tls()  # says what is wrong with a file; requests would not
        session.verify = str(connection.ca_file) if connection.ca_file else True
        files = [str(file) for file in (connection.client_cert, connection.client_key) if file is not None]
        session.cert = (files[0], files[1]) if len(files) == 2 else files[0] if files else None
    elif connection.wants_tls:
        raise UsageError(
            f"{address} is not encrypted, and certificates are of no use with it", fix="write it as https://…"
        )
    return session


def _login(url: str, connection: Connection) -> AuthBase | None:
    parts = urlsplit(url)
    if (connection.token_file or connection.token) and parts.username:
        raise UsageError(
            "a token and a password in the address are two ways to log in", fix="leave user:password@ out of the URL"
        )
    if connection.token_file:
        return _TokenFile(connection.token_file)
    if connection.token:
        return _Token(usable_token(connection.token, TOKEN_VARIABLE))
    return HTTPBasicAuth(unquote(parts.username), unquote(parts.password or "")) if parts.username else None


class _Token(AuthBase):
    """The same token with every request."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _TokenFile(AuthBase):
    """The token in a file, read for each chunk: a download may outlast it."""

    def __init__(self, file: Path) -> None:
        read_token(file)
        self._file = file

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {read_token(self._file)}"
        return request

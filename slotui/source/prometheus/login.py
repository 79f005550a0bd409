"""Who we say we are with each request: a bearer token, or the name and password of the address."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from slotui.errors import SourceError, UsageError
from slotui.source.connection import TOKEN_VARIABLE, Connection, read_token, usable_token


def login(url: str, connection: Connection) -> httpx.Auth | None:
    """How to log in at `url`, or None: what was typed before what the environment has.

    Raises `UsageError` for two ways at once and for a token that is none.
    """
    parts = urlsplit(url)
    if connection.token_file and parts.username:
        raise UsageError(
            "a token and a password in the address are two ways to log in", fix="leave user:password@ out of the URL"
        )
    if connection.token_file:
        return TokenFile(connection.token_file)
    if parts.username:
        return httpx.BasicAuth(unquote(parts.username), unquote(parts.password or ""))
    return _Token(usable_token(connection.token, TOKEN_VARIABLE)) if connection.token else None


class _Token(httpx.Auth):
    """The same token with every request."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class TokenFile(_Token):
    """The token in a file, read again when the file has changed: tokens of a cluster live for an hour."""

    def __init__(self, file: Path) -> None:
        super().__init__(read_token(file))
        self._file = file
        self._read_at = self._state()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Raises `SourceError` while the file is away: a screen stays up and says so."""
        try:
            state = self._state()
            if state != self._read_at:
                self._token = read_token(self._file)
                self._read_at = state
        except OSError as error:
            raise SourceError(f"the token file {self._file}: {error.strerror}") from error
        except UsageError as error:
            raise SourceError(error.what, fix=error.fix) from error
        yield from super().auth_flow(request)

    def _state(self) -> tuple[int, int, int]:
        found = self._file.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size

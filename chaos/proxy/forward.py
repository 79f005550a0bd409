"""One request, carried to the upstream and its answer carried back, both as they come.

Nothing is kept: a body is passed on piece by piece, as fast as the slower side takes it. What cannot be told with
a status any more, because the head of the answer is out, is told by cutting the connection.
"""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from chaos.plane.answers import ABORT
from chaos.proxy.headers import PSEUDONYM, Fields, has_body, insists_on, request_fields, response_fields
from slotui.errors import UsageError

_LARGEST_FIELD = 64 * 1024
"""Bytes of one header field; what a client or an upstream may send is theirs to limit."""

_IDLE = 4.0
"""Seconds for which a connection to the upstream is kept: less than the five after which many servers hang up."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where requests go: `scheme://host[:port]`. `timeout` is in seconds, for each time that it is its turn.

    That is until it takes a connection and the next piece of a request, and until the head of its answer comes. A
    body may then take its time, as it may without a proxy.
    """

    origin: str
    timeout: float = 60.0
    preserve_host: bool = False

    @classmethod
    def parse(cls, url: str, *, timeout: float, preserve_host: bool) -> Upstream:
        """Raises UsageError for anything but an origin."""
        fix = "write it as http://127.0.0.1:8080: scheme, host and port"
        try:
            parts = urlsplit(url)
            named = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
        except ValueError as error:
            raise UsageError(f"{url!r} is not a URL: {error}", fix=fix) from error
        if not named:
            raise UsageError(f"{url!r} is not the URL of an HTTP service", fix=fix)
        if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise UsageError(f"{url!r} is more than an origin: paths are passed on as they come", fix=fix)
        return cls(f"{parts.scheme}://{parts.netloc}", timeout, preserve_host)

    @property
    def authority(self) -> str:
        """`host[:port]`, as in a Host field."""
        return urlsplit(self.origin).netloc

    @property
    def host(self) -> str:
        """The host alone, IPv6 without its brackets."""
        return urlsplit(self.origin).hostname or ""

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, by its address."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is written."""
        parts = urlsplit(self.origin)
        return parts.port or (443 if parts.scheme == "https" else 80)


def open_session() -> aiohttp.ClientSession:
    """The pool of connections to the upstream: adds nothing to a request, changes nothing in an answer.

    aiohttp, not httpx: seven times the requests a second here, and an answer is read while its request is still sent.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        auto_decompress=False,
        max_line_size=_LARGEST_FIELD,
        max_field_size=_LARGEST_FIELD,
    )


class Forward:
    """ASGI application that answers with what the upstream answers."""

    def __init__(self, upstream: Upstream, session: aiohttp.ClientSession) -> None:
        self._upstream = upstream
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = _unpassable(scope)
        if problem is not None:
            await problem.tell(send)
            return
        client = _Client(receive, has_body=has_body(scope["headers"]))
        exchange = _Exchange(self._upstream, self._session, scope, client, send)
        answering = asyncio.create_task(exchange.carry())
        leaving = asyncio.create_task(client.left())
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
        finally:
            leaving.cancel()
            if not answering.done():
                # A client that went away takes its request along: the upstream sees its connection close.
                answering.cancel()
                await asyncio.wait((answering,))


@dataclass(frozen=True, slots=True)
class _Problem:
    """What the proxy itself has to say; `error` is a type of RFC 9209."""

    status: int
    error: str
    sentence: str

    async def tell(self, send: Send) -> None:
        body = json.dumps({"error": f"chaos proxy: {self.sentence}"}).encode()
        head = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"proxy-status", f"{PSEUDONYM}; error={self.error}".encode()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": body})


def _unpassable(scope: Scope) -> _Problem | None:
    """What is wrong with a request that cannot be passed on."""
    protocol = insists_on(scope["headers"])
    if protocol is not None:
        sentence = f"no upgrade to {protocol} passes here, only HTTP/1.1 requests do; ask the service itself"
        return _Problem(501, "http_upgrade_failed", sentence)
    if not scope["raw_path"].startswith(b"/"):
        return _Problem(400, "http_request_error", "the request's target is no path; it is no forward proxy")
    try:
        for name, value in scope["headers"]:
            name.decode("ascii"), value.decode()
    except UnicodeDecodeError:
        return _Problem(400, "http_request_error", f"the field {name.decode('latin-1')!r} is not UTF-8")
    return None


class _Client:
    """The client's side of an exchange: its body, and whether it is still there."""

    def __init__(self, receive: Receive, *, has_body: bool) -> None:
        self._receive = receive
        self._read = asyncio.Event()
        self._gone = False
        self.has_body = has_body
        if not has_body:
            self._read.set()

    @property
    def whole(self) -> bool:
        """Whether all of its body was read."""
        return self._read.is_set()

    async def piece(self) -> bytes:
        """The next piece of the body, maybe empty. Never comes back when the client has gone away."""
        message = await self._receive()
        self._gone = message["type"] == "http.disconnect"
        if self._gone or not message.get("more_body", False):
            self._read.set()
        if self._gone:
            # Whoever waits for `left` cancels this; an end of the body would make a whole request of half a one.
            await asyncio.get_running_loop().create_future()
        return bytes(message.get("body", b""))

    async def left(self) -> None:
        """Wait until the client goes away. Watches only once the body is read: before, that is where it shows."""
        await self._read.wait()
        await self.hung_up()

    async def hung_up(self) -> None:
        """Wait for the end of the connection, whatever comes before it."""
        while not self._gone:
            self._gone = (await self._receive())["type"] == "http.disconnect"


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, upstream: Upstream, session: aiohttp.ClientSession, scope: Scope, client: _Client, send: Send
    ) -> None:
        self._upstream = upstream
        self._session = session
        self._scope = scope
        self._client = client
        self._send = send
        self._patience = asyncio.timeout(None)
        self._answered = False
        self._uploading = False

    async def carry(self) -> None:
        """Ask, and answer."""
        try:
            async with self._patience:
                self._turn(upstream=True)
                response = await self._ask()
                self._answered = True
        except TimeoutError:
            seconds = f"{self._upstream.timeout:g} s"
            sentence = f"{self._upstream.origin} did not answer within {seconds}"
            await _Problem(504, "http_response_timeout", sentence).tell(self._send)
        except aiohttp.ClientError as error:
            await _unanswered(self._upstream.origin, error).tell(self._send)
        else:
            try:
                if 200 <= response.status <= 599:
                    await self._answer(response)
                else:  # a protocol that nobody asked for, or a code that HTTP does not have
                    sentence = f"{self._upstream.origin} answered with the code {response.status}"
                    await _Problem(502, "http_protocol_error", sentence).tell(self._send)
            finally:
                # Gives up what was not read to its end; a connection that was is in the pool already.
                response.close()

    async def _ask(self) -> aiohttp.ClientResponse:
        scope, upstream = self._scope, self._upstream
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        client = scope.get("client")
        fields = request_fields(
            scope["headers"],
            client=client[0] if client else None,
            scheme=scope["scheme"],
            host=None if upstream.preserve_host else upstream.authority,
        )
        return await self._session.request(
            scope["method"],
            URL(upstream.origin + target.decode("ascii"), encoded=True),
            headers=[(name.decode(), value.decode()) for name, value in fields],
            data=self._upload() if self._client.has_body else None,
            allow_redirects=False,
        )

    async def _upload(self) -> AsyncIterator[bytes]:
        while not self._client.whole:
            self._turn(upstream=False)
            piece = await self._client.piece()
            self._turn(upstream=True)
            if piece:
                yield piece

    def _turn(self, *, upstream: bool) -> None:
        """Let the time run that the upstream has, or stop it while the client is the one to wait for."""
        if not self._answered:
            by = asyncio.get_running_loop().time() + self._upstream.timeout
            self._patience.reschedule(by if upstream else None)

    async def _answer(self, response: aiohttp.ClientResponse) -> None:
        fields: Fields = response_fields(response.raw_headers)
        await self._send({"type": "http.response.start", "status": response.status, "headers": fields})
        try:
            async for piece in response.content.iter_any():
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        except aiohttp.ClientError:
            await self._break_off()
        else:
            await self._send({"type": "http.response.body", "body": b""})

    async def _break_off(self) -> None:
        """Cut the client's connection: a body that ends early must not look like a whole one.

        A server that does not lend its connection closes it by itself, because the answer stays without an end.
        """
        extensions = self._scope.get("extensions") or {}
        if ABORT in extensions:
            extensions[ABORT]["abort"]()
            await self._client.hung_up()


def _unanswered(origin: str, error: aiohttp.ClientError) -> _Problem:
    """Why there is no answer to pass on."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return _Problem(502, "dns_error", f"{origin} has a name that nobody knows")
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return _Problem(502, "tls_protocol_error", f"{origin} cannot be trusted: {error}")
        case aiohttp.ClientConnectorError() if error.errno == errno.ECONNREFUSED:
            return _Problem(502, "connection_refused", f"{origin} refused the connection")
        case aiohttp.ClientConnectorError():
            return _Problem(502, "destination_unavailable", f"{origin} cannot be reached: {error.strerror}")
        case aiohttp.ClientResponseError():
            why = error.message.partition("\n")[0].rstrip(":")
            return _Problem(502, "http_protocol_error", f"{origin} did not answer in HTTP/1: {why}")
    return _Problem(502, "connection_terminated", f"{origin} hung up before it answered")

"""Who may come in: who shows the token once, and then the cookie that it was changed for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_A_YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Door:
    """Asked before any route. `token` None lets everybody in; `names` are hosts that this server is called by.

    A page of another site can neither call this server by a name of its own (rebinding: the Host must be an address,
    localhost, or one of `names`) nor open its sockets (the Origin must be the Host). The token is in no cookie: the
    cookie is derived from it, so that a new token in the file ends all logins.
    """

    token: str | None
    port: int
    names: frozenset[str] = frozenset()

    @property
    def cookie(self) -> str:
        """The name of the cookie. Browsers keep one jar for all ports of a host."""
        return f"slotui-{self.port}"

    @property
    def pass_word(self) -> str:
        """What the cookie holds."""
        return hmac.new((self.token or "").encode(), b"slotui serve: cookie", hashlib.sha256).hexdigest()

    def refusal(self, request: web.Request) -> web.Response | None:
        """Why a request is not answered; None for one that is."""
        if not self._is_ours(request.host):
            return _no(403, "this server is not called that: open it by its address, or start it with --name")
        if not self._shown(request):
            return _no(401, "open the link that slotui serve printed: the token is in it")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            return _no(403, "another site's page may not call this server")
        if origin is None and request.headers.get("Upgrade", "").lower() == "websocket":
            return _no(403, "a socket is opened by our page alone")
        return None

    def let_in(self, request: web.Request, response: web.StreamResponse) -> None:
        """Change the token in the address for the cookie."""
        if self.token is not None and self._token_fits(request):
            response.set_cookie(
                self.cookie, self.pass_word, max_age=_A_YEAR, httponly=True, samesite="Strict",
                secure=request.secure, path="/",
            )  # fmt: skip

    def _shown(self, request: web.Request) -> bool:
        if self.token is None:
            return True
        has_cookie = _same(request.cookies.get(self.cookie, ""), self.pass_word)
        return has_cookie or (request.path == "/" and self._token_fits(request))

    def _token_fits(self, request: web.Request) -> bool:
        return _same(request.query.get("token", ""), self.token or "")

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or name in self.names:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


def _same(shown: str, meant: str) -> bool:
    """Compared in constant time."""
    return bool(meant) and hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), meant.encode())


def guarded(door: Door) -> Middleware:
    """The door as a middleware."""

    @web.middleware
    async def at_the_door(request: web.Request, handler: Handler) -> web.StreamResponse:
        return door.refusal(request) or await handler(request)

    return at_the_door


def _no(status: int, why: str) -> web.Response:
    return web.Response(status=status, text=f"slotui: {why}\n", headers=SAFE)


SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer: the token may have been in the address."""

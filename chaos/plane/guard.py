"""The doorkeeper of the control plane: asked before any route is looked up, or any byte of a body is read."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import IPv6Address, ip_address

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chaos.plane.messages import Problem, tell
from chaos.plane.token import is_token
from slotui.errors import UsageError


class Guard:
    """Lets in who shows the token and, unless `remote` is set, calls from this machine.

    Everybody else gets 401, whatever they ask for: who has no token does not even learn what there is. The right
    token from another machine gets 403.
    """

    def __init__(self, app: ASGIApp, *, token: str, remote: bool) -> None:
        if not is_token(token):
            raise UsageError("the control plane needs a token: one line of letters, digits and signs, without spaces")
        self._app = app
        self._token = token.encode()
        self._remote = remote

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        if not self._shown(scope):
            return tell(Problem(error="wrong or missing token"), 401, headers={"WWW-Authenticate": "Bearer"})
        if not self._remote and not is_local(scope):
            return tell(Problem(error="this control plane answers its own machine only: Plane(..., remote=True)"), 403)
        return None

    def _shown(self, scope: Scope) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = shown[0].partition(b" ") if len(shown) == 1 else (b"", b"", b"")
        # Both are always compared, the token in constant time.
        return compare_digest(token, self._token) & (scheme.lower() == b"bearer")


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine; one without an address came through a Unix socket."""
    client = scope.get("client")
    if client is None:
        return True
    try:
        address = ip_address(client[0])
    except ValueError:
        return False
    # A server that listens on IPv6 sees IPv4 callers as ::ffff:127.0.0.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback

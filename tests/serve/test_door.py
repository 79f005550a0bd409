"""Who gets in: everything is behind the token, and behind the right Host and Origin."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from slotui.cli.main import group
from slotui.errors import UsageError
from slotui.serve.door import Door
from slotui.serve.server import Screens

TOKEN = "s3same"
SILENT = [sys.executable, "-c", "import sys; sys.stdin.read()"]
"""A screen that draws nothing, and ends with its tab."""


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    screens = Screens(SILENT, Door(TOKEN, 8000, frozenset({"slo.example.net"})), most=1, colours=("#000000", "#ffffff"))
    async with TestServer(screens.app) as running:
        yield running


async def status_of(session: aiohttp.ClientSession, path: str, **headers: str) -> int:
    async with session.get(path, headers=headers) as answer:
        return answer.status


@pytest.fixture
async def stranger(server: TestServer) -> AsyncIterator[aiohttp.ClientSession]:
    """Who has nothing."""
    async with aiohttp.ClientSession(server.make_url("/")) as session:
        yield session


@pytest.fixture
async def friend(server: TestServer) -> AsyncIterator[aiohttp.ClientSession]:
    """Who has opened the link."""
    jar = aiohttp.CookieJar(unsafe=True)  # unsafe: of an address, not of a name
    async with aiohttp.ClientSession(server.make_url("/"), cookie_jar=jar) as session:
        assert await status_of(session, f"/?token={TOKEN}") == 200
        yield session


PLACES = ("/", "/?token=", "/?token=wrong", "/ws", f"/ws?token={TOKEN}", "/static/js/textual.js", "/static/", "/none")


@pytest.mark.parametrize("path", PLACES)
async def test_without_the_token_everything_is_401(stranger: aiohttp.ClientSession, path: str) -> None:
    assert await status_of(stranger, path) == 401


@pytest.mark.parametrize("path", ["/", "/static/js/textual.js"])
async def test_the_cookie_opens_page_and_files(friend: aiohttp.ClientSession, path: str) -> None:
    assert await status_of(friend, path) == 200


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_is_not_the_token(
    stranger: aiohttp.ClientSession,
) -> None:
    async with stranger.get(f"/?token={TOKEN}") as answer:
        said = answer.headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    assert TOKEN not in said
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("evil.example", 403, id="a name that is not ours: rebinding"),
        pytest.param("127.0.0.1.evil.example", 403, id="a name that begins like an address"),
        pytest.param("localhost:9000", 200, id="localhost at another port: ssh -L"),
        pytest.param("[::1]:8000", 200, id="an address"),
        pytest.param("slo.example.net", 200, id="a name that was given"),
    ],
)
async def test_the_host_must_be_ours(stranger: aiohttp.ClientSession, host: str, status: int) -> None:
    assert await status_of(stranger, f"/?token={TOKEN}", Host=host) == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        pytest.param("http://evil.example", 403, id="another site's page"),
        pytest.param("http://127.0.0.1:1", 403, id="another port of this machine"),
        pytest.param("null", 403, id="a sandboxed page"),
        pytest.param(None, 403, id="no page at all"),
    ],
)
async def test_a_socket_is_for_our_page_alone(friend: aiohttp.ClientSession, origin: str | None, status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await friend.ws_connect("/ws", origin=origin)
    assert refused.value.status == status


async def test_no_more_screens_than_allowed(friend: aiohttp.ClientSession, server: TestServer) -> None:
    ours = str(server.make_url("")).rstrip("/")
    async with friend.ws_connect("/ws", origin=ours) as first:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await friend.ws_connect("/ws", origin=ours)
        assert refused.value.status == 503
        for nonsense in ("[]", "{", '["resize", {"width": "x", "height": null}]', '["stdin", 3]', '["ping", 7]'):
            await first.send_str(nonsense)
        assert (await first.receive_json(timeout=20)) == ["pong", 7]


@pytest.mark.parametrize(
    "words",
    [
        ["--no-token", "--listen", "0.0.0.0:0"],
        ["--listen", "nowhere"],
        ["--listen", "127.0.0.1:0", "--speed", "60"],
        ["--listen", "127.0.0.1:0", "--replay", "nowhere.slr"],
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageError):
        group.main(["serve", *words], prog_name="slotui", standalone_mode=False)

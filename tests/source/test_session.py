"""The way to a Prometheus for the download of long histories says the same as that of the live loop."""

from __future__ import annotations

from pathlib import Path

import pytest
from requests import Request

from slotui.errors import UsageError
from slotui.source.connection import Connection
from slotui.source.prometheus.session import session_for

URL = "http://127.0.0.1:9090"


def authorization(url: str, connection: Connection) -> str | None:
    session = session_for(url, connection)
    return session.prepare_request(Request("GET", URL)).headers.get("Authorization")


def test_a_token_file_is_read_for_each_request(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    session = session_for(URL, Connection(token_file=file))
    for token in ("first", "second"):
        file.write_text(token)
        assert session.prepare_request(Request("GET", URL)).headers["Authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(
    ("url", "connection", "header"),
    [
        pytest.param(URL, Connection(), None, id="nothing"),
        pytest.param(URL, Connection(token="t0ken"), "Bearer t0ken", id="a token"),
        pytest.param("http://kim:p%40ss@127.0.0.1:9090", Connection(), "Basic a2ltOnBAc3M=", id="name and password"),
    ],
)
def test_logins(url: str, connection: Connection, header: str | None) -> None:
    assert authorization(url, connection) == header


@pytest.mark.parametrize(
    ("url", "connection", "words"),
    [
        pytest.param("http://kim:pass@h:9090", Connection(token="t"), "two ways to log in", id="two logins"),
        pytest.param(URL, Connection(ca_file=Path("ca.pem")), "is not encrypted", id="certificates without https"),
        pytest.param("https://h", Connection(ca_file=Path("no-such.pem")), "no-such.pem: No such file", id="no such file"),
        pytest.param("kim:pass@h", Connection(), "is not an address", id="no address, and no password in the error"),
        pytest.param(URL, Connection(token_file=Path("no-such-token")), "no-such-token", id="no token file"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(url: str, connection: Connection, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        session_for(url, connection)
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "proxied"), [(URL, False), ("http://prometheus.example", True)], ids=["loopback", "elsewhere"]
)
def test_a_proxy_of_the_environment_is_for_what_is_elsewhere(url: str, proxied: bool) -> None:
    assert session_for(url, Connection()).trust_env is proxied

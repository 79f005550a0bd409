"""What a command line may say about reaching a server, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from slotui.errors import UsageError
from slotui.source.connection import Connection, parse_header, read_token


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("X-Scope-OrgID: team-a", ("X-Scope-OrgID", "team-a"), id="a tenant"),
        pytest.param("X-Scope-OrgID:team-a|team-b", ("X-Scope-OrgID", "team-a|team-b"), id="no space, two tenants"),
        pytest.param("X-Where: http://a:1/b", ("X-Where", "http://a:1/b"), id="colons in the value"),
        pytest.param("X-Empty:", ("X-Empty", ""), id="no value"),
    ],
)
def test_headers_are_written_as_for_curl(text: str, expected: tuple[str, str]) -> None:
    assert parse_header(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("X-Scope-OrgID team-a", "a name, a colon and a value", id="no colon"),
        pytest.param(": team-a", "a name, a colon and a value", id="no name"),
        pytest.param("X Scope: a", "a name, a colon and a value", id="a space in the name"),
        pytest.param("X-A: b\r\nX-C: d", "characters that no header may have", id="a second header smuggled in"),
        pytest.param("X-A: b\nc", "characters that no header may have", id="a line break"),
        pytest.param("X-A: grün", "characters that no header may have", id="not ASCII"),
        pytest.param("authorization: Bearer hush", "is a secret", id="a token in the argument"),
    ],
)
def test_what_is_no_header_is_said_without_its_value(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_header(text)
    assert not any(secret in str(caught.value) for secret in ("hush", "grün", "X-C"))


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"two words", b"two\nlines", b"\xff\xfe", "grün".encode()],
    ids=["empty", "blank", "two words", "two lines", "no text", "not ASCII"],
)
def test_a_file_without_a_token_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="token holds no token"):
        read_token(file)


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent: No such file or directory"):
        read_token(tmp_path / "absent")


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(Connection(token="hush", headers=(("X-Scope-OrgID", "team-a"),)))
    assert "hush" not in shown
    assert "team-a" not in shown


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate, its key, and what is neither."""
    folder = tmp_path_factory.mktemp("pems")
    leaf = trustme.CA().issue_cert("client")
    leaf.cert_chain_pems[0].write_to_path(folder / "client.pem")
    leaf.private_key_pem.write_to_path(folder / "client.key")
    (folder / "poem.pem").write_text("roses are red\n")
    return folder


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"ca_file": "absent.pem"}, "absent.pem: No such file", id="no such authority"),
        pytest.param({"ca_file": "poem.pem"}, "poem.pem holds no certificate", id="an authority that is none"),
        pytest.param({"client_key": "client.key"}, "no certificate with it", id="a key alone"),
        pytest.param({"client_cert": "absent.pem"}, "absent.pem: No such file", id="no such certificate"),
        pytest.param({"client_cert": "client.pem"}, "no certificate with its key", id="a certificate without a key"),
        pytest.param({"client_cert": "client.pem", "client_key": "absent.key"}, "absent.key: No such", id="no such key"),
        pytest.param({"client_cert": "client.pem", "client_key": "poem.pem"}, "poem.pem is no certificate with its key",
                     id="a key that is none"),
    ],
)  # fmt: skip
def test_unusable_certificates_are_named(files: dict[str, str], words: str, pems: Path) -> None:
    with pytest.raises(UsageError, match=words):
        Connection(**{option: pems / name for option, name in files.items()}).tls()


def test_a_certificate_with_its_key_is_taken(pems: Path) -> None:
    Connection(client_cert=pems / "client.pem", client_key=pems / "client.key").tls()

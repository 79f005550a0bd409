"""The options that reach a Prometheus behind a door: on every command that reads, and against real TLS."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest
import trustme
from click.testing import CliRunner

from chaos.cli.main import group as chaos
from slotui.cli.connection import connection_options
from slotui.cli.lazy import run
from slotui.cli.main import group as slotui

OPTIONS = {"--bearer-token-file", "--source-header", "--ca-file", "--client-cert", "--client-key"}
Said = Callable[..., tuple[int, str]]
LAB = str(Path(__file__).parents[2] / "lab" / "slos")


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params for name in param.opts}


@pytest.mark.parametrize(
    ("group", "name"),
    [(slotui, name) for name in ("status", "watch", "explain", "gate", "alerts", "validate", "discover")]
    + [(chaos, name) for name in ("inject", "status", "log")],
)  # fmt: skip
def test_every_command_that_reads_a_prometheus_can_log_in(group: click.Group, name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert options_of(command) >= OPTIONS


def test_a_command_with_a_header_of_its_own_keeps_it() -> None:
    @click.command()
    @connection_options
    @click.option("--header", help="requests with this header")
    def inject(header: str | None, connection: Any) -> None:
        click.echo(f"{header} {connection.headers}")

    done = CliRunner().invoke(inject, ["--header", "X-User: 7", "--source-header", "X-Scope-OrgID: team-a"])
    assert done.output == "X-User: 7 (('X-Scope-OrgID', 'team-a'),)\n"


@dataclass
class Server:
    """Where it listens, and the files that a client needs."""

    url: str
    ca: Path
    certificate: Path
    seen: list[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty Prometheus behind TLS that wants a client certificate of its own authority."""
    folder, authority, seen = tmp_path_factory.mktemp("tls"), trustme.CA(), list[str]()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("on-call@example.test").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")

    class Empty(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            seen.append(self.headers["authorization"])
            body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A refused handshake is what the test wants."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    listening = Quiet(("127.0.0.1", 0), Empty)
    listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield Server(f"https://127.0.0.1:{listening.server_port}", folder / "ca.pem", folder / "client.pem", seen)
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs `slotui status` of the lab's SLOs: its exit code, and all that it prints."""

    def call(*argv: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "status", "--slos", LAB, *argv])
        code = run(slotui, "slotui")
        return code, "".join(capsys.readouterr())

    return call


@pytest.mark.slow
def test_certificates_are_shown_and_checked(server: Server, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ["--prometheus", server.url]
    code, text = said(*reading)
    assert (code, "certificate that is not trusted here" in text) == (7, True), text
    code, text = said(*reading, "--ca-file", str(server.ca))
    assert (code, "want a --client-cert with its key?" in text) == (7, True), text
    monkeypatch.setenv("SLOTUI_PROMETHEUS_TOKEN", "hush")
    code, text = said(*reading, "--ca-file", str(server.ca), "--client-cert", str(server.certificate))
    assert "no series match" in text
    assert set(server.seen) == {"Bearer hush"}
    assert "hush" not in text


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(["--header", "X-Scope-OrgID: a"], "go with a Prometheus", id="a header for nobody"),
        pytest.param(["--prometheus", "http://p", "--header", "team-a"], "a name, a colon and a value", id="no header"),
        pytest.param(
            ["--prometheus", "http://p", "--bearer-token-file", "absent"], "absent: No such file", id="no file"
        ),
        pytest.param(["--prometheus", "http://p", "--ca-file", "absent"], "is not encrypted", id="not https"),
        pytest.param(["--prometheus", "https://p", "--ca-file", "absent"], "absent: No such file", id="no authority"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(argv: list[str], words: str, said: Said) -> None:
    code, text = said(*argv)
    assert (code, words in text) == (2, True), text

"""Posting to a real server on loopback, in all the moods that servers have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from slotui.errors import DeliveryError, UsageError
from slotui.report.webhook import Webhook

SECRET = "/services/T000/B000/s3cr3t-of-ours"
BRIEF = httpx.Timeout(0.3)


@dataclass
class Hook:
    """A server that gives its answers in order, the last one again and again, and keeps what it got."""

    url: str
    answers: list[tuple[int, dict[str, str], bytes]]
    got: list[bytes] = field(default_factory=list)
    hang: threading.Event | None = None
    garbage: bytes | None = None


@pytest.fixture
def hook() -> Iterator[Hook]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.got.append(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.hang is not None:
                hook.hang.wait(10)
                return
            if hook.garbage is not None:
                self.wfile.write(hook.garbage)
                return
            status, headers, body = hook.answers[0] if len(hook.answers) == 1 else hook.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    hook = Hook(f"http://127.0.0.1:{server.server_port}{SECRET}", [(200, {}, b"ok")])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield hook
    if hook.hang is not None:
        hook.hang.set()
    server.shutdown()
    thread.join()
    server.server_close()


def post(hook: Hook, naps: list[float] | None = None) -> None:
    Webhook(hook.url).post({"text": "ä"}, patience=BRIEF, sleep=(naps if naps is not None else []).append)


def test_the_json_arrives_as_it_is(hook: Hook) -> None:
    naps: list[float] = []
    post(hook, naps)
    assert [json.loads(body) for body in hook.got] == [{"text": "ä"}]
    assert naps == []


@pytest.mark.parametrize(
    ("answers", "naps"),
    [
        pytest.param([(500, {}, b""), (200, {}, b"ok")], [1.0], id="broken once"),
        pytest.param([(503, {}, b"")] * 3 + [(204, {}, b"")], [1.0, 2.0, 4.0], id="broken three times: longer pauses"),
        pytest.param([(429, {"Retry-After": "7"}, b""), (200, {}, b"ok")], [7.0], id="busy, for seconds that it names"),
        pytest.param([(429, {"Retry-After": "soon"}, b""), (200, {}, b"ok")], [1.0], id="busy, for nonsense"),
        pytest.param([(503, {"Retry-After": "nan"}, b""), (200, {}, b"ok")], [1.0], id="no number at all"),
    ],
)  # fmt: skip
def test_a_busy_server_is_asked_again(
    answers: list[tuple[int, dict[str, str], bytes]], naps: list[float], hook: Hook
) -> None:
    hook.answers = list(answers)
    found: list[float] = []
    post(hook, found)
    assert found == naps
    assert len(hook.got) == len(answers)


def test_a_date_is_waited_for(hook: Hook) -> None:
    hook.answers = [(429, {"Retry-After": formatdate(1763820030, usegmt=True)}, b""), (200, {}, b"ok")]
    naps: list[float] = []
    Webhook(hook.url).post({}, patience=BRIEF, sleep=naps.append, clock=lambda: 1763820000.0)
    assert naps == [30.0]


def failing(hook: Hook) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        post(hook)
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert "s3cr3t" not in said
    assert "T000" not in said
    assert "http://127.0.0.1" in said
    assert caught.value.exit_code == 1
    return caught.value


@pytest.mark.parametrize(
    ("answers", "words", "asked"),
    [
        pytest.param([(500, {}, b"oops")], "answered 500: oops, 4 times", 4, id="broken for good"),
        pytest.param([(404, {}, b"no_service")], "answered 404: no_service", 1, id="a hook that is gone is not asked again"),
        pytest.param([(403, {}, f"no {SECRET}\x1b[2J".encode())], "answered 403: no /…", 1, id="one that repeats the secret"),
        pytest.param([(302, {"Location": "http://127.0.0.1:1/"}, b"")], "answered 302", 1, id="the secret follows nobody"),
        pytest.param([(429, {"Retry-After": "3600"}, b"")], "asks to wait 1h", 1, id="too long a wait"),
    ],
)  # fmt: skip
def test_what_no_repetition_helps_against(
    answers: list[tuple[int, dict[str, str], bytes]], words: str, asked: int, hook: Hook
) -> None:
    hook.answers = list(answers)
    assert words in failing(hook).what
    assert len(hook.got) == asked


def test_a_server_that_took_it_and_says_nothing_is_not_asked_twice(hook: Hook) -> None:
    hook.hang = threading.Event()
    assert "may have arrived" in failing(hook).what
    assert len(hook.got) == 1


def test_garbage_is_no_answer(hook: Hook) -> None:
    hook.garbage = b"\x00\xff\x00 this is no HTTP\r\n\r\n"
    assert "not HTTP's" in failing(hook).what


def test_nobody_there(free_port: Callable[[], int]) -> None:
    hook = Hook(f"http://127.0.0.1:{free_port()}{SECRET}", [])
    assert "no connection" in failing(hook).what


def test_an_endless_refusal_is_not_read_to_its_end(hook: Hook) -> None:
    hook.answers = [(400, {}, b"x" * 50_000_000)]
    assert failing(hook).what.endswith("x" * 200)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param(f"http://hooks.example{SECRET}", "http://hooks.example/… is not encrypted", id="plain http elsewhere"),
        pytest.param(f"ftp://hooks.example{SECRET}", "not an address of http", id="another scheme"),
        pytest.param(SECRET, "not an address of http", id="only a path"),
        pytest.param(f"https://hooks.example:port{SECRET}", "is not an address", id="nonsense"),
        pytest.param(f"http://127.0.0.1.evil.example{SECRET}", "is not encrypted", id="a name that looks like loopback"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_a_sentence_without_the_secret(url: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        Webhook(url)
    assert words in caught.value.what
    assert "s3cr3t" not in f"{caught.value}{caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "url", ["https://hooks.example/x", "http://127.0.0.1:1/x", "http://[::1]:1/x", "http://localhost/x"]
)
def test_https_and_what_stays_here_are_taken(url: str) -> None:
    assert str(Webhook(url)).endswith("/…")
    assert repr(Webhook("https://kim:pw@hooks.example/x")) == "Webhook(https://hooks.example/…)"


def test_plain_http_where_somebody_said_so() -> None:
    assert str(Webhook("http://hooks.example:8080/x?y", plain_http=True)) == "http://hooks.example:8080/…"

"""The receiver: Alertmanager's messages in, alert times in the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.receiver.app import BODY_LIMIT, build_app
from slotui.core.entry import Entry, split
from slotui.errors import StoreError
from slotui.ledger.store import Ledger
from slotui.view.ledger import entry_text

STARTED, ENDED = "2026-11-23T04:00:00.123456789Z", "2026-11-23T04:07:30Z"
LABELS = {
    "alertname": "ErrorBudgetBurn", "slo": "checkout-availability", "service": "checkout", "severity": "page",
    "long": "1h", "short": "5m",
}  # fmt: skip


def alert(status: str = "firing", *, ends: str = "0001-01-01T00:00:00Z", **changed: Any) -> dict[str, Any]:
    return {
        "status": status, "labels": LABELS, "annotations": {"summary": "it burns"}, "startsAt": STARTED,
        "endsAt": ends, "generatorURL": "http://prometheus", "fingerprint": "c0ffee", **changed,
    }  # fmt: skip


def resolved(**changed: Any) -> dict[str, Any]:
    return alert("resolved", ends=ENDED, **changed)


def message(*alerts: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "groupKey": "{}", "receiver": "page", "alerts": alerts}).encode()


class Post:
    """Sends messages to a receiver, and remembers what it said."""

    def __init__(self, ledger: Ledger) -> None:
        self.said: list[str] = []
        self._app = build_app(ledger, self.said.append)

    async def __call__(self, body: bytes) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return await client.post("/alerts", content=body)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


@pytest.fixture
def post(ledger: Ledger) -> Post:
    return Post(ledger)


async def test_an_alert_is_written_when_it_fires_and_when_it_ends(post: Post, ledger: Ledger) -> None:
    assert (await post(message(alert()))).json() == {"written": 1, "known": 0, "ignored": 0}
    (on,) = ledger.entries()
    assert (on.kind, on.slos, on.operator, on.open) == ("alert", ("checkout-availability",), "alertmanager", True)
    assert (on.fault, on.reason) == ("page over 1h and 5m", "it burns")
    await post(message(resolved()))
    (over,) = ledger.entries()
    assert over.ended is not None
    assert (over.id, over.ending, round(over.ended - over.started)) == (on.id, "resolved", 450)
    assert ledger.verify() == 2
    assert "ended        2026-11-23T04:07:30Z, after 7m30s: resolved" in entry_text(over)


async def test_it_costs_nothing(post: Post, ledger: Ledger) -> None:
    await post(message(resolved()))
    (entry,) = ledger.entries()
    assert not entry.spends
    found = split((entry,), "checkout-availability", 50, 100, 0)
    assert found is not None
    assert (found.planned, found.incident, found.unexplained) == (0, 0, 0.5)


async def test_a_message_that_is_sent_again_changes_nothing(post: Post, ledger: Ledger) -> None:
    for body in (alert(), alert(), resolved(), resolved(), alert()):
        last = await post(message(body))
    assert last.json() == {"written": 0, "known": 1, "ignored": 0}
    assert ledger.verify() == 2
    assert len(post.said) == 2


async def test_an_end_that_comes_first_is_the_whole_alert(post: Post, ledger: Ledger) -> None:
    await post(message(resolved()))
    (entry,) = ledger.entries()
    assert entry.ending == "resolved"
    assert ledger.verify() == 1


async def test_the_next_firing_and_another_tier_are_alerts_of_their_own(post: Post, ledger: Ledger) -> None:
    again = alert(startsAt="2026-11-23T05:00:00Z")
    slower = alert(fingerprint="decaf", labels={**LABELS, "long": "6h", "short": "30m"})
    assert (await post(message(alert(), again, slower))).json()["written"] == 3
    assert len({entry.id for entry in ledger.entries()}) == 3


async def test_without_a_fingerprint_the_labels_tell_alerts_apart(post: Post, ledger: Ledger) -> None:
    await post(message(alert(fingerprint=""), alert(fingerprint="", labels={**LABELS, "slo": "checkout-latency"})))
    assert [entry.slos for entry in ledger.entries()] == [("checkout-availability",), ("checkout-latency",)]


async def test_an_alert_about_no_slo_is_left_out(post: Post, ledger: Ledger) -> None:
    disk = alert(labels={"alertname": "DiskFull", "severity": "page"})
    assert (await post(message(disk))).json() == {"written": 0, "known": 0, "ignored": 1}
    assert ledger.entries() == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "the body: Invalid JSON", id="nothing"),
        pytest.param(b'{"version": "4", "alerts": [', "the body: Invalid JSON", id="half a message"),
        pytest.param(b"[]", "the body: Input should be an object", id="a list"),
        pytest.param(b'{"version": "3", "alerts": []}', "version: Input should be '4'", id="an older version"),
        pytest.param(message(alert(startsAt="soon")), "alerts.0.startsAt: ", id="a start that is no time"),
        pytest.param(message(alert(startsAt="2026-11-23T04:00:00")), "alerts.0.startsAt: ", id="a time of no zone"),
        pytest.param(message(alert("burning")), "alerts.0.status: ", id="an unknown status"),
    ],
)
async def test_what_is_no_message_is_refused_with_a_sentence(
    post: Post, ledger: Ledger, body: bytes, words: str
) -> None:
    answer = await post(body)
    assert answer.status_code == 400
    assert f"no webhook of Alertmanager, version 4: {words}" in answer.json()["error"]
    assert not ledger.path.exists()


async def test_a_message_that_is_too_long_is_not_read_to_its_end(post: Post) -> None:
    assert (await post(b" " * (BODY_LIMIT + 1))).status_code == 413


async def test_a_full_disk_is_an_answer_after_which_alertmanager_tries_again(tmp_path: Path) -> None:
    class Full(Ledger):
        def open_entry(self, entry: Entry) -> None:
            raise StoreError(f"the disk is full; {entry.id} was not written", fix="make room, then try again")

    post = Post(Full(tmp_path / "ledger.sqlite"))
    answer = await post(message(alert()))
    assert (answer.status_code, answer.json()["error"].splitlines()[0]) == (500, post.said[0].splitlines()[0])
    assert "the disk is full" in post.said[0]


async def test_a_ledger_that_cannot_be_written_answers_500_until_it_can(tmp_path: Path) -> None:
    """A folder where the file should be: the same for root, whom no permission stops."""
    path = tmp_path / "ledger.sqlite"
    path.mkdir()
    post = Post(Ledger(path))
    assert (await post(message(alert()))).status_code == 500
    path.rmdir()
    assert (await post(message(alert()))).json()["written"] == 1


async def test_text_from_outside_reaches_no_terminal_as_it_is(post: Post, ledger: Ledger) -> None:
    await post(message(alert(annotations={"summary": "\x1b[2Jgone " + "x" * 5000})))
    (entry,) = ledger.entries()
    assert len(entry.reason) == 300
    assert "\x1b" not in entry_text(entry)

"""`slotui status` and `slotui explain` of a past instant, with the balance since a mark and what lies ahead."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now, parse_time, to_iso
from slotui.core.entry import Entry
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR, MINUTE
from slotui.ledger.store import Ledger
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

LAB = Path(__file__).parents[2] / "lab"
CHECKOUT = LAB / "slos" / "checkout.yaml"
AVAILABILITY = "checkout-availability"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def at(tmp_path: Path) -> float:
    """Forty days up to now of ten requests a second; an outage of 30 min ten days ago, one of 5 min two hours ago."""
    # On a whole hour: no step of the forecast then has a part of the outage, whatever time it is.
    end = now() // HOUR * HOUR
    counts = CountStore(tmp_path / "counts.sqlite")
    for slo in load_slos([CHECKOUT]):
        spans = [Span(end - n * HOUR, end - (n - 1) * HOUR, 36_000, 0, HOUR) for n in range(40 * 24, 3, -1)]
        spans = [span._replace(bad=18_000) if span.end == end - 10 * DAY else span for span in spans]
        fine = [end - n * MINUTE for n in range(180, 0, -1)]
        spans += [
            Span(start, start + MINUTE, 600, 600 if 115 < (end - start) / MINUTE <= 120 else 0, MINUTE)
            for start in fine
        ]
        counts.load_history(slo, spans)
    counts.close()
    return end


@pytest.fixture
def say(at: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command on the counts, as of their end."""

    def call(command: str, *argv: str, when: float = at) -> tuple[int, str, str]:
        read = ("--scrape", "http://127.0.0.1:1/metrics", "--store", str(tmp_path / "counts.sqlite"))
        known = (
            "--slos",
            str(CHECKOUT),
            "--policy",
            str(LAB / "policy.yaml"),
            "--ledger",
            str(tmp_path / "ledger.sqlite"),
        )
        monkeypatch.setattr(sys, "argv", ["slotui", command, *argv, *read, *known, "--at", to_iso(when)])
        return run(group, "slotui"), *capsys.readouterr()

    return call


def one(out: str) -> dict[str, dict[str, object]]:
    return next(slo for slo in json.loads(out)["slos"] if slo["name"] == AVAILABILITY)


def test_the_balance_since_a_time_is_exact(at: float, say: Say) -> None:
    code, out, _ = say("status", "--since", to_iso(at - 118 * MINUTE), "--output", "json")
    assert code == 0
    assert one(out)["balance"] == {
        "since": to_iso(at - 118 * MINUTE),
        "eligible": 118 * 600,
        "bad": 3 * 600,
        "measured_seconds": 118 * 60,
        "share": pytest.approx(1800 / 25_920, rel=1e-3),
    }
    for command, argv in (("status", ()), ("explain", (AVAILABILITY,))):
        _, out, _ = say(command, *argv, "--since", to_iso(at - 118 * MINUTE))
        assert "1,800 bad of 70,800, 6.9% of the budget" in " ".join(out.split())


def test_an_incident_of_the_ledger_is_a_mark(at: float, say: Say, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.open_entry(Entry("ab12", "incident", (AVAILABILITY,), "kim", "the bank was away", "", at - 2 * HOUR))
    _, out, _ = say("status", "--since", "ab12", "--output", "json")
    assert one(out)["balance"]["since"] == to_iso(at - 2 * HOUR)
    assert one(out)["balance"]["bad"] == 5 * 600


def test_without_a_mark_there_is_no_balance(say: Say) -> None:
    assert one(say("status", "--output", "json")[1])["balance"] is None


@pytest.mark.parametrize(
    ("since", "words"),
    [
        pytest.param("cd34", "neither a time nor an entry", id="an entry that is not there"),
        pytest.param("2099-01-01", "nothing can be counted since then", id="the future"),
        pytest.param("", "neither a time nor an entry", id="nothing"),
    ],
)
def test_marks_that_cannot_be_meant(since: str, words: str, say: Say) -> None:
    code, out, err = say("status", "--since", since)
    assert (code, out) == (2, "")
    assert words in err


def test_the_outage_leaves_the_window_on_its_day(at: float, say: Say) -> None:
    _, out, _ = say("status", "--output", "json")
    forecast = one(out)["forecast"]
    first, second = forecast["roll_offs"]  # type: ignore[misc]
    assert first["share"] == pytest.approx(18_000 / 25_920, rel=1e-3)
    assert second["share"] == pytest.approx(3_000 / 25_920, rel=1e-3)
    assert first["leaves_from"] <= to_iso(at + 20 * DAY) <= first["leaves_by"]
    assert len(forecast["curve"]) == 31  # type: ignore[arg-type]
    _, out, _ = say("explain", AVAILABILITY)
    words = " ".join(out.split())
    assert f"leaves the window by {first['leaves_by'][5:10]}" in words
    assert "+69.4%" in words
    assert all(len(row) <= 80 for row in out.split("\n"))


def test_a_past_instant_has_the_tier_it_had(at: float, say: Say) -> None:
    tiers = [one(say("status", "--output", "json", when=at - ago)[1])["tier"] for ago in (11 * DAY, 9 * DAY, 0)]
    assert tiers == ["healthy", "caution", "caution"]
    since = one(say("status", "--output", "json", when=at - 9 * DAY)[1])["policy"]["since"]
    assert at - 10 * DAY - HOUR <= _seconds(since) <= at - 10 * DAY + 2 * HOUR
    _, out, _ = say("explain", AVAILABILITY, when=at - 11 * DAY)
    assert "HEALTHY: full speed" in out


def _seconds(text: object) -> float:
    return parse_time(str(text))

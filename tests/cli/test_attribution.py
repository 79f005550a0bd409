"""`slotui attribution`: the lab's past by cause, as text and as JSON, and the sentences where there is none."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from lab.checkout.nature import CAUSES
from lab.history import History, make_history
from lab.past import fill_store
from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now, to_iso
from slotui.duration import DAY, HOUR, MINUTE
from slotui.spec.load import load_slos

SLOS = Path(__file__).parents[2] / "lab" / "slos"
END = now() // MINUTE * MINUTE - HOUR
Say = Callable[..., tuple[int, str, str]]


@cache
def history() -> History:
    """Three days of the lab's past."""
    return make_history(END, 3 * DAY, 20, seed=1)


@cache
def happened() -> dict[str, int]:
    """By cause, how many of them failed."""
    return {cause: sum(minute.failures(cause) for minute in history().minutes) for cause in CAUSES}


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That past in a count store."""
    store = tmp_path_factory.mktemp("counts") / "counts.sqlite"
    fill_store(history(), load_slos([SLOS]), store)
    return store


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command line: its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", *argv])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def ask(say: Say, counts: Path) -> Say:
    """`slotui attribution`, or another command, on three days of the lab's past, as they were at their end."""
    source = ("--slos", str(SLOS), "--scrape", "http://127.0.0.1:1/metrics", "--store", str(counts))
    return lambda command, *options: say(command, *source, "--at", str(END), *options)


def test_the_causes_add_up_to_what_the_board_counts(ask: Say) -> None:
    code, out, _ = ask("attribution", "--output", "json")
    found = json.loads(out)
    board = json.loads(ask("status", "--output", "json")[1])
    (slo,) = found["slos"]
    same = next(one for one in board["slos"] if one["name"] == slo["name"])
    assert (code, found["schema"], slo["name"]) == (0, "slotui/attribution/1", "checkout-availability")
    assert (slo["label"], slo["bad"], slo["rest"]) == ("cause", same["bad"], None)
    assert {one["cause"]: one["bad"] for one in slo["causes"]} == happened()
    assert sum(one["share_of_bad"] for one in slo["causes"]) == pytest.approx(1)
    assert sum(one["share_of_budget"] for one in slo["causes"]) == pytest.approx(1 - same["remaining_ratio"], abs=1e-6)


def test_as_text_the_largest_comes_first(ask: Say) -> None:
    code, out, _ = ask("attribution", "checkout-availability")
    head, columns, *rows = out.splitlines()
    assert code == 0
    assert re.fullmatch(r"checkout-availability, .* UTC: [\d,]+ bad, [\d.]+% of the budget \(.*30d measured\)", head)
    assert columns.split() == ["cause", "bad", "of", "the", "bad", "of", "the", "budget"]
    found = {row.split()[0]: int(row.split()[1].replace(",", "")) for row in rows}
    assert list(found.items()) == sorted(happened().items(), key=lambda pair: -pair[1])


@pytest.mark.parametrize(
    "stretch", [("--window", "1d"), ("--since", to_iso(END - DAY))], ids=["the last day", "since a moment"]
)
def test_a_stretch_of_its_own(stretch: tuple[str, str], ask: Say) -> None:
    slo = json.loads(ask("attribution", *stretch, "--output", "json")[1])["slos"][0]
    payments = sum(minute.payment for minute in history().minutes if END - DAY < minute.end <= END)
    assert (slo["from"], slo["to"]) == (to_iso(END - DAY), to_iso(END))
    assert next(one for one in slo["causes"] if one["cause"] == "payment")["bad"] == pytest.approx(payments, abs=1)
    assert sum(one["bad"] for one in slo["causes"]) == pytest.approx(slo["bad"])


def test_a_stretch_that_nobody_measured(ask: Say) -> None:
    before = ask("attribution", "--at", str(END - 10 * DAY))
    assert before[1].endswith("UTC: nothing measured yet\n")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(["checkout-latency"], "slotui/cause-label: cause", id="an SLO without a cause label"),
        pytest.param(["inventory-freshness"], "slices of time", id="an SLO of slices"),
        pytest.param(["checkout-availabilty"], "did you mean checkout-availability?", id="a misspelt name"),
        pytest.param(["--since", "2026-01-01", "--window", "1d"], "leave one of them out", id="two stretches"),
        pytest.param(["--window", "soon"], "not a duration", id="no duration"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(argv: list[str], words: str, ask: Say) -> None:
    code, out, err = ask("attribution", *argv)
    assert (code, out) == (2, "")
    assert words in err


def test_where_no_slo_names_a_cause_label_the_annotation_is_named(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "slo.yaml"
    file.write_text((SLOS / "checkout.yaml").read_text().replace("slotui/cause-label: cause", "x: y"))
    code, _, err = say("attribution", "--slos", str(file), "--scrape", "http://127.0.0.1:1/metrics")
    assert code == 2
    assert "annotations: {slotui/cause-label: cause}" in err

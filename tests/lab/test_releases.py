from __future__ import annotations

from pathlib import Path

from lab.chronicle import chronicle
from lab.releases import OPERATOR, note_releases
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.ledger.store import Ledger

END = 1_790_000_100.0
RELEASES = chronicle(END - 30 * DAY, END, 0).releases


def test_deploys_are_marks_of_the_shops_slos_by_an_author_that_is_no_person(
    tmp_path: Path, slos: dict[str, Slo]
) -> None:
    said: list[str] = []
    note_releases(RELEASES, tuple(slos.values()), tmp_path / "ledger.sqlite", said.append)
    entries = Ledger(tmp_path / "ledger.sqlite").entries()
    assert [(entry.started, entry.reason) for entry in entries] == [(one.at, one.version) for one in RELEASES]
    assert {(entry.kind, entry.operator, entry.spends) for entry in entries} == {("deploy", OPERATOR, False)}
    assert all(entry.concerns("checkout-availability") for entry in entries)
    assert not any(entry.concerns("payment-availability") for entry in entries)
    assert said == [f"{len(RELEASES)} deploys of the past are in {tmp_path / 'ledger.sqlite'}"]


def test_a_fresh_past_of_another_day_and_seed_writes_no_deploy_twice(tmp_path: Path, slos: dict[str, Slo]) -> None:
    later = chronicle(END - 25 * DAY, END + 5 * DAY, 9).releases
    for releases in (RELEASES, RELEASES, later):
        note_releases(releases, tuple(slos.values()), tmp_path / "ledger.sqlite", lambda _line: None)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert [entry.started for entry in ledger.entries()] == sorted({one.at for one in (*RELEASES, *later)})
    assert ledger.verify() == len(ledger.entries())


def test_a_ledger_that_cannot_be_written_is_said_and_stops_nothing(tmp_path: Path, slos: dict[str, Slo]) -> None:
    (tmp_path / "ledger.sqlite").write_text("a diary, and by no means a database\n" * 50)
    said: list[str] = []
    note_releases(RELEASES, tuple(slos.values()), tmp_path / "ledger.sqlite", said.append)
    assert len(said) == 1
    assert said[0].startswith("the past's deploys are not in the ledger: ")


def test_promises_about_another_service_get_no_deploys_of_the_shop(tmp_path: Path, slos: dict[str, Slo]) -> None:
    note_releases(RELEASES, (slos["payment-availability"],), tmp_path / "ledger.sqlite", lambda _line: None)
    assert not (tmp_path / "ledger.sqlite").exists()

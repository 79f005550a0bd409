"""The files of drills: found by a part of their id, and one broken folder hides no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.drills.archive import ABOUT, About, Archive, drills_dir, find_drill, new_folder, past_drills
from lab.drills.load import shipped
from lab.drills.record import Line, Sample
from lab.drills.tape import Event
from slotui.errors import StoreError, UsageError

TEXT = shipped()["tuesday-lunch"].read_bytes()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLOTUI_STATE", str(tmp_path))
    return tmp_path


def about(name: str = "tuesday-lunch") -> About:
    return About("x", name, "kim", "carta", 1e9, 2e9, "virtual", 60.0, "c0ffee", "salt")


def played(at: float, name: str = "tuesday-lunch") -> Archive:
    archive = Archive(new_folder(name, at))
    archive.open(about(name), TEXT)
    archive.write(Event(0.0, "started", "machine"))
    archive.write(Event(9.0, "ended", "machine", choice="time"))
    archive.close()
    return archive


def test_what_is_written_comes_back() -> None:
    archive = Archive(new_folder("tuesday-lunch", 1e9))
    archive.open(about(), TEXT)
    sample = Sample(10.0, {"a": 0.5, "b": None}, {"a": 2.0, "b": None})
    line = Line("a", 0.999, 1000.0, 0.5, 0.4, (90.0, 100.0, 110.0), 101.0, 120.0, 20.0)
    archive.write(Event(0.0, "started", "machine"))
    archive.sample(sample)
    archive.close((line,))
    record = archive.record()
    assert (record.samples, record.bill) == ((sample,), (line,))
    assert record.scenario.name == "tuesday-lunch"
    assert line.burned == pytest.approx(0.1)
    assert line.unexplained == pytest.approx(-1.0)


def test_drills_are_found_by_a_part_of_their_id_the_last_one_without_any() -> None:
    first, second = played(1e9), played(1.1e9, "thaw")
    assert find_drill(None).folder == second.folder
    assert find_drill("lunch").folder == first.folder
    assert find_drill(first.folder.name).folder == first.folder
    assert [one.folder for one in past_drills()] == [first.folder, second.folder]


def test_of_several_that_fit_it_is_the_newest() -> None:
    played(1e9)
    newest = played(1.1e9)
    assert find_drill("tuesday-lunch").folder == newest.folder


def test_without_any_drill_it_is_said_how_to_play_one() -> None:
    with pytest.raises(UsageError) as raised:
        find_drill(None)
    assert "slotui drill run" in raised.value.fix


def test_an_unknown_id_is_said() -> None:
    played(1e9)
    with pytest.raises(UsageError, match="no drill is known"):
        find_drill("sunday")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param('{"schema": "slotui/drill/9"}', id="of a later version"),
        pytest.param('{"schema": "slotui/drill/1", "id": "x"}', id="with fields missing"),
    ],
)
def test_a_broken_folder_is_named(body: str) -> None:
    archive = played(1e9)
    (archive.folder / ABOUT).write_text(body)
    with pytest.raises(StoreError, match="drill"):
        archive.record()


def test_a_state_folder_that_cannot_be_written_is_said(state: Path) -> None:
    (state / "drills").write_text("a file in the way")
    with pytest.raises(StoreError, match="drills"):
        new_folder("thaw", 1e9)
    assert past_drills() == ()
    assert drills_dir() == state / "drills"

"""What `ctrl+s` leaves on the disk: three files of the same moment, or none."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from slotui.errors import StoreError
from slotui.tui.saving import write

TEXTS = {".svg": "<svg/>", ".txt": "frame\n", ".json": "{}\n"}


def test_nothing_is_overwritten_and_nothing_else_is_left(tmp_path):
    first, second = write([tmp_path], "slotui-x", TEXTS), write([tmp_path], "slotui-x", {**TEXTS, ".txt": "other\n"})
    assert (first.name, second.name) == ("slotui-x", "slotui-x-2")
    assert Path(f"{first}.txt").read_text() == "frame\n"
    assert Path(f"{second}.txt").read_text() == "other\n"
    assert len(list(tmp_path.iterdir())) == 6


def test_a_folder_that_takes_nothing_is_passed_over(tmp_path):
    stem = write([tmp_path / "missing", tmp_path], "slotui-x", TEXTS)
    assert stem == tmp_path / "slotui-x"


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch, after):
    real, written = Path.write_text, []

    def full(self, text, **options):
        if len(written) == after:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(self)
        return real(self, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="No space left on device") as told:
        write([tmp_path], "slotui-x", TEXTS)
    assert "not saved" in told.value.what
    assert told.value.fix
    assert len(written) == after
    assert list(tmp_path.iterdir()) == []


async def test_ctrl_s_saves_what_is_seen_and_says_where(boards, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.pause()
        seen = stage.frame()
        await pilot.press("ctrl+s")
        await boards.until(pilot, lambda: "saved slotui-" in stage.frame())
        name = "slotui-2025-11-22T140231Z-overview"
        assert stage.frame().split("\n")[-1] == f" saved {name}.svg .txt .json"
        assert stage.frame().split("\n")[:-1] == seen.split("\n")[:-1]
    assert sorted(path.name for path in here.iterdir()) == [f"{name}.json", f"{name}.svg", f"{name}.txt"]
    assert (here / f"{name}.txt").read_text() == seen + "\n"
    board = json.loads((here / f"{name}.json").read_text())
    assert (board["schema"], board["at"]) == ("slotui/board/1", "2025-11-22T14:02:31Z")
    svg = (here / f"{name}.svg").read_text()
    drawn = "".join(ET.fromstring(svg).itertext()).replace("\xa0", " ")  # noqa: S314 - we wrote it
    assert "checkout-availability burns 16.5x over 1h" in drawn
    # Opened in a browser it fetches nothing: no address but those of names and namespaces.
    assert "url(" not in svg.replace("url(#", "")


async def test_where_nothing_can_be_written_the_screen_says_so_and_goes_on(boards, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setattr("slotui.tui.saving.write", _refuse)
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.press("ctrl+s")
        await boards.until(pilot, lambda: "not saved" in stage.frame())
        assert "cannot be written" in stage.frame()
        await pilot.press("j")
        assert stage.app.is_running
    assert list(gone.iterdir()) == []


def _refuse(_folders, _name, _texts):
    raise StoreError("not saved: it cannot be written", fix="try elsewhere")

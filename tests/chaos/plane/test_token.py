"""The token file: made once, readable by its owner alone, and used only while that is so."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.plane.token import load, load_or_create
from slotui.errors import StoreError, UsageError

Read = Callable[[Path], str]

BOTH = pytest.mark.parametrize(
    "read", [pytest.param(load_or_create, id="by the service"), pytest.param(load, id="by a client")]
)


def private(path: Path, held: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(held)
    path.chmod(mode)
    return path


def test_a_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chaos.token"
    token = load_or_create(path)
    assert len(token) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert load_or_create(path) == load(path) == token
    assert [file.name for file in path.parent.iterdir()] == ["chaos.token"]


def test_services_that_start_together_agree_on_one_token(tmp_path: Path) -> None:
    path, made = tmp_path / "chaos.token", []
    ready = threading.Barrier(8)

    def start() -> None:
        ready.wait(timeout=20)
        made.append(load_or_create(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert made == [load(path)] * 8


@BOTH
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620, 0o602], ids=lambda mode: f"{mode:04o}")
def test_a_token_that_others_may_read_or_change_is_refused(tmp_path: Path, read: Read, mode: int) -> None:
    path = private(tmp_path / "chaos.token", b"s3same\n", mode)
    with pytest.raises(UsageError, match="others may read or change") as refusal:
        read(path)
    assert f"chmod 600 {path}" in refusal.value.fix
    assert "s3same" not in str(refusal.value)
    path.chmod(0o600)
    assert read(path) == "s3same"


@BOTH
@pytest.mark.parametrize(
    "held",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n\n", id="white space"),
        pytest.param(b"\x00\x01\x02\xff", id="bytes"),
        pytest.param(b"\x7fELF\x02", id="a program"),
        pytest.param("sésame".encode(), id="letters beyond ASCII"),
        pytest.param(b"open sesame", id="two words"),
        pytest.param(b"one\ntwo\n", id="two lines"),
        pytest.param(b"x" * 5000, id="far too much"),
    ],
)
def test_what_holds_no_token(tmp_path: Path, read: Read, held: bytes) -> None:
    with pytest.raises(UsageError, match="holds no chaos token"):
        read(private(tmp_path / "chaos.token", held))


@BOTH
def test_a_link_is_followed_and_its_file_judged(tmp_path: Path, read: Read) -> None:
    file, link = private(tmp_path / "secret", b"s3same\n"), tmp_path / "chaos.token"
    link.symlink_to(file)
    assert read(link) == "s3same"
    file.chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        read(link)


def test_a_link_that_leads_nowhere_is_a_sentence_and_stays(tmp_path: Path) -> None:
    link = tmp_path / "chaos.token"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(StoreError, match="leads nowhere"):
        load_or_create(link)
    assert [file.name for file in tmp_path.iterdir() if file.name != "state"] == ["chaos.token"]


@BOTH
def test_a_folder_is_no_token(tmp_path: Path, read: Read) -> None:
    with pytest.raises(UsageError, match="not a file"):
        read(tmp_path)


@BOTH
def test_nobody_waits_at_a_pipe(tmp_path: Path, read: Read) -> None:
    os.mkfifo(tmp_path / "chaos.token", 0o600)
    with pytest.raises(UsageError, match="not a file"):
        read(tmp_path / "chaos.token")


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="chaos token"):
        load_or_create(tmp_path / "file" / "chaos.token")

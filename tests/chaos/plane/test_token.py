"""The token file: made once, readable by its owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.plane.token import load, load_or_create
from slotui.errors import StoreError, UsageError


def test_a_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chaos.token"
    token = load_or_create(path)
    assert len(token) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_create(path) == load(path) == token
    assert [file.name for file in path.parent.iterdir()] == ["chaos.token"]


def test_an_empty_file_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "chaos.token").write_text("\n")
    with pytest.raises(UsageError, match="no chaos token"):
        load_or_create(tmp_path / "chaos.token")


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="chaos token"):
        load_or_create(tmp_path / "file" / "chaos.token")

"""The receiver's command: what cannot work is refused before it listens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lab.receiver.__main__ import receive
from slotui.cli.lazy import run


def test_a_ledger_that_cannot_be_written_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["lab.receiver", "--ledger", str(tmp_path / "gone" / "ledger.sqlite"), "--port=0"])
    assert run(receive, "lab.receiver") == 1
    assert "No such file or directory" in capsys.readouterr().err

"""Writing is all or nothing, and each way it can fail is a sentence."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from slotui.errors import StoreError, UsageError
from slotui.generate.output import staleness, write


def test_a_file_is_written_and_then_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    write(file, "a: 1\n")
    assert file.read_text() == "a: 1\n"
    assert staleness(file, "a: 1\n") is None
    assert [found.name for found in tmp_path.iterdir()] == ["rules.yml"]


def test_what_differs_is_named_with_the_first_lines_of_a_diff(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    write(file, "".join(f"{line}\n" for line in range(100)))
    found = staleness(file, "".join(f"{-line}\n" for line in range(100)))
    assert found is not None
    assert found.startswith(f"{file} is out of date\n")
    assert "\n  -1\n" in found
    assert found.endswith("…")
    assert len(found.splitlines()) < 20


def test_a_file_that_is_not_there_is_out_of_date(tmp_path: Path) -> None:
    assert staleness(tmp_path / "rules.yml", "") == f"{tmp_path / 'rules.yml'} is not there"


@pytest.mark.parametrize("do", [write, staleness])
def test_a_folder_that_is_not_there(do: object, tmp_path: Path) -> None:
    assert callable(do)
    with pytest.raises(UsageError, match="no such folder") as raised:
        do(tmp_path / "none" / "rules.yml", "text")
    assert "mkdir -p" in raised.value.fix


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").mkdir()
    with pytest.raises(StoreError, match="unchanged"):
        write(tmp_path / "rules.yml", "text")
    with pytest.raises(StoreError, match="Is a directory"):
        staleness(tmp_path / "rules.yml", "text")
    assert [found.name for found in tmp_path.iterdir()] == ["rules.yml"]


def test_a_link_stays_a_link_and_a_mode_stays_a_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yml", tmp_path / "rules.yml"
    real.write_text("old\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link, "new\n")
    assert link.is_symlink()
    assert real.read_text() == "new\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write half way through."""
    file = tmp_path / "rules.yml"
    file.write_text("old\n")
    code = f"from pathlib import Path; from slotui.generate.output import write; write(Path({str(file)!r}), 'x' * 9999)"
    limit = 4096
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert "StoreError" in done.stderr
    assert "has space left" in done.stderr
    assert file.read_text() == "old\n"
    assert [found.name for found in tmp_path.iterdir()] == ["rules.yml"]

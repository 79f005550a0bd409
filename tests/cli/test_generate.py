"""`slotui generate`: printed, written into a folder, checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from slotui.cli.lazy import run
from slotui.cli.main import group

LAB = Path(__file__).parents[2] / "lab"
ALL = ["alertmanager.yml", "contract.md", "dashboard.json", "policy.md", "rules.yml"]
COMMANDS = ["rules", "contract", "policy", "alertmanager", "dashboard"]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """`slotui generate` on the lab's SLO files: exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "generate", *argv, "--slos", str(LAB / "slos")])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_all_writes_each_file_just_as_its_own_command_prints_it(say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    folder.mkdir()
    assert say("all", "--dir", str(folder)) == (0, "", "")
    assert sorted(file.name for file in folder.iterdir()) == ALL
    for command in COMMANDS:
        code, out, err = say(command)
        assert (code, err) == (0, "")
        assert out == next(file for file in folder.iterdir() if file.stem == command).read_text()
    yaml.safe_load((folder / "rules.yml").read_text())
    json.loads((folder / "dashboard.json").read_text())


def test_check_names_what_is_out_of_date_with_a_diff_and_writes_nothing(say: Say, tmp_path: Path) -> None:
    say("all", "--dir", str(tmp_path))
    assert say("all", "--dir", str(tmp_path), "--check") == (0, "", "")
    (tmp_path / "contract.md").write_text("# Anything goes\n")
    (tmp_path / "policy.md").unlink()
    code, out, err = say("all", "--dir", str(tmp_path), "--check")
    assert (code, out) == (1, "")
    assert f"{tmp_path / 'contract.md'} is out of date" in err
    assert "-# Anything goes" in err
    assert f"{tmp_path / 'policy.md'} is not there" in err
    assert "rules.yml" not in err
    assert not (tmp_path / "policy.md").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_checks_its_own_file(command: str, say: Say, tmp_path: Path) -> None:
    folder = ["--dir", str(tmp_path)]
    assert say(command, *folder, "--check")[0] == 1
    assert say(command, *folder) == (0, "", "")
    assert say(command, *folder, "--check") == (0, "", "")


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        pytest.param(["rules", "--check"], 2, ["--dir D"], id="a check without a folder"),
        pytest.param(["all"], 2, ["--dir"], id="all without a folder"),
        pytest.param(["rules", "--dir", "/no/such/folder"], 2, ["no such folder", "mkdir -p"], id="no such folder"),
        pytest.param(["contract", "--requests", "checkout-avail=5"], 2, ["did you mean checkout-availability"],
                     id="requests of an unknown SLO"),
        pytest.param(["contract", "--requests", "checkout-latency=many"], 2, ["'many' is no number"],
                     id="requests that are no number"),
        pytest.param(["alertmanager", "--page-webhook", "pager"], 2, ["no http address"], id="a webhook of no address"),
        pytest.param(["alertmanager", "--page-webhook", "chekout=http://x/"], 2, ["did you mean checkout"],
                     id="a webhook of an unknown service"),
        pytest.param(["policy", "--policy", "/no/such/file"], 2, ["no such file"], id="a policy that is not there"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_sentence(argv: list[str], code: int, words: list[str], say: Say) -> None:
    found, out, err = say(*argv)
    assert (found, out) == (code, "")
    assert "Traceback" not in err
    for word in words:
        assert word in err


@pytest.mark.skipif(
    not Path("/sys").is_mount(), reason="Linux's /sys is a folder in which not even root may make a file"
)
def test_a_folder_that_may_not_be_written(say: Say) -> None:
    code, out, err = say("rules", "--dir", "/sys")
    assert (code, out) == (1, "")
    assert err.startswith("slotui: /sys/rules.yml: ")
    assert "name another with --dir" in err


def test_requests_and_addresses_reach_their_files(say: Say, tmp_path: Path) -> None:
    code, *_ = say(
        "all", "--dir", str(tmp_path), "--requests", "checkout-availability=432_000_000",
        "--page-webhook", "http://127.0.0.1:9/a", "--page-webhook", "checkout=http://127.0.0.1:9/b?x=1",
    )  # fmt: skip
    assert code == 0
    assert "Of 432,000,000 requests, 432,000 may be bad." in (tmp_path / "contract.md").read_text()
    receivers = yaml.safe_load((tmp_path / "alertmanager.yml").read_text())["receivers"]
    urls = {one["name"]: [hook["url"] for hook in one.get("webhook_configs", ())] for one in receivers}
    assert urls["page"] == ["http://127.0.0.1:9/a"]
    assert urls["page-checkout"] == ["http://127.0.0.1:9/b?x=1"]

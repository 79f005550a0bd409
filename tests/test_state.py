"""How a command finds the lab: that of this user first, then the one in containers of the checkout it is typed in."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chaos.spend.halting import known_places
from slotui.cli.main import group
from slotui.errors import LabError, StoreError
from slotui.state import (
    RunningDrill,
    RunningLab,
    announce_drill,
    announce_lab,
    hold_drill_lock,
    hold_lab_lock,
    order_drill,
    running_drill,
    running_lab,
    token_file,
    token_of,
)


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of something that accepts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that we are in."""
    root = tmp_path / "checkout"
    (root / "lab/run").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def record(root: Path, url: str, **changed: object) -> None:
    told = {
        "backend": "prometheus", "checkout_url": url, "prometheus_url": "http://127.0.0.1:9095", "store": None,
        "slos": "lab/slos", "policy": "lab/policy.yaml", "ledger": "lab/run/ledger.sqlite",
        "token_file": "lab/run/chaos.token", "started": 0.0, **changed,
    }  # fmt: skip
    (root / "lab/run/lab.json").write_text(json.dumps(told))


def test_the_lab_in_containers_is_found_in_its_checkout(checkout: Path, shop: str) -> None:
    record(checkout, shop)
    found = running_lab()
    assert found is not None
    assert (found.pid, found.owner, found.checkout_url) == (None, "in containers", shop)
    assert (found.slos, found.ledger) == (str(checkout / "lab/slos"), str(checkout / "lab/run/ledger.sqlite"))


def test_its_token_is_the_one_for_its_address_and_for_no_other(checkout: Path, shop: str) -> None:
    record(checkout, shop)
    own = checkout / "lab/run/chaos.token"
    assert (token_of(None), token_of(shop)) == (own, own)
    assert token_of("http://127.0.0.1:1") == token_file()
    assert [place.token_file for place in known_places()] == [own]


def test_from_another_folder_it_is_not_found(checkout: Path, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record(checkout, shop)
    monkeypatch.chdir(checkout.parent)
    assert running_lab() is None


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:1", id="a record that outlived its containers"),
        pytest.param("http://192.0.2.1:8085", id="another machine's address"),
        pytest.param("http://shop.example:8085", id="a name, which could lead anywhere"),
        pytest.param("http://127.0.0.1", id="no port"),
        pytest.param("8085", id="no address at all"),
    ],
)
def test_a_record_that_leads_to_no_lab_here_is_none(checkout: Path, url: str) -> None:
    record(checkout, url)
    assert running_lab() is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="half a record"),
        pytest.param("[]", id="a list"),
        pytest.param(
            '{"backend": "prometheus", "checkout_url": 8085, "prometheus_url": null, "store": null, "slos": 1, '
            '"policy": 1, "ledger": 1, "token_file": 1, "started": 0}',
            id="numbers where text should be",
        ),
        pytest.param('{"checkout_url": "http://127.0.0.1:8085"}', id="a record of another version"),
    ],
)
def test_a_record_that_cannot_be_read_is_none(checkout: Path, text: str) -> None:
    (checkout / "lab/run/lab.json").write_text(text)
    assert running_lab() is None


def test_a_lab_of_this_user_wins_also_while_it_starts(checkout: Path, shop: str) -> None:
    record(checkout, shop)
    own = RunningLab(os.getpid(), "embedded", "http://127.0.0.1:2", None, "counts", "s", "p", "l", "t", 0.0)
    with hold_lab_lock() as mine:
        assert mine
        assert running_lab() is None
        announce_lab(own)
        assert running_lab() == own
    assert running_lab() is not None


def test_lab_down_says_how_to_stop_what_runs_in_containers(checkout: Path, shop: str) -> None:
    record(checkout, shop)
    ran = CliRunner().invoke(group, ["lab", "down"])
    assert isinstance(ran.exception, LabError)
    assert str(ran.exception) == "this lab runs in containers\n  stop it with `docker compose down`"


def a_drill(folder: Path) -> RunningDrill:
    return RunningDrill(os.getpid(), str(folder), "real", "kim", 1000.0)


def test_a_drill_is_found_while_it_runs_and_only_then(tmp_path: Path) -> None:
    assert running_drill() is None
    with hold_drill_lock() as mine:
        assert mine
        assert running_drill() is None, "it has not said yet what it is"
        announce_drill(a_drill(tmp_path))
        assert running_drill() == a_drill(tmp_path)
        with hold_drill_lock() as second:
            assert not second, "there is one at a time"
        assert running_drill() == a_drill(tmp_path)
    assert running_drill() is None


def test_what_a_killed_drill_left_is_no_drill(state: Path, tmp_path: Path) -> None:
    with hold_drill_lock():
        announce_drill(a_drill(tmp_path))
        left = (state / "drill.json").read_text()
    (state / "drill.json").write_text(left)
    assert running_drill() is None
    with hold_drill_lock() as mine:
        assert mine
        assert running_drill() is None


def test_a_record_of_another_version_is_no_drill(state: Path) -> None:
    with hold_drill_lock():
        (state / "drill.json").write_text('{"pid": 1, "wings": 2}')
        assert running_drill() is None


def test_a_drill_and_a_lab_do_not_stand_in_each_others_way() -> None:
    with hold_lab_lock() as lab, hold_drill_lock() as drill:
        assert (lab, drill) == (True, True)


def test_orders_are_appended_a_line_each(tmp_path: Path) -> None:
    order_drill(tmp_path, {"do": "pause", "by": "ana"})
    order_drill(tmp_path, {"do": "halt", "by": "ben"})
    lines = (tmp_path / "orders.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"do": "pause", "by": "ana"}, {"do": "halt", "by": "ben"}]


def test_a_folder_that_is_gone_takes_no_orders(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        order_drill(tmp_path / "gone", {"do": "halt", "by": "ben"})

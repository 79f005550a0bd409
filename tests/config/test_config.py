"""The config file: what holds, who says so, and every problem of it at once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slotui.cli.look import look_of
from slotui.cli.main import group
from slotui.cli.options import NOTHING_NAMED, choice_of, ledger_path, slo_paths
from slotui.config.keys import BY_NAME, KEYS
from slotui.config.listing import commented
from slotui.config.settings import Settings, config_file, settings
from slotui.errors import SpecError, UsageError
from slotui.source.connection import Connection
from slotui.view.order import Order
from slotui.view.words import ASCII


@pytest.fixture
def file() -> Path:
    """Where the config file is looked for; it is not there yet."""
    path = config_file()
    path.parent.mkdir(parents=True)
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(group, words)


def problems(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(SpecError) as found:
        settings()
    return [str(problem).removeprefix(f"{file}:") for problem in found.value.problems]


def test_without_a_file_nothing_is_set(file: Path) -> None:
    assert settings() == Settings()
    assert {key.field for key in KEYS} <= set(Settings.__slots__)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("polcy = 'x'", "1:1: unknown key `polcy`\n  did you mean `policy`?", id="a misspelt key"),
        pytest.param(
            "[watch]\n  teme = 'x'", "2:3: unknown key `watch.teme`\n  did you mean `watch.theme`?", id="in a table"
        ),
        pytest.param("theme = 'x'", "1:1: unknown key `theme`\n  did you mean `watch.theme`?", id="in the wrong table"),
        pytest.param(
            "[wacth]\nbell = true", "1:1: unknown key `wacth`\n  did you mean the table `[watch]`?", id="a table"
        ),
        pytest.param("[watch]\nbell = 1", "2:8: `watch.bell` is 1\n  write true or false", id="a number for a flag"),
        pytest.param("slos = [\n 'a',\n 2,\n]", '1:8: `slos` is 2\n  write a list of paths: ["slos"]', id="in a list"),
        pytest.param("[watch]\nevery = '5'", "2:9: `watch.every` is '5'\n  write a duration", id="no duration"),
        pytest.param("watch.every = 5", "1:15: `watch.every` is 5\n", id="a dotted key"),
        pytest.param("prometheus = { url = 'x' }", "1:14: `prometheus.url` is 'x'\n", id="an inline table"),
        pytest.param("prometheus = 'x'", "1:14: `prometheus` is no table\n", id="text for a table"),
        pytest.param("ledger = ''", "1:10: `ledger` is ''\n  write a path", id="an empty path"),
        pytest.param("slos = [", "1:9: not TOML: ", id="TOML that ends too early"),
        pytest.param("a = 1\na = 2", "2:6: not TOML: ", id="a key twice"),
    ],
)
def test_a_problem_has_its_place_and_its_fix(file: Path, text: str, said: str) -> None:
    assert problems(file, text)[0].startswith(said)


def test_all_problems_come_at_once_in_the_order_of_the_file(file: Path) -> None:
    found = problems(file, "polcy = 1\n[prometheus]\nurl = 'ftp://x'\n[watch]\nascii = 'no'\n")
    assert [problem.split(":")[0] for problem in found] == ["1", "3", "5"]


def test_a_header_that_is_none_is_not_repeated(file: Path) -> None:
    (problem,) = problems(file, "[prometheus]\nheaders = ['Authorization: Bearer s3same']")
    assert "s3same" not in problem


def test_the_file_cannot_name_two_places(file: Path) -> None:
    (problem,) = problems(file, "prometheus.url = 'http://a'\nscrape.url = 'http://b'")
    assert problem.startswith("2:1: two places to read from")


def test_paths_are_taken_from_the_folder_of_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    file.write_text("slos = ['slos', '/etc/slos']\nledger = '~/ledger.sqlite'\n")
    found = settings()
    assert found.slos == (file.parent / "slos", Path("/etc/slos"))
    assert found.ledger == Path("/home/anna/ledger.sqlite")


def test_option_environment_file_default(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_of().theme == "slotui"
    file.write_text("[watch]\ntheme = 'nord'\nascii = true\n")
    assert (look_of().theme, look_of().glyphs) == ("nord", ASCII)
    monkeypatch.setenv("SLOTUI_THEME", "dracula")
    monkeypatch.setenv("SLOTUI_ASCII", "0")
    assert (look_of().theme, look_of().glyphs is ASCII) == ("dracula", False)
    assert (look_of("gruvbox").theme, look_of(only_ascii=True).glyphs) == ("gruvbox", ASCII)


def test_a_variable_that_names_a_place_takes_the_other_one_of_the_file_out(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[scrape]\nurl = 'http://127.0.0.1:1/metrics'\n")
    monkeypatch.setenv("SLOTUI_PROMETHEUS", "http://127.0.0.1:2")
    choice = choice_of(NOTHING_NAMED)
    assert choice is not None
    assert (choice.prometheus, choice.scrape) == ("http://127.0.0.1:2", None)


@pytest.mark.parametrize(
    ("variable", "written"),
    [("SLOTUI_BELL", "perhaps"), ("SLOTUI_EVERY", "soon"), ("SLOTUI_PROMETHEUS", "here")],
)
def test_a_variable_that_cannot_be_meant_is_named(variable: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, written)
    with pytest.raises(UsageError, match=variable):
        settings()


def test_commands_read_what_is_set(file: Path) -> None:
    file.write_text("slos = ['mine']\nledger = 'l.sqlite'\n[prometheus]\nurl = 'http://127.0.0.1:9'\n")
    assert slo_paths(NOTHING_NAMED) == (file.parent / "mine",)
    assert ledger_path(NOTHING_NAMED) == file.parent / "l.sqlite"
    choice = choice_of(NOTHING_NAMED)
    assert choice is not None
    assert choice.prometheus == "http://127.0.0.1:9"


def test_the_token_of_the_file_is_for_its_prometheus_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[prometheus]\nurl = 'http://a:1'\nbearer_token_file = '/t'\nheaders = ['X-Scope-OrgID: a']\n")
    its_own = choice_of(NOTHING_NAMED)
    assert its_own is not None
    assert its_own.connection == Connection(Path("/t"), headers=(("X-Scope-OrgID", "a"),))
    monkeypatch.setenv("SLOTUI_PROMETHEUS", "http://b:1")
    another = choice_of(NOTHING_NAMED)
    assert another is not None
    assert another.connection == Connection()


def test_config_prints_value_and_origin(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("\n[prometheus]\nurl = 'http://anna:s3same@127.0.0.1:9'\nheaders = ['X-Key: s3same']\n")
    monkeypatch.setenv("SLOTUI_THEME", "nord")
    monkeypatch.setenv("HOME", str(file.parent))
    result = run("config")
    assert result.exit_code == 0
    rows = {row.split()[0]: row.split()[1:] for row in result.stdout.splitlines()}
    assert rows["prometheus.url"] == ["http://…@127.0.0.1:9", "~/config.toml:3"]
    assert rows["watch.theme"] == ["nord", "environment", "SLOTUI_THEME"]
    assert rows["watch.bell"] == ["-", "default:", "silent"]
    assert "s3same" not in result.output
    assert set(BY_NAME) == set(rows) - {"KEY"}


def test_config_as_json(file: Path) -> None:
    file.write_text("[watch]\nevery = '10s'\n")
    said = json.loads(run("config", "--output", "json").stdout)
    every = next(one for one in said["keys"] if one["key"] == "watch.every")
    assert said["schema"] == "slotui/config/1"
    assert (every["value"], every["origin"]) == ("10s", {"kind": "file", "file": str(file), "line": 2})


def test_init_writes_every_key_once_and_not_over_a_file() -> None:
    assert run("config", "init").exit_code == 0
    assert config_file().read_text() == commented()
    assert settings().origins == {}
    assert isinstance(run("config", "init").exception, UsageError)
    assert run("config", "init", "--force").exit_code == 0
    assert run("config", "path").stdout.strip() == str(config_file())


def test_the_examples_of_the_written_file_hold_once_they_are_let_in(file: Path) -> None:
    rows = [row.removeprefix("# ") if " = " in row else row for row in commented().splitlines()]
    text = "\n".join(row for row in rows if not row.startswith('url = "http://127.0.0.1:8000'))
    assert tomllib.loads(text)
    file.write_text(text)
    assert set(settings().origins) == {key.name for key in KEYS} - {"scrape.url"}


def test_a_named_file_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLOTUI_CONFIG", str(tmp_path / "mine.toml"))
    with pytest.raises(UsageError, match="no such file"):
        settings()


def test_the_list_begins_as_it_is_set_and_what_is_misspelt_is_said(file: Path) -> None:
    assert (look_of().order, look_of().filter) == (Order.SEVERITY, "")
    file.write_text('[watch]\nsort = "budget"\nfilter = "team=payments"\n')
    assert (look_of().order, look_of().filter) == (Order.BUDGET, "team=payments")
    assert (look_of(sort="burn").order, look_of(text="").filter) == (Order.BURN, "")
    with pytest.raises(UsageError, match="no order `budgt`") as wrong:
        look_of(sort="budgt")
    assert wrong.value.fix == "did you mean `budget`?"
    with pytest.raises(UsageError, match="means nothing") as wrong:
        look_of(text="sate:page")
    assert wrong.value.fix == "no field sate: did you mean state?"

"""The wheel and the sdist: what is in them, and that slotui runs from the wheel where there is nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".*_cache", ".hypothesis", "__pycache__", "dist")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """A folder with both, made from a copy of the tree in which a lab has been running."""
    with TemporaryDirectory() as folder:
        tree, made = Path(folder) / "tree", Path(folder) / "made"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        (tree / "lab" / "run").mkdir(exist_ok=True)
        (tree / "lab" / "run" / "chaos.token").write_text("a secret")
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-d", str(made)],
            cwd=tree, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def in_sdist(built: Path) -> set[str]:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def kept(*patterns: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}


def test_the_wheel_has_every_module_and_what_the_lab_reads(in_wheel: set[str]) -> None:
    modules = kept("slotui/**/*.py", "chaos/**/*.py", "lab/**/*.py")
    data = kept(
        "lab/slos/*.yaml",
        "lab/drills/files/*.yaml",
        "lab/policy.yaml",
        "lab/generated/*",
        "lab/compose/**/*.y*ml",
        "*/py.typed",
    )
    assert len(data) >= 6
    assert (modules | data) - in_wheel == set()


def test_the_wheel_has_nothing_else(in_wheel: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in in_wheel} == {"slotui", "chaos", "lab"}
    assert [name for name in in_wheel if "test" in name.rpartition("/")[2] or name.endswith((".pyc", ".token"))] == []


def test_the_sdist_can_be_tested_and_built_again(in_sdist: set[str]) -> None:
    files = kept("tests/**/*.py", "tests/tui/golden/*", "docs/*", "docs/experiments/*", "benchmarks/*.py", ".ci/*")
    files = {name for name in files if (ROOT / name).is_file()}
    assert {"README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", *files} - in_sdist == set()
    assert [name for name in in_sdist if name.endswith((".pyc", ".token", ".sqlite")) or name.startswith(".venv")] == []


def test_what_an_index_would_show(wheel: Path, in_wheel: set[str]) -> None:
    (named,) = (name for name in in_wheel if name.endswith(".dist-info/METADATA"))
    told = Parser().parsestr(zipfile.ZipFile(wheel).read(named).decode())
    assert (told["Name"], told["License-Expression"], told["Requires-Python"]) == ("slotui", "MIT", ">=3.11")
    assert told["Summary"] == PROJECT["description"]
    assert told.get_payload() == (ROOT / "README.md").read_text()
    assert named.replace("METADATA", "licenses/LICENSE") in in_wheel


@pytest.mark.trial
@pytest.mark.timeout(600)
def test_it_runs_where_there_is_nothing_else(wheel: Path, tmp_path: Path) -> None:
    """An empty environment, runtime dependencies alone, a home of its own, no checkout: a lab, its budget, a price."""
    binaries, home = tmp_path / "venv" / "bin", tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, timeout=120)
    pins = ROOT / ".ci" / "constraints.txt"
    install = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--constraint", str(pins), str(wheel)]
    subprocess.run(install, check=True, timeout=400)
    alone = {"HOME": str(home), "PATH": f"{binaries}:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}

    def run(*words: str) -> str:
        done = subprocess.run(words, cwd=home, env=alone, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    listed = run("python", "-c", "from importlib.metadata import distributions as d; print(*(one.name for one in d()))")
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & set(listed.split())
    assert "demo" in run("slotui", "--help")
    assert "inject" in run("chaos", "--help")
    run("slotui", "lab", "up", "--backend", "embedded", "--detach", "--port", "0")
    try:
        board = run("slotui", "status")
        assert "checkout-availability" in board
        assert "bad" in run("chaos", "plan", "--error-rate", "0.05", "--for", "2m")
    finally:
        run("slotui", "lab", "down")
    assert {path.name for path in home.iterdir()} == {".local"}
    assert [path.name for path in (home / ".local").iterdir()] == ["state"]

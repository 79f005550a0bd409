"""The lab in containers, as far as its files can tell: the walk through it is `make compose-smoke`."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from lab.compose.__main__ import prepare
from lab.compose.folder import Ports, open_folder
from lab.compose.healthy import answers
from lab.prometheus import INTERVAL, RETENTION
from slotui.errors import LabError
from slotui.state import RunningLab, lab_in_containers

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EACH = pytest.mark.parametrize("name", SERVICES)
ONE_SHOTS = {"history"}
SETTING = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#"
)


def by_default(text: str) -> str:
    """A value as it is without a .env."""
    return SETTING.sub(lambda found: found[2] or "", text)


def texts(value: Any) -> list[str]:
    """Every string in a document."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def test_there_is_what_a_lab_is_made_of() -> None:
    assert list(SERVICES) == ["history", "checkout", "traffic", "receiver", "prometheus", "alertmanager", "grafana"]


@EACH
def test_its_image_stays_put(name: str) -> None:
    tag = by_default(SERVICES[name]["image"]).partition(":")[2]
    assert tag == "local" or re.fullmatch(r"v?\d+\.\d+\.\d+", tag)


@EACH
def test_its_ports_are_on_loopback_unless_somebody_says_otherwise(name: str) -> None:
    for port in SERVICES[name].get("ports", ()):
        assert port.startswith("${LAB_BIND:-127.0.0.1}:")
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", by_default(port))


@EACH
def test_it_says_whether_it_is_healthy_or_ends_by_itself(name: str) -> None:
    assert ("healthcheck" in SERVICES[name]) != (name in ONE_SHOTS)


@EACH
def test_it_waits_for_what_it_needs_until_that_is_there(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed in ONE_SHOTS else "service_healthy"
        assert how == {"condition": expected}


@EACH
def test_it_may_do_as_little_as_it_can_do_with(name: str) -> None:
    service = SERVICES[name]
    uid, _, gid = by_default(service["user"]).partition(":")
    assert int(uid) > 0
    assert gid.isdigit()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & service.keys()


@EACH
def test_every_folder_that_it_mounts_is_in_the_checkout(name: str) -> None:
    for volume in SERVICES[name].get("volumes", ()):
        source, target, *mode = volume.split(":")
        if source.startswith("./"):
            ignored = subprocess.run(["git", "check-ignore", "-q", source], cwd=ROOT, check=False).returncode == 0
            assert (ROOT / source).is_dir()
            assert not ignored
            assert mode == ["ro"] or (source, target) == ("./lab/run", "/lab/run")
        else:
            assert source in COMPOSE["volumes"]


def test_there_is_no_secret_in_it() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD|TOKEN|SECRET|KEY", key), (key, value)
    assert not [text for text in texts(COMPOSE) if re.search(r"://[^/\s]*:[^/\s]*@", text)]


@pytest.mark.parametrize("name", [".env", "lab/run/chaos.token", "lab/run/ledger.sqlite", "lab/run/lab.json"])
def test_what_a_running_lab_leaves_goes_nowhere(name: str) -> None:
    """Into no commit, no image, and no wheel: the builder reads the ignored names of the top folder alone."""
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0
    rule = "/.env" if name == ".env" else "/lab/run/*"
    assert rule in (ROOT / ".gitignore").read_text().splitlines()
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    assert "lab/run" in sent


def test_the_example_has_every_setting_with_the_default_of_the_file() -> None:
    text = "\n".join(texts(COMPOSE))
    assert dict(SETTING.findall(text)) == EXAMPLE
    dockerfile = dict(re.findall(r"^ARG (\w+)=(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert dockerfile == {name: EXAMPLE[name] for name in ("PYTHON_IMAGE", "PROMETHEUS_IMAGE")}


def test_the_page_has_every_setting_and_every_published_port() -> None:
    page = (ROOT / "docs/compose.md").read_text()
    assert [name for name in EXAMPLE if f"`{name}`" not in page] == []
    ports = [by_default(port).split(":")[1] for service in SERVICES.values() for port in service.get("ports", ())]
    assert [port for port in ports if f"<http://127.0.0.1:{port}>" not in page] == []


@pytest.mark.parametrize("name", [name for name in SERVICES if "python" in SERVICES[name].get("command", ())])
def test_its_command_can_be_typed(name: str) -> None:
    from importlib import import_module

    _python, _m, module, *words = [by_default(word) for word in SERVICES[name]["command"]]
    main = import_module(f"{module}.__main__")
    (command,) = (one for one in vars(main).values() if hasattr(one, "make_parser"))
    command.make_context(module, words, resilient_parsing=False)


def test_prometheus_looks_as_often_and_keeps_as_long_as_that_of_the_local_lab() -> None:
    config = yaml.safe_load((ROOT / "lab/compose/prometheus.yml").read_text())
    assert (config["global"]["scrape_interval"], config["global"]["evaluation_interval"]) == (INTERVAL, INTERVAL)
    assert f"--storage.tsdb.retention.time={RETENTION}" in SERVICES["prometheus"]["command"]


def test_whoever_is_called_by_a_name_has_it_and_listens_there() -> None:
    config = yaml.safe_load((ROOT / "lab/compose/prometheus.yml").read_text())
    routes = yaml.safe_load((ROOT / "lab/generated/alertmanager.yml").read_text())
    source = yaml.safe_load((ROOT / "lab/compose/grafana/datasources/prometheus.yml").read_text())
    called = [target for job in config["scrape_configs"] for target in job["static_configs"][0]["targets"]]
    called += config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    hooks = [hook["url"] for one in routes["receivers"] for hook in one.get("webhook_configs", ())]
    assert hooks == ["http://receiver:9099/alerts"] * 2
    called += [url.split("/")[2] for url in (*hooks, source["datasources"][0]["url"])]
    for host, port in (one.split(":") for one in called):
        words = " ".join(by_default(word) for word in SERVICES[host]["command"])
        assert re.search(rf"--port={port}\b|listen-address=:{port}\b", words), (host, port)


@pytest.mark.prometheus
def test_prometheus_and_alertmanager_take_their_files(promtool: str) -> None:
    subprocess.run([promtool, "check", "config", ROOT / "lab/compose/prometheus.yml"], check=True, capture_output=True)
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not on PATH: type `apt-get install prometheus-alertmanager`")
    routes = ROOT / "lab/generated/alertmanager.yml"
    subprocess.run(["amtool", "check-config", routes], check=True, capture_output=True)


def test_grafana_finds_the_dashboard_where_it_is_mounted() -> None:
    (provider,) = yaml.safe_load((ROOT / "lab/compose/grafana/dashboards/slos.yml").read_text())["providers"]
    assert f"./lab/generated:{provider['options']['path']}:ro" in SERVICES["grafana"]["volumes"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / home.lstrip("/")).is_file()


def test_the_folder_leads_the_host_to_the_lab(tmp_path: Path) -> None:
    (tmp_path / "lab/run").mkdir(parents=True)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as shop:
        open_folder(tmp_path / "lab/run", Ports(shop.server_port, 9095), 1.0)
        found = lab_in_containers(tmp_path)
    run = tmp_path / "lab/run"
    assert found == RunningLab(
        None, "prometheus", f"http://127.0.0.1:{shop.server_port}", "http://127.0.0.1:9095", None,
        str(tmp_path / "lab/slos"), str(tmp_path / "lab/policy.yaml"),
        str(run / "ledger.sqlite"), str(run / "chaos.token"), 1.0,
    )  # fmt: skip


def test_a_ledger_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"all of it")
    open_folder(tmp_path, Ports(1, 2), 0.0)
    assert (tmp_path / "ledger.sqlite").read_bytes() == b"all of it"


@pytest.mark.parametrize(
    ("owner", "fix"),
    [
        pytest.param((501, 20), "put LAB_UID=501 and LAB_GID=20 into .env", id="another person's checkout"),
        pytest.param((0, 0), f"sudo chown -R {os.geteuid()}:{os.getegid()} lab/run", id="root's checkout"),
    ],
)
def test_a_folder_of_somebody_else_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: tuple[int, int], fix: str
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    known = os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 0, *owner, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "write_text", forbidden)
    monkeypatch.setattr(Path, "stat", lambda *_, **__: known)
    with pytest.raises(LabError) as found:
        open_folder(tmp_path, Ports(1, 2), 0.0)
    assert found.value.what == f"lab/run: Permission denied, for user {os.geteuid()}"
    assert fix in found.value.fix


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="is lab/run mounted into the container"):
        open_folder(tmp_path / "none", Ports(1, 2), 0.0)


@pytest.mark.prometheus
@pytest.mark.slow
def test_the_past_is_made_once(promtool: str, tmp_path: Path) -> None:
    words = [f"--run={tmp_path}", f"--data={tmp_path}/data/prometheus", "--history=2h", "--rps=5"]
    (tmp_path / "data").mkdir()
    first = CliRunner().invoke(prepare, words)
    assert "filling 2h of history" in first.stderr
    blocks = sorted((tmp_path / "data/prometheus").glob("*/meta.json"))
    assert blocks
    assert json.loads((tmp_path / "data/prometheus.history.json").read_text())["mean_rps"] == pytest.approx(5)
    again = CliRunner().invoke(prepare, words)
    assert (again.exit_code, "filling" in again.stderr) == (0, False)
    assert sorted((tmp_path / "data/prometheus").glob("*/meta.json")) == blocks


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_health_is_an_answer_of_200_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert answers(f"{url}/readyz")
        assert not answers(f"{url}/other")
        server.shutdown()
    assert not answers(f"{url}/readyz")

"""`make compose-smoke`: the real docker-compose.yml on a real engine of its own, from `up` to nothing left.

For a Debian with root. What cannot be pulled there is stood in for: Python by debootstrap, Prometheus and Alertmanager
by Debian's programs, each under the name that the file asks for. Grafana is left out: Debian has none.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import psutil
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NEEDED = {
    "dockerd": "docker.io", "docker-compose": "docker-compose", "debootstrap": "debootstrap",
    "busybox": "busybox-static", "iptables": "iptables", "prometheus": "prometheus", "prometheus-alertmanager": "prometheus-alertmanager",
}  # fmt: skip
LEAST_FREE = 8e9
"""Bytes: the engine keeps every layer whole. Measured: 4.3 GB with the lab up."""
USER = 1000
"""Who owns the shared folder, as .env has it by default."""
SERVICES = ("checkout", "traffic", "receiver", "prometheus", "alertmanager")
PYTHON, PROMETHEUS, ALERTMANAGER = (
    next(line.split("=", 1)[1] for line in (ROOT / ".env.example").read_text().splitlines() if line.startswith(name))
    for name in ("PYTHON_IMAGE=", "PROMETHEUS_IMAGE=", "ALERTMANAGER_IMAGE=")
)


class Failed(Exception):
    """A step did not do what it says."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    began = time.monotonic()
    try:
        yield
    except Failed as error:
        raise Failed(f"{what}: {error}") from error
    click.echo(f"{time.monotonic() - began:7.1f} s  {what}")


def run(*command: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, ok: Sequence[int] = (0,)) -> str:
    """What a command said on stdout. Raises Failed with its last words."""
    ran = subprocess.run(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
    )
    if ran.returncode not in ok:
        said = (ran.stderr.strip() or ran.stdout.strip())[-1500:]
        raise Failed(f"{' '.join(command)} ended with {ran.returncode}:\n{said}")
    return ran.stdout


def until(look: Callable[[], Any], seconds: float, what: str) -> Any:
    """What `look` finds, once it finds anything. Raises Failed after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.5)
    return found


def reason_to_skip() -> str | None:
    if os.geteuid() != 0:
        return "an engine of its own needs root"
    if not Path("/etc/debian_version").exists():
        return "the images that stand in are made from Debian's packages, and this is no Debian"
    if shutil.disk_usage(tempfile.gettempdir()).free < LEAST_FREE:
        return f"{tempfile.gettempdir()} has less than {LEAST_FREE / 1e9:.0f} GB free"
    return None


_WALLED = (
    "this machine's firewall drops what containers say to each other (iptables -P FORWARD DROP: another engine was "
    "here); with that engine, `docker compose up` is the test"
)


def install() -> None:
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if missing:
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=env)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=env)


class Engine:
    """A docker engine of its own, below `place`: no bridge, no firewall rules, nothing shared with another one."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.env = {**os.environ, "DOCKER_HOST": f"unix://{place}/docker.sock", "DOCKER_BUILDKIT": "0"}
        with (place / "dockerd.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["dockerd", "--storage-driver=vfs", f"--data-root={place}/data", f"--exec-root={place}/exec",
                 f"--pidfile={place}/dockerd.pid", f"--host=unix://{place}/docker.sock",
                 "--bridge=none", "--iptables=false", "--ip-forward=false"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def docker(self, *words: str) -> str:
        return run("/usr/bin/docker", *words, env=self.env)

    def answers(self) -> bool:
        if self._process.poll() is not None:
            raise Failed(f"dockerd ended:\n{(self._place / 'dockerd.log').read_text()[-1500:]}")
        with suppress(Failed):
            return bool(self.docker("version"))
        return False

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)

    def bring(self, root: Path, image: str, *changes: str) -> None:
        """An image from a folder."""
        tar = self._place / "image.tar"
        run("tar", "--directory", str(root), "--create", "--file", str(tar), ".")
        words = [word for change in changes for word in ("--change", change)]
        self.docker("import", *words, str(tar), image)
        tar.unlink()


def python_root(place: Path) -> Path:
    """Debian's Python, with the authorities that this machine trusts."""
    root = place / "python"
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    codename = release["VERSION_CODENAME"].strip('"')
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    mirror = next((uri for uri, name in map(str.split, targets.splitlines()) if name == codename), None)
    run("debootstrap", "--variant=minbase", "--include=python3-venv,ca-certificates", codename, str(root),
        *([mirror] if mirror else []))  # fmt: skip
    for rubbish in ("var/cache/apt", "var/lib/apt", "usr/share/doc", "usr/share/locale", "usr/share/man"):
        shutil.rmtree(root / rubbish, ignore_errors=True)
    trusted = Path("/etc/ssl/certs/ca-certificates.crt")
    if trusted.exists():
        shutil.copyfile(trusted, root / "etc/ssl/certs/ca-certificates.crt")
    return root


def program_root(place: Path, *programs: str, folder: str) -> Path:
    """Programs of Debian in /bin, beside a busybox, as the images that they stand in for have them."""
    root = place / programs[0]
    for name in ("bin", "tmp", folder):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    os.chown(root / folder, 65534, 65534)
    for program in programs:
        found = shutil.which(program) or shutil.which(f"prometheus-{program}")
        assert found, program
        shutil.copy(found, root / "bin" / program)
        for word in run("ldd", found).split():
            if word.startswith("/"):
                (root / word[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, root / word[1:])
    busybox = shutil.which("busybox")
    assert busybox
    for name in ("busybox", "wget", "sh"):
        shutil.copy(busybox, root / "bin" / name)
    return root


def checkout(place: Path) -> Path:
    """This checkout as a clone would be, with what is not committed yet; the shared folder is the user's."""
    copy = place / "checkout"
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    os.chown(copy / "lab/run", USER, USER)
    place.chmod(0o755)
    return copy


def free_ports(*names: str) -> dict[str, str]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: str(probe.getsockname()[1]) for name, probe in zip(names, probes, strict=True)}
    for probe in probes:
        probe.close()
    return ports


class Trial:
    """One walk through the lab, in the copy of the checkout."""

    def __init__(self, place: Path, engine: Engine) -> None:
        self.engine = engine
        self.place = place
        self.home = checkout(place)
        self.seen = ""
        index = run(sys.executable, "-m", "pip", "config", "get", "global.index-url", ok=(0, 1)).strip()
        self.env = {
            **engine.env,
            **free_ports("CHECKOUT_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT"),
            "COMPOSE_PROJECT_NAME": "slotui-smoke",
            **({"PIP_INDEX_URL": index} if index else {}),
        }
        self.host = {**os.environ, "SLOTUI_STATE": str(place / "state"), "XDG_CONFIG_HOME": str(place / "config")}

    def compose(self, *words: str) -> str:
        return run("docker-compose", *words, env=self.env, cwd=self.home)

    def slotui(self, *words: str, ok: Sequence[int] = (0,)) -> str:
        return run(str(BIN / "slotui"), *words, env=self.host, cwd=self.home, ok=ok)

    def build(self) -> None:
        # An engine without firewall rules gives its builds no way out but the host's.
        beside = self.place / "build.yml"
        beside.write_text(yaml.safe_dump({"services": {"history": {"build": {"context": ".", "network": "host"}}}}))
        self.compose("-f", "docker-compose.yml", "-f", str(beside), "build", "--quiet", "history")

    def up(self) -> None:
        try:
            self.compose("up", "--detach", *SERVICES)
            until(lambda: all(self.health(name) == "healthy" for name in SERVICES), 120, "every service is healthy")
        except Failed as error:
            raise Failed(f"{error}\n{self.compose('ps')}\n{self.compose('logs', '--tail=15')}") from error

    def health(self, service: str) -> str:
        container = self.compose("ps", "--quiet", service).strip()
        return self.engine.docker("inspect", "--format", "{{.State.Health.Status}}", container).strip()

    def budgets(self) -> str | None:
        """What is left of each budget; None while the source is not live, which exit 7 says."""
        board = json.loads(self.slotui("status", "--output", "json", ok=(0, 7)))
        left = {slo["name"]: slo["remaining_ratio"] for slo in board["slos"]}
        if board["source"]["state"] != "live" or None in left.values():
            self.seen = f"source {board['source']}, budgets {left}"
            return None
        return ", ".join(f"{name} {share:.1%}" for name, share in left.items())

    def inject(self) -> str:
        words = ("inject", "--error-rate=0.9", "--for=90s", "--yes", "--reason=smoke test of the compose lab")
        return run(str(BIN / "chaos"), *words, env=self.host, cwd=self.home, ok=(0, 8))

    def alerts(self) -> list[dict[str, Any]]:
        document = json.loads(self.slotui("ledger", "export", "--format", "json"))
        entries = document if isinstance(document, list) else document["entries"]
        return [entry for entry in entries if entry["kind"] == "alert"]

    def down(self) -> None:
        self.compose("down", "--volumes")
        left = self.engine.docker("ps", "--all", "--quiet") + self.engine.docker("volume", "ls", "--quiet")
        if left.strip():
            raise Failed(f"still there: {left}")
        told = run(str(BIN / "slotui"), "lab", "status", env=self.host, cwd=self.home)
        if "no lab is up" not in told:
            raise Failed(f"`slotui lab status` still says: {told}")


def walk(place: Path) -> None:
    with step("start an engine of its own"):
        engine = Engine(place)
        try:
            until(engine.answers, 60, "the engine answers")
        except Failed:
            engine.stop()
            raise
    try:
        with step("images that stand in: Python by debootstrap, Debian's Prometheus and Alertmanager"):
            engine.bring(python_root(place), PYTHON, "ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt")
            prometheus = program_root(place, "prometheus", "promtool", folder="prometheus")
            engine.bring(prometheus, PROMETHEUS, 'ENTRYPOINT ["/bin/prometheus"]')
            alertmanager = program_root(place, "alertmanager", folder="alertmanager")
            # Debian's reads its templates from a file; the real image has them inside the program.
            shutil.copytree("/usr/share/prometheus/alertmanager", alertmanager / "usr/share/prometheus/alertmanager")
            engine.bring(alertmanager, ALERTMANAGER, 'ENTRYPOINT ["/bin/alertmanager"]')
        trial = Trial(place, engine)
        with step("docker-compose build"):
            trial.build()
        try:
            _use(trial)
        finally:
            with step("docker-compose down --volumes: no container and no volume left"):
                trial.down()
    finally:
        with step("stop the engine"):
            engine.stop()


def _use(trial: Trial) -> None:
    with step("docker-compose up: history made, every service healthy"):
        trial.up()
    with step("slotui status reads the budgets, with no options"):
        try:
            said = until(trial.budgets, 60, "a live source and every budget")
        except Failed as error:
            raise Failed(f"{error}; last seen: {trial.seen}") from error
    click.echo(f"           left: {said}")
    with step("chaos inject --error-rate 0.9 --for 90s, with no other place named"):
        told = trial.inject()
    click.echo("".join(f"           | {line}\n" for line in told.strip().splitlines()[-4:]).rstrip("\n"))
    with step("the page is delivered to the receiver, and is in the ledger"):
        until(trial.alerts, 90, "an alert in the ledger")
    for line in trial.slotui("ledger", "list", "checkout-availability").splitlines():
        if "alert" in line or "experiment" in line:
            click.echo(f"           | {line.strip()}")
    with step("slotui ledger verify"):
        trial.slotui("ledger", "verify")


def remove(place: Path) -> None:
    """The folder and all in it; the engine leaves a network namespace mounted there."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for point in reversed([one for one in mounted if one.startswith(f"{place}/")]):
        run("umount", point)
    if str(place) in mounted:
        run("umount", str(place))
    shutil.rmtree(place)


def room(place: Path) -> None:
    """Keep it all in memory, where there is plenty: a hundred thousand small files are copied again and again."""
    if psutil.virtual_memory().available > 2 * LEAST_FREE:
        run("mount", "-t", "tmpfs", "-o", f"size={LEAST_FREE:.0f},mode=0755", "slotui-smoke", str(place))


def main() -> int:
    if why := reason_to_skip():
        click.echo(f"compose-smoke: skipped: {why}")
        return 0
    began = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="slotui-smoke-"))
    try:
        with step("programs from Debian"):
            install()
        if "-P FORWARD DROP" in run("iptables", "-S", "FORWARD"):
            click.echo(f"compose-smoke: skipped: {_WALLED}")
            return 0
        room(place)
        walk(place)
    except Failed as error:
        click.echo(f"compose-smoke: failed: {error}", err=True)
        return 1
    finally:
        remove(place)
    left = [one.pid for one in psutil.process_iter(["cmdline"]) if str(place) in " ".join(one.info["cmdline"] or ())]
    if left:
        click.echo(f"compose-smoke: failed: processes left: {left}", err=True)
        return 1
    click.echo(f"{time.monotonic() - began:7.1f} s  compose-smoke: all of it works, and nothing is left")
    return 0


if __name__ == "__main__":
    sys.exit(main())

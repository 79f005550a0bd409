"""What rules cost a real Prometheus, and how exact they are: Sloth's, Pyrra's and ours over the same 30 days.

20 services of 8 series at one-minute steps, made here; the series that a tool's rules would have recorded in that
time are in the history, too. Each tool gets its own copy of the database and runs alone. The cost is the sum over
rule groups of evaluation time / interval, in seconds a minute. Each group counts with its fastest evaluation, as in
timeit: what is above that is other work on the machine; the sum of the medians stands beside it. To see several
evaluations of each group, all intervals are shortened alike (--pace), and the cost is given for the declared ones.

Needs prometheus and promtool, 1 GB of disk for a minute, and takes some minutes. Peers' rules come from a script
`peer_rules.py sloth|pyrra COUNT`; without it ours are measured alone.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate
from pathlib import Path
from typing import Any

import httpx
import yaml

from slotui.core.counting import BAD, ELIGIBLE
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.duration import DAY, parse
from slotui.generate.rules import REMAINING, rules_yaml

PEERS = Path(__file__).parents[2] / "shared" / "peers" / "peer_rules.py"
SERVICES, DAYS, TARGET = 20, 30, 0.999
GOOD = {"200": 0.90, "201": 0.06, "302": 0.02, "404": 0.015, "429": 0.005}
FAILED = ("500", "502", "503")
MINUTES = DAYS * 1440 + 60
AHEAD = 120
"""Minutes that are made beyond the present, for the live part."""
SCRAPE = 15
METRIC = "http_requests_total"
_ALIGNED = "39366h"  # promtool parses its input once for each block: this makes it one


class World:
    """What happened, by service and code: events so far after each minute from `start` (UTC seconds)."""

    def __init__(self, now: float) -> None:
        self.start = int(now // 300 * 300) - MINUTES * 60
        self.so_far = {
            (f"svc-{n}", code): [0, *accumulate(gains)]
            for n in range(SERVICES)
            for code, gains in _gains(n, self.start // 60).items()
        }
        self.burst = 0

    def minute(self, at: float) -> int:
        return int((at - self.start) // 60)

    def column(self, service: str, codes: tuple[str, ...]) -> list[int]:
        return [sum(values) for values in zip(*(self.so_far[service, code] for code in codes), strict=True)]

    def remaining(self, service: str, at: float, days: int) -> float:
        """The true share of the budget that is left after `days`."""
        now, then = self.minute(at), self.minute(at) - days * 1440
        bad, every = (self.column(service, codes) for codes in (FAILED, (*GOOD, *FAILED)))
        return 1 - (bad[now] - bad[then]) / ((1 - TARGET) * (every[now] - every[then]))

    def page(self) -> str:
        now = self.minute(time.time())
        rows = []
        for (service, code), values in self.so_far.items():
            extra = self.burst if (service, code) == ("svc-0", "500") else 0
            rows.append(f'{METRIC}{{service="{service}",code="{code}"}} {values[now] + extra}')
        return "\n".join([f"# TYPE {METRIC} counter", *rows, ""])


def _gains(n: int, first: int) -> dict[str, list[int]]:
    """A day curve, few errors that follow it (more at the peak), and some bad minutes."""
    chance, gains = random.Random(n), {code: list[int]() for code in (*GOOD, *FAILED)}
    bad_until = 0
    for minute in range(MINUTES + AHEAD):
        curve = math.sin((first + minute) / 720 * math.pi + n)
        events = (200 + 60 * n) * (1 + 0.7 * curve)
        if chance.random() < 0.0002:
            bad_until = minute + chance.randrange(5, 40)
        errors = 0.04 if minute < bad_until else 0.0003 * (1 + 0.9 * curve)
        for code, column in gains.items():
            column.append(int(events * GOOD.get(code, errors / len(FAILED)) + chance.random()))
    return gains


def write_history(world: World, file: Path, first: int, last: int) -> None:
    """Minutes `first` to `last` as OpenMetrics: the counters, and what Sloth's and our rules would have recorded."""
    stamps = {minute: f" {world.start + 60 * minute}\n" for minute in range(first, last + 1)}
    with file.open("w", encoding="ascii", buffering=1 << 20) as out:
        out.write(f"# TYPE {METRIC.removesuffix('_total')} counter\n")
        for (service, code), values in world.so_far.items():
            head = f'{METRIC}{{service="{service}",code="{code}",job="shop",instance="shop:80"}} '
            out.writelines(f"{head}{values[minute]}{stamp}" for minute, stamp in stamps.items())
        recorded: dict[str, list[str]] = {"slo:sli_error:ratio_rate5m": [], ELIGIBLE: [], BAD: []}
        for n in range(SERVICES):
            service = f"svc-{n}"
            bad, every = (world.column(service, codes) for codes in (FAILED, (*GOOD, *FAILED)))
            sloth = (
                f'{{sloth_id="{service}-availability",sloth_service="{service}",sloth_slo="availability",'
                'sloth_window="5m"} '
            )
            ours = f'{{slo="{service}-availability",service="{service}"}} '
            for minute, stamp in stamps.items():
                if minute < 5:
                    continue
                lost, whole = bad[minute] - bad[minute - 5], every[minute] - every[minute - 5]
                recorded["slo:sli_error:ratio_rate5m"].append(f"{sloth}{lost / whole}{stamp}")
                if (world.start // 60 + minute) % 5 == 0:
                    recorded[ELIGIBLE].append(f"{ours}{whole}{stamp}")
                    recorded[BAD].append(f"{ours}{lost}{stamp}")
        for name, rows in recorded.items():
            out.write(f"# TYPE {name} gauge\n")
            out.writelines(f"{name}{row}" for row in rows)
        out.write("# EOF\n")


def add_blocks(world: World, data: Path, first: int, last: int) -> None:
    """Put minutes `first` to `last` into the database at `data`."""
    text = data.with_suffix(".om")
    write_history(world, text, first, last)
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={_ALIGNED}", "--quiet",
         str(text), str(data)],
        check=True, capture_output=True,
    )  # fmt: skip
    text.unlink()


@contextmanager
def shop(world: World) -> Iterator[str]:
    """The live service; its host:port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(world.page().encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Prometheus:
    """A running server, asked as its own web page asks it."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=120, trust_env=False)

    def groups(self) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = self._client.get("/api/v1/rules").json()["data"]["groups"]
        broken = [rule for group in groups for rule in group["rules"] if rule["health"] == "err"]
        assert not broken, broken
        return groups

    def values(self, expression: str, at: float) -> list[tuple[dict[str, str], float]]:
        answer = self._client.post("/api/v1/query", data={"query": expression, "time": f"{at:.3f}"}).json()
        return [(found["metric"], float(found["value"][1])) for found in answer["data"]["result"]]

    def ready(self) -> bool:
        try:
            return self._client.get("/-/ready").is_success
        except httpx.TransportError:
            return False


@contextmanager
def prometheus(world: World, history: Path, rules: str) -> Iterator[tuple[Prometheus, float]]:
    """A server with a fresh copy of the history, brought up to now, and the time (UTC seconds) where that ends."""
    with tempfile.TemporaryDirectory() as name, shop(world) as target, closing(socket.socket()) as probe:
        folder = Path(name)
        shutil.copytree(history, folder / "data")
        now = world.minute(time.time())
        if now > MINUTES:
            add_blocks(world, folder / "data", MINUTES + 1, now)
        (folder / "rules.yml").write_text(rules)
        scrape = {"job_name": "shop", "static_configs": [{"targets": [target], "labels": {"instance": "shop:80"}}]}
        config = {
            "global": {"scrape_interval": f"{SCRAPE}s", "evaluation_interval": "1m"},
            "rule_files": [str(folder / "rules.yml")],
            "scrape_configs": [scrape],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
        probe.close()
        process = subprocess.Popen(
            ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
             "--storage.tsdb.retention.time=1y", f"--web.listen-address={address}", "--log.level=error"],
        )  # fmt: skip
        server = Prometheus(f"http://{address}")
        try:
            while not server.ready():
                assert process.poll() is None, "prometheus did not start"
                time.sleep(0.1)
            yield server, float(world.start + 60 * now)
        finally:
            process.terminate()
            process.wait(timeout=60)


def hastened(rules: str, pace: float) -> tuple[str, dict[str, float]]:
    """The same rules at shorter intervals, and the declared intervals in seconds by group."""
    document = yaml.safe_load(rules)
    declared = {group["name"]: parse(group.get("interval", "1m")) for group in document["groups"]}
    for group in document["groups"]:
        group["interval"] = f"{round(declared[group['name']] / pace * 1000)}ms"
    return yaml.safe_dump(document, sort_keys=False), declared


def cost(server: Prometheus, declared: dict[str, float], seconds: float) -> tuple[float, float, int]:
    """Seconds of evaluation a minute by the fastest and by the median evaluations, and the fewest that a group had."""
    seen: dict[str, dict[str, float]] = {name: {} for name in declared}
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or not all(seen.values()):
        for group in server.groups():
            if not group["lastEvaluation"].startswith("0001"):
                seen[group["name"]][group["lastEvaluation"]] = group["evaluationTime"]
        time.sleep(0.5)
    fastest, median = (
        sum(pick(times.values()) * 60 / declared[name] for name, times in seen.items())
        for pick in (min, statistics.median)
    )
    return fastest, median, min(len(times) for times in seen.values())


def remaining_expressions(rules: str) -> tuple[list[str], int]:
    """What is left of the budget, by each service's own rule, as expressions; and the days of the window."""
    found = {}
    for group in yaml.safe_load(rules)["groups"]:
        for rule in group["rules"]:
            found.setdefault(rule.get("record"), []).append(rule["expr"])
    if REMAINING in found:
        return [f"sum({expr})" for expr in found[REMAINING]], DAYS
    if "slo:sli_error:ratio_rate30d" in found:
        return [f"sum(1 - ({expr}) / {1 - TARGET:g})" for expr in found["slo:sli_error:ratio_rate30d"]], 30
    pyrra = found["http_requests:increase4w"]
    failed = ((expr, expr.replace("}[4w]", ',code=~"5.."}[4w]')) for expr in pyrra)
    return [f"1 - sum({bad}) / sum({every}) / {1 - TARGET:g}" for every, bad in failed], 28


def worst_error(world: World, server: Prometheus, at: float, rules: str) -> tuple[float, float]:
    """The worst errors over the services: of what was spent (fraction), and of what is left (share of the budget)."""
    expressions, days = remaining_expressions(rules)
    spent, left = [], []
    for n, expression in enumerate(expressions):
        [(_, found)] = server.values(expression, at)
        true = world.remaining(f"svc-{n}", at, days)
        left.append(abs(found - true))
        spent.append(abs(found - true) / (1 - true))
    return max(spent), max(left)


def freshness(world: World, history: Path, rules: str) -> float:
    """Seconds from a burst of failures until our recorded budget shows it, at the declared intervals."""
    with prometheus(world, history, rules) as (server, at):
        every = world.column("svc-0", (*GOOD, *FAILED))
        now = world.minute(at)
        allowed = (1 - TARGET) * (every[now] - every[now - DAYS * 1440])
        selector = f'{REMAINING}{{slo="svc-0-availability"}}'
        while not server.values('up{job="shop"} == 1', time.time()):
            time.sleep(0.5)
        world.burst = round(allowed / 10)
        began = time.time()
        expected = world.remaining("svc-0", at, DAYS) - world.burst / allowed
        while not any(abs(left - expected) < 0.01 for _, left in server.values(selector, time.time())):
            assert time.time() < began + 900, "the burst never came through"
            time.sleep(0.5)
        return time.time() - began


def own_rules() -> str:
    def slo(service: str) -> Slo:
        chosen = Matcher("service", "=", service)
        bad = Selector(METRIC, (chosen, Matcher("code", "=~", "5..")))
        return Slo(
            f"{service}-availability", service, TARGET, DAYS * DAY, EventSli(Selector(METRIC, (chosen,)), bad=bad)
        )

    return rules_yaml([slo(f"svc-{n}") for n in range(SERVICES)])


def all_rules(peers: Path) -> dict[str, str]:
    """Rule files by tool, ours last."""
    found = {}
    for tool in ("sloth", "pyrra"):
        if peers.is_file():
            ran = subprocess.run(
                [sys.executable, str(peers), tool, str(SERVICES)], check=True, capture_output=True, text=True
            )
            found[tool] = ran.stdout
    if not found:
        print(f"no {peers}: ours are measured alone")
    return {**found, "slotui": own_rules()}


def main() -> None:
    """Print a line a tool, and how fresh our budget is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, default=PEERS, help="the script that writes the peers' rules")
    parser.add_argument("--pace", type=float, default=6, help="how many times shorter the intervals are made")
    parser.add_argument("--seconds", type=float, default=110, help="how long each tool runs")
    parser.add_argument("--no-freshness", action="store_true", help="leave out the last five minutes")
    options = parser.parse_args()
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        sys.exit("prometheus and promtool are not on PATH: type `apt-get install prometheus`")
    world = World(time.time())
    rules = all_rules(options.peers)
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        history = Path(folder) / "history"
        add_blocks(world, history, 0, MINUTES)
        for tool, text in rules.items():
            quick, declared = hastened(text, options.pace)
            with prometheus(world, history, quick) as (server, at):
                spent, left = worst_error(world, server, at, text)
                costs[tool], median, times = cost(server, declared, options.seconds)
            beside = f", {costs[tool] / costs['sloth']:.2f} of Sloth's" if "sloth" in costs else ""
            print(
                f"{tool:6} {costs[tool]:.3f} s of evaluation a minute{beside} (median {median:.3f}; {times} or more); "
                f"spent budget wrong by up to {spent:.3%}, what is left by {left:.2%} of the budget",
                flush=True,
            )
        if not options.no_freshness:
            seconds = freshness(world, history, rules["slotui"])
            print(f"slotui: failures were in the recorded budget after {seconds:.0f} s (scrape {SCRAPE} s, rule 300 s)")


if __name__ == "__main__":
    main()

"""`slotui gate` as a pipeline runs it: real counts on disk, a real /metrics page, and the exit code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
import yaml

from slotui.cli.gate import gate
from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now, to_iso
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR, MINUTE
from slotui.ledger.store import Ledger
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

ROOT = Path(__file__).parents[2]
CHECKOUT = ROOT / "lab" / "slos" / "checkout.yaml"
POLICY = ROOT / "lab" / "policy.yaml"
AVAILABILITY, LATENCY = "checkout-availability", "checkout-latency"

# Bad shares of 99.9 %: 80 % left, 40 % left, and overspent by 5 %.
CLEAN, HALF_GONE, OVERSPENT = 0.0002, 0.0006, 0.00105

PAGE = """\
# TYPE http_requests_total counter
http_requests_total{service="checkout",method="POST",route="/checkout",code="200",cause="none",synthetic="false"} 1000
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{service="checkout",method="POST",route="/checkout",synthetic="false",le="0.4"} 990
http_request_duration_seconds_bucket{service="checkout",method="POST",route="/checkout",synthetic="false",le="+Inf"} 1000
http_request_duration_seconds_count{service="checkout",method="POST",route="/checkout",synthetic="false"} 1000
http_request_duration_seconds_sum{service="checkout",method="POST",route="/checkout",synthetic="false"} 120
"""
NO_SERIES = {"status": "success", "data": {"resultType": "vector", "result": []}}


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of the command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def decision(self) -> str:
        return self.out.splitlines()[-1]


Ask = Callable[..., Told]


def history(end: float, ratio: float, *, rps: float = 10, last_hour: float | None = None, days: int = 37) -> list[Span]:
    """Hours up to `end`, the last one in minutes."""
    recent = ratio if last_hour is None else last_hour
    ends = [(end - n * HOUR, HOUR, ratio) for n in range(days * 24, 0, -1)]
    ends += [(end - n * MINUTE, MINUTE, recent) for n in range(59, -1, -1)]
    return [Span(at - long, at, rps * long, rps * long * bad, long) for at, long, bad in ends]


class _Service(BaseHTTPRequestHandler):
    """A shop's metrics on GET; on POST a Prometheus that has no series."""

    def do_GET(self) -> None:
        self._answer("text/plain; version=0.0.4", PAGE)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer("application/json", json.dumps(NO_SERIES))

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a service that is up."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., float]:
    """Fill `counts.sqlite` with 37 days up to now for each SLO; returns when now was."""

    def fill(ends_before: float = 0.0, **shares: float | list[Span] | None) -> float:
        at = float(int(now()))  # a time on the command line has whole seconds
        counts = CountStore(tmp_path / "counts.sqlite")
        for slo in load_slos([CHECKOUT]):
            share = shares.get(slo.name.removeprefix("checkout-"), CLEAN)
            if share is not None:
                counts.load_history(slo, share if isinstance(share, list) else history(at - ends_before, share))
        counts.close()
        return at

    return fill


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], service: str) -> Ask:
    """Run `slotui gate` on the store and the service."""

    def call(*argv: str, source: tuple[str, ...] | None = None) -> Told:
        read = source or ("--scrape", f"{service}/metrics", "--store", str(tmp_path / "counts.sqlite"))
        monkeypatch.setattr(
            sys, "argv", ["slotui", "gate", "--slos", str(CHECKOUT), "--policy", str(POLICY), *read, *argv]
        )
        code = run(group, "slotui")
        return Told(code, *capsys.readouterr())

    return call


@pytest.mark.parametrize(
    ("availability", "argv", "code", "decision"),
    [
        pytest.param(CLEAN, (), 0, "deploys: YES", id="plenty left: yes"),
        pytest.param(HALF_GONE, (), 0, "deploys: YES, after the review that policy asks for: checkout-availability: caution: "
                     "low-risk deploys with a rollback plan, no chaos that would reach freeze", id="caution: yes, and what policy asks for"),
        pytest.param(HALF_GONE, ("--strict",), 1, "deploys: NO: checkout-availability: caution: low-risk deploys with a rollback "
                     "plan, no chaos that would reach freeze; policy names nobody who may override this", id="caution, strictly: no"),
        pytest.param(HALF_GONE, ("--for", "experiments"), 0, "experiments: YES, within what policy allows: checkout-availability: caution", id="limited experiments: yes, with care"),
        pytest.param(OVERSPENT, (), 1, "deploys: NO: checkout-availability: freeze: reliability work only; to override (the on-call "
                     "lead): --approved-by NAME --reason TEXT", id="freeze: no, and who may override"),
        pytest.param(OVERSPENT, ("--for", "experiments"), 1, "experiments: NO: checkout-availability: freeze", id="freeze: no experiments"),
        pytest.param(OVERSPENT, (LATENCY,), 0, "deploys: YES", id="only the SLOs that are named are asked"),
        pytest.param(None, (), 3, "deploys: CANNOT TELL, so no: checkout-availability: ", id="no data for one of them: cannot tell"),
    ],
)  # fmt: skip
def test_the_tier_decides(
    availability: float | None, argv: tuple[str, ...], code: int, decision: str, store: Callable[..., float], ask: Ask
) -> None:
    store(availability=availability)
    told = ask(*argv)
    assert told.decision.startswith(decision)
    assert told.code == code


def test_a_page_says_no_and_names_its_burn(store: Callable[..., float], ask: Ask) -> None:
    store(availability=history(now(), CLEAN, last_hour=0.02))
    for argv in ((), ("--for", "experiments")):
        told = ask(*argv)
        assert told.code == 1
        assert "checkout-availability: a page fires: burns 20.0x over 1h" in told.decision
        assert re.search(
            r"^NO +checkout-availability +healthy .* ends when either burn is 14\.4x or less", told.out, re.MULTILINE
        )


def test_no_traffic_at_all_is_no_yes(store: Callable[..., float], ask: Ask) -> None:
    store(availability=history(now(), CLEAN, rps=0))
    told = ask()
    assert told.code == 3
    assert "no traffic was counted" in told.decision
    assert "100" not in told.out.splitlines()[0]


def test_an_instant_of_the_past_is_judged_by_what_was_known_then(store: Callable[..., float], ask: Ask) -> None:
    at = now()
    # 37 days that overspend at the very end: a total outage of two hours, which ended an hour ago.
    spans = [s._replace(bad=s.eligible) if at - 3 * HOUR < s.end <= at - HOUR else s for s in history(at, CLEAN)]
    store(availability=spans)
    assert ask("--at", to_iso(at - 4 * HOUR)).code == 0
    during = ask("--at", to_iso(at - 2 * HOUR), "--output", "json")
    assert during.code == 1
    assert during.json["at"] == to_iso(at - 2 * HOUR)
    after = ask("--at", to_iso(at))
    assert after.code == 1
    assert "freeze: reliability work only" in after.decision


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(lambda t: to_iso(t + DAY), 3, id="tomorrow is not known"),
        pytest.param(lambda t: to_iso(t - 400 * DAY), 3, id="before the record nothing is known"),
        pytest.param(lambda _: "nan", 2, id="not a number is not a time"),
        pytest.param(lambda _: "1e300", 2, id="nor is the end of the universe"),
        pytest.param(lambda _: "yesterday", 2, id="nor is a word"),
    ],
)  # fmt: skip
def test_instants_without_an_answer(
    at: Callable[[float], str], code: int, store: Callable[..., float], ask: Ask
) -> None:
    assert ask("--at", at(store())).code == code


def test_stale_data_cannot_tell(store: Callable[..., float], ask: Ask) -> None:
    at = store(ends_before=10 * MINUTE)
    told = ask("--at", to_iso(at))
    assert told.code == 3
    assert "the newest data is 10m" in told.decision


def test_a_service_that_went_away_cannot_tell(store: Callable[..., float], ask: Ask, tmp_path: Path) -> None:
    store()
    told = ask(source=("--scrape", "http://127.0.0.1:1/metrics", "--store", str(tmp_path / "counts.sqlite")))
    assert told.code == 3
    assert "127.0.0.1:1" in told.decision


def test_a_prometheus_that_is_not_there_is_three_not_seven(ask: Ask) -> None:
    told = ask("--output", "json", source=("--prometheus", "http://127.0.0.1:1"))
    assert told.code == 3
    assert told.json["decision"] == "cannot-tell"
    assert told.json["source"] == {
        "kind": "prometheus",
        "url": "http://127.0.0.1:1",
        "state": "down",
        "age_seconds": None,
        "error": "http://127.0.0.1:1: All connection attempts failed",
    }
    assert "is Prometheus up at this address?" in told.err


def test_a_prometheus_without_our_series_cannot_tell(ask: Ask, service: str) -> None:
    told = ask(source=("--prometheus", service))
    assert told.code == 3
    assert "no series match http_requests_total" in told.decision


def test_a_broken_count_store_cannot_tell(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "counts.sqlite").write_text("not a database, but long enough to be taken for one" * 20)
    for output in ("text", "json"):
        told = ask("--output", output)
        assert told.code == 3
        assert "counts.sqlite" in told.out
    assert told.json["slos"] == []


def test_thin_data_cannot_tell_unless_less_is_asked_for(store: Callable[..., float], ask: Ask) -> None:
    store(availability=history(now(), CLEAN, days=6))
    told = ask()
    assert told.code == 3
    assert "of 30d was measured, 50.0% is asked for" in told.decision
    assert ask("--min-coverage", "10").code == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(("checkout-latenzy",), "did you mean checkout-latency?", id="a mistyped SLO is not passed over"),
        pytest.param(("--approved-by", "kim"), "an override without a reason", id="a name without a reason"),
        pytest.param(("--reason", "the fix"), "an override without a name", id="a reason without a name"),
        pytest.param(("--approved-by", " ", "--reason", "the fix"), "an override without a name", id="a name of blanks"),
        pytest.param(("--approved-by", "kim", "--reason", "x", "--at", "2026-01-01"), "approve the past", id="an approved past"),
        pytest.param(("--approved-by", "kim", "--reason", "x", "--for", "experiments"), "not of experiments", id="an approved experiment"),
        pytest.param(("--strict", "--require-approval"), "two things", id="two kinds of review"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(argv: tuple[str, ...], words: str, store: Callable[..., float], ask: Ask) -> None:
    store(availability=OVERSPENT)
    told = ask(*argv)
    assert (told.code, told.out) == (2, "")
    assert words in told.err


OVERRIDE = ("--approved-by", "Kim Berg", "--reason", "the fix\nitself")


def test_an_override_is_printed_and_in_the_ledger(store: Callable[..., float], ask: Ask, tmp_path: Path) -> None:
    store(availability=OVERSPENT)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    told = ask(*OVERRIDE, "--ledger", str(ledger.path))
    (entry,) = ledger.entries()
    assert told.code == 0
    assert told.out.startswith("OVERRIDDEN  checkout-availability")
    assert told.decision == (
        f"deploys: YES, overridden by Kim Berg: the fix itself (who may: the on-call lead; in the ledger as {entry.id})"
    )
    assert (entry.kind, entry.slos, entry.operator, entry.reason, entry.fault, entry.ending) == (
        "deploy", (AVAILABILITY,), "Kim Berg", "the fix itself", "deploy in freeze", "overridden",
    )  # fmt: skip
    assert entry.ended == entry.started
    assert ledger.verify() == 2
    found = ask(*OVERRIDE, "--ledger", str(ledger.path), "--output", "json").json
    assert (found["decision"], found["exit_code"]) == ("overridden", 0)
    assert found["override"] == {
        "approved_by": "Kim Berg",
        "reason": "the fix itself",
        "who_may": ["the on-call lead"],
        "ledger_entry": ledger.entries()[1].id,
    }


@pytest.mark.parametrize(
    ("availability", "argv", "code", "words"),
    [
        pytest.param(CLEAN, (), 0, "none was needed", id="not needed"),
        pytest.param(HALF_GONE, (), 0, "none was needed", id="a review is no no"),
        pytest.param(HALF_GONE, ("--strict",), 1, "policy names nobody", id="not foreseen by policy"),
        pytest.param(None, (), 3, "nobody can approve what nobody can see", id="nothing known"),
    ],
)
def test_an_override_that_is_not_used_is_not_written(
    availability: float | None,
    argv: tuple[str, ...],
    code: int,
    words: str,
    store: Callable[..., float],
    ask: Ask,
    tmp_path: Path,
) -> None:
    store(availability=availability)
    told = ask(*OVERRIDE, *argv, "--ledger", str(tmp_path / "ledger.sqlite"))
    assert told.code == code
    assert words in told.err
    assert not (tmp_path / "ledger.sqlite").exists()


def test_beside_an_unknown_an_override_is_not_used(store: Callable[..., float], ask: Ask, tmp_path: Path) -> None:
    store(availability=OVERSPENT, latency=None)
    told = ask(*OVERRIDE, "--ledger", str(tmp_path / "ledger.sqlite"))
    assert told.code == 1
    assert "which nobody can approve" in told.err
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_review_can_be_required_and_given(store: Callable[..., float], ask: Ask, tmp_path: Path) -> None:
    store(availability=HALF_GONE)
    refused = ask("--require-approval")
    assert refused.code == 1
    assert "to override (whoever reviewed it)" in refused.decision
    ledger = tmp_path / "ledger.sqlite"
    assert ask("--require-approval", *OVERRIDE, "--ledger", str(ledger)).code == 0
    assert [entry.fault for entry in Ledger(ledger).entries()] == ["deploy in caution"]


def test_variables_that_nobody_filled_in_are_no_override(store: Callable[..., float], ask: Ask) -> None:
    store(availability=OVERSPENT)
    assert ask("--approved-by", "", "--reason", "").code == 1


def test_a_ledger_that_cannot_be_written_cannot_override(store: Callable[..., float], ask: Ask, tmp_path: Path) -> None:
    store(availability=OVERSPENT)
    ledger = tmp_path / "ledger.sqlite"
    ledger.write_text("these are not the records you are looking for, and no database" * 10)
    told = ask(*OVERRIDE, "--ledger", str(ledger), "--output", "json")
    assert told.code == 3
    assert (told.json["decision"], told.json["override"]) == ("cannot-tell", None)
    assert "the override could not be written to the ledger" in str(told.json["sentence"])
    assert "is not a database" in told.err


def test_a_broken_ledger_does_not_matter_where_nothing_is_written(
    store: Callable[..., float], ask: Ask, tmp_path: Path
) -> None:
    store()
    (tmp_path / "ledger.sqlite").write_text("no database" * 50)
    assert ask("--ledger", str(tmp_path / "ledger.sqlite")).code == 0


def test_the_json_has_every_reason(store: Callable[..., float], ask: Ask) -> None:
    at = store(availability=OVERSPENT)
    found = ask("--at", to_iso(at), "--output", "json").json
    assert (found["schema"], found["for"], found["decision"], found["exit_code"]) == (
        "slotui/gate/1",
        "deploys",
        "no",
        1,
    )
    slos = {slo["name"]: slo for slo in found["slos"]}  # type: ignore[attr-defined]
    assert slos[AVAILABILITY]["remaining_ratio"] == pytest.approx(-0.05, abs=1e-3)
    (ground,) = slos[AVAILABILITY]["grounds"]
    assert (ground["decision"], ground["who_may_override"]) == ("no", "the on-call lead")
    assert ground["why"] == "freeze: reliability work only"
    assert ground["ends"].startswith("leaves freeze at 10% left, or above 0% from ")
    assert (slos[LATENCY]["decision"], slos[LATENCY]["grounds"][0]["ends"]) == ("yes", None)


@pytest.mark.parametrize(("share", "code"), [(CLEAN, 0), (OVERSPENT, 1)], ids=["a yes", "a no"])
def test_a_reader_that_left_does_not_change_the_answer(
    share: float, code: int, store: Callable[..., float], tmp_path: Path, state: Path
) -> None:
    at = store(availability=share)
    left, right = os.pipe()
    os.close(left)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "slotui", "gate", "--slos", str(CHECKOUT), "--policy", str(POLICY), "--at", to_iso(at),
             "--scrape", "http://127.0.0.1:1/metrics", "--store", str(tmp_path / "counts.sqlite")],
            stdout=right, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(right)
    assert (done.returncode, done.stderr) == (code, "")


PAGE_OF_DOCS = (ROOT / "docs" / "gate.md").read_text()
SNIPPETS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE_OF_DOCS, re.DOTALL)]
GITHUB, GITLAB = SNIPPETS


def typed() -> list[str]:
    """Every `slotui gate` of the docs page: in its consoles and in its pipelines."""
    consoles = re.findall(r"```console\n(.*?)```", PAGE_OF_DOCS, re.DOTALL)
    scripts = [step["run"] for step in GITHUB["jobs"]["gate"]["steps"] if "run" in step]
    lines = [*"".join(consoles).splitlines(), *scripts, *GITLAB["may-we-deploy"]["script"]]
    return [line for line in lines if "slotui gate" in line]


@pytest.mark.parametrize("line", typed())
def test_what_the_docs_say_to_type_can_be_typed(line: str) -> None:
    program, command, *words = shlex.split(line)
    assert (Path(program).name, command) == ("slotui", "gate")
    context = click.Context(gate, info_name="gate")
    gate.make_parser(context).parse_args(words)


def test_the_pipelines_of_the_docs_stop_at_a_no() -> None:
    assert len(typed()) == 6
    steps = GITHUB["jobs"]["gate"]["steps"]
    asked = next(step for step in steps if "slotui gate" in step.get("run", ""))
    assert '--prometheus "$PROMETHEUS_URL"' in asked["run"]
    assert asked["env"]["PROMETHEUS_URL"] == "${{ secrets.PROMETHEUS_URL }}"
    assert not any("continue-on-error" in part for part in (GITHUB["jobs"]["gate"], *steps))
    assert GITHUB["jobs"]["deploy"]["needs"] == "gate"
    assert not any("${{" in step.get("run", "") for step in steps), "untrusted text would be run as shell"
    assert GITLAB["may-we-deploy"]["allow_failure"] is False
    assert GITLAB["deploy"]["needs"] == ["may-we-deploy"]


def outage(at: float) -> list[Span]:
    """A total failure of two hours, ten days ago: it overspends the budget of a month by itself."""
    spans = history(at, CLEAN)
    return [s._replace(bad=s.eligible) if at - 240 * HOUR < s.end <= at - 238 * HOUR else s for s in spans]


@pytest.fixture
def policy(tmp_path: Path) -> Callable[[str], str]:
    """The lab's policy with more in it; returns the file's name."""

    def write(more: str, old: str = "", new: str = "") -> str:
        file = tmp_path / "own-policy.yaml"
        file.write_text(POLICY.read_text().replace(old, new) + more)
        return str(file)

    return write


@pytest.mark.parametrize(
    ("slos", "code"),
    [
        pytest.param(AVAILABILITY, 0, id="an exception of this SLO: yes"),
        pytest.param(LATENCY, 1, id="of another one: still no"),
    ],
)
def test_an_exception_opens_the_gate_and_both_numbers_are_shown(
    slos: str, code: int, store: Callable[..., float], ask: Ask, policy: Callable[..., str]
) -> None:
    at = now()
    store(availability=outage(at))
    begins = at - 241 * HOUR
    file = policy(
        f"  exceptions:\n    - {{kind: maintenance, slos: {slos}, from: {to_iso(begins)}, to: {to_iso(begins + 4 * HOUR)},"
        f" announced: {to_iso(begins - 3 * DAY)}, reason: new disks, approver: kim}}\n"
    )
    told = ask("--policy", file, "--output", "json")
    found = next(slo for slo in told.json["slos"] if slo["name"] == AVAILABILITY)  # type: ignore[attr-defined]
    assert told.code == code
    assert found["remaining_ratio"] < 0
    assert [(one["kind"], one["approver"]) for one in found["excused"]] == (
        [("maintenance", "kim")] if not code else []
    )
    if not code:
        assert found["policy_remaining_ratio"] == pytest.approx(0.8, abs=0.01)
        assert "left without what maintenance spent, which policy does not count" in ask("--policy", file).out


def test_a_maintenance_that_nobody_announced_is_refused(
    store: Callable[..., float], ask: Ask, policy: Callable[..., str]
) -> None:
    at = store(availability=OVERSPENT)
    told = ask("--policy", policy(
        f"  exceptions:\n    - {{kind: maintenance, from: {to_iso(at - DAY)}, to: {to_iso(at)},"
        f" announced: {to_iso(at - DAY)}, reason: disks, approver: kim}}\n"
    ))  # fmt: skip
    assert told.code == 2
    assert "announced 0s ahead, where policy asks for 2d" in told.err


def test_somebody_who_is_not_named_may_not_override(
    store: Callable[..., float], ask: Ask, policy: Callable[..., str], tmp_path: Path
) -> None:
    store(availability=OVERSPENT)
    file = policy("", "override: the on-call lead", "override: [Ana Ruiz, kim berg]")
    ledger = str(tmp_path / "ledger.sqlite")
    other = ask("--policy", file, "--ledger", ledger, "--approved-by", "Bob", "--reason", "it is urgent")
    assert other.code == 1
    assert "Bob may not; who may: Ana Ruiz or kim berg" in other.err
    assert not Path(ledger).exists()
    assert ask("--policy", file, "--ledger", ledger, *OVERRIDE).code == 0
    assert [entry.operator for entry in Ledger(Path(ledger)).entries()] == ["Kim Berg"]


def test_a_burn_holds_a_tier_and_says_so(store: Callable[..., float], ask: Ask, policy: Callable[..., str]) -> None:
    store(availability=history(now(), CLEAN, last_hour=0.012))
    file = policy(
        "",
        "leave: {remainingAtLeast: 55%}",
        "leave: {remainingAtLeast: 55%}\n      alsoWhile: {burn: {over: 10, window: 1h}}",
    )
    told = ask("--policy", file, "--strict")
    assert told.code == 1
    assert "(it burns 12.0x over 1h); leaves caution when it burns 10x or less over 1h" in told.out
    assert ask("--strict").code == 0

"""The debrief: whole, the same every time, deaf to what people wrote, and readable by ear."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from lab.drills.debrief import html, markdown
from lab.drills.record import Record
from lab.drills.scenario import Fault
from lab.drills.score import score
from lab.drills.tape import Event

GOLDEN = Path(__file__).parent / "golden"
CHECKOUT = "checkout-availability"
HOSTILE = (
    '"><script>alert(1)</script>|`a`\n# head\n- <img src=x onerror=alert(2)> [x](javascript:alert(3))\x1b[2J\u202e'
)
VOID = {"meta", "br"}
Played = Callable[..., Record]


class Reader(HTMLParser):
    """Every element with its attributes, and that each is closed where it should be."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}


def page(record: Record) -> str:
    return html(record, score(record))


def text(record: Record) -> str:
    return markdown(record, score(record))


@pytest.fixture
def eventful(played: Played) -> Record:
    """A bit of everything: a hint, a wrong guess, a futile remedy, a needless freeze, a page that nobody expected."""
    return played(
        Event(350, "hypothesis", "kim", CHECKOUT, "cart", policy="healthy"),
        Event(360, "hypothesis", "kim", CHECKOUT, "inventory", policy="healthy"),
        Event(370, "mitigation", "kim", choice="restart-cart"),
        Event(380, "hint", "lee", choice="1", text="look at payment", cost=4),
        Event(430, "remedy-done", "machine", choice="restart-cart", text="the cart service starts anew"),
        Event(440, "decision", "kim", CHECKOUT, "freeze", policy="caution"),
        Event(500, "alert", "machine", "inventory-freshness", "page_1h_5m"),
        Event(520, "paused", "lee"),
        Event(520, "resumed", "lee"),
    )


@pytest.fixture
def hostile(played: Played) -> Record:
    """Everything that comes from outside is hostile, but the names, which the schema restricts."""
    return played(
        Event(300, "message", HOSTILE, text=HOSTILE),
        Event(310, "communication", HOSTILE, text=HOSTILE),
        Event(320, "hint", HOSTILE, choice="1", text=HOSTILE, cost=2),
        scenario=dict.fromkeys(("title", "teaches", "objective", "brief"), HOSTILE) | {"questions": (HOSTILE,)},
        player=HOSTILE,
        team=HOSTILE,
        salt="'; rm -rf ~ #",
    )


@pytest.mark.parametrize(("name", "write"), [("debrief.md", text), ("debrief.html", page)])
def test_it_reads_as_it_was_looked_at(eventful: Record, name: str, write: Callable[[Record], str]) -> None:
    shown, file = write(eventful), GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown)
    assert shown == file.read_text(), "look at it, then type: UPDATE_GOLDEN=1 pytest tests/lab/drills/test_debrief.py"


def test_it_holds_the_score_the_hidden_and_the_bill(eventful: Record) -> None:
    card = score(eventful)
    for document in (text(eventful), page(eventful)):
        for part in card.parts:
            assert part.sentence in document
        assert f"{card.points} points of 100" in document
        assert "40.0% of checkouts fail by payment" in document
        assert "needless" in document
        assert "unexpected" in document
        assert "26,400 (25,000 to 27,800)" in document
        assert "Which number told you first?" in document
        assert eventful.commitment in document


def test_one_that_was_not_scored_says_why(played: Played) -> None:
    record = played(Event(600, "ended", "lee", choice="aborted", text="the phone rang"),
                    less=lambda event: event.at >= 600)  # fmt: skip
    for document in (text(record), page(record)):
        assert "Not scored: it was broken off" in document
        assert "broken off: the phone rang" in document


def test_one_that_was_killed_has_a_debrief_too(played: Played) -> None:
    record = played(events=(), bill=(), samples=())
    for document in (text(record), page(record)):
        assert "No bill was kept." in document
        assert "No curve was kept." in document


def test_what_it_tells_to_type_proves_the_commitment(played: Played, tmp_path: Path) -> None:
    scenario, salt = b"apiVersion: slotui/v1\nkind: Drill\n", "it's 5a17"
    (tmp_path / "scenario.yaml").write_bytes(scenario)
    record = played(salt=salt, commitment=hashlib.sha256(salt.encode() + b"\n" + scenario).hexdigest())
    (line,) = re.findall(r"^    (\( printf.*)$", text(record), re.MULTILINE)
    said = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.split()[0] == record.commitment


# -- HTML ---------------------------------------------------------------------------------------------------


def test_it_is_well_formed_and_nothing_comes_from_elsewhere(eventful: Record) -> None:
    document = page(eventful)
    reader = Reader(document)
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not re.search(r"url\(|@import|https?://", document)
    for _, attrs in reader.found:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attrs)
        assert (attrs.get("href") or "#").startswith("#")


def test_what_people_wrote_is_never_markup(hostile: Record, eventful: Record) -> None:
    document = page(hostile)
    reader = Reader(document)
    assert reader.tags <= Reader(page(eventful)).tags
    assert not any(name.startswith("on") for _, attrs in reader.found for name in attrs)
    assert "&lt;script&gt;" in document
    assert not set(document) & {"\x1b", "\u202e"}


def test_what_people_wrote_is_no_markdown(hostile: Record, eventful: Record) -> None:
    # Tables are found, raw HTML would pass: whatever gets through shows.
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(text(hostile))
    inner = [child for token in tokens for child in token.children or ()]
    assert not {token.type for token in (*tokens, *inner)} & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "fence",
    }
    headings = [token.type for token in tokens].count("heading_open")
    assert headings == [token.type for token in reader.parse(text(eventful))].count("heading_open")
    rows = [line for line in text(hostile).splitlines() if "alert\\(1" in line or "alert(1" in line]
    assert len({re.sub(r"\\\|", "", row).count("|") for row in rows if row.startswith("| 12:18")}) == 1
    assert not set(text(hostile)) & {"\x1b", "\u202e"}


def test_pictures_are_xml_with_a_title_a_description_and_their_figures(eventful: Record, hostile: Record) -> None:
    for document in (page(eventful), page(hostile)):
        pictures = re.findall(r"<svg.*?</svg>", document, re.DOTALL)
        assert len(pictures) == 2  # latency did not move
        assert document.count("<details>") == 2
        for picture in pictures:
            root = ET.fromstring(picture)  # noqa: S314 - our own picture, which is to be proven harmless
            told = {child.attrib["id"]: child.text or "" for child in root if child.tag in ("title", "desc")}
            assert list(told) == root.attrib["aria-labelledby"].split()
            assert "processor begins" in list(told.values())[1]


def test_a_gap_in_the_metrics_is_a_gap_in_the_curve(eventful: Record) -> None:
    curve = re.findall(r'<path class="curve" d="([^"]*)"', page(eventful))
    assert [path.count("M") for path in curve] == [2, 1]


def test_marks_stand_where_things_happened(eventful: Record) -> None:
    left, width = re.findall(r'<rect class="fault" x="([\d.]+)" y="\d+" width="([\d.]+)"', page(eventful))[0]
    scale = (640 - 66 - 12) / 800
    assert float(left) == pytest.approx(66 + 180 * scale, abs=0.1)
    assert float(width) == pytest.approx((570 - 180) * scale, abs=0.1)


def test_a_fault_is_drawn_where_it_hurts_and_nowhere_else(played: Played) -> None:
    feed = Fault("feed", 600, 700, "inventory", stalls=True)
    scenario = {"faults": (*played().scenario.faults, feed)}
    document = page(played(Event(600, "fault-on", "machine", choice="feed"), scenario=scenario))
    assert document.count('<rect class="fault"') == 2  # of the processor, on two charts


def test_headings_tables_and_links_are_in_order(eventful: Record) -> None:
    found = Reader(page(eventful)).found
    ids = [attrs["id"] for _, attrs in found if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in found:
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)
        assert (attrs.get("href") or "#main").removeprefix("#") in ids
    assert next(attrs["href"] for tag, attrs in found if tag == "a") == "#main"
    assert [tag for tag, _ in found if re.fullmatch("h[1-6]", tag)] == ["h1", *["h2"] * 11]
    tables = sum(tag == "table" for tag, _ in found)
    assert tables == sum(tag == "caption" for tag, _ in found)
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in found if tag == "th")


def test_it_is_the_same_every_time(eventful: Record) -> None:
    assert page(eventful) == page(replace(eventful))


# -- in a browser -------------------------------------------------------------------------------------------

CHECK = """<script>%s</script><script>
document.querySelectorAll("details").forEach(one => one.open = true);
axe.run(document).then(found => {
  const told = found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html)]);
  const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const result = document.createElement("pre");
  result.id = "result";
  result.textContent = JSON.stringify({told, sideways, dark, rules: found.passes.length});
  document.body.append(result);
});
</script></body>"""


@pytest.fixture
def chromium() -> str:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "no chromium on PATH: type `apt-get install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dark", "width"),
    [
        pytest.param(False, 1200, id="light, on a wide screen"),
        pytest.param(True, 500, id="dark, on a narrow one"),
    ],
)
def test_axe_finds_nothing_serious(chromium: str, eventful: Record, tmp_path: Path, *, dark: bool, width: int) -> None:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    axe = (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    # The page itself allows no script: for the check its policy is left out.
    document = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page(eventful))
    file = tmp_path / "debrief.html"
    file.write_text(document.replace("</body>", CHECK.replace("%s", axe.replace("</script", "<\\/script"))))
    shown = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--virtual-time-budget=20000",
         "--dump-dom", file.as_uri()],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    result = re.search(r'<pre id="result">(.*?)</pre>', shown, re.DOTALL)
    assert result is not None, "axe said nothing"
    found = json.loads(result[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert found["dark"] == dark
    assert found["rules"] > 10
    assert found["told"] == []
    assert found["sideways"] <= 0

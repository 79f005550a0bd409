"""The HTML report: well formed, self-contained, readable without colours, and deaf to what people wrote into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from slotui.core.entry import Entry
from slotui.core.review import Review
from slotui.duration import DAY, HOUR
from slotui.report import html
from slotui.report.contents import page
from slotui.report.style import STYLE

NOW = 1763820000.0
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J\u202e&lt;'
VOID = {"meta", "br", "img", "link"}


class Reader(HTMLParser):
    """Every element with its attributes, and that each is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(document: str) -> Reader:
    reader = Reader()
    reader.feed(document)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture
def hostile(make: Callable[..., Review]) -> Review:
    """A review in which everything that comes from outside is hostile, but the names, which specs restrict."""
    at = NOW - 2 * DAY
    entries = tuple(
        Entry(HOSTILE, kind, ("availability",), HOSTILE, HOSTILE, HOSTILE, at, ended=ended, injected=1,
              observed={"availability": 500.0}, ending=ending)
        for kind, ended, ending in [
            ("experiment", at + HOUR, "expired"), ("incident", at + HOUR, "claimed"), ("deploy", at, HOSTILE),
            ("deploy", at, "overridden"), ("experiment", at, "refused"),
        ]
    )  # fmt: skip
    return make([(at, at + HOUR, 0.2)], entries, causes={HOSTILE: 300.0}, missing=HOSTILE)


def test_it_is_well_formed_and_nothing_comes_from_elsewhere(week: Review) -> None:
    document = html.render(page(week))
    found = read(document).found
    tags = {tag for tag, _ in found}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "a", "base"}
    assert not re.search(r"url\(|@import|https?://(?!prometheus\.example)", document)
    assert not any(name.startswith("on") or name in ("src", "href", "style") for _, attrs in found for name in attrs)


def test_what_people_wrote_is_never_markup(hostile: Review, make: Callable[..., Review]) -> None:
    document = html.render(page(hostile))
    found = read(document).found
    assert {tag for tag, _ in found} <= {tag for tag, _ in read(html.render(page(make()))).found} | {
        "g", "rect", "path", "ol", "li", "strong", "pre", "code"
    }  # fmt: skip
    assert not any(name.startswith("on") for _, attrs in found for name in attrs)
    assert "&lt;script&gt;" in document
    assert not set(document) & {"\x1b", "\u202e"}


def test_pictures_are_xml_with_a_title_and_a_description(hostile: Review, week: Review) -> None:
    for review in (hostile, week):
        pictures = re.findall(r"<svg.*?</svg>", html.render(page(review)), re.DOTALL)
        assert len(pictures) == 1
        root = ET.fromstring(pictures[0])  # noqa: S314 - our own picture, which is to be proven harmless
        names = root.attrib["aria-labelledby"].split()
        told = {child.attrib["id"]: child.text or "" for child in root if child.tag in ("title", "desc")}
        assert list(told) == names
        assert "unclaimed" in told[names[1]] or "incident" in told[names[1]]


def test_tables_and_headings_are_labelled(week: Review) -> None:
    document = html.render(page(week))
    found = read(document).found
    ids = [attrs["id"] for _, attrs in found if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in found:
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)
    tables = sum(tag == "table" for tag, _ in found)
    assert tables == sum(tag == "caption" for tag, _ in found) > 5
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in found if tag == "th")
    assert [tag for tag, _ in found if re.fullmatch("h[1-6]", tag)][:2] == ["h1", "h2"]


def test_the_period_is_marked_where_it_is(week: Review) -> None:
    (picture,) = re.findall(r"<svg.*?</svg>", html.render(page(week)), re.DOTALL)
    rect = re.search(r'<rect class="period" x="([\d.]+)" y="\d+" width="([\d.]+)"', picture)
    assert rect is not None
    left, width = float(rect[1]), float(rect[2])
    assert width / (640 - 58 - 12) == pytest.approx(7 / 30, abs=0.002)
    assert left + width == pytest.approx(640 - 12, abs=0.2)


def themes() -> dict[str, dict[str, str]]:
    """The colours of each theme; print changes some of the light one's."""
    found = [
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    ]
    light, dark, printed = found
    return {"light": light, "dark": dark, "print": {**light, **printed}}


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances."""

    def luminance(colour: str) -> float:
        channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_contrast_is_aa(theme: str) -> None:
    colours = themes()[theme]
    for words, grounds in (("ink", ("ground", "panel")), ("soft", ("ground", "period"))):
        for ground in grounds:
            assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    for mark in ("curve", "planned", "incident", "unclaimed", "deploy"):
        for ground in ("ground", "period"):
            assert contrast(colours[mark], colours[ground]) >= 4.5, (mark, ground)

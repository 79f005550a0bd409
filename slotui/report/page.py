"""A review as a page: sections of sentences, tables, charts and tasks, before it has any format.

Texts are as they came, whoever wrote them: each format makes them harmless in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slotui.core.actions import Action
from slotui.core.entry import Entry
from slotui.core.policy import PolicyTier
from slotui.core.review import SloReview


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `numbers` are the columns to set right-aligned; the last column may be a sentence."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chart:
    """The budget of one SLO over its window: the period marked in it, the tiers' lines, what the ledger knows."""

    slo: SloReview
    entries: tuple[Entry, ...]
    tiers: tuple[PolicyTier, ...]


@dataclass(frozen=True, slots=True)
class Tasks:
    """What to do, numbered; `more` were left out."""

    items: tuple[Action, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, and its figures as a table for whoever cannot see it. `draw` makes the SVG, given a name that is
    unique on its page."""

    draw: Callable[[str], str]
    data: Grid


@dataclass(frozen=True, slots=True)
class Points:
    """A list without numbers."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be typed as it stands."""

    line: str


Block = Say | Grid | Chart | Tasks | Figure | Points | Command


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole review: its title, what it rests on, the one sentence to read, then the sections."""

    title: str
    source: str
    lead: str
    sections: tuple[Section, ...]

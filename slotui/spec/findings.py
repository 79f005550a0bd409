"""What reading collects beside the SLOs: every problem, and notes on what was read otherwise than written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from slotui.errors import Problem
from slotui.spec.located import Document, Path_


@dataclass(slots=True)
class Findings:
    """Grows while documents are read. A problem keeps its SLO from being read; a note does not."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, document: Document, path: Path_, what: str, fix: str, *, key: bool = False) -> None:
        """Add a problem at `path`."""
        self.problems.append(document.problem(path, what, fix, key=key))

    def note(self, document: Document, path: Path_, what: str, fix: str) -> None:
        """Add a note at `path`."""
        self.notes.append(document.problem(path, what, fix))


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean …?` for the nearest of the known names, or what to do `otherwise`."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise

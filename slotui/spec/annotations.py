"""What OpenSLO has no field for, as annotations of an SLO: `slotui/runbook`, `slotui/cause-label`, …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slotui.core.sli import Weights
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document, Path_

PREFIX = "slotui/"
_KNOWN = ("runbook", "cause-label", "weights", "per")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Annotations:
    """`runbook`: where its alerts send people. `cause`: the label that says which dependency failed.
    `weights`: what an event counts, by a label. `per`: a label and its values, each with an SLO of its own.
    """

    runbook: str = ""
    cause: str | None = None
    weights: Weights | None = None
    per: tuple[str, tuple[str, ...]] | None = None


def annotations_of(document: Document, written: Mapping[str, Any] | None, findings: Findings) -> Annotations:
    """The annotations that are ours; another tool's are left alone."""
    ours = {name.removeprefix(PREFIX): value for name, value in (written or {}).items() if name.startswith(PREFIX)}
    reader = _Reader(document, findings)
    for name in ours.keys() - set(_KNOWN):
        fix = nearest(name, _KNOWN, f"known: {', '.join(PREFIX + known for known in _KNOWN)}")
        reader.wrong(name, f"unknown annotation {PREFIX}{name}", fix)
    text = {name: str(value).strip() for name, value in ours.items()}
    return Annotations(
        runbook=text.get("runbook", ""),
        cause=reader.label(text.get("cause-label")),
        weights=reader.weights(text.get("weights")),
        per=reader.per(text.get("per")),
    )


class _Reader:
    def __init__(self, document: Document, findings: Findings) -> None:
        self._document = document
        self._findings = findings

    def wrong(self, name: str, what: str, fix: str) -> None:
        path: Path_ = ["metadata", "annotations", PREFIX + name]
        self._findings.wrong(self._document, path, what, fix)

    def label(self, text: str | None) -> str | None:
        if text is None or _LABEL.fullmatch(text):
            return text
        self.wrong("cause-label", f"{text!r} is not a label name", "write the name of one label: cause")
        return None

    def per(self, text: str | None) -> tuple[str, tuple[str, ...]] | None:
        """`tier: gold, silver`."""
        if text is None:
            return None
        label, _, rest = text.partition(":")
        values = tuple(value.strip() for value in rest.split(",") if value.strip())
        if not _LABEL.fullmatch(label.strip()) or not values or len(set(values)) < len(values):
            self.wrong("per", f"{text!r} is not a label and its values", "write `tier: gold, silver`")
            return None
        return label.strip(), values

    def weights(self, text: str | None) -> Weights | None:
        """`tier: gold=5, free=0.5`; `*` for all others, which else weigh 1."""
        if text is None:
            return None
        label, _, rest = text.partition(":")
        pairs = [pair.partition("=") for pair in rest.split(",") if pair.strip()]
        try:
            found = {value.strip(): float(weight) for value, _, weight in pairs}
        except ValueError:
            found = {}
        finite = all(0 <= weight < float("inf") for weight in found.values())
        if not _LABEL.fullmatch(label.strip()) or not found or len(found) < len(pairs) or not finite:
            self.wrong("weights", f"{text!r} are not weights by a label", "write `tier: gold=5, free=0.5, *=1`")
            return None
        otherwise = found.pop("*", 1.0)
        return Weights(label.strip(), tuple(found.items()), otherwise)

"""Where an SLO is written, for warnings that come after reading: part by part, line and column."""

from __future__ import annotations

from dataclasses import dataclass

from slotui.core.lints import Part
from slotui.errors import Location
from slotui.spec.located import Document

Steps = tuple[str | int, ...]
_METRICS = {Part.ELIGIBLE: "total", Part.GOOD: "good", Part.BAD: "bad"}
_QUERY = ("metricSource", "spec", "query")


@dataclass(frozen=True, slots=True)
class Origin:
    """The document of an SLO, its objective in there, and the document that its indicator stands in, at `at`.

    Of other tools' documents just where they begin.
    """

    slo: Document
    sli: Document
    at: Steps
    objective: int = 0

    def locate(self, part: Part) -> Location:
        """Line and column of a part; the nearest thing around it where it is not written out."""
        objective: Steps = ("spec", "objectives", self.objective)
        match part:
            case Part.TARGET:
                written = _has(self.slo, (*objective, "targetPercent"))
                return self.slo.locate((*objective, "targetPercent" if written else "target"))
            case Part.WINDOW:
                return self.slo.locate(("spec", "timeWindow", 0, "duration"))
            case Part.ELIGIBLE | Part.GOOD | Part.BAD:
                threshold = (*self.at, "thresholdMetric")
                if _has(self.sli, threshold):
                    return self.sli.locate((*threshold, *_QUERY))
                return self.sli.locate((*self.at, "ratioMetric", _METRICS[part], *_QUERY))


def _has(document: Document, path: Steps) -> bool:
    return _value(document, path) is not None


def _value(document: Document, path: Steps) -> object:
    value: object = document.data
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value

"""Counts of eligible and bad events along time, and sums of them over any window.

A timeline is a log of spans `(start, end]`: how many events were eligible, how many bad, and how many
seconds of the span were measured. Sums come from running totals, so a window costs two binary
searches however long it is; a span that a window cuts is shared in proportion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Counts:
    """Events in a stretch of time: `measured` is the seconds of it that were seen at all."""

    eligible: float = 0
    bad: float = 0
    measured: float = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.eligible + other.eligible, self.bad + other.bad, self.measured + other.measured)

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.eligible - other.eligible, self.bad - other.bad, self.measured - other.measured)

    @property
    def error_ratio(self) -> float | None:
        """Bad share of the eligible events, or None when there were none."""
        return self.bad / self.eligible if self.eligible > 0 else None


class Span(NamedTuple):
    """Counts of `(start, end]`, both in UTC seconds."""

    start: float
    end: float
    eligible: float
    bad: float
    measured: float

    @property
    def counts(self) -> Counts:
        return Counts(self.eligible, self.bad, self.measured)


class Timeline:
    """Spans in time order, which may have holes between them but never overlap. It only grows."""

    __slots__ = ("_bad", "_eligible", "_ends", "_measured", "_starts")

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []
        # Running totals before each span, and one more after the last.
        self._eligible: list[float] = [0]
        self._bad: list[float] = [0]
        self._measured: list[float] = [0]
        self.extend(spans)

    def __len__(self) -> int:
        return len(self._ends)

    def extend(self, spans: Iterable[Span]) -> None:
        """Append later spans. Raises ValueError for one that starts before the last one ends."""
        last = self._ends[-1] if self._ends else float("-inf")
        all_eligible, all_bad, all_measured = self._eligible[-1], self._bad[-1], self._measured[-1]
        for start, end, eligible, bad, measured in spans:
            if start < last or end <= start:
                raise ValueError(f"span ({start}, {end}] does not come after {last}")
            all_eligible += eligible
            all_bad += bad
            all_measured += measured
            self._starts.append(start)
            self._ends.append(end)
            self._eligible.append(all_eligible)
            self._bad.append(all_bad)
            self._measured.append(all_measured)
            last = end

    def before(self, at: float) -> Timeline:
        """A copy of the spans that end by `at`; growing it leaves this one as it is."""
        whole = bisect_right(self._ends, at)
        copy = Timeline()
        copy._starts, copy._ends = self._starts[:whole], self._ends[:whole]
        copy._eligible, copy._bad = self._eligible[: whole + 1], self._bad[: whole + 1]
        copy._measured = self._measured[: whole + 1]
        return copy

    def part(self, start: float, end: float) -> Timeline:
        """A copy of what lies in `(start, end]`. A span that starts before it is kept whole, the last one is cut.

        >>> line = Timeline([Span(0, 60, 100, 1, 60), Span(60, 120, 100, 3, 60), Span(120, 180, 100, 4, 60)])
        >>> part = line.part(90, 150)
        >>> part.first, part.last, part.between(90, 150).bad
        (60, 150, 3.5)
        """
        left, right = bisect_right(self._ends, start), bisect_right(self._ends, end)
        copy = Timeline()
        copy._starts, copy._ends = self._starts[left:right], self._ends[left:right]
        copy._eligible, copy._bad = self._eligible[left : right + 1], self._bad[left : right + 1]
        copy._measured = self._measured[left : right + 1]
        if right < len(self._ends) and self._starts[right] < end:
            rest = self.between(self._starts[right], end)
            copy.extend([Span(self._starts[right], end, rest.eligible, rest.bad, rest.measured)])
        return copy

    @property
    def first(self) -> float | None:
        """Where the first span starts, or None for an empty timeline."""
        return self._starts[0] if self._starts else None

    @property
    def last(self) -> float | None:
        """Where the last span ends, or None for an empty timeline."""
        return self._ends[-1] if self._ends else None

    def until(self, at: float) -> Counts:
        """Everything up to and including `at`."""
        return Counts(*self._totals(at))

    def _totals(self, at: float) -> tuple[float, float, float]:
        """Eligible, bad and measured up to `at`, as bare numbers: a refresh asks for them some hundred times an SLO."""
        whole = bisect_right(self._ends, at)
        eligible, bad, measured = self._eligible[whole], self._bad[whole], self._measured[whole]
        if whole < len(self._ends) and self._starts[whole] < at:
            share = (at - self._starts[whole]) / (self._ends[whole] - self._starts[whole])
            eligible += share * (self._eligible[whole + 1] - eligible)
            bad += share * (self._bad[whole + 1] - bad)
            measured += share * (self._measured[whole + 1] - measured)
        return eligible, bad, measured

    def between(self, start: float, end: float) -> Counts:
        """Counts of `(start, end]`."""
        eligible, bad, measured = self._totals(end)
        eligible_before, bad_before, measured_before = self._totals(start)
        return Counts(eligible - eligible_before, bad - bad_before, measured - measured_before)

    def trailing(self, window: float, at: float) -> Counts:
        """Counts of the `window` seconds that end at `at`.

        >>> line = Timeline([Span(0, 60, 100, 1, 60), Span(60, 120, 100, 3, 60)])
        >>> line.trailing(60, at=120), line.trailing(60, at=90).bad
        (Counts(eligible=100, bad=3, measured=60), 2.0)
        """
        return self.between(at - window, at)

    def exceeds(self, ratio: float, windows: Iterable[float], at: float) -> bool:
        """Whether more than `ratio` of the events were bad in each of the `windows` (seconds) that end at `at`.

        >>> line = Timeline([Span(0, 60, 100, 1, 60), Span(60, 120, 100, 3, 60)])
        >>> line.exceeds(0.02, (60,), at=120), line.exceeds(0.02, (60, 120), at=120)
        (True, False)
        """
        eligible, bad, _ = self._totals(at)
        for window in windows:
            eligible_before, bad_before, _ = self._totals(at - window)
            total = eligible - eligible_before
            if total <= 0 or (bad - bad_before) / total <= ratio:
                return False
        return True

    def steps(self, start: float, end: float, step: float) -> list[Span]:
        """`(start, end]` cut into spans of `step` seconds, the last one perhaps shorter; holes become zeros."""
        spans = []
        (eligible, bad, measured), left = self._totals(start), start
        while left < end:
            right = min(left + step, end)
            eligible_by, bad_by, measured_by = self._totals(right)
            spans.append(Span(left, right, eligible_by - eligible, bad_by - bad, measured_by - measured))
            eligible, bad, measured, left = eligible_by, bad_by, measured_by, right
        return spans

    def trailing_ratios(self, window: float) -> list[float | None]:
        """At the end of every span, the error ratio of the `window` seconds before it.

        None where the record does not reach that far back, or without eligible events.
        """
        bad, eligible, starts, ends = self._bad, self._eligible, self._starts, self._ends
        ratios: list[float | None] = []
        left, cut = 0, len(ends) and starts[0] + window
        for right, end in enumerate(ends, start=1):
            if end < cut:
                ratios.append(None)
                continue
            start = end - window
            while ends[left] <= start:
                left += 1
            if starts[left] < start:  # the window cuts a span
                ratios.append(self.between(start, end).error_ratio)
                continue
            total = eligible[right] - eligible[left]
            ratios.append((bad[right] - bad[left]) / total if total > 0 else None)
        return ratios

    def crossing(self, allowed: float) -> float | None:
        """The start of the first span by whose end the bad count since the beginning exceeds `allowed`, or None."""
        index = bisect_right(self._bad, allowed)
        return self._starts[index - 1] if index < len(self._bad) else None

    @property
    def starts(self) -> Sequence[float]:
        """The start of every span."""
        return self._starts

    @property
    def ends(self) -> Sequence[float]:
        """The end of every span: the instants at which an exact evaluation is possible."""
        return self._ends

"""Every error a person may see, as one tree, each with its exit code.

    SlotuiError (1)
    ├── UsageError (2)          a flag or a file that cannot be meant
    │   └── SpecError (2)       problems in SLO, policy or config files, each with file:line:column
    ├── RefusedError (3)        policy says no, or nobody can tell
    ├── GuardStopped (4)        a guard ended the spend
    ├── StoppedByPerson (5)     Ctrl-C, SIGTERM, SIGHUP or `chaos halt`
    ├── NoTrafficError (6)      no request met the fault
    ├── SourceError (7)         metrics stale or unreachable
    ├── OutsidePrediction (8)   the cost fell outside the predicted interval
    ├── StoreError (1)          a database or disk in the way
    ├── DeliveryError (1)       a message that nobody took
    └── LabError (1)            a port, a child process or a machine in the way

A message says what happened and where; `fix` says what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SlotuiError(Exception):
    """Base of all: `what` happened (one sentence), and `fix`, the next thing to type or change."""

    exit_code = 1

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n  {self.fix}" if self.fix else self.what


class UsageError(SlotuiError):
    """A flag, an argument or a file that cannot be meant."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: 1-based line and column, as editors count."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file, and what to do about it."""

    where: Location
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n  {self.fix}"


class SpecError(UsageError):
    """All problems of the SLO, policy or config files that were read, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RefusedError(SlotuiError):
    """Policy forbids it, or too little is known to allow it."""

    exit_code = 3


class GuardStopped(SlotuiError):
    """A guard (spend cap, floor, unexplained burn) ended the spend."""

    exit_code = 4


class StoppedByPerson(SlotuiError):
    """Somebody ended the spend before its time."""

    exit_code = 5


class NoTrafficError(SlotuiError):
    """The fault was on, and no request met it."""

    exit_code = 6


class SourceError(SlotuiError):
    """The metrics are stale or unreachable."""

    exit_code = 7


class OutsidePrediction(SlotuiError):
    """The measured cost fell outside the interval that was predicted."""

    exit_code = 8


class StoreError(SlotuiError):
    """A database file that cannot be read or written: locked, full disk, broken."""


class DeliveryError(SlotuiError):
    """A message that could not be handed over."""


class LabError(SlotuiError):
    """The lab cannot start or go on: a port in use, a dead child, no Prometheus."""

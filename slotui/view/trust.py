"""The first two questions: can I trust this screen, and is anything burning?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slotui.core.states import SloState, SourceState
from slotui.duration import compact, rough
from slotui.view.ink import Line, Piece, Role, clip, fit, line, spread, wrapped
from slotui.view.words import UNICODE, Glyphs, clock_time, day_time, measured_share, state_role

if TYPE_CHECKING:
    from slotui.core.board import Board, SourceStatus

_WIDE = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """A frozen screen: since when (UTC seconds), how many boards came after it, and how the last of them was."""

    at: float
    newer: int
    newest: SourceState


def trust(
    board: Board,
    *,
    now: float,
    elapsed: float = 0.0,
    columns: int = 80,
    pause: Pause | None = None,
    glyphs: Glyphs = UNICODE,
) -> Line:
    """Source, age of the data, coverage. `elapsed` is the seconds since the board was made; `now` is for the corner."""
    corner = line(" ", (f"{clock_time(now)} UTC ", Role.DIM))
    return spread(
        line((" slotui  ", Role.STRONG), *_condition(board, elapsed, columns, pause, glyphs)), corner, columns
    )


def waiting(kind: str, url: str, *, now: float, waited: float, columns: int, glyphs: Glyphs = UNICODE) -> Line:
    """The trust line before there is any board."""
    corner = line(" ", (f"{clock_time(now)} UTC ", Role.DIM))
    head = line(
        (" slotui  ", Role.STRONG),
        (f"{glyphs.waiting} WAITING {rough(waited)}", Role.NO_DATA),
        f"   for {kind} at {url}",
    )
    return spread(head, corner, columns)


def _condition(
    board: Board, elapsed: float, columns: int, pause: Pause | None, glyphs: Glyphs
) -> tuple[str | tuple[str, Role], ...]:
    source = board.source
    if pause is not None:
        dead = "" if pause.newest == "live" else f"; the source is {pause.newest.upper()} now"
        return ((f"{glyphs.paused} PAUSED at {clock_time(pause.at)}", Role.LOW), f" ({pause.newer} newer{dead})")
    match source.state:
        case "live" if source.kind == "replay":
            return (
                (f"{glyphs.replay} REPLAY", Role.CHAOS),
                f"  as of {day_time(board.at)}  {_coverage(board)}  {source.url}",
            )
        case "live":
            return (
                (f"{glyphs.live} LIVE", Role.OK),
                f" {compact(board.refresh)}" if board.refresh else "",
                f"  {_age(source, elapsed)}  {source.kind} ok",
                f" at {source.url}" if columns >= _WIDE else "",
                f"  {_coverage(board)}",
            )
        case "stale":
            return (
                (f"{glyphs.stale} STALE{_stale_for(source, elapsed)}", Role.TICKET),
                f"  last good {clock_time(last_good(board))}" if source.age is not None else "",
                f"  {_retry(source, elapsed)}" if source.retry_in is not None else "",
                f"  {source.error or f'{source.kind} answers, but its data is old'}",
            )
        case "down":
            return (
                (f"{glyphs.down} DOWN", Role.PAGE),
                f"  no answer from {source.kind}",
                f"  {_retry(source, elapsed)}" if source.retry_in is not None else "",
                f"  {source.url}" if columns >= _WIDE else "",
            )


def _age(source: SourceStatus, elapsed: float) -> str:
    return "no data yet" if source.age is None else f"data {rough(source.age + elapsed)} old"


def _stale_for(source: SourceStatus, elapsed: float) -> str:
    return "" if source.age is None else f" {rough(source.age + elapsed)}"


def last_good(board: Board) -> float:
    """The instant (UTC seconds) that the numbers of a board speak of."""
    source = board.source
    return board.at if source.state == "live" or source.age is None else board.at - source.age


def _retry(source: SourceStatus, elapsed: float) -> str:
    left = (source.retry_in or 0.0) - elapsed
    return f"retry in {rough(left)}" if left >= 1 else "retrying"


def _coverage(board: Board) -> str:
    """How many SLOs have no data at all; else the lowest coverage of any."""
    if not board.slos:
        return ""
    missing = sum(1 for slo in board.slos if slo.state is SloState.NO_DATA)
    if missing:
        return f"{len(board.slos) - missing} of {len(board.slos)} have data"
    least = min((slo.coverage for slo in board.slos), default=1.0)
    return "all measured" if least >= 0.999 else f"coverage {measured_share(least)}"


def verdict_lines(
    board: Board, columns: int, height: int, glyphs: Glyphs = UNICODE, *, for_policy: int = 1
) -> list[Line]:
    """The verdict sentence, then what the policy wants, in at most `height` lines.

    Where both are too long, `for_policy` lines are kept for the policy and the verdict has the rest.
    """
    told = board.source.state == "live"
    role = state_role(board.verdict.state) if told else Role.NO_DATA
    glyph = glyphs.states[board.verdict.state] if told else "?"
    sentence = wrapped(board.verdict.sentence, columns - 1, first=f" {glyph} ", rest="   ", role=role)
    policy = policy_lines(board.verdict.policy, columns)
    if len(sentence) + len(policy) <= height:
        return [*sentence, *policy]
    sentence = clip(sentence, max(1, height - for_policy), columns - 1)
    return [*sentence, *clip(policy, max(0, height - len(sentence)), columns - 1)]


def policy_lines(text: str, columns: int, indent: str = "   ") -> list[Line]:
    """`TIER: what it allows`, wrapped, the tier's name set off."""
    if not text:
        return []
    rows = wrapped(text, columns - 1, first=indent, rest=indent)
    head, colon, rest = rows[0][0].text.partition(":")
    if colon:
        rows[0] = (Piece(head + colon, Role.STRONG), Piece(rest))
    return rows


def what_failed(source: SourceStatus, columns: int) -> list[Line]:
    """For a source that never answered: what failed, and what to type next."""
    rows = wrapped(f"No answer from {source.kind} at {source.url}", columns - 1, first=" ", rest=" ", role=Role.STRONG)
    rows += wrapped(source.error or "it has not said why", columns - 1, first="   ", rest="   ")
    rows.append(())
    rows += [line(f" {fit(why, 22)}", (command, Role.KEY)) for why, command in _next_steps(source)]
    return rows


def _next_steps(source: SourceStatus) -> list[tuple[str, str]]:
    match source.kind:
        case "prometheus":
            return [
                ("is it up?", f"curl {source.url.rstrip('/')}/-/ready"),
                ("another server", "slotui watch --prometheus URL"),
                ("the training lab", "slotui lab up"),
            ]
        case "scrape":
            return [
                ("does it answer?", f"curl {source.url}"),
                ("another target", "slotui watch --scrape URL"),
                ("the training lab", "slotui lab up"),
            ]
        case _:
            return [("another file", "slotui watch --replay FILE"), ("the training lab", "slotui lab up")]

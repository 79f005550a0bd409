"""A Board as plain text: what `slotui status` prints, and one line of it for logs."""

from __future__ import annotations

from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.duration import HOUR
from slotui.view.forecast import since
from slotui.view.ink import Line, Role, plain, rule
from slotui.view.ink import line as ink
from slotui.view.sections import SPENT_TITLE, alerts, faults, spent_row
from slotui.view.standing import excused
from slotui.view.table import header, note, row
from slotui.view.trust import last_good, trust, verdict_lines, what_failed
from slotui.view.words import UNICODE, Glyphs, clock_time, coverage_note, gone_in, state_word

_COLUMNS = 80
_VERDICT_LINES = 8
"""Text has room for whole sentences; this only stops an error body of a thousand lines."""


def render(board: Board, *, glyphs: Glyphs = UNICODE, columns: int = _COLUMNS) -> str:
    """The whole board in the words of the screen, `columns` wide, without colours."""
    was = board.source.state != "live"
    rows: list[Line] = [
        trust(board, now=board.at, columns=columns, glyphs=glyphs),
        *verdict_lines(board, columns, _VERDICT_LINES, glyphs),
        rule(columns, dash=glyphs.dash),
    ]
    if not board.slos:
        rows.append(ink(" no SLO to watch: name files or folders with --slos"))
        return _joined(rows)
    rows.append(header(columns))
    rows += [row(slo, columns, was=was, glyphs=glyphs) for slo in board.slos]
    if board.source.state == "down":
        return _joined([*rows, (), *what_failed(board.source, columns)])
    rows += [note(slo, columns, glyphs=glyphs) for slo in board.slos if slo.problem or coverage_note(slo)]
    rows += [ink((f" {slo.name}: ", Role.DIM), told) for slo in board.slos for told in excused(slo)]
    rows += [ink((f" {slo.name}: ", Role.DIM), since(slo.balance)) for slo in board.slos if slo.balance]
    rows.append(rule(columns, ("CHAOS", Role.STRONG), dash=glyphs.dash))
    rows += faults(board, last_good(board), columns, glyphs)
    rows.append(rule(columns, ("ALERTS", Role.STRONG), dash=glyphs.dash))
    rows += alerts(board, last_good(board), columns, len(board.slos) * 4, glyphs)[0]
    rows.append(rule(columns, *SPENT_TITLE, dash=glyphs.dash))
    rows += [spent_row(slo, columns) for slo in board.slos]
    return _joined(rows)


def line(board: Board) -> str:
    """One line a refresh: time, source, verdict, then each SLO's budget left, burn over 1 h and time to exhaustion."""
    was = board.source.state != "live"
    head = f"{clock_time(board.at)}Z {board.source.state.upper()}  {board.verdict.sentence}"
    return plain(ink(" | ".join([head, *(_brief(slo, was=was) for slo in board.slos)])))


def _brief(slo: SloBoard, *, was: bool) -> str:
    state = state_word(slo.state, was=was)
    return f"{slo.name} {state} {percent(slo.remaining)} {burn(slo.burns.get(HOUR))} {gone_in(slo)}"


def _joined(rows: list[Line]) -> str:
    return "\n".join(plain(row) for row in rows)

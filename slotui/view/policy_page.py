"""What policy makes of one SLO, on a page: its tier, what that allows, what ends it, who may override, the ladder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slotui.core.blackout import Blackout, Opening
from slotui.core.board import Board, SloBoard
from slotui.core.excused import PolicyException
from slotui.core.figures import burn, percent
from slotui.core.ground import leaving
from slotui.core.policy import PolicyTier, Standing
from slotui.duration import compact, rough
from slotui.view.ink import Line, Role, crop, dimmed, fit, line, rule, wrapped
from slotui.view.standing import excused, moved_by
from slotui.view.table import tier_role
from slotui.view.words import Glyphs, day_time

_LABEL = 13

_DEPLOYS: Mapping[str, str] = {
    "allowed": "as usual",
    "reviewed": "each is reviewed for reliability first",
    "frozen": "none but reliability work; slotui gate says no",
}
_EXPERIMENTS: Mapping[str, str] = {
    "allowed": "within the guards of chaos inject",
    "limited": "none whose price could reach a stricter tier",
    "forbidden": "chaos inject refuses them",
}

_ROLES: Mapping[str, Role] = {"allowed": Role.OK, "reviewed": Role.LOW, "limited": Role.LOW}


def policy_page(slo: SloBoard, board: Board, columns: int, glyphs: Glyphs) -> list[Line]:
    """All of it, as many lines as that takes. Of a board that is not live, what was, greyed."""
    was = board.source.state != "live"

    def titled(title: str, note: str = "") -> Line:
        return rule(columns, (title, Role.STRONG), f" {note}" if note else "", dash=glyphs.dash)

    rows = [
        *_now(slo, board, columns, was=was),
        titled("ALLOWS"),
        *_allows(slo, columns),
        titled("ENDS"),
        *_ends(slo, board, columns),
        titled("WHO MAY OVERRIDE"),
        *_override(slo, columns),
        titled("LADDER", board.policy_name),
        *_ladder(slo, board, columns, glyphs),
        titled("BLACKOUTS", "no experiment begins or runs in one"),
        *_blackouts(slo, board, columns),
        titled("EXCEPTIONS", "what the tier is judged without"),
        *_exceptions(slo, board, columns),
    ]
    rows = [crop(row, columns) for row in rows]
    return [dimmed(row) for row in rows] if was else rows


def _now(slo: SloBoard, board: Board, columns: int, *, was: bool) -> list[Line]:
    name = (slo.name, Role.STRONG)
    if slo.standing is None:
        return [
            line((f" {'was ' if was else ''}HOLD  ", Role.NO_DATA), name),
            *_said(f"too little is known to decide: {slo.problem or 'nothing was counted in its window'}", columns),
        ]
    tier = slo.standing.tier
    left = f"   {percent(slo.remaining)} left   {_since(slo.standing, board.at)}"
    head = line((f" {'was ' if was else ''}{tier.name.upper()}  ", tier_role(tier)), name, left)
    return [head, *_said(tier.action, columns), *(row for note in moved_by(slo) for row in _said(note, columns))]


def _since(standing: Standing, at: float) -> str:
    if standing.burning is not None:
        return "while it burns so"
    if standing.since is None:
        return "since before the record began"
    return f"since {day_time(standing.since)} UTC, {rough(max(0.0, at - standing.since))}"


def _allows(slo: SloBoard, columns: int) -> list[Line]:
    tier = slo.tier
    if tier is None:
        return _said("nothing: no data, no decision", columns, role=Role.NO_DATA)
    rows = [
        _allowed("deploys", tier.deploys, _DEPLOYS[tier.deploys]),
        _allowed("experiments", tier.experiments, _EXPERIMENTS[tier.experiments]),
    ]
    for severity in ("page", "ticket"):
        tiers = [status.tier for status in slo.alerts if status.tier.severity == severity]
        if tiers:
            told = ", ".join(f"{one.factor:.4g}x over {compact(one.long)}" for one in tiers)
            first = f"   {fit(f'{severity} at', _LABEL)}"
            rows += wrapped(told, columns - 1, first=first, rest=" " * len(first))
    if any(status.firing and status.tier.severity == "page" for status in slo.alerts):
        rows += _said("a page fires: slotui gate says no to every deploy until it is over", columns, role=Role.PAGE)
    return rows


def _allowed(what: str, rule: str, meaning: str) -> Line:
    return line(f"   {fit(what, _LABEL)}", (fit(rule, 11), _ROLES.get(rule, Role.SPENT)), meaning)


def _ends(slo: SloBoard, board: Board, columns: int) -> list[Line]:
    if slo.standing is None:
        return _said("with the first counted requests", columns)
    rows = []
    ends = leaving(slo.standing)
    if ends:
        back = slo.standing.tier.leave_at
        judged = slo.policy_remaining
        away = ""
        if back is not None and judged is not None and back > judged and slo.standing.burning is None:
            away = f" ({percent(back - judged)} of the budget to win back)"
        rows += _said(f"{ends}{away}", columns)
    else:
        rows += _said("it is the most relaxed tier: nothing to leave", columns, role=Role.DIM)
    stricter = board.tiers[board.tiers.index(slo.standing.tier) + 1 :] if slo.standing.tier in board.tiers else ()
    for tier in stricter:
        rows += _said(f"{tier.name} {_enters(slo, tier)}", columns)
    return rows


def _enters(slo: SloBoard, tier: PolicyTier) -> str:
    """How a stricter tier begins, and how far away that is."""
    ways = []
    if tier.enter_below is not None:
        way = f"{'at' if tier.enter_inclusive else 'below'} {_share(tier.enter_below)} left"
        if slo.policy_remaining is not None and slo.policy_remaining > tier.enter_below:
            way += f", {percent(slo.policy_remaining - tier.enter_below)} of the budget away"
        if tier.enter_days_left is not None and slo.slo.calendar is not None:
            way += f", with more than {tier.enter_days_left:g} days left"
        ways.append(way)
    if tier.also_while is not None:
        now = burn(slo.burns.get(tier.also_while.window))
        ways.append(f"while it burns over {tier.also_while.over:g}x in {compact(tier.also_while.window)} (now {now})")
    return ", or ".join(ways)


def _override(slo: SloBoard, columns: int) -> list[Line]:
    tier = slo.tier
    if tier is None:
        return _said("nobody: what is not known is not overridden", columns)
    if tier.approvers:
        return _said(f"{', '.join(tier.approvers)}, and nobody else: slotui gate --approved-by NAME checks", columns)
    if tier.override:
        return _said(f"{tier.override}: slotui gate --approved-by NAME --reason TEXT", columns)
    quiet = "nothing to override" if tier.deploys == "allowed" else "this tier names nobody"
    return _said(quiet, columns, role=Role.DIM)


def _ladder(slo: SloBoard, board: Board, columns: int, glyphs: Glyphs) -> list[Line]:
    """Every tier, the most relaxed first; the present one has the cursor."""
    name = min(20, max([len(tier.name) for tier in board.tiers], default=4))
    rows = [line((f"   {fit('TIER', name)}  DEPLOYS   EXPERIMENTS  WITH SO MUCH OF THE BUDGET LEFT", Role.DIM))]
    for tier in board.tiers:
        here = tier == slo.tier
        mark = f"{glyphs.cursor if here else ' '}  "
        named = (f"{fit(tier.name.upper(), name)}  ", tier_role(tier) if here else Role.PLAIN)
        borders = ", ".join(_borders(tier)) or "as long as nothing stricter holds"
        rows.append(line((mark, Role.KEY), named, f"{fit(tier.deploys, 8)}  {fit(tier.experiments, 11)}  {borders}"))
    return rows if board.tiers else _said("no policy has come yet", columns, role=Role.DIM)


def _borders(tier: PolicyTier) -> Iterator[str]:
    if tier.enter_below is not None:
        yield f"{'at' if tier.enter_inclusive else 'below'} {_share(tier.enter_below)}"
        if tier.leave_at is not None:
            yield f"until {_share(tier.leave_at)}"
        if tier.leave_after is not None:
            yield f"{'or ' if tier.leave_at is not None else 'until '}{rough(tier.leave_after)} later"
    if tier.also_while is not None:
        yield f"while over {tier.also_while.over:g}x in {compact(tier.also_while.window)}"


def _blackouts(slo: SloBoard, board: Board, columns: int) -> list[Line]:
    found: list[tuple[Blackout, Opening]] = []
    for blackout in board.blackouts:
        opening = blackout.next_opening(board.at)
        if opening is not None and blackout.concerns([slo.name], slo.slo.service):
            found.append((blackout, opening))
    if not found:
        none = "none to come" if board.blackouts else "the policy has none"
        return _said(none, columns, role=Role.DIM)
    return [row for pair in sorted(found, key=lambda pair: pair[1]) for row in _blackout(*pair, board.at, columns)]


def _blackout(blackout: Blackout, opening: Opening, at: float, columns: int) -> list[Line]:
    span = f"{day_time(opening.start)} to {day_time(opening.end)} UTC"
    if opening.start <= at:
        return _said(f"OPEN  {blackout.name}: {span}, {rough(opening.end - at)} to go", columns, role=Role.TICKET)
    return _said(f"in {rough(opening.start - at)}  {blackout.name}: {span}", columns)


def _exceptions(slo: SloBoard, board: Board, columns: int) -> list[Line]:
    rows = [row for told in excused(slo) for row in _said(told, columns)]
    for one in board.exceptions:
        if one.covers(slo.name) and one.end > board.at:
            rows += _said(_to_come(one, board.at), columns, role=Role.LOW if one.start <= board.at else Role.PLAIN)
    return rows or _said("none in this window, and none to come", columns, role=Role.DIM)


def _to_come(one: PolicyException, at: float) -> str:
    when = f"NOW, {rough(one.end - at)} to go" if one.start <= at else f"in {rough(one.start - at)}"
    span = f"{day_time(one.start)} to {day_time(one.end)} UTC"
    return f"{when}  {one.kind}: {span}, {one.reason} ({one.approver})"


def _share(share: float) -> str:
    return f"{100 * share:.6g}%"


def _said(text: str, columns: int, *, role: Role = Role.PLAIN) -> list[Line]:
    return wrapped(text, columns - 1, first="   ", rest="     ", role=role)

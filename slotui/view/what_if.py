"""The what-if line's answer: what an imagined outage would cost, leave and set off."""

from __future__ import annotations

from slotui.core.alerts import AlertTier
from slotui.core.board import SloBoard
from slotui.core.figures import burn, cost, percent
from slotui.core.what_if import WhatIf
from slotui.duration import compact, rough
from slotui.errors import UsageError
from slotui.view.ink import Line, Role, crop, wrapped
from slotui.view.table import tier_role
from slotui.view.words import number


def answer(found: WhatIf, slo: SloBoard, columns: int) -> list[Line]:
    """Cost; what is left, and in which tier; which alerts fire, and when. A line each where there is room."""
    asked = found.outage
    rows = [
        *_said(
            f"{percent(asked.ratio).replace('.0%', '%')} errors for {compact(asked.seconds)} would cost "
            f"{cost(found.share)} of the {slo.slo.window_label} budget",
            columns,
            role=Role.STRONG,
        ),
        *_said(f"leaves {percent(found.left_after)} of {percent(found.left)}; {_tier(found)}", columns),
    ]
    if found.tier_after is not None and found.tier_after != found.tier:
        rows[-1] = tuple(piece._replace(role=tier_role(found.tier_after)) for piece in rows[-1])
    fires = ", ".join(_fires(tier, after) for tier, after in found.fires)
    pages = any(tier.severity == "page" for tier, _ in found.fires)
    role = Role.PAGE if pages else Role.TICKET if fires else Role.DIM
    rows += _said(f"fires {fires}" if fires else "no alert would fire", columns, role=role)
    basis = f"{number(found.bad)} bad at {found.rate:.3g} {slo.slo.unit}/s, as in the last hour"
    return [*rows, *_said(f"{basis}; burn {burn(found.burn)}", columns, role=Role.DIM)]


def nothing_to_go_by(columns: int) -> list[Line]:
    """Where no traffic was seen for an hour, and so nothing can be told."""
    return _said("nothing came in the last hour, so there is nothing to go by", columns, role=Role.QUIET)


def unread(error: UsageError, columns: int) -> list[Line]:
    """What was typed is no outage: what to type."""
    rows = _said(error.what, columns, role=Role.TICKET) if error.what else []
    return rows + _said(error.fix, columns, role=Role.KEY)


def _tier(found: WhatIf) -> str:
    if found.tier is None or found.tier_after is None:
        return "no policy tier is known"
    if found.tier_after == found.tier:
        return f"tier {found.tier.name.upper()} stays"
    return f"tier {found.tier.name.upper()}, then {found.tier_after.name.upper()}"


def _fires(tier: AlertTier, after: float) -> str:
    when = f"after {rough(after)}" if after > 0 else "already"
    return f"{tier.severity} {compact(tier.long)} {when}"


def _said(text: str, columns: int, *, role: Role = Role.PLAIN) -> list[Line]:
    return [crop(row, columns) for row in wrapped(text, columns - 1, first=" ", rest="   ", role=role)]

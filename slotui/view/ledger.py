"""The bank account of an SLO, and one entry in full, as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slotui.clock import to_iso
from slotui.core.account import Account, Posting
from slotui.core.entry import PLANNED, Entry, Estimate, Reconciliation, reconcile
from slotui.core.figures import cost, percent
from slotui.core.plain import clean
from slotui.duration import compact
from slotui.view.ink import fit
from slotui.view.words import coverage_note, day_time, number, target

_WHEN = 26
_WHAT = 24
_MARK = "  "


def account_text(account: Account) -> str:
    """The account, a line a posting, then the split with and without what is excluded."""
    return "\n".join(line.rstrip() for line in _lines(account))


def _lines(account: Account) -> Iterator[str]:
    slo = account.slo
    head = f"{slo.name}, {target(slo.slo.target)} of {slo.slo.unit} {slo.slo.over}"
    yield f"{head}: {day_time(account.start)} to {day_time(account.at)} UTC"
    if (note := coverage_note(slo)) is not None:
        yield f"{_MARK}{note}"
    yield ""
    yield _row("when (UTC)", "what", "bad", "budget", "left")
    left = account.opening
    yield _amount(account, day_time(account.start), "opening balance", None, left)
    for posting in account.postings:
        left -= posting.bad
        yield _posting(account, posting, left)
    left -= account.rest
    yield _amount(account, "", "the rest, unexplained", -account.rest, left, "too slow or too small for a stretch")
    if account.rolled_off:
        left += account.rolled_off
        yield _amount(account, "", "rolled off", account.rolled_off, left, "left the window since")
    if account.granted:
        left += account.granted
        yield _amount(account, "", "budget of the traffic", account.granted, left, _traffic(account))
    yield _amount(account, day_time(account.at), "balance", None, account.left)
    yield ""
    yield from _split(account)
    for ahead in account.ahead:
        stretch = f"{day_time(ahead.start)} to {day_time(ahead.end)}"
        yield f"{_MARK}rolls off by {day_time(ahead.leaves_by)}: {cost(ahead.share)}, spent {stretch}"
    yield from _offer(account)


def _posting(account: Account, posting: Posting, left: float) -> str:
    entry = posting.entry
    when = _stretch(posting.start, posting.end)
    if entry is None:
        return _amount(account, when, "unclaimed", -posting.bad, left, "nobody claimed it" + _excluded(posting))
    what = f"{fit(entry.kind, 11)} {entry.id}"
    said = _said(entry) + _excluded(posting)
    if posting.kind == "mark":
        return _row(when, what, "", "", "", said + ("; still on" if entry.open else ""))
    note = "" if posting.measured else "; never measured: the record's count"
    return _amount(account, when, what, -posting.bad, left, said + ("; still on" if entry.open else "") + note)


def _traffic(account: Account) -> str:
    return "more was counted, more is allowed" if account.granted > 0 else "less was counted, less is allowed"


def _said(entry: Entry) -> str:
    """What an entry says of itself, in one line."""
    told = [entry.reason, entry.fault] if entry.kind == "deploy" else [entry.fault, entry.reason]
    words = ": ".join(part for part in told if part)
    if entry.about is not None:
        words = f"excludes {entry.about}: {words}"
    return words + (f" ({entry.ending})" if entry.kind in PLANNED and entry.ending else "")


def _excluded(posting: Posting) -> str:
    if posting.excluded <= 0:
        return ""
    return " [excluded]" if posting.excluded > 0.999 * posting.bad else " [excluded in part]"


def _amount(account: Account, when: str, what: str, bad: float | None, left: float, said: str = "") -> str:
    change = "" if bad is None else f"{'+' if bad > 0 else ''}{number(bad)}"
    share = "" if bad is None else _signed(bad / account.allowed)
    return _row(when, what, change, share, percent(left / account.allowed), said)


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else '-' if share < 0 else ''}{cost(abs(share))}"


def _row(when: str, what: str, bad: str, share: str, left: str, said: str = "") -> str:
    numbers = f"{bad:>11} {share:>9} {left:>8}"
    return f"{_MARK}{fit(when, _WHEN)} {fit(clean(what), _WHAT)} {numbers}  {clean(said)}"


def _stretch(start: float, end: float) -> str:
    if end <= start:
        return day_time(start)
    first, last = day_time(start), day_time(end)
    return f"{first} to {last[6:] if first[:5] == last[:5] else last}"


def _split(account: Account) -> Iterator[str]:
    """The sums; beside them those without what is excluded, where anything is."""
    spent, kept = account.spent, account.kept
    apart = kept != spent
    yield f"{_MARK}{'':<14} {'bad':>12} {'budget':>9}" + (f"   {'without the excluded':>22}" if apart else "")
    rows = [
        ("planned", spent.planned, kept.planned),
        ("incidents", spent.incident, kept.incident),
        ("unexplained", spent.unexplained, kept.unexplained),
        ("spent", spent.total, kept.total),
        ("left", account.left, account.left_without),
    ]
    for name, bad, without in rows:
        both = f"   {number(without):>12} {cost(without / account.allowed):>9}" if apart else ""
        yield f"{_MARK}{name:<14} {number(bad):>12} {cost(bad / account.allowed):>9}{both}"


def _offer(account: Account) -> Iterator[str]:
    """How to claim the costliest stretch that nobody claimed."""
    found = max(account.unclaimed, key=lambda posting: posting.bad, default=None)
    if found is not None:
        stretch = f"{to_iso(found.start)} {to_iso(found.end)}"
        yield f"{_MARK}was it an incident? slotui ledger claim {stretch} --slo {account.slo.name} --reason TEXT"


def entry_text(entry: Entry, others: Iterable[Entry] = ()) -> str:
    """Everything of an entry, with its bill, and which of the `others` exclude it."""
    rows = [
        ("entry", entry.id),
        ("kind", entry.kind),
        ("SLOs", ", ".join(entry.slos) or "all"),
        ("operator", entry.operator),
        ("reason", entry.reason),
        ("fault", entry.fault),
        ("about", entry.about or ""),
        ("started", to_iso(entry.started)),
        ("planned end", to_iso(entry.planned_end) if entry.planned_end is not None else ""),
        ("ended", _ended(entry)),
        ("excluded by", ", ".join(f"{one.id} ({one.kind})" for one in others if one.about == entry.id)),
    ]
    lines = [f"{name:<12} {clean(value)}" for name, value in rows if value]
    if entry.spends:
        lines += ["", f"{'bad events':<28} {'predicted':>22} {'injected':>10} {'observed':>10} {'unexplained':>12}"]
        lines += [_bill(bill) for bill in reconcile(entry)]
    return "\n".join(lines)


def _ended(entry: Entry) -> str:
    if entry.ended is None:
        return "not yet"
    lasted = entry.ended - entry.started
    after = f", after {compact(max(1, round(lasted)))}" if lasted > 0 else ""
    return f"{to_iso(entry.ended)}{after}: {entry.ending or 'ended'}"


def _bill(bill: Reconciliation) -> str:
    numbers = [
        f"{_estimate(bill.predicted):>22}",
        *(f"{_count(value):>{size}}" for value, size in ((bill.injected, 10), (bill.observed, 10))),
        f"{_count(bill.unexplained):>12}",
    ]
    warning = "  more than was injected: something else burned too" if bill.suspicious else ""
    return f"{fit(clean(bill.slo), 28)} {' '.join(numbers)}{warning}"


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{number(estimate.mid)} ({number(estimate.low)}-{number(estimate.high)})"


def _count(value: float | None) -> str:
    return "-" if value is None else number(value)

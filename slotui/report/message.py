"""A review as a message of Slack's shape, which Mattermost and Rocket.Chat take too: `text` and `blocks`.

Slack's limits: 50 blocks a message, 150 characters in a header, 3000 in the text of a block.
https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from slotui.core.actions import MOST, Action, actions, cost_words
from slotui.core.figures import percent
from slotui.core.plain import clean
from slotui.core.review import Review, SloReview
from slotui.report.words import coverage, lead, points, rests_on, title, went

BLOCKS, HEADER, TEXT = 50, 150, 3000

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SECTIONS = BLOCKS - 6
"""What header, lead, tasks and source leave for the SLOs."""


def payload(review: Review) -> dict[str, Any]:
    """The body to post. `text` is what a notification shows."""
    sections = list(_packed([_slo(slo) for slo in review.slos]))
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(clean(title(review)), HEADER)}},
        _section(escaped(lead(review), TEXT)),
        *[_section(text) for text in sections[:_SECTIONS]],
    ]
    if len(sections) > _SECTIONS:
        blocks.append(_section("and more SLOs than a message holds"))
    found = actions(review)
    if found:
        blocks += [{"type": "divider"}, _section(_tasks(found))]
    blocks.append(
        {"type": "context", "elements": [_words(escaped(rests_on(review.board.source, review.period), TEXT))]}
    )
    return {"text": f"{escaped(title(review), HEADER)}: {escaped(lead(review), TEXT - 2 * HEADER)}", "blocks": blocks}


def escaped(text: str, most: int) -> str:
    """One line in at most `most` characters, in which nothing is a mention, a link or a channel.

    >>> escaped("<!channel> a & b", 40), escaped("<<<", 9)
    ('&lt;!channel&gt; a &amp; b', '&lt;&lt;…')
    """
    kept: list[str] = []
    size = 0
    found = [_ENTITIES.get(char, char) for char in clean(text)]
    whole = sum(map(len, found)) <= most
    for part in found:
        if not whole and size + len(part) > most - 1:
            return "".join(kept) + "…"
        kept.append(part)
        size += len(part)
    return "".join(kept)


def _slo(slo: SloReview) -> str:
    if slo.account is None:
        return escaped(f"{slo.name}: no data, {slo.board.problem or 'no eligible events'}", TEXT)
    against = "" if slo.trend is None else f" ({points(slo.trend)})"
    gap = "" if slo.coverage >= 0.999 else f", {coverage(slo)} measured"
    figures = f": spent {percent(slo.spent)}{against}, left {went(slo)}, tier {slo.board.tier_name}{gap}"
    return f"*{escaped(slo.name, 200)}*{escaped(figures, TEXT - 202)}"


def _tasks(found: Iterable[Action]) -> str:
    told = list(found)
    most = (TEXT - 100) // MOST
    rows = [
        escaped(f"{number}. {item.slo}{f', {cost_words(item)}' if item.cost > 0 else ''}: {item.what}", most)
        for number, item in enumerate(told[:MOST], 1)
    ]
    more = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
    return "\n".join(["*What to do*", *rows, *more])


def _packed(lines: Iterable[str]) -> Iterator[str]:
    """Lines in as few texts as hold them."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > TEXT:
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield text


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _words(text)}


def _words(text: str) -> dict[str, Any]:
    # Verbatim: Slack makes no links of what looks like a name or an address.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

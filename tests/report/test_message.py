"""The message that is posted: Slack's shape, inside Slack's limits, whatever is in the review."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from slotui.core.review import Review
from slotui.report.message import BLOCKS, HEADER, TEXT, escaped, payload


def texts(body: dict[str, object]) -> list[str]:
    """Every text that is formatted by whoever shows it."""
    found: list[str] = []

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") == "mrkdwn":
                found.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(body)
    return found


def test_a_week_says_what_was_spent_and_what_to_do(week: Review) -> None:
    body = payload(week)
    assert "availability spent 29.9% of its budget" in body["text"]
    assert [block["type"] for block in body["blocks"]] == [
        "header",
        "section",
        "section",
        "divider",
        "section",
        "context",
    ]
    words = "\n".join(texts(body))
    assert "*availability*: spent 29.9% (+22.1 points), left 66.7% → 44.6%, tier caution" in words
    assert "1. availability, 17.4% of the budget: find out what burned" in words
    json.dumps(body)


def test_a_message_stays_inside_slacks_limits(make: Callable[..., Review]) -> None:
    review = make()
    known = review.slos[0]
    name = "a" * 250
    many = replace(known, board=replace(known.board, slo=replace(known.board.slo, name=name)))
    body = payload(replace(review, slos=(many,) * 2000))
    assert len(body["blocks"]) <= BLOCKS
    assert all(0 < len(text) <= TEXT for text in texts(body))
    assert len(body["blocks"][0]["text"]["text"]) <= HEADER
    assert len(body["text"]) <= TEXT


def test_nobody_is_called_by_what_people_wrote(make: Callable[..., Review]) -> None:
    for text in texts(payload(make(missing="<!channel> <@U1> <https://evil.example|click> & \x1b[2J"))):
        assert "<" not in text
        assert "\x1b" not in text


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_escaped_text_is_never_longer_and_never_cut_inside_an_entity(text: str, most: int) -> None:
    found = escaped(text, most)
    assert len(found) <= most
    assert not set(found) & {"<", ">"}
    rest = found
    for entity in ("&amp;", "&lt;", "&gt;"):
        rest = rest.replace(entity, "")
    assert "&" not in rest

"""The chaos panel's form as words of a command line, which must be words that `chaos` knows."""

from __future__ import annotations

import pytest

from slotui.errors import UsageError
from slotui.tui.fault_words import CHOICES, Asked, overrides

BY_NAME = {choice.name: choice for choice in CHOICES}


def asked(name: str = "errors", **fields: str) -> Asked:
    choice = BY_NAME[name]
    return Asked(
        choice, fields.pop("amount", choice.usual), fields.pop("detail", ""), fields.pop("seconds", "10m"), **fields
    )


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param(asked(), ["--error-rate=0.05", "--for=10m"], id="errors, as the form opens"),
        pytest.param(asked(detail="503"), ["--error-rate=0.05", "--status=503", "--for=10m"], id="with a status"),
        pytest.param(
            asked("latency", detail="50ms"), ["--latency=300ms", "--jitter=50ms", "--for=10m"], id="latency with jitter"
        ),
        pytest.param(asked("hang"), ["--fault=hang", "--error-rate=0.05", "--for=10m"], id="a kind that --fault names"),
        pytest.param(
            asked("dependency", detail="payment"),
            ["--fault=dependency:payment", "--error-rate=0.05", "--for=10m"],
            id="a dependency's cause",
        ),
        pytest.param(
            asked(where="post /checkout", reason="does it hold?"),
            ["--error-rate=0.05", "--for=10m", "--method=POST", "--route=/checkout", "--reason=does it hold?"],
            id="where, and why",
        ),
        pytest.param(asked(where="/cart/*"), ["--error-rate=0.05", "--for=10m", "--route=/cart/*"], id="a path alone"),
        pytest.param(asked(where="*"), ["--error-rate=0.05", "--for=10m", "--route=*"], id="everywhere"),
        pytest.param(asked(where="GET"), ["--error-rate=0.05", "--for=10m", "--method=GET"], id="a method alone"),
        pytest.param(
            asked(options='--max-spend 5% --override "they asked"'),
            ["--error-rate=0.05", "--for=10m", "--max-spend", "5%", "--override", "they asked"],
            id="options as on a command line",
        ),
        pytest.param(
            asked(amount="--yes", reason="--detach"),
            ["--error-rate=--yes", "--for=10m", "--reason=--detach"],
            id="a field is never an option of its own",
        ),
    ],
)
def test_the_form_becomes_words(form, words):
    assert list(form.words()) == words


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)
def test_chaos_understands_every_kind_of_fault(choice):
    from chaos.cli.words import InjectWords
    from slotui.cli.chaos_desk import CHAOS

    detail = "payment" if "{}" in choice.names else ""
    words = Asked(choice, choice.usual, detail, "10m", "POST /checkout", "why").words()
    order = InjectWords(None).order(dict(word.removeprefix("--").split("=", 1) for word in words))
    assert order.seconds == 600
    assert (order.route, order.method, order.reason) == ("/checkout", "POST", "why")
    assert CHAOS[1:] == ("-m", "chaos.cli.main")


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(asked(amount="five%"), id="a share that is none"),
        pytest.param(asked("dependency"), id="a dependency without its name"),
        pytest.param(asked(options='--override "open'), id="a quotation that never ends"),
    ],
)
def test_what_cannot_be_meant_says_what_to_type(form):
    with pytest.raises(UsageError) as caught:
        form.words()
    assert caught.value.fix


@pytest.mark.parametrize(
    ("options", "aim"),
    [
        ("", ()),
        ("--target http://x:1 --seed 7 --token-file /t", ("--target", "http://x:1", "--token-file", "/t")),
        ("--target=http://x:1 --max-spend 5%", ("--target=http://x:1",)),
        ("--target", ("--target",)),
    ],
)
def test_looking_and_halting_go_where_the_options_point(options, aim):
    assert asked(options=options).aim() == aim


def test_an_override_is_noticed_in_both_spellings():
    assert overrides(("--for=1m", "--override=why"))
    assert overrides(("--override", "why"))
    assert not overrides(("--reason=--override",))

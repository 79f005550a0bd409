"""The chaos panel's form as the words of `chaos plan` and `chaos inject`. What can be asked for, and how it is read."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from slotui.errors import UsageError


@dataclass(frozen=True, slots=True)
class FaultChoice:
    """A kind of fault: the option of its amount, and of one detail. `names` stands in `--fault`, `{}` is the detail."""

    name: str
    amount: str
    option: str
    usual: str
    hint: str
    detail: str = ""
    detail_option: str = ""
    detail_hint: str = ""
    names: str = ""


_SHARE = ("share", "--error-rate", "5%", "of the requests: 5%, or 0.05")
_DELAY = ("delay", "--latency", "300ms", "300ms, 2s")
_JITTER = ("jitter", "--jitter", "50ms, to each side; empty: none")

CHOICES = (
    FaultChoice("errors", *_SHARE, "status", "--status", "503; empty: 500"),
    FaultChoice("latency", *_DELAY, *_JITTER),
    FaultChoice("hang", *_SHARE, names="hang"),
    FaultChoice("reset", *_SHARE, names="reset"),
    FaultChoice("bad payload", *_SHARE, names="bad_payload"),
    FaultChoice("dependency", *_SHARE, "cause", "", "cart, inventory, payment", names="dependency:{}"),
    FaultChoice("slow body", *_DELAY, *_JITTER, names="slow_body"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form, as it was typed. `where` is `POST /checkout`, `/cart/*`, or empty."""

    choice: FaultChoice
    amount: str
    detail: str
    seconds: str
    where: str = ""
    reason: str = ""
    options: str = ""

    def words(self) -> tuple[str, ...]:
        """As `chaos plan` and `chaos inject` read it. Raises UsageError for what cannot be meant.

        >>> Asked(CHOICES[0], "5%", "", "10m", "post /checkout").words()
        ('--error-rate=0.05', '--for=10m', '--method=POST', '--route=/checkout')
        >>> Asked(CHOICES[5], "0.1", "payment", "1m", options="--max-spend 5%").words()
        ('--fault=dependency:payment', '--error-rate=0.1', '--for=1m', '--max-spend', '5%')
        """
        words = [f"--fault={_named(self.choice, self.detail.strip())}"] if self.choice.names else []
        amount = self.amount.strip()
        words.append(f"{self.choice.option}={_share(amount) if self.choice.amount == 'share' else amount}")
        if self.choice.detail_option and self.detail.strip():
            words.append(f"{self.choice.detail_option}={self.detail.strip()}")
        words.append(f"--for={self.seconds.strip()}")
        words += _aim(self.where)
        if self.reason.strip():
            words.append(f"--reason={self.reason.strip()}")
        return (*words, *_options(self.options))

    def aim(self) -> tuple[str, ...]:
        """The part of the options that says at which service: all that looking and halting want to know."""
        words = iter(_options(self.options))
        found = []
        for word in words:
            name, equals, _ = word.partition("=")
            if name in _TARGET:
                found.append(word)
                if not equals:
                    found += [value for value in (next(words, None),) if value is not None]
        return tuple(found)


_TARGET = ("--target", "--token-file")


def overrides(words: tuple[str, ...]) -> bool:
    """Whether the words lift what the guards say."""
    return any(word.partition("=")[0] == "--override" for word in words)


def _named(choice: FaultChoice, detail: str) -> str:
    if "{}" in choice.names and not detail:
        raise UsageError(f"{choice.name} without a {choice.detail}", fix=f"type one: {choice.detail_hint}")
    return choice.names.format(detail)


def _share(text: str) -> str:
    """5% as 0.05; anything else as it stands, for the command to judge."""
    if not text.endswith("%"):
        return text
    try:
        return f"{float(text[:-1]) / 100:.12g}"
    except ValueError as error:
        raise UsageError(f"{text!r} is not a share", fix="write it as 5%, or 0.05") from error


def _aim(where: str) -> list[str]:
    """`POST /checkout` as method and route; either may be missing."""
    method, slash, path = where.strip().partition("/")
    words = [f"--method={method.strip().upper()}"] if method.strip() and method.strip() != "*" else []
    if slash:
        words.append(f"--route=/{path}")
    elif method.strip() == "*":
        words.append("--route=*")
    return words


def _options(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"the options end inside a quotation: {error}", fix='as in --override "the reason"') from error

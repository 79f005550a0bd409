"""How figures are written, the same in the verdict, on the screen and in text. Unknown is a dash, never a number."""

from __future__ import annotations

UNKNOWN = "-"


def percent(share: float | None, places: int = 1) -> str:
    """A share as percent; only what is whole reads 100, and only what is nothing reads 0.

    >>> percent(0.3124), percent(0.99997), percent(1.0), percent(-0.0002), percent(-5.308), percent(-83.33)
    ('31.2%', '99.9%', '100.0%', '-0.1%', '-530.8%', '-8333%')
    >>> percent(None), percent(0.00001), percent(0.0)
    ('-', '0.1%', '0.0%')
    """
    if share is None:
        return UNKNOWN
    value = 100 * share
    if abs(value) >= 1000:
        return f"{value:.0f}%"
    least = 10**-places
    rounded = round(value, places)
    if rounded == 0 and value != 0:
        rounded = least if value > 0 else -least
    elif rounded == 100 and value < 100:
        rounded = 100 - least
    return f"{rounded + 0.0:.{places}f}%"


def burn(rate: float | None) -> str:
    """A burn rate; `-` where there was no traffic, which is not 0.0x.

    >>> burn(16.24), burn(0.0), burn(None), burn(0.004), burn(1000.0)
    ('16.2x', '0.0x', '-', '<0.1x', '1000x')
    """
    if rate is None:
        return UNKNOWN
    if 0 < rate < 0.05:
        return "<0.1x"
    return f"{rate:.1f}x" if rate < 999.95 else f"{rate:.0f}x"


def cost(share: float | None) -> str:
    """What a spend costs: a tenth of a percent is enough above one percent, below it two figures count.

    >>> cost(0.0116), cost(0.623), cost(0.00012), cost(0), cost(None)
    ('1.2%', '62.3%', '0.012%', '0.0%', '-')
    """
    if share is None:
        return UNKNOWN
    return f"{100 * share:.1f}%" if abs(share) >= 0.01 or share == 0 else f"{100 * share:.2g}%"

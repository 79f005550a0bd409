"""Names for SLOs of tools that allow more in a name than OpenSLO does."""

from __future__ import annotations

import re

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def slo_name(*parts: str) -> str:
    """The parts as one name of lower-case letters, digits and dashes; `slo` where nothing of them is left.

    >>> slo_name("myservice", "Requests_Availability"), slo_name("", "!")
    ('myservice-requests-availability', 'slo')
    """
    return _NOT_IN_A_NAME.sub("-", " ".join(parts).lower()).strip("-") or "slo"


def label_text(value: object) -> str:
    """A label value as Prometheus would hold it: YAML's `2` and `true` are meant as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)

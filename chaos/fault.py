"""What can be done to a request, to which requests, and how often. The schema is strict: a typo is an error.

Rates are fractions of the matching requests, delays are in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from slotui.errors import UsageError

Kind = Literal["error", "latency"]
Mode = Literal["random", "exact"]

LATER_KINDS = ("hang", "reset", "bad_payload", "slow_body", "stale", "dependency")
"""Kinds of the fault model that a later release brings; until then they are refused by name."""

LONGEST_DELAY = 60.0
"""Seconds; a longer one is a hang, which is another kind of fault."""


class _Matching(BaseModel):
    """Which requests, and how often: `rate` of those whose path fits the glob `route` and whose method is `method`.

    `mode` random draws each request by itself (repeatable with `seed`); exact spreads the faults evenly,
    so that `floor(matched × rate)` of them are injected, to the request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rate: float = Field(default=1.0, ge=1e-6, le=1.0)
    route: str = Field(default="*", min_length=1, max_length=200)
    method: str | None = Field(default=None, pattern=r"^[A-Z]{1,20}$")
    mode: Mode = "random"
    seed: int | None = None

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one that this fault may hit."""
        return (self.method is None or self.method == method) and fnmatchcase(path, self.route)

    @property
    def where(self) -> str:
        """The matching requests, for people: `POST /checkout`."""
        route = "any route" if self.route == "*" else self.route
        return f"{self.method} {route}" if self.method else route


class ErrorFault(_Matching):
    """The request is answered with `status` and never reaches the application."""

    kind: Literal["error"] = "error"
    status: int = Field(default=500, ge=400, le=599)

    def __str__(self) -> str:
        return f"{self.rate * 100:g}% {self.status}"


class LatencyFault(_Matching):
    """The request waits for `delay` ± `jitter` seconds (uniform), then goes its way."""

    kind: Literal["latency"] = "latency"
    delay: float = Field(gt=0, le=LONGEST_DELAY)
    jitter: float = Field(default=0.0, ge=0)

    @field_validator("delay", "jitter")
    @classmethod
    def _to_the_microsecond(cls, seconds: float) -> float:
        return round(seconds, 6)

    @model_validator(mode="after")
    def _jitter_within_delay(self) -> LatencyFault:
        if self.jitter > self.delay:
            raise ValueError("jitter is larger than the delay: a request cannot be answered before it came")
        return self

    def __str__(self) -> str:
        spread = f"±{self.jitter * 1000:g}" if self.jitter else ""
        share = "" if self.rate == 1 else f" on {self.rate * 100:g}%"
        return f"+{self.delay * 1000:g}{spread}ms{share}"


Fault = ErrorFault | LatencyFault


class LeaseRequest(BaseModel):
    """What a controller asks of the data plane: these faults, for `ttl` seconds, while I renew.

    A lease that is not renewed for `renew_within` seconds is over. `id` is that of the ledger's entry.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(pattern=r"^[0-9a-z][0-9a-z-]{3,31}$")
    faults: list[Annotated[Fault, Field(discriminator="kind")]] = Field(min_length=1, max_length=8)
    ttl: float = Field(gt=0, le=366 * 86400)
    renew_within: float = Field(default=5.0, ge=0.1, le=5.0)
    operator: str = Field(default="", max_length=200)


def parse_request(raw: bytes) -> LeaseRequest:
    """The request in a JSON body. Raises UsageError that names everything wrong with it."""
    data = _json_object(raw)
    if isinstance(faults := data.get("faults"), list):
        for fault in faults:
            _known_kind(fault)
    try:
        return LeaseRequest.model_validate_json(raw)
    except ValidationError as error:
        raise UsageError("; ".join(_sentences(error, LeaseRequest.model_fields))) from error


def parse_fault(fields: Mapping[str, Any]) -> Fault:
    """One fault from its fields. Raises UsageError that names everything wrong with it."""
    _known_kind(fields)
    try:
        return _FAULT.validate_python(dict(fields))
    except ValidationError as error:
        raise UsageError("; ".join(_sentences(error, ()))) from error


_FAULT: TypeAdapter[Fault] = TypeAdapter(Annotated[Fault, Field(discriminator="kind")])
_FIELDS_BY_KIND = {"error": ErrorFault.model_fields, "latency": LatencyFault.model_fields}


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise UsageError("the body is not a JSON object")
    return data


def _known_kind(fault: object) -> None:
    kind = fault.get("kind") if isinstance(fault, Mapping) else None
    if kind in LATER_KINDS:
        raise UsageError(
            f"faults of kind {kind!r} come with a later release", fix=f"kinds now: {', '.join(get_args(Kind))}"
        )


def _sentences(error: ValidationError, top_level: Iterable[str]) -> list[str]:
    """Pydantic's findings, one sentence each, an unknown key with the nearest known one."""
    found = []
    for problem in error.errors(include_url=False):
        path = [part for part in problem["loc"] if part not in _FIELDS_BY_KIND]
        where = ".".join(map(str, path)) or "fault"
        if problem["type"] == "extra_forbidden":
            known = next((_FIELDS_BY_KIND[str(part)] for part in problem["loc"] if part in _FIELDS_BY_KIND), top_level)
            near = get_close_matches(str(path[-1]), [str(name) for name in known], 1, 0.5)
            hint = f", did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            found.append(f"{where}: unknown key{hint}")
        else:
            found.append(f"{where}: {problem['msg'].removeprefix('Value error, ')}, not {problem['input']!r:.60}")
    return found

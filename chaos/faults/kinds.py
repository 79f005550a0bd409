"""What can be done to a request, to which requests, and how often. The schema is strict: a typo is an error.

Rates are fractions of the matching requests, delays are in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from chaos.faults.distribution import Distribution, quantile
from chaos.faults.matching import RequestHead
from chaos.faults.shapes import Constant, Shape
from slotui.errors import UsageError

Mode = Literal["random", "exact"]

LONGEST_DELAY = 60.0
"""Seconds; a longer one is a hang, which is another kind of fault."""

_STEPS = 40
"""So many equally likely delays stand for a distribution where it is averaged."""

_TAIL = 0.999
"""The quantile that stands for the longest delay of a distribution without an end."""


Whole = Annotated[int, BeforeValidator(lambda x: int(x) if isinstance(x, float) and x.is_integer() else x)]
"""JSON has one kind of number: 504.0 is as whole as 504, and `"504"` is none."""


class _Rated(BaseModel):
    """How often: a `rate` and its course over time (`shape`).

    `mode` random draws each request by itself (repeatable with `seed`); exact spreads the faults evenly, so that as
    many are injected as the rates of the matched requests add up to, to the request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rate: float = Field(default=1.0, ge=1e-6, le=1.0)
    shape: Annotated[Shape, Field(discriminator="kind")] = Constant()
    mode: Mode = "random"
    seed: Whole | None = None

    def rate_at(self, elapsed: float, whole: float) -> float:
        """The rate `elapsed` seconds into a lease of `whole` seconds."""
        return self.shape.at(self.rate, elapsed, whole)

    def mean_rate(self, seconds: float) -> float:
        """The mean rate of a lease of `seconds`: what even traffic is charged."""
        return self.shape.mean(self.rate, seconds)

    @property
    def peak(self) -> float:
        """The highest rate of its course."""
        return self.shape.peak(self.rate)

    @property
    def longest(self) -> float:
        """Seconds by which a request that was hit may outlive the lease's last second, in its answer's metrics."""
        return 0.0

    def _share(self) -> str:
        return self.shape.text(f"{self.rate * 100:g}%")


class _Matching(_Rated):
    """Which requests: path (glob `route`), `method`, `header` (`Name` or `Name: glob`), customer `tier`."""

    route: str = Field(default="*", min_length=1, max_length=200)
    method: str | None = Field(default=None, pattern=r"^[A-Z]{1,20}$")
    header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]+(: *\S.*)?$", max_length=200)
    tier: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,40}$")

    def matches(self, head: RequestHead) -> bool:
        """Whether a request is one that this fault may hit."""
        return (
            (self.method is None or self.method == head.method)
            and fnmatchcase(head.path, self.route)
            and (self.header is None or head.has(self.header))
            and (self.tier is None or self.tier == head.tier)
        )

    @property
    def where(self) -> str:
        """The matching requests, for people: `POST /checkout, tier free`."""
        route = "any route" if self.route == "*" else self.route
        parts = [f"{self.method} {route}" if self.method else route]
        if self.tier is not None:
            parts.append(f"tier {self.tier}")
        if self.header is not None:
            parts.append(f"header {self.header}")
        return ", ".join(parts)


class ErrorFault(_Matching):
    """The request is answered with `status` and never reaches the application; `body` replaces our explanation."""

    kind: Literal["error"] = "error"
    status: Whole = Field(default=500, ge=400, le=599)
    body: str | None = Field(default=None, max_length=4096)

    def __str__(self) -> str:
        return f"{self._share()} {self.status}"


class DependencyFault(_Matching):
    """The request fails as if the part named by `cause` had failed: `status`, and the cause in the answer's header."""

    kind: Literal["dependency"] = "dependency"
    cause: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    status: Whole = Field(default=502, ge=500, le=599)

    def __str__(self) -> str:
        return f"{self._share()} {self.status} by {self.cause}"


class BadPayloadFault(_Matching):
    """The request never reaches the application and is answered 200, with an `empty` body or a `wrong` one."""

    kind: Literal["bad_payload"] = "bad_payload"
    payload: Literal["wrong", "empty"] = "wrong"

    def __str__(self) -> str:
        return f"{self._share()} {self.payload} payload"


class HangFault(_Matching):
    """No answer until the client gives up; who still waits when the lease ends is answered 504."""

    kind: Literal["hang"] = "hang"

    def __str__(self) -> str:
        return f"{self._share()} hang"


class ResetFault(_Matching):
    """The connection is cut instead of an answer.

    The client sees a TCP reset where the server lends its connection (see `chaos.plane.reset`), else the head of a
    500 and a close before its body.
    """

    kind: Literal["reset"] = "reset"

    def __str__(self) -> str:
        return f"{self._share()} reset"


_JITTER_BY_DISTRIBUTION: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"distribution": {"const": "fixed"}}, "required": ["distribution"]},
            "then": {"properties": {"jitter": {"const": 0}}},
        },
        {
            "if": {"properties": {"distribution": {"enum": ["normal", "pareto"]}}, "required": ["distribution"]},
            "then": {"properties": {"jitter": {"exclusiveMinimum": 0}}, "required": ["jitter"]},
        },
    ]
}
"""The part of `_jitter_fits` that JSON Schema has words for."""


class _Delaying(_Matching):
    """Seconds that are drawn anew for each request: see `chaos.faults.distribution` for what `jitter` is in each."""

    model_config = ConfigDict(json_schema_extra=_JITTER_BY_DISTRIBUTION)

    delay: float = Field(ge=1e-6, le=LONGEST_DELAY)
    jitter: float = Field(default=0.0, ge=0)
    distribution: Distribution = "uniform"

    @field_validator("delay", "jitter")
    @classmethod
    def _to_the_microsecond(cls, seconds: float) -> float:
        return round(seconds, 6)

    @model_validator(mode="after")
    def _jitter_fits(self) -> Self:
        if self.jitter > self.delay:
            raise ValueError("jitter is larger than the delay: a request cannot be answered before it came")
        if self.distribution == "fixed" and self.jitter:
            raise ValueError("jitter does not go with a fixed delay")
        if self.distribution in ("normal", "pareto") and not self.jitter:
            raise ValueError(f"a {self.distribution} delay needs a jitter")
        return self

    def quantile(self, share: float) -> float:
        """The delay that `share` of the requests stay below, in seconds; none is above LONGEST_DELAY."""
        return min(quantile(self.distribution, self.delay, self.jitter, share), LONGEST_DELAY)

    def spread(self) -> tuple[float, ...]:
        """Delays in seconds, all equally likely, that stand for the distribution."""
        if not self.jitter:
            return (self.delay,)
        return tuple(self.quantile((step + 0.5) / _STEPS) for step in range(_STEPS))

    @property
    def longest(self) -> float:
        """The longest delay, in seconds; of a distribution without an end, what one in a thousand exceeds."""
        if self.distribution in ("normal", "pareto"):
            return self.quantile(_TAIL)
        return min(self.delay + self.jitter, LONGEST_DELAY)

    def _described(self) -> str:
        spread = f"±{self.jitter * 1000:g}" if self.jitter else ""
        named = f" {self.distribution}" if self.distribution in ("normal", "pareto") else ""
        share = self._share()
        return f"+{self.delay * 1000:g}{spread}ms{named}{'' if share == '100%' else f' on {share}'}"


class LatencyFault(_Delaying):
    """The request waits, then goes its way."""

    kind: Literal["latency"] = "latency"

    def __str__(self) -> str:
        return self._described()


class SlowBodyFault(_Delaying):
    """The head of the answer comes at once, its body in pieces over that time."""

    kind: Literal["slow_body"] = "slow_body"

    def __str__(self) -> str:
        return f"body {self._described()}"


class StaleFault(_Rated):
    """Updates of `what` are withheld: the service asks before each. `rate` is the share of the updates."""

    kind: Literal["stale"] = "stale"
    what: str = Field(default="inventory", pattern=r"^[a-z][a-z0-9_-]{0,39}$")

    @property
    def route(self) -> str:
        """No request is hit, so no route: a label for the counters."""
        return "*"

    @property
    def method(self) -> None:
        """No request is hit, so no method."""
        return

    @property
    def where(self) -> str:
        """What is met, for people: no requests."""
        return "updates"

    def __str__(self) -> str:
        share = self._share()
        return f"{'' if share == '100%' else f'{share} '}stale {self.what}"


FailingFault = ErrorFault | DependencyFault | BadPayloadFault | HangFault | ResetFault
"""The kinds that take the application's place: every hit is a bad event, and a request can fail only once."""

DelayingFault = LatencyFault | SlowBodyFault
"""The kinds that make an answer late: a hit is a bad event where it ends up beyond the threshold."""

MatchingFault = FailingFault | DelayingFault
"""The kinds that meet requests."""

Fault = MatchingFault | StaleFault


LeaseId = Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]{3,31}$")]
"""What a lease is called: by its controller, in the ledger and in every path of the control plane."""


class LeaseRequest(BaseModel):
    """What a controller asks of the data plane: these faults, for `ttl` seconds, while I renew.

    A lease that is not renewed for `renew_within` seconds is over. `id` is that of the ledger's entry.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: LeaseId
    faults: list[Annotated[Fault, Field(discriminator="kind")]] = Field(min_length=1, max_length=8)
    ttl: float = Field(gt=0, le=366 * 86400)
    renew_within: float = Field(default=5.0, ge=0.1, le=5.0)
    operator: str = Field(default="", max_length=200)


def parse_request(raw: bytes) -> LeaseRequest:
    """The request in a JSON body. Raises UsageError that names everything wrong with it."""
    _check_json_object(raw)
    try:
        return LeaseRequest.model_validate_json(raw)
    except ValidationError as error:
        raise UsageError("; ".join(_sentences(error, LeaseRequest.model_fields))) from error


def parse_fault(fields: Mapping[str, Any]) -> Fault:
    """One fault from its fields. Raises UsageError that names everything wrong with it."""
    try:
        return _FAULT.validate_python(dict(fields))
    except ValidationError as error:
        raise UsageError("; ".join(_sentences(error, ()))) from error


_FAULT: TypeAdapter[Fault] = TypeAdapter(Annotated[Fault, Field(discriminator="kind")])
_FIELDS_BY_KIND: dict[str, Iterable[str]] = {
    model.model_fields["kind"].default: model.model_fields for model in (*get_args(Fault), *get_args(Shape))
}


def _check_json_object(raw: bytes) -> None:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise UsageError("the body is not a JSON object")


def _sentences(error: ValidationError, top_level: Iterable[str]) -> list[str]:
    """Pydantic's findings, one sentence each, an unknown key with the nearest known one."""
    found = []
    for problem in error.errors(include_url=False):
        *above, last = problem["loc"] or ("",)
        kinds = [part for part in above if part in _FIELDS_BY_KIND]
        path = [part for part in above if part not in _FIELDS_BY_KIND]
        unknown = problem["type"] == "extra_forbidden"
        # The last part is a kind where a fault as a whole is at fault, and a key of that name where it is unknown.
        if unknown or last not in _FIELDS_BY_KIND:
            path.append(last)
        where = ".".join(map(str, path)) or "fault"
        if unknown:
            known = _FIELDS_BY_KIND[str(kinds[-1])] if kinds else top_level
            near = get_close_matches(str(last), [str(name) for name in known], 1, 0.5)
            hint = f", did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            found.append(f"{where}: unknown key{hint}")
        else:
            found.append(f"{where}: {problem['msg'].removeprefix('Value error, ')}, not {problem['input']!r:.60}")
    return found

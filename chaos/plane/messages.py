"""What the control plane answers, as it goes over the wire. All lengths are seconds, all counts since the grant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model
from starlette.responses import Response

from chaos.faults.kinds import Fault, LeaseId
from chaos.plane.lease import Ceilings, Lease, LeaseEnding

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _with_counts(kind: type[BaseModel]) -> type[BaseModel]:
    return create_model(
        kind.__name__.replace("Fault", "Dose"),
        __base__=kind,
        __doc__=f"{kind.__doc__}\n\nWith the requests (or updates) that it met, and those that it hit.",
        matched=(Count, ...),
        injected=(Count, ...),
    )


# Made from the kinds themselves, so that a new one is told like the others.
_DOSES = tuple(_with_counts(kind) for kind in get_args(Fault))


class About(_Message):
    """Which service this is, and what it grants at most."""

    environment: str
    service: str
    ceilings: Ceilings


class LeaseTold(_Message):
    """A lease, on or over.

    `matched` is that of the fault that met the most, `injected` the sum over the faults. `seconds_left` of its whole
    time; it ends before that when nobody renews it. `ending` and `ended_seconds_ago` are null while it is on.
    """

    id: LeaseId
    operator: str
    faults: list[Annotated[Union[_DOSES], Field(discriminator="kind")]]  # type: ignore[valid-type]  # noqa: UP007
    matched: Count
    injected: Count
    seconds_left: Seconds
    ending: LeaseEnding | None
    ended_seconds_ago: Seconds | None

    @classmethod
    def of(cls, lease: Lease, now: float) -> LeaseTold:
        """How it is `now`, a time of its table's clock."""
        doses = [
            {**dose.fault.model_dump(), "matched": dose.matched, "injected": dose.injected} for dose in lease.doses
        ]
        return cls.model_validate(
            {
                "id": lease.id,
                "operator": lease.request.operator,
                "faults": doses,
                "matched": max(dose.matched for dose in lease.doses),
                "injected": sum(dose.injected for dose in lease.doses),
                "seconds_left": max(0.0, lease.expires - now) if lease.ended is None else 0.0,
                "ending": lease.ending,
                "ended_seconds_ago": None if lease.ended is None else max(0.0, now - lease.ended),
            }
        )


class Leases(_Message):
    """The leases that are on, and those that ended in the last quarter of an hour; each oldest first."""

    active: list[LeaseTold]
    ended: list[LeaseTold]


class Halted(_Message):
    """The leases that were on."""

    halted: list[LeaseTold]


class Problem(_Message):
    """Why not, in one sentence."""

    error: str


class LeaseGone(Problem):
    """The lease was over before it could be renewed: how it ended."""

    lease: LeaseTold


class Document(RootModel[dict[str, Any]]):
    """An OpenAPI document."""


def tell(message: BaseModel, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """A message as an answer."""
    return Response(message.model_dump_json(), status, headers, media_type="application/json")
